internal import Foundation
internal import VitroCore
public import VitroTensor

extension ActivationStore {
  /// The values at a tap for all examples, as float32 `[count, width]`.
  ///
  /// - Throws: as ``features(at:rows:)``.
  public func features(at tap: String) throws -> Tensor { try features(at: tap, rows: 0..<count) }

  /// The values at a tap for some examples, in that order, as float32 `[rows, width]`; rows may repeat.
  ///
  /// Only the bytes of these rows are read, and a little of what lies between them; rows of one shard are read together. Where a shard's rows are all
  /// asked for in order, their checksum is checked.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for an unknown tap, with the nearest one, or a row that does not exist; `file` or
  ///   `malformed` when a shard is gone, changed or damaged.
  /// - Complexity: O(rows · width) bytes, and the sorting of rows that are out of order; 4 MiB of memory beside the result.
  public func features(at tap: String, rows: some Collection<Int>) throws -> Tensor {
    let value = try number(of: tap)
    let rows = Array(rows)
    if let wrong = rows.first(where: { $0 < 0 || $0 >= count }) {
      throw VitroError(
        .argument, "reading \(directory.path)", "row \(wrong) of \(count) is asked for",
        details: ["found": "\(wrong)", "expected": "0 to \(count - 1)"])
    }
    let isAscending = zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 }
    let order = isAscending ? Array(rows.indices) : rows.indices.sorted { (rows[$0], $0) < (rows[$1], $1) }
    return Tensor(
      try RawArray(dtype: .float32, shape: [rows.count, values[value].width]) { target in
        var next = 0
        while next < order.count {
          let number = shardNumber(of: rows[order[next]])
          var end = next + 1
          while end < order.count, rows[order[end]] < starts[number + 1] { end += 1 }
          let places = order[next..<end].map { (row: rows[$0] - starts[number], place: $0) }
          try RowGathering(shard: shard(number), value: value, width: values[value].width).read(places, into: target)
          next = end
        }
      })
  }

  /// Hands on the values at a tap stretch by stretch, each as float32 `[rows, width]` within a memory budget.
  ///
  /// ```swift
  /// var sum = try Tensor.zeros([32])
  /// try store.forEachBlock(at: "relu1", memoryBudget: 1 << 16) { block, positions in
  ///   sum = try sum + block.sum(axes: [0])
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - tap: The tap.
  ///   - rows: The rows, in the order in which they are handed on; all of them unless given.
  ///   - memoryBudget: The most bytes of a stretch.
  ///   - body: Takes the values, and the positions in `rows` at which they stand.
  /// - Throws: ``/VitroCore/VitroError`` as ``features(at:rows:)``, and `memory` when not even one row fits the budget; what `body` throws.
  public func forEachBlock(
    at tap: String, rows: [Int]? = nil, memoryBudget: Int = 64 << 20,
    _ body: (_ block: Tensor, _ positions: Range<Int>) throws -> Void
  ) throws {
    let rowBytes = try values[number(of: tap)].width * DType.float32.byteWidth
    guard memoryBudget >= rowBytes else {
      throw VitroError(
        .memory, "reading \(directory.path)",
        "a row of '\(tap)' takes \(rowBytes) bytes, the budget is \(memoryBudget)",
        details: ["found": "\(rowBytes) bytes", "expected": "at most \(memoryBudget) bytes"])
    }
    let total = rows?.count ?? count
    for start in stride(from: 0, to: total, by: memoryBudget / rowBytes) {
      let positions = start..<min(start + memoryBudget / rowBytes, total)
      if let rows {
        try body(features(at: tap, rows: rows[positions]), positions)
      } else {
        try body(features(at: tap, rows: positions), positions)
      }
    }
  }

  /// Reads every byte and compares the checksums: damage that left sizes and headers alone is found too.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`malformed`) naming the shard and the tap.
  /// - Complexity: O(bytes), in the memory of one shard's widest tap.
  public func verify() throws {
    for (number, record) in index.shards.enumerated() {
      let shard = try shard(number)
      for (value, width) in values.map(\.width).enumerated() {
        _ = try RawArray(dtype: .float32, shape: [record.rows, width]) { target in
          try shard.read(0..<record.rows, of: value, into: target)
        }
      }
    }
  }

  /// The shard in which a row lies, by bisection.
  private func shardNumber(of row: Int) -> Int {
    var (low, high) = (0, index.shards.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if starts[middle] <= row { low = middle } else { high = middle - 1 }
    }
    return low
  }
}

/// Reads rows of one shard, which ascend, to their places: neighbours in one go, and across small gaps.
private struct RowGathering {
  let shard: ActivationShard
  let value: Int
  let width: Int

  /// Reading over a gap of this many bytes costs less than another call to the system.
  private static let bridged = 16 << 10

  private var rowBytes: Int { width * 4 }

  func read(_ places: [(row: Int, place: Int)], into target: UnsafeMutableRawBufferPointer) throws {
    var next = 0
    while next < places.count {
      let run = runEnd(places, from: next)
      if run - next == places.count || (run - next) * rowBytes >= Self.bridged {
        let first = places[next]
        let start = first.place * rowBytes
        let part = UnsafeMutableRawBufferPointer(rebasing: target[start..<start + (run - next) * rowBytes])
        try shard.read(first.row..<first.row + run - next, of: value, into: part)
        next = run
      } else {
        let end = windowEnd(places, from: next)
        try readWindow(places[next..<end], into: target)
        next = end
      }
    }
  }

  /// Where rows stop following one another, in the file or in the result.
  private func runEnd(_ places: [(row: Int, place: Int)], from start: Int) -> Int {
    var end = start + 1
    while end < places.count, places[end].row == places[end - 1].row + 1,
      places[end].place == places[end - 1].place + 1
    { end += 1 }
    return end
  }

  /// Where the next gap is too wide, or the rows between take more memory than is lent.
  private func windowEnd(_ places: [(row: Int, place: Int)], from start: Int) -> Int {
    var end = start + 1
    while end < places.count, (places[end].row - places[end - 1].row - 1) * rowBytes <= Self.bridged,
      (places[end].row - places[start].row + 1) * rowBytes <= ActivationShard.chunk
    { end += 1 }
    return end
  }

  private func readWindow(
    _ places: ArraySlice<(row: Int, place: Int)>, into target: UnsafeMutableRawBufferPointer
  ) throws {
    guard let first = places.first?.row, let last = places.last?.row else { return }
    let window = try RawArray(dtype: .float32, shape: [last - first + 1, width]) {
      try shard.read(first..<last + 1, of: value, into: $0)
    }
    window.withBytes { bytes in
      for (row, place) in places {
        let source = bytes[(row - first) * rowBytes..<(row - first + 1) * rowBytes]
        UnsafeMutableRawBufferPointer(rebasing: target[place * rowBytes..<(place + 1) * rowBytes])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: source))
      }
    }
  }
}
