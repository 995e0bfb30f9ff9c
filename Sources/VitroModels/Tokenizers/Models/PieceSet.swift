/// A sorted set of byte strings that finds those with which a text goes on.
///
/// Searching narrows a range of the sorted strings byte by byte, so the set takes no memory beyond the strings.
struct PieceSet: Sendable {
  private let bytes: [UInt8]
  /// Where each string, in sorted order, begins and ends in `bytes`.
  private let starts: [UInt32]
  private let ends: [UInt32]
  /// For each string, in sorted order, its index in what was given.
  private let indices: [Int32]
  /// For each first byte the sorted strings that begin with it.
  private let first: [Range<Int32>]

  /// A set of strings, known by their index; empty ones are left out, and of equal ones the last counts.
  init(_ pieces: [[UInt8]]) {
    var bytes: [UInt8] = []
    var spans: [(UInt32, UInt32)] = []
    for piece in pieces {
      spans.append((UInt32(bytes.count), UInt32(bytes.count + piece.count)))
      bytes += piece
    }
    self.init(bytes: bytes, spans: spans)
  }

  /// A set of stretches of `bytes`.
  init(bytes: [UInt8], spans: [(UInt32, UInt32)]) {
    let order: [Int32] = bytes.withUnsafeBufferPointer { bytes in
      func isBefore(_ a: Int32, _ b: Int32) -> Bool {
        let (x, y) = (spans[Int(a)], spans[Int(b)])
        let (n, m) = (Int(x.1 - x.0), Int(y.1 - y.0))
        for offset in 0..<min(n, m) {
          let (p, q) = (bytes[Int(x.0) + offset], bytes[Int(y.0) + offset])
          if p != q { return p < q }
        }
        return n == m ? a < b : n < m
      }
      return (0..<Int32(spans.count)).filter { spans[Int($0)].0 < spans[Int($0)].1 }.sorted(by: isBefore)
    }
    var kept: [Int32] = []
    for index in order {
      if let last = kept.last {
        let (x, y) = (spans[Int(last)], spans[Int(index)])
        if bytes[Int(x.0)..<Int(x.1)] == bytes[Int(y.0)..<Int(y.1)] { kept.removeLast() }
      }
      kept.append(index)
    }
    self.bytes = bytes
    indices = kept
    starts = kept.map { spans[Int($0)].0 }
    ends = kept.map { spans[Int($0)].1 }
    var ranges = [Range<Int32>](repeating: 0..<0, count: 256)
    for (place, start) in starts.enumerated() {
      let byte = Int(bytes[Int(start)])
      let begin = ranges[byte].isEmpty ? Int32(place) : ranges[byte].lowerBound
      ranges[byte] = begin..<Int32(place + 1)
    }
    first = ranges
  }

  /// Whether the set has no strings.
  var isEmpty: Bool { indices.isEmpty }

  /// Calls `body` for each string with which the text goes on at a position, the shortest first.
  ///
  /// - Returns: The steps that this took.
  @inline(__always)
  func forEachMatch(
    in text: UnsafeBufferPointer<UInt8>, at position: Int, end: Int, _ body: (_ piece: Int, _ length: Int) -> Void
  ) -> Int {
    bytes.withUnsafeBufferPointer { bytes in
      var (low, high) = (Int(first[Int(text[position])].lowerBound), Int(first[Int(text[position])].upperBound))
      var (depth, steps) = (1, 1)
      while low < high {
        if Int(ends[low] - starts[low]) == depth {
          body(Int(indices[low]), depth)
          low += 1
        }
        guard low < high, position + depth < end else { return steps }
        let byte = text[position + depth]
        steps += 1
        if bytes[Int(starts[low]) + depth] != byte {
          steps += PieceSet.halvings(of: high - low)
          low = bound(bytes, low, high, depth) { $0 < byte }
        }
        guard low < high else { return steps }
        if bytes[Int(starts[high - 1]) + depth] != byte {
          steps += PieceSet.halvings(of: high - low)
          high = bound(bytes, low, high, depth) { $0 <= byte }
        }
        depth += 1
      }
      return steps
    }
  }

  /// How often a count can be halved.
  @inline(__always)
  private static func halvings(of count: Int) -> Int { Int.bitWidth - count.leadingZeroBitCount }

  /// The first string in a sorted range whose byte at `depth` is not `isBelow`.
  @inline(__always)
  private func bound(
    _ bytes: UnsafeBufferPointer<UInt8>, _ low: Int, _ high: Int, _ depth: Int, _ isBelow: (UInt8) -> Bool
  ) -> Int {
    var (low, high) = (low, high)
    while low < high {
      let middle = (low + high) / 2
      if isBelow(bytes[Int(starts[middle]) + depth]) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The longest string with which the text goes on at a position, and the steps that it took to find it.
  func longestMatch(
    in text: UnsafeBufferPointer<UInt8>, at position: Int
  ) -> (match: (piece: Int, length: Int)?, steps: Int) {
    guard !first[Int(text[position])].isEmpty else { return (nil, 1) }
    var longest: (piece: Int, length: Int)?
    let steps = forEachMatch(in: text, at: position, end: text.count) { longest = ($0, $1) }
    return (longest, steps)
  }
}
