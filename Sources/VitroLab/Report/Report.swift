public import Foundation

/// A report as data, not pixels: what was found, the figures that show it, and where it came from.
///
/// ```swift
/// let report = Report(
///   id: "probe-images", title: "What each layer makes linearly readable",
///   lede: "Error falls at **every** layer.", sections: [ReportSection("Probes", [.figure(figure)])])
/// try report.write(to: URL(filePath: "vitro-report"))
/// ```
public struct Report: Codable, Sendable, Hashable {
  /// The schema of the JSON, `vitro.report/1`; see docs/report.md.
  public private(set) var schema = Report.currentSchema
  /// A name for machines: the experiment, or the run.
  public var id: String
  /// The title.
  public var title: String
  /// A line above the title, such as the experiment's family.
  public var kicker: String?
  /// The one sentence that says what was found.
  public var lede: RichText?
  /// When the report was made, to the second.
  @JSONDate public var created: Date
  /// The numbers to remember, set large below the finding.
  public var metrics: [Metric]
  /// The body.
  public var sections: [ReportSection]
  /// How to make the report again.
  public var provenance: Provenance?

  /// The schema that this version writes.
  public static let currentSchema = "vitro.report/1"

  /// Creates a report; `created` is cut to the second.
  public init(
    id: String, title: String, kicker: String? = nil, lede: RichText? = nil, created: Date = Date(),
    metrics: [Metric] = [], sections: [ReportSection] = [], provenance: Provenance? = nil
  ) {
    self.id = id
    self.title = title
    self.kicker = kicker
    self.lede = lede
    self.created = JSONDate.wholeSeconds(created)
    self.metrics = metrics
    self.sections = sections
    self.provenance = provenance
  }

  /// Every figure, in reading order.
  public var figures: [Figure] {
    sections.flatMap(\.blocks).compactMap { block in
      if case .figure(let figure) = block { figure } else { nil }
    }
  }
}

/// A titled stretch of a report.
public struct ReportSection: Codable, Sendable, Hashable {
  /// A name for machines, unique in the report.
  public var id: String
  /// The heading.
  public var title: String
  /// What stands under it, in order.
  public var blocks: [ReportBlock]

  /// Creates a section; without an id the title is its id.
  public init(_ title: String, id: String? = nil, _ blocks: [ReportBlock]) {
    self.id = id ?? title
    self.title = title
    self.blocks = blocks
  }
}

/// A date that JSON holds as ISO 8601 in UTC, such as `2026-07-24T09:30:00Z`, whatever the encoder's own setting.
@propertyWrapper
public struct JSONDate: Codable, Sendable, Hashable {
  /// The date.
  public var wrappedValue: Date

  /// Wraps a date.
  public init(wrappedValue: Date) {
    self.wrappedValue = wrappedValue
  }

  /// Reads an ISO 8601 date.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let date = try? Date(text, strategy: .iso8601) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text.prefix(40))' is no ISO 8601 date such as 2026-07-24T09:30:00Z.")
    }
    wrappedValue = date
  }

  /// Writes an ISO 8601 date.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue.formatted(.iso8601))
  }

  static func wholeSeconds(_ date: Date) -> Date {
    Date(timeIntervalSince1970: date.timeIntervalSince1970.rounded(.down))
  }
}
