/// How a table of text is to be read; what is left out is detected.
public struct CSVOptions: Sendable, Hashable {
  /// Where the columns' names come from.
  public enum Header: Sendable, Hashable {
    /// The first row, unless one of its fields is a number; then the columns are `column1`, `column2`, …
    case detected
    /// The first row.
    case firstRow
    /// Nowhere: the columns are `column1`, `column2`, …
    case none
    /// These names; the first row is data.
    case named([String])
    /// These names instead of the first row.
    case replaced([String])
  }

  /// The byte between fields; nothing to detect a comma, a tab or a semicolon.
  public var delimiter: UInt8?
  /// Where the columns' names come from.
  public var header: Header
  /// The byte that encloses fields with delimiters or line breaks; nothing for text in which quotes mean nothing.
  public var quote: UInt8?

  /// Creates options.
  public init(delimiter: UInt8? = nil, header: Header = .detected, quote: UInt8? = UInt8(ascii: "\"")) {
    self.delimiter = delimiter
    self.header = header
    self.quote = quote
  }

  /// Everything detected.
  public static let detected = CSVOptions()
}
