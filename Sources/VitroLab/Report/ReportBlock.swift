internal import VitroCore

/// One piece of a report.
public enum ReportBlock: Sendable, Hashable {
  /// Paragraphs.
  case text(RichText)
  /// Big numbers side by side.
  case metrics([Metric])
  /// A table.
  case table(Table)
  /// A figure.
  case figure(Figure)
  /// A remark set apart.
  case note(NoteKind, RichText)
}

/// What a note is for.
public enum NoteKind: String, Codable, Sendable, Hashable, CaseIterable {
  /// What must be kept in mind when reading.
  case caveat
  /// What went wrong, or may mislead.
  case warning
  /// What is merely good to know.
  case remark
}

extension ReportBlock: Codable {
  private enum CodingKeys: CodingKey { case type, text, metrics, table, figure, kind }

  /// Reads a block by its `type`; one that this version does not know becomes a warning that says so.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let type = try container.decode(String.self, forKey: .type)
    switch type {
    case "text": self = .text(try container.decode(RichText.self, forKey: .text))
    case "metrics": self = .metrics(try container.decode([Metric].self, forKey: .metrics))
    case "table": self = .table(try container.decode(Table.self, forKey: .table))
    case "note":
      let kind = try container.decode(String.self, forKey: .kind)
      self = .note(NoteKind(rawValue: kind) ?? .remark, try container.decode(RichText.self, forKey: .text))
    case "figure":
      do {
        self = .figure(try container.decode(Figure.self, forKey: .figure))
      } catch let error as VitroError where error.code == .unsupported {
        self = .note(.warning, RichText(plain: error.description))
      }
    default:
      self = .note(.warning, RichText(plain: "A block of the type '\(type)' stands here; it takes a newer Vitro."))
    }
  }

  /// Writes the block as an object with its `type`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .text(let text):
      try container.encode("text", forKey: .type)
      try container.encode(text, forKey: .text)
    case .metrics(let metrics):
      try container.encode("metrics", forKey: .type)
      try container.encode(metrics, forKey: .metrics)
    case .table(let table):
      try container.encode("table", forKey: .type)
      try container.encode(table, forKey: .table)
    case .figure(let figure):
      try container.encode("figure", forKey: .type)
      try container.encode(figure, forKey: .figure)
    case .note(let kind, let text):
      try container.encode("note", forKey: .type)
      try container.encode(kind, forKey: .kind)
      try container.encode(text, forKey: .text)
    }
  }
}
