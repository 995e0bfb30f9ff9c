internal import VitroCore

/// Writes tables of text (RFC 4180).
///
/// ```swift
/// try CSV.write(
///   [("statement", .strings(["Paris is in France.", "Rome is in Spain."])), ("label", .integers([1, 0]))],
///   to: "cities.csv")
/// ```
public enum CSV {
  /// A column to write.
  public enum Column: Sendable, Hashable {
    /// Texts, quoted where they need it.
    case strings([String])
    /// Numbers, in the shortest form that reads back as the same number; whole ones without a point.
    case numbers([Double])
    /// Whole numbers.
    case integers([Int])

    var count: Int {
      switch self {
      case .strings(let values): values.count
      case .numbers(let values): values.count
      case .integers(let values): values.count
      }
    }

    func text(_ row: Int) -> String {
      switch self {
      case .strings(let values): return values[row]
      case .integers(let values): return String(values[row])
      case .numbers(let values):
        let text = String(values[row])
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
      }
    }
  }

  /// Writes named columns of one length, atomically.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for columns of unequal length; `file` when the file cannot be written.
  public static func write(
    _ columns: [(name: String, values: Column)], delimiter: UInt8 = UInt8(ascii: ","), to path: String
  ) throws {
    let rows = columns.first?.values.count ?? 0
    for (name, values) in columns where values.count != rows {
      throw VitroError(
        .argument, "writing \(path)", "column \(quoted(name)) has \(values.count) rows, the first \(rows)",
        details: ["field": name, "found": "\(values.count) rows", "expected": "\(rows) rows"])
    }
    let table = (0..<rows).lazy.map { row in columns.map { $0.values.text(row) } }
    try write(header: columns.map(\.name), rows: table, delimiter: delimiter, to: path)
  }

  /// Writes a header and rows of texts, atomically; a path that ends in `.gz` is compressed.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for a row of another length than the header; `file` when the file cannot be
  ///   written.
  public static func write(
    header: [String], rows: some Sequence<[String]>, delimiter: UInt8 = UInt8(ascii: ","), to path: String
  ) throws {
    try AtomicFile.write(to: path) { writer in
      guard path.hasSuffix(".gz") else {
        return try emit(header, rows, delimiter, operation: "writing \(path)") { try writer.write($0) }
      }
      let deflater = try Deflater(wrapping: .gzip)
      try emit(header, rows, delimiter, operation: "writing \(path)") { part in
        try deflater.write(part) { try writer.write($0) }
      }
      try deflater.finish { try writer.write($0) }
    }
  }

  /// The text of a table.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for a row of another length than the header.
  public static func encode(
    header: [String], rows: some Sequence<[String]>, delimiter: UInt8 = UInt8(ascii: ",")
  ) throws -> [UInt8] {
    var result: [UInt8] = []
    try emit(header, rows, delimiter, operation: "encoding CSV") { result.append(contentsOf: $0) }
    return result
  }

  private static func emit(
    _ header: [String], _ rows: some Sequence<[String]>, _ delimiter: UInt8, operation: String,
    _ sink: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var bytes: [UInt8] = []
    append(header, delimiter, to: &bytes)
    for (index, row) in rows.enumerated() {
      guard row.count == header.count else {
        throw VitroError(
          .argument, operation, "row \(index) has \(row.count) fields, the header \(header.count)",
          details: ["field": "row \(index)", "found": "\(row.count) fields", "expected": "\(header.count) fields"])
      }
      append(row, delimiter, to: &bytes)
      if bytes.count >= 1 << 16 {
        try bytes.withUnsafeBytes(sink)
        bytes.removeAll(keepingCapacity: true)
      }
    }
    try bytes.withUnsafeBytes(sink)
  }

  private static func append(_ row: [String], _ delimiter: UInt8, to bytes: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    for (index, text) in row.enumerated() {
      if index > 0 { bytes.append(delimiter) }
      let needsQuotes =
        text.utf8.contains { $0 == delimiter || $0 == quote || $0 == 0x0a || $0 == 0x0d }
        || text.utf8.first == 0x20 || text.utf8.last == 0x20 || text.utf8.starts(with: [0xef, 0xbb, 0xbf])
        || (row.count == 1 && text.isEmpty)
      guard needsQuotes else {
        bytes.append(contentsOf: text.utf8)
        continue
      }
      bytes.append(quote)
      for byte in text.utf8 {
        if byte == quote { bytes.append(quote) }
        bytes.append(byte)
      }
      bytes.append(quote)
    }
    bytes.append(0x0a)
  }
}
