import VitroCore

/// The tokens that are cut out of the text before anything else is done to it.
struct AddedTokens: Sendable {
  /// One added token.
  struct Entry: Sendable {
    var id: Int
    var content: String
    var isSpecial = false
    /// Takes the white space before it along.
    var stripsLeft = false
    /// Takes the white space after it along.
    var stripsRight = false
    /// Only where no word goes on before or after it.
    var isSingleWord = false
    /// Looked for in the normalized text.
    var isNormalized = false
  }

  /// The entries, as the file lists them.
  private(set) var entries: [Entry] = []
  /// What each entry is decoded to: its content as the text has it after normalization.
  private var decoded: [String] = []
  /// For each id up to the largest of an entry its entry, or −1.
  private var entryOfID: [Int32] = []
  /// Ids by the bytes of the content: what looks the same need not be the same.
  private var idOfContent: [[UInt8]: Int] = [:]
  private var asWritten = PieceSet([])
  private var normalized = PieceSet([])
  /// For each of the two sets the entries of its pieces.
  private var asWrittenEntries: [Int] = []
  private var normalizedEntries: [Int] = []

  /// The longest content that is looked for.
  static let maximumLength = 1024

  /// The most bytes that all contents may take once normalized.
  private static let maximumBytes = 1 << 24

  /// What a byte costs that a token takes along as white space, which tokens after it may take along again.
  private static let costOfSpace = 64

  /// Prepares to look for some tokens, as they look once normalized.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `malformed` when two contents share an id; `unsupported` when the normalizer
  ///   lengthens the contents beyond reason.
  init(_ entries: [Entry] = [], normalizer: Normalizer? = nil, file: String) throws {
    var contents: (written: [[UInt8]], normalized: [[UInt8]]) = ([], [])
    for entry in entries where !entry.content.isEmpty {
      let content = Array(entry.content.utf8)
      // A content that comes again keeps its id and changes how it is treated.
      if let known = idOfContent[content], let index = index(of: known) {
        let wasSpecial = self.entries[index].isSpecial
        self.entries[index] = entry
        self.entries[index].id = known
        self.entries[index].isSpecial = wasSpecial || entry.isSpecial
        continue
      }
      if let other = self.entry(of: entry.id) {
        throw VitroError.malformed(
          file: file, field: "added_tokens",
          found: "the id \(entry.id) for '\(shortened(other.content))' and '\(shortened(entry.content))'",
          expected: "an id of its own for each")
      }
      while entryOfID.count <= entry.id { entryOfID.append(-1) }
      entryOfID[entry.id] = Int32(self.entries.count)
      idOfContent[content] = entry.id
      self.entries.append(entry)
    }
    decoded = self.entries.map(\.content)
    var budget = WorkBudget(for: self.entries.reduce(0) { $0 + $1.content.utf8.count })
    var normalizedCount = 0
    for (index, entry) in self.entries.enumerated() {
      if entry.isNormalized {
        var text = AlignedText(original: Array(entry.content.utf8))
        if let normalizer { text = try normalizer.apply(text, &budget) }
        normalizedCount += text.bytes.count
        guard normalizedCount <= AddedTokens.maximumBytes else {
          throw VitroError(
            .unsupported, "reading \(file)", "the added tokens are too long once they are normalized",
            details: [
              "file": file, "field": "added_tokens", "found": "more than \(AddedTokens.maximumBytes) bytes",
              "expected": "at most \(AddedTokens.maximumBytes) bytes",
            ])
        }
        decoded[index] = String(decoding: text.bytes, as: UTF8.self)
        guard !text.bytes.isEmpty else { continue }
        contents.normalized.append(text.bytes)
        normalizedEntries.append(index)
      } else {
        contents.written.append(Array(entry.content.utf8))
        asWrittenEntries.append(index)
      }
    }
    asWritten = PieceSet(contents.written)
    normalized = PieceSet(contents.normalized)
  }

  @inline(__always)
  private func index(of id: Int) -> Int? {
    guard id >= 0, id < entryOfID.count, entryOfID[id] >= 0 else { return nil }
    return Int(entryOfID[id])
  }

  /// The entry of an id.
  func entry(of id: Int) -> Entry? { index(of: id).map { entries[$0] } }

  /// What an id is decoded to.
  func decoded(_ id: Int) -> String? { index(of: id).map { decoded[$0] } }

  /// The id of a content.
  func id(of content: String) -> Int? { idOfContent[Array(content.utf8)] }

  /// One more than the largest id.
  var endID: Int { entryOfID.count }

  /// A stretch of a text: an added token, or what lies between.
  struct Stretch {
    var range: Range<Int>
    var entry: Entry?
  }

  /// Cuts a text at the tokens that are looked for before normalization, or after it.
  ///
  /// White space that a token takes along is still looked through: a token in it stands for its part once more.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) when the budget is used up.
  func cut(_ bytes: [UInt8], isNormalized: Bool, _ budget: inout WorkBudget) throws -> [Stretch] {
    let set = isNormalized ? normalized : asWritten
    let indices = isNormalized ? normalizedEntries : asWrittenEntries
    guard !set.isEmpty, !bytes.isEmpty else { return [Stretch(range: 0..<bytes.count)] }
    return try bytes.withUnsafeBufferPointer { bytes in
      var result: [Stretch] = []
      var (position, end) = (0, 0)
      while position < bytes.count {
        let (match, steps) = set.longestMatch(in: bytes, at: position)
        try budget.spend(steps)
        guard let match else {
          position += 1
          continue
        }
        let entry = entries[indices[match.piece]]
        var range = position..<(position + match.length)
        position = range.upperBound
        if entry.isSingleWord, !standsAlone(bytes, range) { continue }
        if entry.stripsLeft {
          while range.lowerBound > end, let start = spaceBefore(bytes, range.lowerBound), start >= end {
            range = start..<range.upperBound
          }
        }
        if entry.stripsRight {
          while let next = spaceAfter(bytes, range.upperBound) { range = range.lowerBound..<next }
          try budget.spend(AddedTokens.costOfSpace * (range.upperBound - position))
        }
        if end < range.lowerBound { result.append(Stretch(range: end..<range.lowerBound)) }
        result.append(Stretch(range: range, entry: entry))
        end = range.upperBound
      }
      if end < bytes.count { result.append(Stretch(range: end..<bytes.count)) }
      return result
    }
  }

  private func standsAlone(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
    if range.lowerBound > 0 {
      var start = range.lowerBound - 1
      while start > 0, bytes[start] & 0xc0 == 0x80 { start -= 1 }
      if ScalarClass.isWord(decodeScalar(bytes, start).scalar) { return false }
    }
    return range.upperBound == bytes.count || !ScalarClass.isWord(decodeScalar(bytes, range.upperBound).scalar)
  }

  private func spaceBefore(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int? {
    guard position > 0 else { return nil }
    var start = position - 1
    while start > 0, bytes[start] & 0xc0 == 0x80 { start -= 1 }
    return ScalarClass.isSpace(decodeScalar(bytes, start).scalar) ? start : nil
  }

  private func spaceAfter(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int? {
    guard position < bytes.count else { return nil }
    let next = decodeScalar(bytes, position)
    return ScalarClass.isSpace(next.scalar) ? position + next.length : nil
  }
}
