import VitroCore

/// WordPiece: the longest piece that the word begins with, then the longest that its rest begins with, and so on.
struct WordPieceModel: Sendable {
  let pieces: PieceTable
  /// What stands for a word that cannot be put together.
  let unknown: Int32
  /// What pieces inside a word begin with in the vocabulary.
  var continuingPrefix: [UInt8] = Array("##".utf8)
  /// Longer words are unknown.
  var maximumLength = 100

  /// Splits a word.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) when the budget is used up.
  func split(
    _ text: UnsafeBufferPointer<UInt8>, _ word: Range<Int>, _ budget: inout WorkBudget,
    into result: inout [PieceModel.Token]
  ) throws {
    let known = result.count
    func fail() {
      result.removeLast(result.count - known)
      result.append(PieceModel.Token(unknown, word.lowerBound, word.upperBound))
    }
    guard isShort(text, word) else { return fail() }
    // Inside the word every candidate begins with the prefix.
    let prefixed = continuingPrefix + text[word]
    try prefixed.withUnsafeBufferPointer { prefixed in
      let prefix = continuingPrefix.count
      var start = 0
      while start < word.count {
        // No candidate is longer than the longest piece, its prefix included.
        var end = min(word.count, start + pieces.longest - (start == 0 ? 0 : prefix))
        while end < word.count, end > start, prefixed[prefix + end] & 0xc0 == 0x80 { end -= 1 }
        var found: Int32?
        var window: [UInt8] = []
        while end > start {
          try budget.spend(prefix + end - start)
          if start == 0 {
            found = pieces.id(of: text, word.lowerBound..<(word.lowerBound + end))
          } else {
            if window.isEmpty { window = continuingPrefix + prefixed[(prefix + start)..<(prefix + end)] }
            found = window.withUnsafeBufferPointer { pieces.id(of: $0, 0..<(prefix + end - start)) }
          }
          if found != nil { break }
          end -= 1
          while end > start, prefixed[prefix + end] & 0xc0 == 0x80 { end -= 1 }
        }
        guard let found else { return fail() }
        result.append(PieceModel.Token(found, word.lowerBound + start, word.lowerBound + end))
        start = end
      }
    }
  }

  private func isShort(_ text: UnsafeBufferPointer<UInt8>, _ word: Range<Int>) -> Bool {
    word.count <= maximumLength || word.reduce(0) { $0 + (text[$1] & 0xc0 == 0x80 ? 0 : 1) } <= maximumLength
  }
}

/// One token for each whole word.
struct WordLevelModel: Sendable {
  let pieces: PieceTable
  /// What stands for a word that the vocabulary lacks.
  var unknown: Int32?

  /// Finds a word.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for an unknown word when there is no token for it.
  func split(_ text: UnsafeBufferPointer<UInt8>, _ word: Range<Int>, into result: inout [PieceModel.Token]) throws {
    guard let id = pieces.id(of: text, word) ?? unknown else {
      let shown = shortened(String(decoding: text[word], as: UTF8.self))
      throw VitroError(
        .argument, "tokenizing", "the vocabulary lacks the word '\(shown)' and has no token for unknown ones",
        details: ["found": shown, "expected": "a word of the vocabulary"])
    }
    result.append(PieceModel.Token(id, word.lowerBound, word.upperBound))
  }
}
