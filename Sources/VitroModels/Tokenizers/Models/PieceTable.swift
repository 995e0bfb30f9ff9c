/// A vocabulary: pieces as bytes, found by their text or by their id.
struct PieceTable: Sendable {
  private(set) var bytes: [UInt8] = []
  /// Where each entry's text begins; one more at the end.
  private var starts: [UInt32] = [0]
  private var ids: [Int32] = []
  /// For each id its entry, or −1.
  private var entries: [Int32] = []
  /// Entries by the hash of their text, −1 where none is.
  private var slots: [Int32] = [Int32](repeating: -1, count: 16)

  /// The largest id that a vocabulary may use.
  static let maximumID = 1 << 22

  /// The most bytes that all pieces may take.
  static let maximumBytes = 1 << 30

  /// Hashes differ from run to run, so that no file can be made whose pieces all collide.
  private static let seed = UInt64.random(in: .min ... .max)

  /// The number of pieces.
  var count: Int { ids.count }

  /// One more than the largest id.
  var endID: Int { entries.count }

  /// The length of the longest piece, in bytes.
  private(set) var longest = 0

  @inline(__always)
  private static func hash(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int {
    var state = seed ^ UInt64(range.count)
    for index in range { state = (state ^ UInt64(text[index])) &* 0x9e37_79b9_7f4a_7c15 ^ state >> 29 }
    state ^= state >> 32
    state = state &* 0xd6e8_feb8_6659_fd93
    return Int(truncatingIfNeeded: state ^ state >> 32)
  }

  @inline(__always)
  private func slot(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int {
    let mask = slots.count - 1
    var slot = PieceTable.hash(text, range) & mask
    while true {
      let entry = Int(slots[slot])
      if entry < 0 || equals(entry, text, range) { return slot }
      slot = (slot + 1) & mask
    }
  }

  @inline(__always)
  private func equals(_ entry: Int, _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
    let start = Int(starts[entry])
    guard Int(starts[entry + 1]) - start == range.count else { return false }
    for offset in 0..<range.count where bytes[start + offset] != text[range.lowerBound + offset] { return false }
    return true
  }

  /// The id of a stretch of text.
  @inline(__always)
  func id(of text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int32? {
    let entry = slots[slot(text, range)]
    return entry < 0 ? nil : ids[Int(entry)]
  }

  /// The id of a piece.
  func id(of piece: [UInt8]) -> Int32? { piece.withUnsafeBufferPointer { id(of: $0, 0..<$0.count) } }

  /// The id of a piece.
  func id(of piece: String) -> Int32? { id(of: Array(piece.utf8)) }

  /// What came of adding a piece.
  enum Addition { case added, knownPiece, knownID, badID, tooMany }

  /// Adds a piece; a piece that is known gets the new id.
  mutating func add(_ piece: [UInt8], id: Int) -> Addition {
    guard id >= 0, id < PieceTable.maximumID else { return .badID }
    if id < entries.count, entries[id] >= 0 { return .knownID }
    if 4 * (ids.count + 1) > 3 * slots.count { grow() }
    while entries.count <= id { entries.append(-1) }
    let slot = piece.withUnsafeBufferPointer { self.slot($0, 0..<$0.count) }
    if slots[slot] >= 0 {
      let entry = Int(slots[slot])
      ids[entry] = Int32(id)
      entries[id] = Int32(entry)
      return .knownPiece
    }
    guard piece.count <= PieceTable.maximumBytes - bytes.count else { return .tooMany }
    slots[slot] = Int32(ids.count)
    entries[id] = Int32(ids.count)
    ids.append(Int32(id))
    bytes += piece
    starts.append(UInt32(bytes.count))
    longest = max(longest, piece.count)
    return .added
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: 2 * slots.count)
    for entry in ids.indices {
      let place = bytes.withUnsafeBufferPointer { slot($0, Int(starts[entry])..<Int(starts[entry + 1])) }
      slots[place] = Int32(entry)
    }
  }

  /// The text of an id.
  func text(of id: Int) -> [UInt8]? {
    guard id >= 0, id < entries.count, entries[id] >= 0 else { return nil }
    let entry = Int(entries[id])
    return Array(bytes[Int(starts[entry])..<Int(starts[entry + 1])])
  }

  /// The text of an id.
  func string(of id: Int) -> String? {
    guard id >= 0, id < entries.count, entries[id] >= 0 else { return nil }
    let entry = Int(entries[id])
    return bytes.withUnsafeBufferPointer {
      String(decoding: $0[Int(starts[entry])..<Int(starts[entry + 1])], as: UTF8.self)
    }
  }
}
