internal import VitroCore
internal import VitroData
internal import VitroNetworks
internal import VitroTensor

/// The values of several taps of a network as the inputs of ``ProbeHeads``: standardized, one row for each example, with the labels as targets.
///
/// Nothing is kept: each batch is a forward pass of the network, on which no gradient is taken.
struct TapFeatures: BatchSource {
  let network: Network
  let heads: ProbeHeads
  let problem: LayerProblem
  let scalings: [TapScaling]
  /// The examples, in the order in which they are passed through.
  let order: [Int]
  /// Sees each forward pass, with the places of its examples in ``order``.
  var watch: (@Sendable (Activations, [Int]) throws -> Void)?

  var count: Int { order.count }

  func batch(_ indices: [Int]) throws -> Batch {
    let rows = indices.map { order[$0] }
    let run = try network.run(
      try problem.examples.batch(rows).inputs, recording: .names(heads.taps.map(\.name)), needsOutputs: false)
    try watch?(run, indices)
    let inputs = try heads.taps.indices.map { number in
      let tap = heads.taps[number]
      let values = try Self.rows(run.value(at: tap.name))
      guard values.isFinite else { throw try notFinite(values, tap.name, rows) }
      return try scalings[number].apply(values, factor: tap.factor)
    }
    let sets = problem.labelSets
    let labels = rows.flatMap { row in heads.taps.flatMap { _ in sets.map { $0[row] } } }
    return Batch(inputs: inputs, target: try Tensor(labels, shape: [rows.count, heads.taps.count * sets.count]))
  }

  /// A value of the network as one row for each example.
  static func rows(_ value: Tensor) throws -> Tensor {
    try (value.rank == 1 ? value.expandingAxis(1) : value.flattened(from: 1)).cast(to: .float32)
  }

  private func notFinite(_ values: Tensor, _ tap: String, _ rows: [Int]) throws -> VitroError {
    let width = values.shape[1]
    let place = try values.floats.firstIndex { !$0.isFinite } ?? 0
    return VitroError.notFinite(tap: tap, example: rows[place / width], feature: place % width)
  }
}

extension VitroError {
  /// A value of the network that no probe can take.
  static func notFinite(tap: String, example: Int, feature: Int) -> VitroError {
    VitroError(
      .numerical, "probing '\(tap)'", "feature \(feature) of an example is NaN or infinite",
      hint: "Look at the network's weights and at the data.",
      details: ["tap": tap, "example": "\(example)", "feature": "\(feature)"])
  }
}
