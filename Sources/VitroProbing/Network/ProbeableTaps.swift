internal import VitroCore
internal import VitroData
internal import VitroNetworks
internal import VitroTensor

/// The values of a network that can be probed, and those that cannot, with the reason.
struct ProbeableTaps {
  private(set) var taps: [(name: String, width: Int)] = []
  private(set) var skipped: [LayerReadings.SkippedTap] = []

  /// Runs the first examples and the last ones: what a value is like shows only when it is there.
  init(_ subject: ProbedNetwork, _ names: [String], rows: [Int], widest: Int) throws {
    let runs = try [rows.prefix(2), rows.suffix(1)].map { rows in
      try subject.network.run(
        subject.data.batch(Array(rows)).inputs, recording: .names(names), needsOutputs: false)
    }
    for name in names {
      let values = try runs.map { try $0.value(at: name) }
      if let reason = Self.obstacle(values, rows: [min(2, rows.count), 1], widest: widest) {
        skipped.append(.init(tap: name, reason: reason))
      } else {
        taps.append((name, values[0].shape.dropFirst().reduce(1, *)))
      }
    }
  }

  private static func obstacle(_ values: [Tensor], rows: [Int], widest: Int) -> String? {
    guard values[0].dtype.isFloatingPoint else { return "its values are \(values[0].dtype), not real numbers" }
    guard values.map({ $0.shape.first ?? 0 }) == rows else { return "its first axis does not count the examples" }
    let shapes = values.map { Array($0.shape.dropFirst()) }
    guard shapes[0] == shapes[1] else { return "its length varies" }
    let width = shapes[0].reduce(1, *)
    if width == 0 { return "it has no features" }
    if width > widest { return "it has \(width) features, more than \(widest): --widest \(width) takes them" }
    return nil
  }
}
