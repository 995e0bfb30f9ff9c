internal import VitroCore

/// A model's words: texts to tokens and back, by its tokenizer, or by number where its files bring none.
///
/// ```swift
/// let words = ModelWords(try LanguageModel("all-MiniLM-L6-v2"))
/// let numbers = try words.tokens("In a glass.").map(\.id)
/// ```
public struct ModelWords: Sendable {
  /// The model.
  public let model: LanguageModel

  /// The words of a model.
  public init(_ model: LanguageModel) { self.model = model }

  /// The tokens of a text, with those that the model expects around it.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for a text that the model does not take.
  public func tokens(_ text: String, addingSpecialTokens: Bool = true) throws -> [Tokenizer.Token] {
    let tokens = try cut(text, addingSpecialTokens: addingSpecialTokens)
    try model.check([tokens.map(\.id)])
    return tokens
  }

  /// The tokens of a text that need not fit the model: it may be empty, or longer than the context.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for a text that has no tokens in the model's words.
  public func cut(_ text: String, addingSpecialTokens: Bool = true) throws -> [Tokenizer.Token] {
    try model.ownTokenizer?.encode(text, addingSpecialTokens: addingSpecialTokens) ?? numbered(text)
  }

  /// Tokens written as whole numbers with spaces between them.
  private func numbered(_ text: String) throws -> [Tokenizer.Token] {
    var tokens: [Tokenizer.Token] = []
    var start = 0
    for scalars in text.unicodeScalars.split(
      omittingEmptySubsequences: false, whereSeparator: \.properties.isWhitespace)
    {
      let (word, length) = (String(Substring(scalars)), scalars.count)
      if !word.isEmpty {
        guard let id = Int(word) else {
          throw VitroError(
            .argument, "tokenizing for '\(model.name)'",
            "there is no tokenizer beside the model, and '\(word.prefix(40))' is no number",
            hint: "Put tokenizer.json into its directory, or write the numbers of the tokens: '3 14 15'.",
            details: ["found": word, "expected": "a token's number"])
        }
        try model.check([[id]])
        tokens.append(
          Tokenizer.Token(
            id: id, text: word, piece: word, range: start..<start + length, isSpecial: false))
      }
      start += length + 1
    }
    return tokens
  }

  /// The text of tokens.
  public func text(_ ids: [Int]) throws -> String {
    try model.ownTokenizer?.decode(ids) ?? ids.map(String.init).joined(separator: " ")
  }

  /// The text that tokens add to those before them.
  public func text(of added: [Int], after tokens: [Int]) throws -> String {
    guard let tokenizer = model.ownTokenizer else { return try text(added) }
    var stream = tokenizer.textStream()
    for id in tokens { _ = try stream.append(id) }
    var text = ""
    for id in added { text += try stream.append(id) }
    return try text + stream.finish()
  }

  /// What a token stands for, as a person reads it.
  public func word(_ id: Int) -> String { model.ownTokenizer?.text(of: id) ?? "\(id)" }

  /// The token that begins a text, where the model expects one.
  public var beginning: Int? {
    guard let first = try? model.ownTokenizer?.encode("a").first, first.isSpecial else { return nil }
    return first.id
  }

  /// The tokens that are words rather than marks.
  public var ordinary: [Int]? {
    guard let tokenizer = model.ownTokenizer, let count = model.transformer?.vocabulary else { return nil }
    return (0..<min(count, tokenizer.vocabularyCount)).filter { !tokenizer.isSpecial($0) }
  }

  /// The one token that an answer is: after a prompt that ends in a word, the one that begins with a space if there is one.
  ///
  /// `#412` names a token by its number.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when it is several tokens, which are listed, or none.
  public func answer(_ text: String, after prompt: String, field: String) throws -> Int {
    if text.hasPrefix("#"), let id = Int(text.dropFirst()) { return try checked(id, field) }
    guard let tokenizer = model.ownTokenizer else {
      guard let id = Int(text.trimmingSpaces) else { throw refusal(text, field, "without a tokenizer it is a number") }
      return try checked(id, field)
    }
    let isApart = text.first?.isWhitespace == false && prompt.last?.isWhitespace == false
    var isUnknown = false
    for candidate in isApart ? [" " + text, text] : [text] {
      let tokens = try tokenizer.encode(candidate, addingSpecialTokens: false)
      guard tokens.count == 1 else { continue }
      // A word that the vocabulary lacks would silently be another answer.
      isUnknown = try tokens[0].id == tokenizer.unknown && text != tokenizer.piece(of: tokens[0].id)
      if !isUnknown { return try checked(tokens[0].id, field) }
    }
    if isUnknown { throw refusal(text, field, "the vocabulary lacks it") }
    let tokens = try tokenizer.encode(isApart ? " " + text : text, addingSpecialTokens: false)
    throw refusal(text, field, "its tokens are \(tokens.map { "'\(word($0.id))'" }.joined(separator: ", "))")
  }

  private func refusal(_ text: String, _ field: String, _ why: String) -> VitroError {
    VitroError(
      .argument, "reading --\(field)", "'\(text)' is not one token: \(why)",
      hint: "Take a word that is one token, or name a token by its number: '#412'.",
      details: ["field": field, "found": text, "expected": "one token"])
  }

  private func checked(_ id: Int, _ field: String) throws -> Int {
    let count = model.transformer?.vocabulary ?? .max
    guard id >= 0, id < count else {
      throw VitroError(
        .argument, "reading --\(field)", "there is no token \(id)", hint: "Tokens go from 0 to \(count - 1).",
        details: ["field": field, "found": "\(id)", "expected": "0 ..< \(count)"])
    }
    return id
  }
}

extension String {
  /// Without spaces at its ends.
  package var trimmingSpaces: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
