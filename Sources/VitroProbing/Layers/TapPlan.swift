internal import VitroCore
internal import VitroData
internal import VitroNetworks
internal import VitroTensor

/// Which values of a network are probed, measured on the first training examples.
struct TapPlan {
  private(set) var taps: [ProbeHeads.Tap] = []
  private(set) var scalings: [TapScaling] = []
  private(set) var skipped: [LayerReadings.SkippedTap] = []

  /// So many training examples say where features lie.
  private static let measuredRows = 2000

  /// More weights than these, fivefold for the optimizer and twofold for the control, take gigabytes.
  private static let mostWeights = 32 << 20

  /// The taps of a network that are worth a probe: its inputs, and the operations whose output is not just their input in another shape.
  static func taps(of network: Network) -> [String] {
    network.graph.inputs.map(\.name)
      + network.graph.nodes.filter { !($0.layer is Flatten || $0.layer is Reshape || $0.layer is Dropout) }.map(\.name)
  }

  init(_ network: Network, _ names: [String], _ problem: LayerProblem, widest: Int) throws {
    for name in names {
      guard let shape = try network.shape(at: name) else {
        throw VitroError(
          .unsupported, "probing '\(name)'", "it is a value inside a layer, whose shape is not known beforehand")
      }
      let width = shape.reduce(1, *)
      if shape.contains(-1) {
        skipped.append(.init(tap: name, reason: "its length varies"))
      } else if width == 0 {
        skipped.append(.init(tap: name, reason: "it has no features"))
      } else if width > widest {
        skipped.append(.init(tap: name, reason: "\(width) features, more than \(widest)"))
      } else if width * problem.classCount > Self.mostWeights {
        skipped.append(
          .init(tap: name, reason: "a probe of \(width) features and \(problem.classCount) classes is too large"))
      } else {
        taps.append(ProbeHeads.Tap(name: name, width: width))
      }
    }
    try measure(network, problem)
  }

  private mutating func measure(_ network: Network, _ problem: LayerProblem) throws {
    let rows = problem.train.prefix(Self.measuredRows)
    var sums = taps.map { _ in TapScaling.Sums() }
    var unfit: [String: String] = [:]
    for start in stride(from: 0, to: rows.count, by: 125) {
      let run = try network.run(
        problem.examples.batch(Array(rows[start..<min(start + 125, rows.count)])).inputs,
        recording: .names(taps.map(\.name)), needsOutputs: false)
      for (number, tap) in taps.enumerated() where unfit[tap.name] == nil {
        let value = try run.value(at: tap.name)
        guard value.dtype.isFloatingPoint else {
          unfit[tap.name] = "not a vector of numbers"
          continue
        }
        guard value.shape.first == min(125, rows.count - start) else {
          unfit[tap.name] = "not one value for each example"
          continue
        }
        let features = try TapFeatures.rows(value)
        if let row = try features.firstRowNotFinite {
          unfit[tap.name] = problem.notFinite(rows[start + row])
        } else {
          try sums[number].add(features)
        }
      }
    }
    skipped += taps.compactMap { tap in unfit[tap.name].map { .init(tap: tap.name, reason: $0) } }
    let fit = taps.indices.filter { unfit[taps[$0].name] == nil }
    scalings = try fit.compactMap { try sums[$0].scaling() }
    taps = fit.map { taps[$0] }
  }

  /// Leaves out a tap at which an example further on has no number.
  mutating func leaveOut(_ tap: String, _ reason: String) {
    guard let number = taps.firstIndex(where: { $0.name == tap }) else { return }
    taps.remove(at: number)
    scalings.remove(at: number)
    skipped.append(.init(tap: tap, reason: reason))
  }
}
