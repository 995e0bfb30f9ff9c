import VitroCore

extension Tokenizer {
  /// The text that tokens stand for.
  ///
  /// - Parameters:
  ///   - ids: The tokens.
  ///   - skippingSpecialTokens: Whether special tokens leave no trace.
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for an id that the vocabulary lacks.
  public func decode(_ ids: [Int], skippingSpecialTokens: Bool = true) throws -> String {
    var pieces: [String] = []
    pieces.reserveCapacity(ids.count)
    for id in ids where !skippingSpecialTokens || !isSpecial(id) {
      pieces.append(try added.decoded(id) ?? piece(of: id))
    }
    guard let decoder else { return pieces.joined(separator: " ") }
    var budget = WorkBudget(for: pieces.reduce(0) { $0 + $1.utf8.count })
    return try decoder.apply(pieces, &budget).joined()
  }

  /// A stream that turns tokens into text as they come.
  public func textStream(skippingSpecialTokens: Bool = true) -> TextStream {
    TextStream(self, skippingSpecialTokens: skippingSpecialTokens)
  }

  /// Text that grows token by token, as a model writes it.
  ///
  /// The bytes of a character that is not yet complete are held back.
  public struct TextStream: Sendable {
    private let tokenizer: Tokenizer
    private let skipsSpecialTokens: Bool
    /// The last tokens: those that were written but are needed for the spaces, and those that wait.
    private var recent: [Int] = []
    private var writtenCount = 0

    /// A character takes at most four bytes; what still is none after this many tokens is none.
    private static let longestWait = 8

    fileprivate init(_ tokenizer: Tokenizer, skippingSpecialTokens: Bool) {
      (self.tokenizer, skipsSpecialTokens) = (tokenizer, skippingSpecialTokens)
    }

    /// The text that one more token adds, which may be empty.
    ///
    /// - Throws: ``/VitroCore/VitroError`` (`argument`) for an id that the vocabulary lacks.
    public mutating func append(_ id: Int) throws -> String {
      _ = try tokenizer.piece(of: id)
      if skipsSpecialTokens, tokenizer.isSpecial(id) { return "" }
      recent.append(id)
      return try advance(waits: recent.count - writtenCount < TextStream.longestWait)
    }

    /// The text of the tokens that still waited.
    public mutating func finish() throws -> String { try advance(waits: false) }

    private mutating func advance(waits: Bool) throws -> String {
      guard recent.count > writtenCount else { return "" }
      let before = try tokenizer.decode(Array(recent[..<writtenCount]), skippingSpecialTokens: false).unicodeScalars
      let whole = try tokenizer.decode(recent, skippingSpecialTokens: false).unicodeScalars
      guard !waits || whole.last != "\u{fffd}" else { return "" }
      recent.removeFirst(writtenCount)
      writtenCount = recent.count
      return String(whole.dropFirst(before.count))
    }
  }
}
