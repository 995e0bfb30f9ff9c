internal import VitroCore
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// What all patches of a sweep share: the two runs, and what follows the last residual.
struct Patcher {
  private let model: LanguageModel
  private let description: TransformerDescription
  private let pair: AnswerPair
  private let site: PatchingSite
  private let end: FinalLayer
  private let cleanRun, corruptRun: PackedActivations
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

  /// The columns of the grid, positions or heads, in batches that fit.
  var batches: [Range<Int>] {
    let count = site.isHead ? description.heads(of: site) : pair.clean.count
    var result: [Range<Int>] = []
    var (first, rows) = (0, 0)
    for column in 0..<count {
      let more = model.layers * (pair.clean.count - start(column))
      if column > first, rows + more > PatchingSweep.batchRows {
        result.append(first..<column)
        (first, rows) = (column, 0)
      }
      rows += more
    }
    return result + [first..<count]
  }

  /// The first position that a patch can change: earlier ones of a causal model do not see it.
  private func start(_ column: Int) -> Int { model.isCausal && !site.isHead ? column : 0 }

  /// The logit differences of a batch's patches, `[column][layer]`.
  ///
  /// Block after block, the patches of the block join those of earlier ones.
  func differences(_ columns: Range<Int>, progress: (Int) throws -> Void) throws -> [[Double]] {
    let count = pair.clean.count
    let rows = columns.flatMap { start($0)..<count }
    let own = columns.map { SequenceLayout.Sequence(length: count - start($0), start: start($0)) }
    var residuals: Tensor?
    for layer in 0..<model.layers {
      try progress(layer)
      let patches = try edits(layer, columns, rows)
      // A patched residual enters the block as the others do; other patches enter inside it.
      if site == .residPre {
        let fresh = try patched(layer, columns)
        residuals = try block(
          layer, residuals.map { try Tensor.concatenate([$0, fresh]) } ?? fresh, rows, own, layers: layer + 1)
      } else {
        let fresh = try run(layer, rows, own, patches)
        guard let earlier = residuals else {
          residuals = fresh
          continue
        }
        residuals = try .concatenate([block(layer, earlier, rows, own, layers: layer), fresh])
      }
    }
    guard let residuals else { return columns.map { _ in [] } }
    // Patches of layer 0 come first, each with its columns in order.
    var lasts: [Int64] = []
    var at = 0
    for _ in 0..<model.layers {
      for sequence in own {
        at += sequence.length
        lasts.append(Int64(at - 1))
      }
    }
    let values = try pair.differences(end, residuals.gather(Tensor(lasts)))
    return columns.indices.map { column in
      (0..<model.layers).map { values[$0 * own.count + column - columns.lowerBound] }
    }
  }

  /// One block for the patches of several layers, from the residuals that enter it.
  private func block(
    _ layer: Int, _ residuals: Tensor, _ rows: [Int], _ own: [SequenceLayout.Sequence], layers: Int
  ) throws -> Tensor {
    let entry = "blocks.\(layer).hook_resid_pre"
    return try run(
      layer, (0..<layers).flatMap { _ in rows }, (0..<layers).flatMap { _ in own },
      [entry: .replace(residuals.expandingAxis(0))])
  }

  private func run(
    _ layer: Int, _ rows: [Int], _ sequences: [SequenceLayout.Sequence], _ edits: [String: TapEdit]
  ) throws -> Tensor {
    let continues = sequences.contains { $0.start > 0 }
    let layout = SequenceLayout(sequences, past: continues ? corruptRun.cache : nil)
    let exit = model.residualTaps[layer + 1]
    return try model.run(
      rows.map { pair.corrupt[$0] }, layout, recording: [exit], editing: edits, needsOutputs: false
    ).value(at: exit)
  }

  // MARK: - Patched values

  /// What a patch of a layer replaces, and the corrupt run's values that lead to it.
  private func edits(_ layer: Int, _ columns: Range<Int>, _ rows: [Int]) throws -> [String: TapEdit] {
    guard site != .residPre else { return [:] }
    let indices = try Tensor(rows.map { Int64($0) })
    var edits = try Dictionary(
      uniqueKeysWithValues: site.cuts(layer, description).map { tap in
        (tap, TapEdit.replace(try corruptRun.value(at: tap).gather(indices).expandingAxis(0)))
      })
    let value = try patched(layer, columns)
    edits[site.tap(layer)] = .replace(site == .headPattern ? value : try value.expandingAxis(0))
    return edits
  }

  /// The corrupt run's values with the clean one's at each column in turn: rows of all sequences, or a pattern for each.
  private func patched(_ layer: Int, _ columns: Range<Int>) throws -> Tensor {
    let tap = site.tap(layer)
    guard site == .headPattern else {
      let (clean, corrupt) = (try cleanRun.value(at: tap), try corruptRun.value(at: tap))
      let axis = site.isHead ? 1 : 0
      return try .concatenate(
        columns.map { column in
          try Self.exchanged(corrupt, clean, at: column, axis: axis).slice(start(column)..<corrupt.shape[0])
        })
    }
    let (clean, corrupt) = (try cleanRun.value(at: tap, text: 0), try corruptRun.value(at: tap, text: 0))
    return try .stack(columns.map { try Self.exchanged(corrupt, clean, at: $0, axis: 0) })
  }

  private static func exchanged(_ value: Tensor, _ other: Tensor, at index: Int, axis: Int) throws -> Tensor {
    try .concatenate(
      [
        value.slice(axis: axis, 0..<index), other.slice(axis: axis, index..<index + 1),
        value.slice(axis: axis, index + 1..<value.shape[axis]),
      ].filter { $0.shape[axis] > 0 }, axis: axis)
  }
}

extension TransformerDescription {
  /// How many heads a site has: keys and values may be shared.
  fileprivate func heads(of site: PatchingSite) -> Int {
    site == .headK || site == .headV ? keyValueHeads : heads
  }
}
