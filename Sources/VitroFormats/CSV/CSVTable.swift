internal import VitroCore

/// A table of text (CSV, TSV), plain or compressed with gzip, whose columns are typed when they are asked for.
///
/// ```swift
/// let table = try CSVTable("cities.csv")
/// let columns = table.columns  // ["statement", "label"]
/// let statements = try table.strings("statement")
/// let labels = try table.numbers("label")
/// ```
///
/// RFC 4180: fields may be quoted, and then hold delimiters, line breaks and doubled quotes. Lines end with LF, CR LF or
/// CR; empty lines do not count; a byte order mark is skipped; the text must be UTF-8. Every row has as many fields as
/// the first. The table keeps the file's bytes and one mark for each 64 rows; nothing else.
public struct CSVTable: Sendable {
  /// The columns' names.
  public let columns: [String]
  /// The number of rows, without the header.
  public let rowCount: Int
  /// The byte between fields, as given or detected.
  public let delimiter: UInt8

  let file: FileBytes
  let quote: UInt8?
  let indices: [String: Int]
  /// The position and line of each 64th row.
  let marks: [(position: Int, line: Int)]

  static let rowsPerMark = 64

  /// Opens a table and checks that every row has the same number of fields.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when it cannot be read; `malformed` for text that is not UTF-8, a quote that is not
  ///   closed or a row of another length, with the line; `memory` beyond the limits.
  /// - Complexity: O(bytes).
  public init(_ path: String, options: CSVOptions = .detected, limits: FormatLimits = .standard) throws {
    try self.init(FileBytes(path: path, limits: limits), options: options, limits: limits)
  }

  /// Opens bytes that are already in memory.
  ///
  /// - Throws: as ``init(_:options:limits:)-(String,_,_)``.
  public init(_ file: FileBytes, options: CSVOptions = .detected, limits: FormatLimits = .standard) throws {
    let plain = Gzip.recognizes(file.prefix(2)) ? try Gzip.decompress(file, limits: limits) : file
    self = try plain.withBytes { try CSVTable(plain, $0, options: options, limits: limits) }
  }

  private init(
    _ file: FileBytes, _ bytes: UnsafeRawBufferPointer, options: CSVOptions, limits: FormatLimits
  ) throws {
    let start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    try CSVTable.checkText(bytes, of: file)
    let delimiter = options.delimiter ?? CSVDetection.delimiter(bytes, from: start, of: file, quote: options.quote)
    guard delimiter != 0x0a, delimiter != 0x0d, delimiter != options.quote else {
      throw VitroError(
        .argument, "reading \(file.name)", "the delimiter may be neither a line break nor the quote",
        details: ["field": "delimiter", "found": "\(delimiter)", "expected": "another byte"])
    }
    var scanner = CSVScanner(
      bytes, of: file, delimiter: delimiter, quote: options.quote, position: start, line: 1)
    let first = try CSVDetection.firstRow(scanner, limits: limits)
    let (columns, hasHeaderRow) = try CSVDetection.columns(first, options.header, file: file)
    self.file = file
    self.columns = columns
    self.delimiter = delimiter
    quote = options.quote
    var indices: [String: Int] = [:]
    for (index, name) in columns.enumerated() {
      guard indices.updateValue(index, forKey: name) == nil else {
        throw file.malformed(
          field: "header", found: "two columns named \(quoted(name))", expected: "each name once",
          hint: "Give other names with CSVOptions(header: .replaced([…])).")
      }
    }
    self.indices = indices

    if hasHeaderRow, scanner.beginRow() { while try scanner.next() == .delimiter {} }
    var marks: [(position: Int, line: Int)] = []
    var rows = 0
    while scanner.beginRow() {
      if rows % CSVTable.rowsPerMark == 0 { marks.append((scanner.position, scanner.line)) }
      let line = scanner.line
      var fields = 1
      while try scanner.next() == .delimiter { fields += 1 }
      guard fields == columns.count else {
        throw file.malformed(
          field: "line \(line)", found: "\(fields) field\(fields == 1 ? "" : "s")",
          expected: "\(columns.count), as in the first row")
      }
      rows += 1
    }
    self.marks = marks
    rowCount = rows
  }

  private static func checkText(_ bytes: UnsafeRawBufferPointer, of file: FileBytes) throws {
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      throw file.malformed(
        field: "encoding", found: "UTF-16", expected: "UTF-8", hint: "Convert it: iconv -f UTF-16 -t UTF-8.")
    }
    do {
      try bytes.withMemoryRebound(to: UInt8.self) { _ = try UTF8Span(validating: $0.span) }
    } catch let error as UTF8.ValidationError {
      let offset = error.byteOffsets.lowerBound
      let line = 1 + bytes[..<offset].reduce(0) { $0 + ($1 == 0x0a ? 1 : 0) }
      throw file.malformed(
        field: "line \(line)", found: "the byte \(String(bytes[offset], radix: 16)) at \(offset)", expected: "UTF-8",
        hint: "If it is Latin-1, convert it: iconv -f LATIN1 -t UTF-8.")
    }
  }

  /// The index of a column.
  func index(of name: String) throws -> Int {
    guard let index = indices[name] else {
      throw VitroError.unknownName(name, kind: "column", known: columns, operation: "reading \(file.name)")
    }
    return index
  }
}
