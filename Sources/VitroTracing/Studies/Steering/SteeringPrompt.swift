internal import VitroModels

/// A prompt and its continuations, as tokens.
struct SteeringPrompt {
  /// The prompt.
  let tokens: [Int]
  /// The prompt followed by each positive text.
  let positive: [[Int]]
  /// The prompt followed by each negative text.
  let negative: [[Int]]

  init(words: ModelWords, text: String, positive: [String], negative: [String]) throws {
    let before = try words.tokens(text).map(\.id)
    let isWord = text.last?.isWhitespace == false && words.model.ownTokenizer != nil
    func followed(_ texts: [String]) throws -> [[Int]] {
      try texts.map { own in
        let isApart = isWord && own.first?.isWhitespace == false
        return before + (try words.tokens(isApart ? " " + own : own, addingSpecialTokens: false).map(\.id))
      }
    }
    tokens = before
    (self.positive, self.negative) = (try followed(positive), try followed(negative))
  }
}
