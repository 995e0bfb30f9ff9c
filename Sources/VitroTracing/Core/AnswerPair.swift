internal import VitroCore
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// Two prompts of one length and two answers: the question that patching asks.
///
/// The clean prompt calls for the right answer, the corrupt one for the wrong answer; the measure is the logit difference
/// `logit[answer] − logit[wrong]` at the last position (Wang et al., 2022).
public struct AnswerPair: Sendable, Hashable {
  /// The tokens of the prompt that calls for the answer.
  public var clean: [Int]
  /// The tokens of the prompt that calls for the other.
  public var corrupt: [Int]
  /// The answer's token.
  public var answer: Int
  /// The other's.
  public var wrong: Int

  /// Creates a pair of prompts.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the prompts differ in length, or nowhere, or the answers are one.
  public init(clean: [Int], corrupt: [Int], answer: Int, wrong: Int) throws {
    guard clean.count == corrupt.count, !clean.isEmpty else {
      throw VitroError(
        .shape, "pairing prompts", "the clean prompt has \(clean.count) tokens, the corrupt one \(corrupt.count)",
        hint: "Patching moves values from position to position: word the prompts so that they have as many tokens.",
        details: ["found": "\(corrupt.count)", "expected": "\(clean.count)"])
    }
    guard clean != corrupt else { throw VitroError(.argument, "pairing prompts", "the prompts are the same") }
    guard answer != wrong else { throw VitroError(.argument, "pairing prompts", "the two answers are the same token") }
    (self.clean, self.corrupt, self.answer, self.wrong) = (clean, corrupt, answer, wrong)
  }

  /// `logit[answer] − logit[wrong]` from the last residual of each sequence, `[rows, width]`.
  func differences(_ end: FinalLayer, _ residuals: Tensor) throws -> [Double] {
    let logits = try end.logits(residuals, of: [answer, wrong]).cast(to: .float64)
    let values = try logits.array(of: Double.self)
    return stride(from: 0, to: values.count, by: 2).map { values[$0] - values[$0 + 1] }
  }
}
