public import VitroCore

/// A run done again, and whether it gave the same.
public struct Reproduction: Sendable {
  /// The run that was repeated.
  public var original: RunRecord
  /// The repetition.
  public var repetition: RunRecord
  /// What differs, by name; empty when every number and every file is the same.
  public var differences: [Difference]

  /// Something that the two runs do not agree in.
  public struct Difference: Sendable, Hashable {
    /// What differs: a fact (`solved`) or a file (`training/losses.npy`).
    public var name: String
    /// What the original has.
    public var original: String
    /// What the repetition has.
    public var repetition: String
  }
}

extension Lab {
  /// Does a finished run again as a new one, with the same fields and seed, and compares every fact and every file of its stages.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` when the run is not finished, or a file that it read is no longer the same.
  public func reproduce(_ name: String, observer: any Observer) throws -> Reproduction {
    let original = try store.run(name)
    guard original.state == .finished else {
      let isRunning = original.state == .running
      throw VitroError(
        .argument, "reproducing run \(original.id)", "it is \(original.state.rawValue), expected finished",
        hint: isRunning ? nil : "'vitro runs resume \(original.id)' goes on with it.")
    }
    var configuration = original.configuration
    // A label names one run.
    configuration.label = nil
    let origin = RunStore.Origin(command: original.configuration.commandLine(in: registry), original: original.id)
    let repetition = try begin(configuration, origin, observer)
    var differences = try Self.differences(
      "", .object(try store.facts(of: original.id)), .object(try store.facts(of: repetition.id)))
    // The stages of a sweep keep the ids of its runs, whose facts are compared above.
    if original.configuration.sweep.isEmpty {
      let files = try [original, repetition].map { record in
        Dictionary(try store.artifacts(of: record.id).map { ("\($0.stage)/\($0.path)", $0.sha256) }) { $1 }
      }
      for file in Set(files.flatMap(\.keys)).sorted() where files[0][file] != files[1][file] {
        differences.append(
          Reproduction.Difference(
            name: file, original: files[0][file] ?? "missing", repetition: files[1][file] ?? "missing"))
      }
    }
    let sources = try [original, repetition].map { try store.sources(of: $0.id) }
    for source in sources[0] where !sources[1].contains(where: { $0.sha256 == source.sha256 }) {
      differences.append(
        Reproduction.Difference(name: "file read: \(source.name)", original: source.sha256, repetition: "another file"))
    }
    return Reproduction(original: original, repetition: repetition, differences: differences)
  }

  /// Where two JSON values differ, by path; ids of runs do not count.
  static func differences(_ path: String, _ a: JSONValue, _ b: JSONValue) throws -> [Reproduction.Difference] {
    switch (a, b) {
    case (.object(let a), .object(let b)):
      return try Set(a.keys).union(b.keys).subtracting(["run"]).sorted().flatMap { key in
        try differences(path.isEmpty ? key : "\(path).\(key)", a[key] ?? .null, b[key] ?? .null)
      }
    case (.array(let a), .array(let b)) where a.count == b.count:
      return try zip(a, b).enumerated().flatMap { try differences("\(path)[\($0.offset)]", $0.element.0, $0.element.1) }
    default:
      if a == b { return [] }
      return [
        Reproduction.Difference(
          name: path, original: String("\(a)".prefix(80)), repetition: String("\(b)".prefix(80)))
      ]
    }
  }
}
