public import VitroCore

extension CSVTable {
  /// A column's texts.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for an unknown column, with the nearest known one.
  /// - Complexity: O(bytes of the table).
  public func strings(_ name: String) throws -> [String] {
    let column = try index(of: name)
    var values: [String] = []
    values.reserveCapacity(rowCount)
    try forEachField(in: [column]) { _, _, scanner in values.append(scanner.text) }
    return values
  }

  /// A column's numbers.
  ///
  /// - Parameters:
  ///   - name: The column's name.
  ///   - missing: What an empty field stands for; without it an empty field is an error.
  /// - Throws: ``/VitroCore/VitroError``: `argument` for an unknown column; `malformed` for a field that is no number, with line,
  ///   column and text.
  /// - Complexity: O(bytes of the table), at 8 bytes of memory for each row.
  public func numbers(_ name: String, missing: Double? = nil) throws -> [Double] {
    let column = try index(of: name)
    var values: [Double] = []
    values.reserveCapacity(rowCount)
    try forEachField(in: [column]) { _, _, scanner in
      values.append(try number(scanner, column: name, missing: missing))
    }
    return values
  }

  /// A column's whole numbers.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for an unknown column; `malformed` for a field that is no whole number, with
  ///   line, column and text.
  public func integers(_ name: String) throws -> [Int] {
    let column = try index(of: name)
    var values: [Int] = []
    values.reserveCapacity(rowCount)
    try forEachField(in: [column]) { _, _, scanner in
      guard let value = CSVNumber.integer(scanner.rawField) else {
        throw fault(scanner, column: name, expected: "a whole number")
      }
      values.append(value)
    }
    return values
  }

  /// The numbers of several columns (all, unless named) as a float64 array of shape `[rows, columns]`, in one pass.
  ///
  /// - Throws: as ``numbers(_:missing:)``.
  /// - Complexity: O(bytes of the table).
  public func matrix(_ names: [String]? = nil, missing: Double? = nil) throws -> RawArray {
    let chosen = try names?.map(index(of:)) ?? Array(columns.indices)
    let order = chosen.indices.sorted { chosen[$0] < chosen[$1] }
    return try RawArray(dtype: .float64, shape: [rowCount, chosen.count]) { bytes in
      try forEachField(in: order.map { chosen[$0] }) { row, place, scanner in
        let value = try number(scanner, column: columns[chosen[order[place]]], missing: missing)
        bytes.storeBytes(of: value, toByteOffset: (row * chosen.count + order[place]) * 8, as: Double.self)
      }
    }
  }

  /// The texts of one row.
  ///
  /// - Precondition: `row` is within `0 ..< rowCount`.
  /// - Complexity: O(bytes of 64 rows).
  public func row(_ row: Int) throws -> [String] {
    precondition((0..<rowCount).contains(row), "row \(row) of \(rowCount)")
    return try file.withBytes { bytes in
      let mark = marks[row / CSVTable.rowsPerMark]
      var scanner = scanner(bytes, at: mark)
      for _ in 0..<(row % CSVTable.rowsPerMark) where scanner.beginRow() {
        while try scanner.next() == .delimiter {}
      }
      var texts: [String] = []
      guard scanner.beginRow() else { return texts }
      var ending = CSVScanner.Ending.delimiter
      while ending == .delimiter {
        ending = try scanner.next()
        texts.append(scanner.text)
      }
      return texts
    }
  }

  /// The line of the file on which a row begins, counted from 1.
  ///
  /// - Precondition: `row` is within `0 ..< rowCount`.
  /// - Complexity: O(bytes of 64 rows).
  public func line(ofRow row: Int) throws -> Int {
    precondition((0..<rowCount).contains(row), "row \(row) of \(rowCount)")
    return try file.withBytes { bytes in
      var scanner = scanner(bytes, at: marks[row / CSVTable.rowsPerMark])
      for _ in 0..<(row % CSVTable.rowsPerMark) where scanner.beginRow() {
        while try scanner.next() == .delimiter {}
      }
      _ = scanner.beginRow()
      return scanner.line
    }
  }

  /// The columns in which every field is a number.
  ///
  /// - Complexity: O(bytes of the table).
  public func numericColumns() throws -> [String] {
    guard rowCount > 0 else { return [] }
    var isNumeric = [Bool](repeating: true, count: columns.count)
    try forEachField(in: Array(columns.indices)) { _, column, scanner in
      if isNumeric[column] { isNumeric[column] = CSVNumber.value(scanner.rawField) != nil }
    }
    return columns.indices.filter { isNumeric[$0] }.map { columns[$0] }
  }

  /// Calls `body` with the row, the place in `chosen` (which ascends, and may repeat) and the scanner at each field.
  func forEachField(in chosen: [Int], _ body: (Int, Int, borrowing CSVScanner) throws -> Void) throws {
    guard let mark = marks.first else { return }
    try file.withBytes { bytes in
      var scanner = scanner(bytes, at: mark)
      for row in 0..<rowCount where scanner.beginRow() {
        var (column, place) = (0, 0)
        var ending = CSVScanner.Ending.delimiter
        while ending == .delimiter {
          ending = try scanner.next()
          while place < chosen.count, chosen[place] == column {
            try body(row, place, scanner)
            place += 1
          }
          column += 1
        }
      }
    }
  }

  private func scanner(_ bytes: UnsafeRawBufferPointer, at mark: (position: Int, line: Int)) -> CSVScanner {
    CSVScanner(bytes, of: file, delimiter: delimiter, quote: quote, position: mark.position, line: mark.line)
  }

  private func number(_ scanner: borrowing CSVScanner, column: String, missing: Double?) throws -> Double {
    if let value = CSVNumber.value(scanner.rawField) { return value }
    if let missing, scanner.rawField.isEmpty { return missing }
    throw fault(
      scanner, column: column, expected: "a number",
      hint: scanner.rawField.isEmpty ? "Say what an empty field stands for: numbers(_, missing: .nan)." : nil)
  }

  private func fault(
    _ scanner: borrowing CSVScanner, column: String, expected: String, hint: String? = nil
  ) -> VitroError {
    file.malformed(
      field: "line \(scanner.fieldLine), column \(quoted(column))", found: quoted(scanner.rawField), expected: expected,
      hint: hint)
  }
}
