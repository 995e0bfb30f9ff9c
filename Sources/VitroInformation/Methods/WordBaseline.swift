internal import VitroCore
internal import VitroModels
internal import VitroTensor

/// What stands for the absence of a word.
public enum WordBaseline: String, Sendable, Hashable, Codable, CaseIterable {
  /// A vector of zeros.
  case zero
  /// The mean of the words' vectors in the reference texts.
  case mean
  /// The vector, at its place, of the token that stands for a hidden word: `[MASK]`, or else for an unknown one, `<unk>`.
  case mask

  /// The vectors of a text without words, `[1, length, width]`, or `[1, 1, width]` where all are one.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) where the network has no such token.
  func vectors(_ question: AttributionQuestion, length: Int) throws -> Tensor {
    let network = question.network
    switch self {
    case .zero: return try .zeros([1, 1, network.width], dtype: network.dtype)
    case .mean: return try question.scales.meanWord.reshaped([1, 1, network.width])
    case .mask:
      guard let tokenizer = network.model?.ownTokenizer, let token = tokenizer.mask ?? tokenizer.unknown else {
        throw VitroError(
          .unsupported, "leaving out words", "'\(network.name)' has no token for a hidden or an unknown word",
          hint: "Take 'zero' or 'mean'.")
      }
      return try network.vectors(of: [Int](repeating: token, count: length)).expandingAxis(0)
    }
  }
}
