internal import VitroCore

/// Finds out how a table of text is written.
enum CSVDetection {
  private static let sampledRows = 32

  /// The delimiter among comma, tab and semicolon that splits the first rows into the same number of fields, the larger
  /// the better; a comma when none does.
  static func delimiter(
    _ bytes: UnsafeRawBufferPointer, from start: Int, of file: FileBytes, quote: UInt8?
  ) -> UInt8 {
    var best: (delimiter: UInt8, score: Int)?
    for candidate in [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";")] where candidate != quote {
      var scanner = CSVScanner(bytes, of: file, delimiter: candidate, quote: quote, position: start, line: 1)
      var counts: [Int] = []
      var isBroken = false
      while counts.count < sampledRows, !isBroken, scanner.beginRow() {
        var fields = 1
        do {
          while try scanner.next() == .delimiter { fields += 1 }
          counts.append(fields)
        } catch {
          isBroken = true
        }
      }
      guard let first = counts.first, first > 1 else { continue }
      let agreeing = counts.prefix { $0 == first }.count
      let isConsistent = agreeing == counts.count && !isBroken
      let score = isConsistent ? 1 << 40 + first : agreeing
      if score > best?.score ?? 0 { best = (candidate, score) }
    }
    return best?.delimiter ?? UInt8(ascii: ",")
  }

  /// The texts of the first row, and whether each is a number.
  static func firstRow(_ scanner: CSVScanner, limits: FormatLimits) throws -> [(text: String, isNumber: Bool)] {
    var scanner = scanner
    var fields: [(text: String, isNumber: Bool)] = []
    guard scanner.beginRow() else { return [] }
    var ending = CSVScanner.Ending.delimiter
    while ending == .delimiter {
      ending = try scanner.next()
      fields.append((scanner.text, CSVNumber.value(scanner.rawField) != nil))
      guard fields.count <= limits.maximumEntries else {
        throw scanner.file.tooLarge(
          field: "line \(scanner.fieldLine)", found: "more columns", limit: "\(limits.maximumEntries) columns")
      }
    }
    return fields
  }

  /// The columns' names, and whether the first row gives them.
  static func columns(
    _ first: [(text: String, isNumber: Bool)], _ header: CSVOptions.Header, file: FileBytes
  ) throws -> ([String], hasHeaderRow: Bool) {
    func checked(_ names: [String]) throws -> [String] {
      guard names.count == first.count || first.isEmpty else {
        throw file.malformed(
          field: "header", found: "\(first.count) columns", expected: "\(names.count), as many as the names given")
      }
      return names
    }
    let numbered = first.indices.map { "column\($0 + 1)" }
    let texts = zip(first, numbered).map { $0.text.isEmpty ? $1 : $0.text }
    switch header {
    case .detected:
      let isHeader = !first.contains { $0.isNumber }
      return (isHeader ? texts : numbered, isHeader)
    case .firstRow: return (texts, true)
    case .none: return (numbered, false)
    case .named(let names): return (try checked(names), false)
    case .replaced(let names): return (try checked(names), true)
    }
  }
}
