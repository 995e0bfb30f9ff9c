internal import VitroCore
internal import VitroTensor

/// Occlusion: what happens when a word is left out (Zeiler & Fergus, 2014; leave-one-out, Li et al., 2016).
///
/// About the answer `f_c(x) − f_c(x without i)`; about a feature how far it moves, `mean_m (Φ_m(x without i) − Φ_m(x))²/R_m²`.
public struct Occlusion: AttributionMethod {
  /// `occlusion`.
  public static let name = "occlusion"
  /// Occlusion.
  public static let title = "occlusion"
  /// What is computed.
  public static let abstract = "change of T when a word is left out (Zeiler & Fergus, 2014)"
  /// For and against, where it is about the answer.
  public static let isSigned = true
  /// What takes the word's place.
  public var baseline = WordBaseline.mean

  /// With the mean word in a word's place.
  public init() {}

  /// Leaves out every word of every text.
  public func scores(_ question: AttributionQuestion) throws -> [[Double]] {
    try scores(question) { batch in
      let base = try baseline.vectors(question, length: batch.length)
      return try batch.eachVariant(batch.length) { part, words in
        let mask = try Tensor(words.map { Int64($0) }).oneHot(count: part.length, dtype: .float32)
          .reshaped([words.count, part.length, 1]).isGreater(than: 0.5)
        let output = try part.output(of: mask.select(base, part.vectors))
        if case .answer = part.target { return try part.number(part.output) - part.number(output) }
        return try part.distance(output)
      }
    }
  }
}
