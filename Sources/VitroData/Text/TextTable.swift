internal import Foundation
internal import VitroCore
internal import VitroFormats

/// A table with a column of texts, however it is written.
struct TextTable {
  private enum Rows {
    case table(CSVTable)
    case lines(LabelFirstLines)
  }

  private let path: String
  private let rows: Rows

  private static let labelNames = ["label", "labels", "class", "target", "sentiment", "y"]
  private static let textNames = [
    "text", "texts", "sentence", "statement", "claim", "review", "question", "examples", "example",
  ]

  init(_ path: String, columns: LabeledTexts.Columns) throws {
    self.path = path
    let file = try FileBytes(path: path)
    if let lines = try LabelFirstLines(file) {
      rows = .lines(lines)
    } else {
      rows = .table(try Self.table(file, columns))
    }
    guard rowCount > 0 else {
      throw VitroError.malformed(file: path, field: "rows", found: "none", expected: "texts with labels")
    }
  }

  /// In tables with tabs a quote may be just a character: if lines fall apart evenly without quoting, and otherwise with it, they have none.
  private static func table(_ file: FileBytes, _ columns: LabeledTexts.Columns) throws -> CSVTable {
    let names = [columns.text, columns.label, columns.group].compactMap(\.self)
    func open(quote: UInt8?) throws -> CSVTable {
      let found = try CSVTable(file, options: CSVOptions(quote: quote))
      let isMissing = names.contains { !found.columns.contains($0) }
      guard isMissing, names.allSatisfy({ $0.wholeMatch(of: /column[1-9][0-9]*/) != nil }) else { return found }
      return try CSVTable(file, options: CSVOptions(header: .none, quote: quote))
    }
    let plain = try? open(quote: nil)
    guard let plain, plain.delimiter == UInt8(ascii: "\t"), plain.columns.count > 1 else {
      return try open(quote: UInt8(ascii: "\""))
    }
    guard let quoted = try? open(quote: UInt8(ascii: "\"")), quoted.rowCount == plain.rowCount else { return plain }
    return quoted
  }

  var columnNames: [String] {
    switch rows {
    case .table(let table): table.columns
    case .lines: LabelFirstLines.columns
    }
  }

  private var rowCount: Int {
    switch rows {
    case .table(let table): table.rowCount
    case .lines(let lines): lines.texts.count
    }
  }

  func strings(_ column: String) throws -> [String] {
    switch rows {
    case .table(let table): try table.strings(column)
    case .lines(let lines): column == LabelFirstLines.columns[0] ? lines.labels : lines.texts
    }
  }

  /// The columns that are asked for, and those that are most likely meant where none is.
  func columns(_ asked: LabeledTexts.Columns) throws -> (text: String, label: String, group: String?) {
    for name in [asked.text, asked.label, asked.group].compactMap(\.self) where !columnNames.contains(name) {
      throw VitroError.unknownName(name, kind: "column", known: columnNames, operation: "reading \(path)")
    }
    guard columnNames.count >= 2 else {
      throw VitroError.malformed(
        file: path, field: "columns", found: "one column, '\(columnNames.first ?? "")'",
        expected: "a column of texts and one of labels", hint: "Fields are separated by commas, tabs or semicolons.")
    }
    let label = try asked.label ?? self.label(except: [asked.text, asked.group].compactMap(\.self))
    let text = try asked.text ?? self.text(except: [label, asked.group].compactMap(\.self))
    let chosen = [text, label, asked.group].compactMap(\.self)
    guard Set(chosen).count == chosen.count else {
      throw VitroError(
        .argument, "reading \(path)",
        "one column is to be two things: text '\(text)', label '\(label)'"
          + (asked.group.map { ", group '\($0)'" } ?? ""))
    }
    return (text, label, asked.group)
  }

  private func label(except others: [String]) throws -> String {
    let free = columnNames.filter { !others.contains($0) }
    if let known = Self.labelNames.lazy.compactMap({ name in free.first { $0.lowercased() == name } }).first {
      return known
    }
    let counts = try free.map { ($0, Set(try strings($0)).count) }
    return counts.filter { $0.1 > 1 }.min { $0.1 < $1.1 }?.0 ?? free.last ?? columnNames[columnNames.count - 1]
  }

  private func text(except others: [String]) throws -> String {
    let free = columnNames.filter { !others.contains($0) }
    if let known = Self.textNames.lazy.compactMap({ name in free.first { $0.lowercased() == name } }).first {
      return known
    }
    let lengths = try free.map { ($0, try strings($0).reduce(0) { $0 + $1.utf8.count }) }
    return lengths.max { $0.1 < $1.1 }?.0 ?? columnNames[0]
  }

  /// Refuses a column in which a row has nothing.
  func requirePresent(_ values: [String], _ role: String, column: String) throws {
    let missing = values.indices.filter { values[$0].allSatisfy(\.isWhitespace) }
    guard let first = missing.first else { return }
    throw VitroError.malformed(
      file: path, field: "line \(try line(ofRow: first)), column '\(column)'",
      found: "nothing\(missing.count == 1 ? "" : ", the first of \(missing.count) such rows")", expected: "a \(role)",
      hint: "Write the \(role), or remove \(missing.count == 1 ? "the row" : "these rows").")
  }

  private func line(ofRow row: Int) throws -> Int {
    switch rows {
    case .table(let table): try table.line(ofRow: row)
    case .lines(let lines): lines.lineNumbers[row]
    }
  }
}
