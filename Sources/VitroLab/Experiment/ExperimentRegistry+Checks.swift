internal import Foundation
internal import VitroCore

extension ExperimentRegistry {
  /// Checks a configuration, without any work and without a store.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for unknown names (with the nearest right one) and values out of range, `file` for
  ///   files that are not there.
  public func check(_ configuration: RunConfiguration) throws { _ = try completed(configuration) }

  /// The configuration with every field that it does not name, and with the paths that it names made absolute: what a run keeps, so
  /// that neither another default nor another directory changes it later.
  func completed(_ configuration: RunConfiguration) throws -> RunConfiguration {
    let type = try experiment(named: configuration.experiment)
    if configuration.label == "latest" {
      throw VitroError(.argument, type.fullName, "a run cannot be labelled 'latest', which names the last one")
    }
    if configuration.sweep.isEmpty { return try type.completed(configuration) }
    for point in try SweepGrid(configuration, type).points { _ = try type.completed(point) }
    // The fields of a sweep may be wrong without the swept ones; each point is complete.
    var complete = configuration
    complete.fields = type.withAbsolutePaths(type.withDefaults(configuration.fields))
    return complete
  }
}

extension Experiment {
  /// Checks a configuration of this experiment and fills in its defaults.
  fileprivate static func completed(_ configuration: RunConfiguration) throws -> RunConfiguration {
    let experiment = try Self(fieldValues: configuration.fields)
    try experiment.checkFiles()
    var complete = configuration
    complete.fields = withAbsolutePaths(experiment.fieldValues)
    return complete
  }

  fileprivate static func withDefaults(_ values: [String: JSONValue]) -> [String: JSONValue] {
    Self().fieldValues.merging(values) { $1 }
  }

  fileprivate static func withAbsolutePaths(_ values: [String: JSONValue]) -> [String: JSONValue] {
    var values = values
    for field in fields {
      let name = field.description.name
      if let value = values[name] { values[name] = field.description.kind.withAbsolutePaths(value) }
    }
    return values
  }
}

extension FieldKind {
  fileprivate func withAbsolutePaths(_ value: JSONValue) -> JSONValue {
    switch (self, value) {
    case (.path(let names), .string(let path)) where !names.contains(path):
      Self.absolute(path, after: Self.prefix(of: path, names: names) ?? "")
    case (.list(let kind), .array(let values)): .array(values.map(kind.withAbsolutePaths))
    case (.optional(let kind), _) where value != .null: kind.withAbsolutePaths(value)
    default: value
    }
  }

  private static func absolute(_ path: String, after prefix: String) -> JSONValue {
    .string(prefix + URL(filePath: String(path.dropFirst(prefix.count))).absoluteURL.standardizedFileURL.path)
  }
}
