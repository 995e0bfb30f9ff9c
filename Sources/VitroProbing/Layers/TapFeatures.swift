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
      if let row = try values.firstRowNotFinite { throw VitroError.notFinite(tap: tap.name, row: rows[row]) }
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
}

extension Tensor {
  /// The first of the rows `[rows, width]` with an element that is NaN or infinite.
  var firstRowNotFinite: Int? {
    get throws {
      if isFinite { return nil }
      let width = Swift.max(shape[1], 1)
      return try floats.firstIndex { !$0.isFinite }.map { $0 / width }
    }
  }
}

extension VitroError {
  /// A value of the network that no probe can take, by its row in the order of the problem.
  static func notFinite(tap: String, row: Int) -> VitroError {
    VitroError(
      .numerical, "probing '\(tap)'", "a value is NaN or infinite",
      hint: "Look at the network's weights and at the data.", details: ["tap": tap, "row": "\(row)"])
  }
}
