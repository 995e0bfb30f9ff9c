/// Text on its way to tokens: UTF-8 bytes, each with the range of the original's bytes that it stands for.
///
/// Every stage keeps the ranges true, so that a token can be shown on the text it came from whatever was done in
/// between. As long as nothing was changed the ranges follow from the bytes and take no memory.
struct AlignedText: Sendable {
  /// A range of the original's bytes.
  struct Origin: Sendable, Hashable {
    var start: Int32
    var end: Int32
  }

  /// The text as it stands now.
  private(set) var bytes: [UInt8]
  /// For each byte the original's bytes that it stands for; nothing as long as the text is a stretch of the original.
  private var origins: [Origin]?
  /// Where in the original this text begins.
  let base: Int
  /// The most bytes that the text may grow to.
  let limit: Int

  /// A stretch of the original that begins at `base`.
  init(original bytes: [UInt8], base: Int = 0) {
    self.bytes = bytes
    self.base = base
    limit = AlignedText.limit(for: bytes.count)
  }

  private init(bytes: [UInt8], origins: [Origin], base: Int, limit: Int) {
    (self.bytes, self.origins, self.base, self.limit) = (bytes, origins, base, limit)
  }

  /// What a text of `count` bytes may grow to: an eightfold decomposition, and room for prefixes, but not beyond what
  /// an origin can tell.
  private static func limit(for count: Int) -> Int { min(32 * count + (1 << 16), 1 << 30) }

  /// The same text with new bytes, each with its origin.
  func replacing(_ bytes: [UInt8], _ origins: [Origin]) -> AlignedText {
    AlignedText(bytes: bytes, origins: origins, base: base, limit: limit)
  }

  /// The original's bytes that the byte at `index` stands for: those of its whole character.
  func origin(at index: Int) -> Origin {
    if let origins { return origins[index] }
    var start = index
    while start > 0, bytes[start] & 0xc0 == 0x80 { start -= 1 }
    var end = index + 1
    while end < bytes.count, bytes[end] & 0xc0 == 0x80 { end += 1 }
    return Origin(start: Int32(base + start), end: Int32(base + end))
  }

  /// The original's bytes that a range of bytes stands for.
  func original(of range: Range<Int>) -> Range<Int> {
    guard !range.isEmpty else { return base..<base }
    let (first, last) = (origin(at: range.lowerBound), origin(at: range.upperBound - 1))
    return Int(first.start)..<max(Int(first.start), Int(last.end))
  }

  /// A stretch of this text, as a text of its own.
  func slice(_ range: Range<Int>) -> AlignedText {
    let start = original(of: range).lowerBound
    guard let origins else { return AlignedText(bytes: Array(bytes[range]), origins: nil, base: start) }
    return AlignedText(bytes: Array(bytes[range]), origins: Array(origins[range]), base: start)
  }

  private init(bytes: [UInt8], origins: [Origin]?, base: Int) {
    (self.bytes, self.origins, self.base) = (bytes, origins, base)
    limit = AlignedText.limit(for: bytes.count)
  }
}
