internal import Foundation
public import VitroCore
internal import VitroData
internal import VitroFitting
public import VitroLab
internal import VitroNetworks
internal import VitroTensor

/// The first section of `examine`: what the network is, and how well it does its task on the data.
public struct NetworkOverview: Examiner {
  /// `network`.
  public let id = "network"

  /// Creates the examiner.
  public init() {}

  /// Always.
  public func applies(to subject: Subject) -> Bool { true }

  /// Lists the operations and counts the errors.
  public func examine(_ subject: Subject, observer: any Observer) throws -> Finding {
    let network = subject.network
    var blocks: [ReportBlock] = [
      .text(
        RichText(
          "`\(network.graph.name)` has \(network.graph.nodes.count) operations and "
            + "\(NumberFormat.integer.text(Double(network.parameters.trainableCount))) trained parameters. It was examined on "
            + "**\(subject.data.name)**: \(subject.data.count) examples of \(subject.data.classNames.count) classes.")),
      .table(try operations(network)),
    ]
    if let source = subject.data.source { blocks.append(.note(.remark, RichText("Data: \(source)."))) }
    if subject.testIsUnseen != true {
      blocks.append(
        .note(
          .caveat,
          "Vitro does not know which of these examples the network was trained on. If it has seen the test part, its own error, and the errors of probes, are optimistic."
        ))
    }
    var metrics: [Metric] = []
    var facts: [String: JSONValue] = [:]
    if let metric = try accuracy(subject, observer) {
      metrics.append(metric)
      facts["accuracy"] = .number(metric.value)
    } else {
      blocks.append(
        .note(
          .remark,
          RichText(
            "The network's output is not one score for each of the \(subject.data.classNames.count) classes, so its own accuracy is not defined here."
          )))
    }
    return Finding(section: ReportSection("The network", id: id, blocks), metrics: metrics, facts: facts)
  }

  private func operations(_ network: Network) throws -> Table {
    let counts = Dictionary(grouping: network.parameters.entries) { entry in
      String(entry.name.prefix(entry.name.count - entry.spec.name.count - 1))
    }
    return Table(
      columns: [.init("name"), .init("operation"), .init("reads"), .init("output"), .init("parameters", .integer)],
      rows: try network.graph.nodes.map { node in
        let shape = try network.shape(at: node.name) ?? []
        let parameters = (counts[node.name] ?? []).map(\.count).reduce(0, +)
        return [
          .text(node.name), .text(Self.name(of: node.layer)), .text(node.inputs.joined(separator: ", ")),
          .text(shape.map { $0 == -1 ? "·" : "\($0)" }.joined(separator: " × ")),
          parameters == 0 ? .missing() : .number(Double(parameters)),
        ]
      })
  }

  private static func name(of layer: any Layer) -> String {
    (layer as? Activation)?.function.rawValue ?? type(of: layer).kind
  }

  /// The share of right answers on the test part, if the output has one score for each class.
  private func accuracy(_ subject: Subject, _ observer: any Observer) throws -> Metric? {
    let classes = subject.data.classNames.count
    let test = try subject.data.subset(subject.parts.test)
    let output = try subject.network.predictions(test)
    try observer.checkpoint("examining")
    guard output.rank == 2, output.shape[1] == classes else { return nil }
    let scores = try ClassificationScores(labels: test.labels, predictions: output.argmax().ints, classCount: classes)
    let interval = try Estimate.clopperPearson(successes: scores.correct, trials: scores.count)
    return Metric(
      "test accuracy", scores.accuracy, format: .percent(1),
      interval: Interval(interval),
      explanation: RichText(
        "The network's own answers on \(scores.count) examples\(subject.testIsUnseen == true ? " it was not trained on" : "")."
      ),
      control: Metric.Control("most frequent class", scores.majorityAccuracy))
  }
}
