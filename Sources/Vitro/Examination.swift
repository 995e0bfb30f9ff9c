internal import Foundation
internal import VitroCircuits
internal import VitroCore
internal import VitroData
internal import VitroGroups
public import VitroLab
internal import VitroNetworks
internal import VitroProbing
internal import VitroSuperposition
internal import VitroSymmetry

/// All that the instruments have to say of one network: `vitro examine`.
///
/// ```swift
/// var examination = Examination()
/// examination.network = "my-network"
/// examination.data = "digits"
/// let run = try lab.run(RunConfiguration(examination), observer: SilentObserver())
/// ```
public struct Examination: Experiment {
  /// `examine`.
  public static let name = "examine"
  /// A network and data in, a report out.
  public static let abstract = "Examine a trained network on labelled data and write a report."
  /// What networks and data may be.
  public static let discussion = """
    NETWORK is a directory written by Vitro or by tools/export_torch.py (network.json and weights.safetensors), an \
    ONNX file, or a safetensors file of N.weight and N.bias pairs (Linear layers with ReLU between them).

    DATA is 'digits' (ships with Vitro), an .npz or .safetensors file with x and y, a table with a label column, a \
    directory of IDX files, or a directory with one directory of PNG images for each class.

    Without NETWORK, a small convnet is trained on the digits and examined.

    A language model (a directory with config.json, one of 'vitro model train', a .gguf file) is examined on a table of texts with labels, or without data on \
    built-in prose: its architecture, what its layers make readable, and what they forget of each word.

    Example: vitro examine my-network --data test.npz --report out
    """
  /// The network and the data.
  public static let fields: [Field<Self>] = [
    Field(
      "network", path: \.network, isPositional: true, help: "The network: a directory, an ONNX or a safetensors file."),
    Field(
      "data", path: \.data, names: ["digits", "fashion-mnist", "mnist:DIR"], valueName: "data",
      help: "The labelled data."),
    Field("group", \.group, valueName: "name", help: "A group that acts on the inputs, by name: C8, D4, C12xC12."),
    Field("generators", path: \.generators, help: "A group that acts on the inputs, by generators: a JSON file."),
    Field(
      "action", \.action, valueName: "set", help: "How it acts on their points: natural, regular, subsets:k, tuples:k."),
  ]

  /// The instruments, in the order of the report.
  public static let examiners: [any Examiner] = [
    NetworkOverview(), LayerProbeExaminer(), WeightExaminer(), RegionsExaminer(),
  ]

  /// The network's path; without it the convnet of the demo is trained.
  public var network: String?
  /// The data's path, or `digits`.
  public var data: String?
  /// A group that acts on the inputs, by name.
  public var group: String?
  /// A group that acts on the inputs, by a file of generators.
  public var generators: String?
  /// How the group acts on the points of the inputs; `regular` for a named group, `natural` for generators unless given.
  public var action: String?

  /// Examines the convnet of the demo.
  public init() {}

  /// A network needs data, and data other than the digits a network.
  public func validate() throws {
    if network != nil, isLanguageModel {
      if group != nil || generators != nil {
        throw VitroError(
          .argument, "examine", "groups act on points of an input, and a language model reads words",
          details: ["field": group != nil ? "group" : "generators"])
      }
      return
    }
    if let network, data == nil {
      throw VitroError(.argument, "examine", "--data is missing: name the labelled data to examine '\(network)' on")
    }
    if network == nil, let data, data != "digits" {
      throw VitroError(.argument, "examine", "a NETWORK is missing: 'vitro examine NETWORK --data \(data)'")
    }
    if group != nil, generators != nil {
      throw VitroError(.argument, "examine", "--group and --generators both say what the group is", hint: "Give one.")
    }
    if action != nil, group == nil, generators == nil {
      throw VitroError(
        .argument, "examine", "--action says how a group acts, but there is none", hint: "Name it: --group C8.",
        details: ["field": "action"])
    }
  }

  /// The examiner of the group that was asked for.
  private func symmetryExaminer(_ run: Run) throws -> SymmetryExaminer? {
    if let generators {
      try run.read(files: [generators], as: generators, role: "generators")
      return SymmetryExaminer(action: try GroupAction(Group(file: generators), set: action ?? "natural"))
    }
    return try group.map { SymmetryExaminer(action: try GroupAction(Group($0), set: action ?? "regular")) }
  }

  /// Lets every instrument that applies examine the network, each in a stage of its own.
  public func run(_ run: Run) throws -> Outcome {
    if isLanguageModel { return try examineTexts(run) }
    let symmetry = try symmetryExaminer(run)
    let subject = try subject(run)
    if let symmetry, !symmetry.applies(to: subject) {
      throw VitroError(
        .argument, "examine",
        "\(symmetry.action.name) acts on \(symmetry.action.points) points, but the input is \(subject.data.exampleShape)",
        hint: "Choose --group and --action so that their points are those of the input.", details: ["field": "action"])
    }
    var outcome = try Self.outcome(subject, Self.examiners + [symmetry].compactMap(\.self)) { examiner in
      try run.stage("examining: \(examiner.id)") { try examiner.examine(subject, observer: $0) }
    }
    if let training = try Figure.training(run.series()) { outcome.report.sections[0].blocks.append(.figure(training)) }
    return outcome
  }

  /// Lets every instrument that applies examine a subject that is at hand, without a run.
  ///
  /// ```swift
  /// let subject = try Subject(networkPath: "my-network", dataPath: "test.npz", seed: 0)
  /// let outcome = try Examination.examine(subject, observer: SilentObserver())
  /// try outcome.report.write(to: URL(filePath: "vitro-report"))
  /// ```
  ///
  /// - Throws: ``/VitroCore/VitroError`` when an instrument fails or the observer asks to stop.
  public static func examine(
    _ subject: Subject, examiners: [any Examiner] = examiners, observer: any Observer
  ) throws -> Outcome {
    try outcome(subject, examiners) { examiner in
      try observer.checkpoint("examining")
      return try examiner.examine(subject, observer: observer)
    }
  }

  private static func outcome(
    _ subject: Subject, _ examiners: [any Examiner], _ examine: (any Examiner) throws -> Finding
  ) throws -> Outcome {
    let findings = try examiners.filter { $0.applies(to: subject) }.map(examine)
    let report = Report(
      id: "examine", title: "\(subject.network.graph.name) under glass", kicker: "Examination",
      lede: findings.lazy.compactMap(\.headline).first, metrics: findings.flatMap(\.metrics),
      sections: findings.map(\.section))
    var facts: [String: JSONValue] = ["sections": .array(findings.map { .string($0.section.id) })]
    for finding in findings { facts.merge(finding.facts) { $1 } }
    return Outcome(report: report, facts: facts)
  }

  private func subject(_ run: Run) throws -> Subject {
    if let network, let data {
      let subject = try Subject(networkPath: network, dataPath: data, seed: run.seed)
      for (role, files) in Dictionary(grouping: subject.readFiles, by: \.role).sorted(by: { $0.key < $1.key }) {
        try run.read(files: files.map(\.path), as: role == "data" ? data : network, role: role)
      }
      return subject
    }
    _ = try run.stage("training") { stage in
      let network = try DigitsConvnet.train(
        seed: stage.seed, checkpoints: stage.checkpoints.path, observer: stage)
      try network.save(to: stage.directory.appending(path: "network").path)
      return true
    }
    return try DigitsConvnet.subject(Network(run.artifact("network", of: "training").path), seed: run.seed)
  }
}
