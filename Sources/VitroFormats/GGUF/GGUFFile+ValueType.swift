internal import VitroCore

extension GGUFFile {
  /// The types of the values in the metadata, under the format's numbers.
  public enum ValueType: UInt32, Sendable, Hashable, CustomStringConvertible {
    case uint8, int8, uint16, int16, uint32, int32, float32, boolean, string, list, uint64, int64, float64

    /// The type's name.
    public var description: String {
      switch self {
      case .uint8: "uint8"
      case .int8: "int8"
      case .uint16: "uint16"
      case .int16: "int16"
      case .uint32: "uint32"
      case .int32: "int32"
      case .uint64: "uint64"
      case .int64: "int64"
      case .float32: "float32"
      case .float64: "float64"
      case .boolean: "bool"
      case .string: "texts"
      case .list: "lists"
      }
    }

    var isInteger: Bool {
      switch self {
      case .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64: true
      case .float32, .float64, .boolean, .string, .list: false
      }
    }

    /// The bytes of one value, or the least that one can take.
    var leastBytes: Int {
      switch self {
      case .uint8, .int8, .boolean: 1
      case .uint16, .int16: 2
      case .uint32, .int32, .float32: 4
      case .uint64, .int64, .float64, .string: 8
      case .list: 12
      }
    }
  }
}

extension GGUFScanner {
  /// How deep lists may stand in lists.
  private static let maximumDepth = 4

  /// The next value type.
  mutating func valueType(_ field: @autoclosure () -> String) throws -> GGUFFile.ValueType {
    let number = try integer(UInt32.self, "\(field()), type")
    guard let type = GGUFFile.ValueType(rawValue: number) else {
      throw file.malformed(field: "\(field()), type", found: "\(number)", expected: "a number from 0 to 12")
    }
    return type
  }

  /// The next value of a type.
  mutating func value(_ type: GGUFFile.ValueType, key: String) throws -> GGUFFile.Value {
    guard type == .list else { return try scalar(type, "metadata \(quoted(key))") }
    let (entryType, count) = try listHead(key: key)
    let start = position
    try skipEntries(entryType, count, key: key, depth: 1)
    return .list(GGUFFile.List(type: entryType, count: count, key: key, bytes: file.slice(start..<position)))
  }

  /// The next value of a type that is not a list.
  mutating func scalar(_ type: GGUFFile.ValueType, _ field: @autoclosure () -> String) throws -> GGUFFile.Value {
    switch type {
    case .uint8: return .integer(Int(try integer(UInt8.self, field())))
    case .int8: return .integer(Int(try integer(Int8.self, field())))
    case .uint16: return .integer(Int(try integer(UInt16.self, field())))
    case .int16: return .integer(Int(try integer(Int16.self, field())))
    case .uint32: return .integer(Int(try integer(UInt32.self, field())))
    case .int32: return .integer(Int(try integer(Int32.self, field())))
    case .int64: return .integer(Int(try integer(Int64.self, field())))
    case .uint64:
      let value = try integer(UInt64.self, field())
      return Int(exactly: value).map { .integer($0) } ?? .number(Double(value))
    case .float32: return .number(Double(Float(bitPattern: try integer(UInt32.self, field()))))
    case .float64: return .number(Double(bitPattern: try integer(UInt64.self, field())))
    case .boolean:
      let value = try integer(UInt8.self, field())
      guard value <= 1 else { throw file.malformed(field: field(), found: "\(value)", expected: "0 or 1") }
      return .boolean(value == 1)
    case .string: return .string(try string(field()))
    case .list: throw file.malformed(field: field(), found: "a list", expected: "a single value")
    }
  }

  private mutating func listHead(key: String) throws -> (GGUFFile.ValueType, Int) {
    let type = try valueType("metadata \(quoted(key)), list")
    return (type, try count(ofAtLeast: type.leastBytes, "metadata \(quoted(key)), length of the list"))
  }

  private mutating func skipEntries(_ type: GGUFFile.ValueType, _ count: Int, key: String, depth: Int) throws {
    switch type {
    case .string:
      for index in 0..<count { _ = try stringBytes("metadata \(quoted(key)), entry \(index)") }
    case .list:
      guard depth < GGUFScanner.maximumDepth else {
        throw file.malformed(
          field: "metadata \(quoted(key))", found: "more levels of lists",
          expected: "at most \(GGUFScanner.maximumDepth)")
      }
      for _ in 0..<count {
        let (inner, innerCount) = try listHead(key: key)
        try skipEntries(inner, innerCount, key: key, depth: depth + 1)
      }
    default: try skip(count * type.leastBytes, "metadata \(quoted(key))")
    }
  }
}
