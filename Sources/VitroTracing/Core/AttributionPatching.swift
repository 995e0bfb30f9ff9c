internal import VitroCore
public import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// Attribution patching (Nanda, 2023): a sweep's grid to first order, from two runs and one gradient.
///
/// The effect of moving a value from the clean into the corrupt run is estimated as `Σ (clean − corrupt) · ∂difference/∂value` at the corrupt run.
/// It is exact where the rest of the network is linear in the value, and may be far off where it is not: ``PatchingSweep`` is the measure.
public struct AttributionPatching: Sendable, Codable {
  /// What would be moved.
  public let site: PatchingSite
  /// The estimated logit difference of each patch, `[layer][position or head]`.
  public let grid: [[Double]]
  /// The logit difference of the clean run.
  public let clean: Double
  /// The logit difference of the corrupt run.
  public let corrupt: Double

  /// Estimates every layer at every position, or every head.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for a model without logits or without the site, or prompts that it does not take.
  /// - Complexity: Two runs and one backward pass.
  public init(_ model: LanguageModel, _ pair: AnswerPair, at site: PatchingSite = .residPre) throws {
    let end = try FinalLayer(model, for: "attributing in '\(model.name)'")
    try model.check([pair.clean, pair.corrupt])
    let taps = (0..<model.layers).map(site.tap)
    let count = pair.clean.count
    let cleanRun = try model.run([pair.clean], recording: .names(taps + [end.residual]), needsOutputs: false)
    clean = try pair.differences(end, cleanRun.value(at: end.residual).slice(count - 1..<count))[0]
    let tokens = try Tensor(pair.corrupt.map { Int64($0) }, shape: [1, count])
    let (run, gradients) = try model.network.gradients(
      [tokens], at: .names(taps), sequences: SequenceLayout(lengths: [count])
    ) { run in
      let last = try run.output.select(at: 0).select(at: count - 1)
      return try (last.select(at: pair.answer) - last.select(at: pair.wrong)).sum()
    }
    let logits = try run.output.select(at: 0).select(at: count - 1)
    let difference = try logits.select(at: pair.answer).item() - logits.select(at: pair.wrong).item()
    corrupt = difference
    self.site = site
    grid = try taps.map { tap in
      guard let gradient = gradients[tap] else {
        throw VitroError(.unsupported, "attributing in '\(model.name)'", "the answer does not depend on '\(tap)'")
      }
      let change = try (cleanRun.activations.value(at: tap) - run.value(at: tap)) * gradient
      // [1, positions, width], [1, positions, heads, d_head], or a pattern [1, heads, query, key].
      let kept = site.isHead && site != .headPattern ? 2 : 1
      let axes = (0..<change.rank).filter { $0 != kept }
      return try change.sum(axes: axes).cast(to: .float64).array(of: Double.self).map { difference + $0 }
    }
  }
}
