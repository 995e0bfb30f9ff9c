internal import VitroCore
public import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// Activation patching (Meng et al., 2022; Wang et al., 2022): one value at a time goes from the clean run into the corrupt one, and the logit
/// difference says how much of the answer comes back.
///
/// ```swift
/// let pair = try AnswerPair(clean: clean, corrupt: corrupt, answer: answer, wrong: wrong)
/// let sweep = try PatchingSweep(model, pair, at: .residPre)
/// let effect = sweep.recovered(layer: 1, column: 2)  // 0: as corrupt, 1: as clean
/// ```
///
/// Every patch is exact. Nothing before a patch is computed again: keys and values of the positions before it come from the corrupt run, and the layers
/// before it do not run. Patches join one batch without padding as the layers go by, so that each block runs once for all patches so far, and only the two
/// answers are unembedded, at the last position.
public struct PatchingSweep: Sendable, Codable {
  /// What was moved.
  public let site: PatchingSite
  /// The logit difference of each patch, `[layer][position or head]`.
  public let grid: [[Double]]
  /// The logit difference of the clean run.
  public let clean: Double
  /// The logit difference of the corrupt run.
  public let corrupt: Double

  /// How much of the answer a patch brings back: (patched − corrupt)/(clean − corrupt).
  public func recovered(layer: Int, column: Int) -> Double { (grid[layer][column] - corrupt) / (clean - corrupt) }

  /// The most rows of one batch at the last layer.
  static let batchRows = 8192

  /// Patches every layer at every position, or every head.
  ///
  /// - Parameters:
  ///   - model: A transformer that predicts tokens.
  ///   - pair: The prompts and answers.
  ///   - site: What is moved.
  ///   - progress: Is told how many layers are done; may throw to stop.
  /// - Throws: ``/VitroCore/VitroError`` for a model without logits or without the site, or prompts that it does not take.
  /// - Complexity: Σ over layers l and positions p of (layers − l) · (length − p) block steps, for a causal model.
  public init(
    _ model: LanguageModel, _ pair: AnswerPair, at site: PatchingSite = .residPre,
    progress: (_ done: Int, _ of: Int) throws -> Void = { _, _ in }
  ) throws {
    let patcher = try Patcher(model, pair, site)
    self.site = site
    (clean, corrupt) = (patcher.cleanDifference, patcher.corruptDifference)
    let batches = patcher.batches
    let columns = try batches.enumerated().flatMap { number, batch in
      try patcher.differences(batch) { layer in
        try progress(number * model.layers + layer, batches.count * model.layers)
      }
    }
    grid = (0..<model.layers).map { layer in columns.map { $0[layer] } }
    try progress(batches.count * model.layers, batches.count * model.layers)
  }
}
