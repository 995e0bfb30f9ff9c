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
            + "**\(subject.data.name)**: \(subject.data.count) examples of \(subject.data.classNames.count) classes."))
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
    blocks.append(.figure(try NetworkDrawing.figure(network)))
    if let answers = try NetworkAnswers(subject, observer) {
      let metric = try answers.accuracy
      metrics.append(metric)
      facts["accuracy"] = .number(metric.value)
      blocks += answers.figures.map { .figure($0) }
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
}
