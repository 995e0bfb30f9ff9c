internal import VitroCore
internal import VitroTensor

/// The gradient's norm: how much the target changes with the smallest change of a word (Simonyan et al., 2014; Li et al., 2016).
///
/// About the answer `‖∂f_c/∂x_i‖₂`. About a feature the norm of its whole Jacobian in units of the feature's spread, `√(mean_m ‖∂Φ_m/∂x_i‖²/R_m²)`: exact where the
/// feature has no more entries than there are probes, otherwise from random projections, `E_v ‖Jᵀv‖² = ‖J‖²` for random signs v.
public struct GradientMethod: AttributionMethod {
  /// `gradient`.
  public static let name = "gradient"
  /// The gradient.
  public static let title = "gradient"
  /// What is computed.
  public static let abstract = "‖∂f/∂x‖, for features √(mean ‖∂Φ_m/∂x‖²/R_m²) (Simonyan et al., 2014)"
  /// Norms have none.
  public static let isSigned = false
  /// The number of random projections of a feature's Jacobian.
  public var probes = 32

  /// With 32 probes.
  public init() {}

  /// Differentiates.
  public func scores(_ question: AttributionQuestion) throws -> [[Double]] {
    try scores(question) { batch in
      if case .answer = batch.target { return try batch.gradients(at: batch.vectors).gradients.wordNorms() }
      return try Tape.record { tape in
        let x = tape.watch(batch.vectors)
        let output = try batch.output(of: x)
        let scale = try batch.weights.sqrt()
        let entries = output.shape[1]
        let isExact = entries <= probes
        let count = isExact ? entries : probes
        var stream = RandomStream(seed: question.seed, "gradient probes", entries)
        var total: Tensor?
        for probe in 0..<count {
          let direction =
            isExact
            ? try Tensor([Int64(probe)]).oneHot(count: entries, dtype: output.dtype)
            : try stream.bernoulli([1, entries], probability: 0.5).cast(to: output.dtype).affine(2, -1)
          let seed = try (direction * scale).expanded(to: output.shape)
          let gradient = try tape.gradients(of: output, at: [x], seed: seed, keepingTape: probe + 1 < count)[0]
          let part = try gradient.square().sum(axes: [2])
          total = try total.map { try $0 + part } ?? part
        }
        let sum = try total ?? .zeros(Array(batch.vectors.shape.prefix(2)), dtype: output.dtype)
        return try (isExact ? sum : sum / Double(Swift.max(count, 1))).sqrt()
      }
    }
  }
}
