internal import Foundation
internal import VitroCore
internal import VitroFormats
internal import VitroTensor

extension LabeledData {
  /// Reads a table with a column of labels, and perhaps one of groups.
  static func fromTable(_ path: String) throws -> LabeledData {
    let table = try CSVTable(path)
    let groupColumn = table.columns.first { ["group", "groups"].contains($0.lowercased()) }
    let others = table.columns.filter { $0 != groupColumn }
    guard others.count >= 2, table.rowCount > 0 else {
      throw VitroError.malformed(
        file: path, field: "columns", found: "\(table.columns.count) columns and \(table.rowCount) rows",
        expected: "features and a label")
    }
    let known = ["label", "labels", "class", "target", "y"]
    let labelColumn = others.first { known.contains($0.lowercased()) } ?? others[others.count - 1]
    let features = try table.numericColumns().filter { $0 != labelColumn && $0 != groupColumn }
    let groups = try groupColumn.map { column in
      let texts = try table.strings(column)
      try checkNothingIsMissing(texts, of: column, "group", table, path)
      return inOrderOfAppearance(texts)
    }
    guard !features.isEmpty else {
      throw VitroError(
        .malformed, "reading data '\(path)'", "no column but '\(labelColumn)' holds numbers",
        hint: "Vitro reads feature vectors here; sentences need a language model.", details: ["file": path])
    }
    let texts = try table.strings(labelColumn)
    try checkNothingIsMissing(texts, of: labelColumn, "label", table, path)
    let numbers = texts.compactMap(Double.init)
    let inputs = try Tensor(table.matrix(features)).cast(to: .float32)
    if numbers.count == texts.count, numbers.allSatisfy({ $0 >= 0 && $0 == $0.rounded() && $0 < Double(classLimit) }) {
      let labels = numbers.map { Int($0) }
      return try LabeledData(
        title(path), inputs: inputs, labels: labels, classNames: numbered(labels), groups: groups, files: [path])
    }
    let names = Array(Set(texts)).sorted()
    let positions = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    return try LabeledData(
      title(path), inputs: inputs, labels: texts.map { positions[$0] ?? 0 }, classNames: names, groups: groups,
      files: [path])
  }

  /// What tables write for a value that is not there; among numbers only, since a class may be called so.
  private static let markers: Set<String> = ["na", "n/a", "nan", "null", "none", "?", "-"]

  /// Refuses a column in which a row has no value: a row without a label is neither dropped nor a class of its own.
  private static func checkNothingIsMissing(
    _ texts: [String], of column: String, _ role: String, _ table: CSVTable, _ path: String
  ) throws {
    let trimmed = texts.map { $0.trimmingCharacters(in: .whitespaces) }
    let present = trimmed.filter { !$0.isEmpty && !markers.contains($0.lowercased()) }
    let isNumeric = !present.isEmpty && present.allSatisfy { Double($0) != nil }
    let missing = trimmed.indices.filter {
      trimmed[$0].isEmpty || (isNumeric && markers.contains(trimmed[$0].lowercased()))
    }
    guard let first = missing.first else { return }
    let others = missing.count == 1 ? "" : ", the first of \(missing.count) rows without one"
    throw VitroError.malformed(
      file: path, field: "line \(try table.line(ofRow: first)), column '\(column)'",
      found: "'\(trimmed[first])'\(others)", expected: "a \(role)",
      hint: "Write the \(role), or remove \(missing.count == 1 ? "the row" : "these rows").")
  }
}
