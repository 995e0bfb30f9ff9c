internal import VitroCore

extension GGUFFile {
  /// A list in the metadata: where it lies in the file, checked, and read when it is asked for.
  ///
  /// A vocabulary of 49 152 tokens takes no memory until then.
  public struct List: Sendable {
    /// The type of the entries.
    public let type: ValueType
    /// The number of entries.
    public let count: Int

    let key: String
    let bytes: FileBytes

    /// The entries as texts.
    ///
    /// - Throws: ``/VitroCore/VitroError`` (`malformed`) when they are not texts, or not UTF-8.
    public func strings() throws -> [String] {
      guard type == .string else { throw mismatch(expected: "a list of texts") }
      return try bytes.withBytes { contents in
        var scanner = GGUFScanner(contents, of: bytes)
        var result: [String] = []
        result.reserveCapacity(count)
        for index in 0..<count { result.append(try scanner.string("metadata \(quoted(key)), entry \(index)")) }
        return result
      }
    }

    /// The entries as whole numbers.
    ///
    /// - Throws: ``/VitroCore/VitroError``: `malformed` when they are not whole numbers, or beyond the range of `Int`; `memory`
    ///   when they would take much more than the file.
    public func integers() throws -> [Int] {
      guard type.isInteger else { throw mismatch(expected: "a list of whole numbers") }
      return try entries { value, index in
        guard case .integer(let integer) = value else {
          throw bytes.malformed(
            field: "metadata \(quoted(key)), entry \(index)", found: "\(value)", expected: "a number below 2⁶³")
        }
        return integer
      }
    }

    /// The entries as numbers, whole or not.
    ///
    /// - Throws: as ``integers()``.
    public func numbers() throws -> [Double] {
      guard type.isInteger || type == .float32 || type == .float64 else {
        throw mismatch(expected: "a list of numbers")
      }
      return try entries { value, index in
        guard let number = value.number else { throw mismatch(expected: "a list of numbers") }
        return number
      }
    }

    private func entries<Entry>(_ entry: (Value, Int) throws -> Entry) throws -> [Entry] {
      // Bytes become eight times as many: bounded by what reading a file may take.
      guard count * MemoryLayout<Entry>.size <= 4 * bytes.count + FormatLimits.standard.freeBytes else {
        throw bytes.tooLarge(
          field: "metadata \(quoted(key))", found: "\(count) numbers", limit: "\(FormatLimits.standard.freeBytes) bytes"
        )
      }
      return try bytes.withBytes { contents in
        var scanner = GGUFScanner(contents, of: bytes)
        var result: [Entry] = []
        result.reserveCapacity(count)
        for index in 0..<count { result.append(try entry(try scanner.scalar(type, "metadata \(quoted(key))"), index)) }
        return result
      }
    }

    private func mismatch(expected: String) -> VitroError {
      bytes.malformed(field: "metadata \(quoted(key))", found: "a list of \(type)", expected: expected)
    }
  }
}
