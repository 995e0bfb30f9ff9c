internal import VitroCore
internal import VitroTensor

/// Which token's state stands for a text.
enum TokenChoice: Sendable, Hashable {
  case mean
  /// The token of this number, negative ones from the end.
  case number(Int)

  private static let mostTokens = 1 << 40

  init(_ text: String) throws {
    switch text {
    case "last": self = .number(-1)
    case "first": self = .number(0)
    case "mean": self = .mean
    default:
      guard let number = Int(text), (-Self.mostTokens...Self.mostTokens).contains(number) else {
        throw VitroError(
          .argument, "choosing a token", "'\(text)' is no token", hint: "Choose last, first, mean, or a whole number.",
          details: ["field": "token", "found": text, "expected": "last, first, mean or a number"])
      }
      self = .number(number)
    }
  }

  /// What stands for a text, in words.
  var title: String {
    switch self {
    case .mean: "the mean over its tokens"
    case .number(-1): "its last token"
    case .number(0): "its first token"
    case .number(let number): number < 0 ? "the token \(-number) from its end" : "its token \(number)"
    }
  }

  /// Whether a text of so many tokens has it.
  func exists(in length: Int) -> Bool {
    switch self {
    case .mean: length > 0
    case .number(let number): number < 0 ? -number <= length : number < length
    }
  }

  /// The states that stand for texts, `[tokens, width]` → `[texts, width]`.
  func rows(_ states: Tensor, _ texts: [Range<Int>]) throws -> Tensor {
    switch self {
    case .number(let number):
      return try states.gather(Tensor(texts.map { number < 0 ? $0.upperBound + number : $0.lowerBound + number }))
    case .mean:
      return try Tensor.concatenate(texts.map { try states.slice($0).mean(axes: [0], keepingAxes: true) }, axis: 0)
    }
  }
}
