internal import Foundation
public import VitroCore
internal import VitroData
public import VitroLab
internal import VitroNetworks
internal import VitroProbing

/// All that the instruments have to say of one network: what `vitro examine` runs.
///
/// ```swift
/// let subject = try Subject(networkPath: "my-network", dataPath: "test.npz", seed: 0)
/// let examination = try Examination.examine(subject, observer: SilentObserver())
/// try examination.report.write(to: URL(filePath: "vitro-report"))
/// print(examination.summary)
/// ```
public struct Examination: Sendable {
  /// The report.
  public var report: Report
  /// The facts for programs.
  public var json: [String: JSONValue]
  /// A few lines for the terminal.
  public var summary: String

  /// The instruments, in the order of the report.
  public static let examiners: [any Examiner] = [NetworkOverview(), LayerProbeExaminer()]

  /// Lets every instrument that applies examine the subject.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when an instrument fails or the observer asks to stop.
  public static func examine(
    _ subject: Subject, examiners: [any Examiner] = examiners, observer: any Observer
  ) throws -> Examination {
    let findings = try examiners.filter { $0.applies(to: subject) }.map { examiner in
      try observer.checkpoint("examining")
      return try examiner.examine(subject, observer: observer)
    }
    let name = subject.network.graph.name
    var report = Report(
      id: "examine", title: "\(name) under glass", kicker: "Examination",
      lede: findings.lazy.compactMap(\.headline).first, metrics: findings.flatMap(\.metrics),
      sections: findings.map(\.section))
    report.provenance = Provenance(
      command: [], version: VitroVersion.current, threads: Threads.count, seed: subject.seed, files: subject.files)
    var json: [String: JSONValue] = ["sections": .array(findings.map { .string($0.section.id) })]
    for finding in findings { json.merge(finding.facts) { $1 } }
    let lines = findings.flatMap(\.metrics).map { metric in
      let control = metric.control.map { " (\($0.label) \(metric.format.text($0.value)))" } ?? ""
      return "\(metric.label): \(metric.format.text(metric.value, metric.interval))\(control)"
    }
    return Examination(report: report, json: json, summary: ([report.title] + lines).joined(separator: "\n"))
  }
}

extension Subject {
  /// Reads a network and labelled data from files.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when either cannot be read or the two do not fit together.
  public init(networkPath: String, dataPath: String, seed: UInt64) throws {
    let network = try Network(networkPath)
    guard network.graph.inputs.count == 1 else {
      throw VitroError(
        .unsupported, "examining '\(network.graph.name)'", "it has \(network.graph.inputs.count) inputs, expected one")
    }
    let data = try LabeledData.load(dataPath).shaped(network.graph.inputs[0].shape)
    var files: [SourceFile] = []
    let isDirectory = (try? URL(filePath: networkPath).resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? false
    let networkFiles =
      isDirectory ? ["network.json", "weights.safetensors"].map { "\(networkPath)/\($0)" } : [networkPath]
    for file in networkFiles where FileManager.default.fileExists(atPath: file) {
      files.append(try SourceFile(role: "network", reading: URL(filePath: file)))
    }
    for file in data.files.prefix(4) { files.append(try SourceFile(role: "data", reading: URL(filePath: file))) }
    try self.init(network: network.instance(0), data: data, seed: seed, files: files)
  }
}
