public import Foundation
public import VitroCore

/// What a run is asked to do: an experiment, its fields, a seed, and the grid if it is a sweep.
///
/// ```json
/// {"experiment": "probe xor", "fields": {"seeds": 4000}, "seed": 1, "sweep": {"steps": [1000, 5000]}}
/// ```
public struct RunConfiguration: Sendable, Hashable {
  /// The full name of the experiment, such as `probe xor`.
  public var experiment: String
  /// The values of fields; those that are not named have their defaults.
  ///
  /// A run keeps the values of all.
  public var fields: [String: JSONValue]
  /// The seed of everything random.
  public var seed: UInt64
  /// A name for people.
  public var label: String?
  /// The values that each swept field takes; a run with a grid does one run for each of its points.
  public var sweep: [String: [JSONValue]]

  /// Creates a configuration; nothing is checked yet.
  public init(
    experiment: String, fields: [String: JSONValue] = [:], seed: UInt64 = 0, label: String? = nil,
    sweep: [String: [JSONValue]] = [:]
  ) {
    self.experiment = experiment
    self.fields = fields
    self.seed = seed
    self.label = label
    self.sweep = sweep
  }

  /// The configuration of an experiment as it stands.
  public init(_ experiment: some Experiment, seed: UInt64 = 0, label: String? = nil) {
    self.init(experiment: type(of: experiment).fullName, fields: experiment.fieldValues, seed: seed, label: label)
  }
}

extension RunConfiguration {
  private static let keys = ["experiment", "fields", "label", "seed", "sweep"]

  /// The configuration as JSON that ``init(json:file:)`` reads.
  public var json: JSONValue {
    var object: [String: JSONValue] = [
      "experiment": .string(experiment), "fields": .object(fields),
      "seed": Int(exactly: seed).map { .integer($0) } ?? .string("\(seed)"),
    ]
    if let label { object["label"] = .string(label) }
    if !sweep.isEmpty { object["sweep"] = .object(sweep.mapValues { .array($0) }) }
    return .object(object)
  }

  /// Reads a configuration.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `malformed` when it is not JSON of this form, `argument` with the nearest right name when a key is unknown.
  public init(json data: Data, file: String) throws {
    let value: JSONValue
    do {
      value = try JSONDecoder().decode(JSONValue.self, from: data)
    } catch let error as DecodingError {
      throw error.asMalformed(file: file, schema: "a configuration", hint: "docs/experiments.md describes it.")
    }
    guard case .object(let object) = value else {
      throw VitroError.malformed(
        file: file, field: "the document", found: "\(value)".prefix(60).description, expected: "an object")
    }
    try self.init(object, file: file)
  }

  /// Reads a configuration from a file.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when it cannot be read, else as ``init(json:file:)``.
  public init(contentsOf path: String) throws {
    try FieldKind.checkExists(path, names: [], field: "the configuration")
    let url = URL(filePath: path)
    let size = (try? url.resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? 0
    guard size <= 16 << 20 else {
      throw VitroError.malformed(file: path, field: "size", found: "\(size) bytes", expected: "at most 16 MiB")
    }
    do {
      try self.init(json: try Data(contentsOf: url), file: path)
    } catch let error as CocoaError {
      throw VitroError(.file, "reading \(path)", "the file cannot be read: \(error.localizedDescription)")
    }
  }

  private init(_ object: [String: JSONValue], file: String) throws {
    func malformed(_ field: String, _ expected: String) -> VitroError {
      .malformed(
        file: file, field: field, found: object[field].map { String("\($0)".prefix(80)) } ?? "nothing",
        expected: expected)
    }
    for key in object.keys.sorted() where !Self.keys.contains(key) {
      throw VitroError.unknownName(key, kind: "key", known: Self.keys, operation: "reading \(file)")
    }
    guard case .string(let experiment) = object["experiment"] else {
      throw malformed("experiment", "the name of an experiment, such as \"probe xor\"")
    }
    self.init(experiment: experiment)
    switch object["fields"] {
    case nil: break
    case .object(let fields): self.fields = fields
    default: throw malformed("fields", "an object of the experiment's fields")
    }
    switch object["label"] {
    case nil, .null: break
    case .string(let label): self.label = label
    default: throw malformed("label", "text")
    }
    if let seed = object["seed"] {
      guard let seed = Self.seed(seed) else { throw malformed("seed", "a whole number from 0 to 2⁶⁴ − 1") }
      self.seed = seed
    }
    switch object["sweep"] {
    case nil: break
    case .object(let axes):
      for (name, values) in axes {
        guard case .array(let values) = values, !values.isEmpty else {
          throw VitroError.malformed(
            file: file, field: "sweep.\(name)", found: String("\(values)".prefix(80)), expected: "a list of values")
        }
        sweep[name] = values
      }
    default: throw malformed("sweep", "an object with a list of values for each field")
    }
  }

  /// A seed in a word as a configuration has it: a whole number, or a string for one that JSON's whole numbers do not hold.
  public static func seedValue(_ word: String) -> JSONValue { Int(word).map { .integer($0) } ?? .string(word) }

  static func seed(_ value: JSONValue) -> UInt64? {
    switch value {
    case .integer(let number): UInt64(exactly: number)
    case .string(let digits): UInt64(digits)
    default: nil
    }
  }
}

extension RunConfiguration {
  /// The words of a command line that asks for the same, without the fields that are at their default.
  public func commandLine(in registry: ExperimentRegistry) -> [String] {
    var words = ["vitro"] + experiment.split(separator: " ").map(String.init)
    guard let type = try? registry.experiment(named: experiment) else { return words }
    for field in type.fieldDescriptions {
      guard let value = fields[field.name], value != field.defaultValue else { continue }
      let text = FieldKind.word(of: value)
      if field.isPositional {
        words.append(text)
      } else if case .bool(let isOn) = value, field.kind.isFlag {
        words.append(isOn ? "--\(field.flagName)" : "--no-\(field.flagName)")
      } else if field.kind.repeated != nil, case .array(let values) = value {
        for value in values { words += ["--\(field.flagName)", FieldKind.word(of: value)] }
      } else {
        words += ["--\(field.flagName)", text]
      }
    }
    if seed != 0 { words += ["--seed", "\(seed)"] }
    for (name, values) in sweep.sorted(by: { $0.key < $1.key }) {
      let separator = type.fieldDescriptions.first { $0.name == name }?.kind.sweepSeparator ?? ","
      words += ["--sweep", "\(name)=\(values.map(FieldKind.word).joined(separator: "\(separator)"))"]
    }
    return words
  }
}
