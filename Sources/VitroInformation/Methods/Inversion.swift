internal import VitroCore
internal import VitroTensor

/// Inversion by a mask (Du et al., 2018, after Fong & Vedaldi, 2017): the fewest words from which the target can be made again.
///
/// `min_m D(m⊙x + (1 − m)⊙x̄) + β·mean_i m_i` over m ∈ [0, 1]ⁿ, with D the distance of the feature from what it was, `mean_m (ΔΦ_m)²/R_m²`, or about the answer the
/// square of the score's change, as a share of its change when no word is left. The score of a word is m_i. Adam on the logits of m; nothing is random.
public struct Inversion: AttributionMethod {
  /// `inversion`.
  public static let name = "inversion"
  /// Inversion.
  public static let title = "inversion"
  /// What is computed.
  public static let abstract = "min D(m⊙x + (1 − m)⊙x̄) + β·mean m, score m (Du et al., 2018)"
  /// Masks have none.
  public static let isSigned = false
  /// What stands in place of a masked word.
  public var baseline = WordBaseline.mean
  /// The price of a word, β.
  public var price = 0.1
  /// The number of steps.
  public var steps = 200
  /// The length of a step.
  public var rate = 0.1

  /// With β = 0.1, in 200 steps.
  public init() {}

  /// Seeks the masks of all texts of one length at once.
  public func scores(_ question: AttributionQuestion) throws -> [[Double]] {
    try scores(question) { batch in
      let base = try baseline.vectors(question, length: batch.length)
      let scale = try self.scale(batch, base)
      var logits = try Tensor.full([batch.count, batch.length, 1], 2, dtype: batch.vectors.dtype)
      var adam = ElementwiseAdam(rate: rate)
      for _ in 0..<steps {
        let gradient = try Tape.record { tape in
          let x = tape.watch(logits)
          let mask = try x.sigmoid()
          let distance = try batch.distance(batch.output(of: base + (batch.vectors - base) * mask)) * scale
          let loss = try distance + mask.mean(axes: [1, 2]) * price
          return try tape.gradients(of: loss.sum(), at: [x])[0]
        }
        logits = try adam.step(logits, gradient)
        try question.progress(0, question.texts.count)
      }
      return try logits.sigmoid().reshaped([batch.count, batch.length])
    }
  }

  /// What distances are multiplied by, `[texts]`: those of features have units of their own, a score's is that of the text without words.
  private func scale(_ batch: AttributionBatch, _ base: Tensor) throws -> Tensor {
    guard case .answer = batch.target else { return try .ones([batch.count], dtype: batch.vectors.dtype) }
    let whole = try batch.distance(batch.output(of: base.expanded(to: batch.vectors.shape)))
    return try (whole + 1e-6).reciprocal()
  }
}

/// Adam for values that are no network's parameters (Kingma & Ba, 2015).
struct ElementwiseAdam {
  let rate: Double
  private var first: Tensor?
  private var second: Tensor?
  private var steps = 0

  init(rate: Double) { self.rate = rate }

  /// The value after a step against a gradient.
  mutating func step(_ value: Tensor, _ gradient: Tensor) throws -> Tensor {
    steps += 1
    first = try (first ?? gradient.zerosLike()) * 0.9 + gradient * 0.1
    second = try (second ?? gradient.zerosLike()) * 0.999 + gradient.square() * 0.001
    guard let first, let second else { return value }
    let scale = rate / (1 - Self.power(0.9, steps))
    let root = try (second / (1 - Self.power(0.999, steps))).sqrt() + 1e-8
    return try value - first * scale / root
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { result, _ in result * base }
  }
}
