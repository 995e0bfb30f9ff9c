internal import VitroCore

/// The points of a sweep: every combination of the values of its axes, the last axis fastest.
struct SweepGrid {
  /// The swept fields in the order of the experiment's help, the seed last.
  let axes: [(name: String, values: [JSONValue])]
  /// The configuration of each point.
  let points: [RunConfiguration]

  /// How many points a grid has at most.
  static let limit = 10_000

  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for a field that the experiment does not have, a value that it does not take, or too many points.
  init(_ configuration: RunConfiguration, _ type: any Experiment.Type) throws {
    let operation = "sweep of \(type.fullName)"
    let names = type.fieldDescriptions.map(\.name) + ["seed"]
    if let unknown = configuration.sweep.keys.sorted().first(where: { !names.contains($0) }) {
      throw VitroError.unknownName(unknown, kind: "field", known: names, operation: operation)
    }
    let count = configuration.sweep.values.reduce(1.0) { $0 * Double($1.count) }
    guard count <= Double(Self.limit) else {
      throw VitroError(.argument, operation, "the grid has \(Int(count)) points, expected at most \(Self.limit)")
    }
    axes = try names.compactMap { name in
      guard let values = configuration.sweep[name] else { return nil }
      if values.isEmpty { throw VitroError(.argument, operation, "\(name) has no values") }
      let checked = try values.map { value in
        guard name == "seed" else {
          return try (type.fieldDescriptions.first { $0.name == name }?.kind ?? .text).checked(value, field: name)
        }
        guard RunConfiguration.seed(value) != nil else {
          throw VitroError(
            .argument, name, "found \("\(value)".prefix(80)), expected a whole number from 0 to 2⁶⁴ − 1")
        }
        return value
      }
      var seen: Set<JSONValue> = []
      if let twice = checked.first(where: { !seen.insert($0).inserted }) {
        throw VitroError(.argument, operation, "\(name) takes the value \(twice) twice")
      }
      return (name, checked)
    }
    var base = configuration
    base.sweep = [:]
    // A label names the sweep, not its points.
    base.label = nil
    points = axes.reduce([base]) { points, axis in
      points.flatMap { point in
        axis.values.map { value in
          var point = point
          if axis.name == "seed" {
            point.seed = RunConfiguration.seed(value) ?? 0
          } else {
            point.fields[axis.name] = value
          }
          return point
        }
      }
    }
  }

  /// A point in words: `steps = 1000, seed = 2`.
  func words(_ point: RunConfiguration) -> String {
    axes.map { "\($0.name) = \(FieldKind.word(of: point.value(of: $0.name)))" }.joined(separator: ", ")
  }
}

extension RunConfiguration {
  /// The value of a field, or of the seed.
  func value(of name: String) -> JSONValue {
    if name == "seed" { return Int(exactly: seed).map { .integer($0) } ?? .string("\(seed)") }
    return fields[name] ?? .null
  }
}
