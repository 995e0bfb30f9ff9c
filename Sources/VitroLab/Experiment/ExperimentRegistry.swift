internal import VitroCore

/// The experiments that are known by name: to the command line, to configurations and to the store that opens their runs.
public struct ExperimentRegistry: Sendable {
  /// The experiments, in the order of the help.
  public private(set) var experiments: [any Experiment.Type] = []

  /// Creates a registry.
  ///
  /// Two experiments of one name are an error of the program.
  public init(_ experiments: [any Experiment.Type] = []) {
    for experiment in experiments { register(experiment) }
  }

  /// Makes an experiment known.
  ///
  /// Two experiments of one name are an error of the program.
  public mutating func register(_ experiment: any Experiment.Type) {
    precondition(
      !experiments.contains { $0.fullName == experiment.fullName },
      "Two experiments are called '\(experiment.fullName)'.")
    let names = experiment.fieldDescriptions.map(\.name)
    precondition(Set(names).count == names.count, "Two fields of '\(experiment.fullName)' have one name.")
    let taken = names.filter { Self.reservedNames.contains($0) }
    precondition(taken.isEmpty, "The names \(taken) of '\(experiment.fullName)' mean something to every experiment.")
    experiments.append(experiment)
  }

  /// What every experiment takes besides its fields.
  static let reservedNames: Set<String> = [
    "help", "json", "label", "options", "quiet", "report", "seed", "store", "sweep", "threads", "version",
  ]

  /// The experiment of this name, such as `probe xor`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) with the nearest known name.
  public func experiment(named name: String) throws -> any Experiment.Type {
    guard let experiment = experiments.first(where: { $0.fullName == name }) else {
      throw VitroError.unknownName(
        name, kind: "experiment", known: experiments.map { $0.fullName }, operation: "looking up an experiment")
    }
    return experiment
  }
}
