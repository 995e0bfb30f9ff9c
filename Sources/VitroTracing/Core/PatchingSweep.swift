internal import VitroCore
public import VitroModels
public import VitroNetworks
internal import VitroTensor

/// Activation patching (Meng et al., 2022; Wang et al., 2022): one value at a time goes from the clean run into the corrupt one, and the logit
/// difference says how much of the answer comes back.
///
/// ```swift
/// let pair = try AnswerPair(clean: clean, corrupt: corrupt, answer: answer, wrong: wrong)
/// let sweep = try PatchingSweep(model, pair, at: .residPre)
/// let effect = sweep.recovered(layer: 3, column: 5)  // 0: as corrupt, 1: as clean
/// ```
///
/// Every patch is exact. Nothing before a patch is computed again: keys and values of the positions before it come from the corrupt run, its layers
/// before it do not run, all patches of a layer run as one batch without padding, and only the two answers are unembedded, at the last position.
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

  /// The most tokens of one batch.
  static let batchTokens = 4096

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
    grid = try (0..<model.layers).map { layer in
      try progress(layer, model.layers)
      return try patcher.row(layer)
    }
    try progress(model.layers, model.layers)
  }
}

/// What all patches of a sweep share: the two runs, and what follows the last residual.
private struct Patcher {
  let model: LanguageModel
  let description: TransformerDescription
  let pair: AnswerPair
  let site: PatchingSite
  let end: FinalLayer
  let cleanRun, corruptRun: PackedActivations
  let cleanDifference, corruptDifference: Double

  init(_ model: LanguageModel, _ pair: AnswerPair, _ site: PatchingSite) throws {
    let operation = "patching '\(model.name)'"
    end = try FinalLayer(model, for: operation)
    guard let description = model.transformer else {
      throw VitroError(.unsupported, operation, "it is no transformer")
    }
    (self.model, self.description, self.pair, self.site) = (model, description, pair, site)
    let layers = 0..<model.layers
    let sites = layers.map(site.tap)
    cleanRun = try model.run([pair.clean], recording: .names(sites + [end.residual]), needsOutputs: false)
    corruptRun = try model.run(
      [pair.corrupt], recording: .names(sites + layers.flatMap { site.cuts($0, description) } + [end.residual]),
      needsOutputs: false, isKept: model.isCausal)
    let last = pair.clean.count - 1
    cleanDifference = try pair.differences(end, cleanRun.value(at: end.residual).slice(last..<last + 1))[0]
    corruptDifference = try pair.differences(end, corruptRun.value(at: end.residual).slice(last..<last + 1))[0]
  }

  /// The logit differences of all patches of a layer.
  func row(_ layer: Int) throws -> [Double] { site.isHead ? try heads(layer) : try positions(layer) }

  private func positions(_ layer: Int) throws -> [Double] {
    let count = pair.clean.count
    // Earlier positions of a causal model do not see the patch.
    let starts = (0..<count).map { model.isCausal ? $0 : 0 }
    var result: [Double] = []
    var first = 0
    while first < count {
      var (last, tokens) = (first, 0)
      repeat {
        tokens += count - starts[last]
        last += 1
      } while last < count && tokens + count - starts[last] <= PatchingSweep.batchTokens
      result += try patched(layer, first..<last, starts)
      first = last
    }
    return result
  }

  private func patched(_ layer: Int, _ patches: Range<Int>, _ starts: [Int]) throws -> [Double] {
    let count = pair.clean.count
    let tap = site.tap(layer)
    let rows = patches.flatMap { starts[$0]..<count }
    var edits = try cuts(layer, rows)
    let corrupt = try corruptRun.value(at: tap)
    let clean = try cleanRun.value(at: tap)
    let pieces = try patches.flatMap { patch -> [Tensor] in
      let own = try clean.slice(patch..<patch + 1)
      return try [
        corrupt.slice(starts[patch]..<patch), own, corrupt.slice(patch + 1..<count),
      ].filter { $0.shape[0] > 0 }
    }
    edits[tap] = .replace(try Tensor.concatenate(pieces).expandingAxis(0))
    let sequences = patches.map { SequenceLayout.Sequence(length: count - starts[$0], start: starts[$0]) }
    return try differences(rows, sequences, edits)
  }

  private func heads(_ layer: Int) throws -> [Double] {
    let tap = site.tap(layer)
    let isPattern = site == .headPattern
    // [heads, …] of the pattern, [positions, heads, …] of the others.
    let clean = isPattern ? try cleanRun.value(at: tap, text: 0) : try cleanRun.value(at: tap)
    let corrupt = isPattern ? try corruptRun.value(at: tap, text: 0) : try corruptRun.value(at: tap)
    let axis = isPattern ? 0 : 1
    let count = pair.clean.count
    var result: [Double] = []
    let most = Swift.max(PatchingSweep.batchTokens / count, 1)
    for first in stride(from: 0, to: corrupt.shape[axis], by: most) {
      let heads = first..<Swift.min(first + most, corrupt.shape[axis])
      let rows = heads.flatMap { _ in 0..<count }
      var edits = try cuts(layer, rows)
      let pieces = try heads.map { head in
        try Tensor.concatenate(
          [
            corrupt.slice(axis: axis, 0..<head), clean.slice(axis: axis, head..<head + 1),
            corrupt.slice(axis: axis, head + 1..<corrupt.shape[axis]),
          ].filter { $0.shape[axis] > 0 }, axis: axis)
      }
      edits[tap] = .replace(
        isPattern ? try Tensor.stack(pieces) : try Tensor.concatenate(pieces).expandingAxis(0))
      result += try differences(rows, heads.map { _ in .init(length: count) }, edits)
    }
    return result
  }

  /// The corrupt run's values that lead to the patched one, for the rows of a batch.
  private func cuts(_ layer: Int, _ rows: [Int]) throws -> [String: TapEdit] {
    let indices = try Tensor(rows.map { Int64($0) })
    return try Dictionary(
      uniqueKeysWithValues: site.cuts(layer, description).map { tap in
        (tap, .replace(try corruptRun.value(at: tap).gather(indices).expandingAxis(0)))
      })
  }

  private func differences(
    _ rows: [Int], _ sequences: [SequenceLayout.Sequence], _ edits: [String: TapEdit]
  ) throws -> [Double] {
    let continues = sequences.contains { $0.start > 0 }
    let layout = SequenceLayout(sequences, past: continues ? corruptRun.cache : nil)
    let run = try model.run(
      rows.map { pair.corrupt[$0] }, layout, recording: [end.residual], editing: edits, needsOutputs: false)
    let last = try Tensor(run.ranges.map { Int64($0.upperBound - 1) })
    return try pair.differences(end, run.value(at: end.residual).gather(last))
  }
}
