/// A table: named columns and rows of cells.
///
/// ```swift
/// let table = Table(
///   columns: [.init("layer"), .init("error", .percent(1))],
///   rows: [["conv1", .number(0.077, Interval(0.072, 0.082))], ["logits", 0.0145]])
/// let csv = table.csv  // layer,error,error low,error high …
/// ```
public struct Table: Codable, Sendable, Hashable {
  /// What the table shows.
  public var title: String?
  /// The columns.
  public var columns: [Column]
  /// The rows; each has one cell for each column.
  public var rows: [[Cell]]

  /// Creates a table.
  public init(title: String? = nil, columns: [Column], rows: [[Cell]]) {
    self.title = title
    self.columns = columns
    self.rows = rows
  }

  /// A column.
  public struct Column: Codable, Sendable, Hashable {
    /// The heading.
    public var name: String
    /// Where its cells stand.
    public var alignment: Alignment
    /// How its numbers are written.
    public var format: NumberFormat

    /// Creates a column of text, at the left, or of numbers, at the right when `format` is given.
    public init(_ name: String, _ format: NumberFormat? = nil, alignment: Alignment? = nil) {
      self.name = name
      self.alignment = alignment ?? (format == nil ? .leading : .trailing)
      self.format = format ?? .standard
    }
  }

  /// Where the cells of a column stand.
  public enum Alignment: String, Codable, Sendable, Hashable {
    /// At the left.
    case leading
    /// In the middle.
    case center
    /// At the right.
    case trailing
  }

  /// A cell.
  public enum Cell: Sendable, Hashable {
    /// Words.
    case text(String)
    /// A number, with its confidence interval if it has one.
    case number(Double, Interval? = nil)
    /// Nothing, perhaps with the reason.
    case missing(String? = nil)
  }
}

extension Table.Cell: Codable, ExpressibleByStringLiteral, ExpressibleByFloatLiteral {
  private enum CodingKeys: CodingKey { case value, interval, missing }

  /// Creates a cell of words.
  public init(stringLiteral text: String) { self = .text(text) }

  /// Creates a cell with a number.
  public init(floatLiteral value: Double) { self = .number(value) }

  /// Reads a string, a number (`null` is NaN), `{"value", "interval"}` or `{"missing"}`.
  public init(from decoder: any Decoder) throws {
    if let single = try? decoder.singleValueContainer() {
      if single.decodeNil() {
        self = .number(.nan)
        return
      }
      if let text = try? single.decode(String.self) {
        self = .text(text)
        return
      }
      if let value = try? single.decode(Double.self) {
        self = .number(value)
        return
      }
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if container.contains(.value) {
      let value = try container.decodeIfPresent(Double.self, forKey: .value)
      self = .number(value ?? .nan, try container.decodeIfPresent(Interval.self, forKey: .interval))
    } else {
      let reason = try container.decodeIfPresent(String.self, forKey: .missing)
      self = .missing(reason == "" ? nil : reason)
    }
  }

  /// Writes the cell as the plainest JSON that tells it from the others.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .text(let text):
      var container = encoder.singleValueContainer()
      try container.encode(text)
    case .number(let value, nil):
      try value.encodeJSON(to: encoder)
    case .number(let value, let interval?):
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(JSONNumber(wrappedValue: value), forKey: .value)
      try container.encode(interval, forKey: .interval)
    case .missing(let reason):
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(reason ?? "", forKey: .missing)
    }
  }
}

extension Table {
  /// The table as comma-separated values (RFC 4180): numbers in full, a column with intervals as three columns.
  ///
  /// Text that a spreadsheet would take for a formula gets an apostrophe before it.
  public var csv: String {
    let spread = columns.indices.map { column in
      rows.contains { row in
        if column < row.count, case .number(_, _?) = row[column] { true } else { false }
      }
    }
    var lines = [
      zip(columns, spread).flatMap { column, spread in
        ([column.name] + (spread ? ["\(column.name) low", "\(column.name) high"] : [])).map(Self.quoted)
      }
    ]
    for row in rows {
      lines.append(
        zip(row, spread).flatMap { cell, spread in
          let fields = Self.fields(of: cell)
          return spread ? fields : [fields[0]]
        })
    }
    return lines.map { $0.joined(separator: ",") + "\r\n" }.joined()
  }

  private static func fields(of cell: Cell) -> [String] {
    switch cell {
    case .text(let text): [quoted(text), "", ""]
    case .number(let value, let interval):
      ["\(value)", interval.map { "\($0.low)" } ?? "", interval.map { "\($0.high)" } ?? ""]
    case .missing: ["", "", ""]
    }
  }

  private static func quoted(_ text: String) -> String {
    let guarded = text.first.map { "=+-@\t\r".contains($0) } == true ? "'" + text : text
    guard guarded.contains(where: { ",\"\n\r\r\n".contains($0) }) else { return guarded }
    return "\"" + guarded.replacing("\"", with: "\"\"") + "\""
  }
}
