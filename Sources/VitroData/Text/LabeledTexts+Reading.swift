internal import Foundation
internal import VitroCore
internal import VitroFormats

extension LabeledTexts {
  /// Reads a table of texts and labels: CSV or TSV, with a header or without, also `.gz`, or lines that begin with their label.
  ///
  /// Of columns that are not named the label is `label`, `labels`, `class`, `target`, `sentiment` or `y`, the text `text`, `sentence`, `statement`, `claim`,
  /// `review`, `question` or `examples`; else the label is the column of the fewest different values and the text the longest of the others. Columns without
  /// a header are `column1`, `column2`, …; lines such as `1 a gripping film` have the columns `label` and `text`. Labels may be words or numbers.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - columns: The columns to read, as far as they are not to be found out.
  /// - Throws: ``/VitroCore/VitroError``: `argument` for an unknown column, with the nearest one; `malformed` for a row without text or label, with its
  ///   line, or a file that is not what it should be; `file` when it cannot be read.
  /// - Complexity: O(bytes).
  public init(_ path: String, columns: Columns = Columns()) throws {
    let table = try TextTable(path, columns: columns)
    let chosen = try table.columns(columns)
    let labels = try table.strings(chosen.label).map { $0.trimmingCharacters(in: .whitespaces) }
    let texts = try table.strings(chosen.text)
    try table.requirePresent(labels, "label", column: chosen.label)
    try table.requirePresent(texts, "text", column: chosen.text)
    let names = try Self.classNames(labels, column: chosen.label, path)
    let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    try self.init(
      (path as NSString).lastPathComponent, texts: texts, labels: labels.map { numbers[$0] ?? 0 }, classNames: names,
      files: [path])
    self.columns = Columns(text: chosen.text, label: chosen.label, group: chosen.group)
    if let group = chosen.group {
      let members = try table.strings(group)
      try table.requirePresent(members, "group", column: group)
      groups = LabeledData.inOrderOfAppearance(members)
      var seen = Set<String>()
      groupNames = members.filter { seen.insert($0).inserted }
    }
  }

  private static let mostClasses = 1000

  /// The classes, numbers in their order and words in that of the alphabet.
  private static func classNames(_ labels: [String], column: String, _ path: String) throws -> [String] {
    let names = Set(labels)
    guard names.count <= mostClasses else {
      throw VitroError(
        .malformed, "reading \(path)", "column '\(column)' has \(names.count) different values, too many for labels",
        hint: "Name the column of the labels.",
        details: [
          "file": path, "field": column, "found": "\(names.count) values", "expected": "at most \(mostClasses)",
        ])
    }
    if names.allSatisfy({ Double($0).map(\.isFinite) ?? false }) {
      return names.sorted { (Double($0) ?? 0, $0) < (Double($1) ?? 0, $1) }
    }
    return names.sorted()
  }
}
