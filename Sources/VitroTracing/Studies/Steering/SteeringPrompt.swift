internal import VitroModels

/// A prompt and its continuations, as tokens.
struct SteeringPrompt {
  /// The prompt followed by each of some positive and negative texts.
  struct Texts {
    var positive: [[Int]]
    var negative: [[Int]]
  }

  /// The prompt.
  let tokens: [Int]
  /// What the direction is made from.
  let making: Texts
  /// What it is judged by: of a set of two or more, those that it was not made from.
  let judging: Texts
  /// Whether it is judged by none of the texts that it was made from.
  let isHeldOut: Bool

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
    let (above, below) = (try followed(positive), try followed(negative))
    func every(_ texts: [[Int]], second: Bool) -> [[Int]] {
      texts.count < 2 ? texts : texts.enumerated().filter { $0.offset.isMultiple(of: 2) != second }.map(\.element)
    }
    making = Texts(positive: every(above, second: false), negative: every(below, second: false))
    judging = Texts(positive: every(above, second: true), negative: every(below, second: true))
    isHeldOut = above.count > 1 && below.count > 1
  }
}
