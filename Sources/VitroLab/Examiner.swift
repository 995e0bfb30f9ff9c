public import VitroCore
public import VitroData
public import VitroNetworks

/// What `vitro examine` puts under glass: a network, and labelled data of its kind.
///
/// ```swift
/// let data = try LabeledData(
///   "my digits", inputs: images, labels: labels, classNames: (0...9).map(String.init))
/// let own = try Subject(network: network, data: data, testIsUnseen: true, seed: 0)
/// ```
public struct Subject: Sendable {
  /// The network, one instance.
  public var network: Network
  /// The data, in the shape the network takes.
  public var data: LabeledData
  /// Which examples are for fitting, choosing and judging.
  public var parts: DataParts
  /// Whether the network is known never to have seen the test part; `nil` when nothing is known.
  public var testIsUnseen: Bool?
  /// The seed of everything random: splits, shuffles, untrained copies.
  public var seed: UInt64
  /// The files that were read, with what each is for, for the provenance.
  public var readFiles: [(role: String, path: String)] = []

  /// Creates a subject; without parts the data is divided by `parts(seed:)`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the data cannot be split.
  public init(
    network: Network, data: LabeledData, parts: DataParts? = nil, testIsUnseen: Bool? = nil, seed: UInt64
  ) throws {
    self.network = network
    self.data = data
    self.parts = try parts ?? data.parts(seed: seed)
    self.testIsUnseen = testIsUnseen
    self.seed = seed
  }
}

/// What an instrument offers to `examine`: whether it has something to say of a subject, and its part of the report.
///
/// ```swift
/// /// Says how many units of a layer are never on: they do nothing on these data.
/// struct SilentUnits: Examiner {
///   let id = "silent-units"
///
///   func applies(to subject: Subject) -> Bool { subject.network.tapNames.contains("relu1") }
///
///   func examine(_ subject: Subject, observer: any Observer) throws -> Finding {
///     let values = try subject.network.activations(subject.data.subset(subject.parts.test), at: ["relu1"])["relu1"]
///     let largest = try values?.max(axes: [0]).doubles ?? []
///     let silent = largest.count { $0 <= 0 }
///     return Finding(
///       section: ReportSection(
///         "Silent units", id: id, [.text("\(silent) of \(largest.count) units of `relu1` are never on.")]),
///       metrics: [Metric("silent units", Double(silent), format: .integer)], facts: ["silent": .integer(silent)])
///   }
/// }
/// ```
public protocol Examiner: Sendable {
  /// The id of the section, stable for scripts.
  var id: String { get }
  /// Whether the instrument applies to this network and data.
  func applies(to subject: Subject) -> Bool
  /// Examines the subject.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when something fails or the observer asks to stop.
  func examine(_ subject: Subject, observer: any Observer) throws -> Finding
}

/// What an examiner found: a section for people and the same facts for programs.
public struct Finding: Codable, Sendable {
  /// The section of the report.
  public var section: ReportSection
  /// One sentence for the head of the report, if this is the finding to lead with.
  public var headline: RichText?
  /// Numbers for the head of the report.
  public var metrics: [Metric]
  /// Keys and values for `--json`.
  public var facts: [String: JSONValue]

  /// Creates a finding.
  public init(
    section: ReportSection, headline: RichText? = nil, metrics: [Metric] = [], facts: [String: JSONValue] = [:]
  ) {
    self.section = section
    self.headline = headline
    self.metrics = metrics
    self.facts = facts
  }
}
