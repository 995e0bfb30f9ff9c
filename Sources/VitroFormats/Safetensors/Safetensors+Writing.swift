public import VitroCore

/// Writes safetensors files.
///
/// ```swift
/// try Safetensors.write(
///   [("embed.weight", embedding.raw)], metadata: ["format": "pt"], to: "model.safetensors")
/// ```
public enum Safetensors {
  /// Writes named arrays, atomically, with the very bytes that the reference implementation writes.
  ///
  /// Tensors are ordered by type (I64, F64, F32, I32, BF16, F16, U8, BOOL), then by name; metadata by key. The same
  /// arrays always give the same file.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for a name used twice or reserved; `file` when it cannot be written.
  public static func write(
    _ arrays: [(name: String, array: RawArray)], metadata: [String: String] = [:], to path: String
  ) throws {
    let ordered = try inWritingOrder(arrays, operation: "writing \(path)")
    try AtomicFile.write(to: path) { writer in
      try write(ordered, metadata: metadata) { try writer.write($0) }
    }
  }

  /// The bytes of a safetensors file with these arrays.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for a name used twice or reserved.
  public static func encode(
    _ arrays: [(name: String, array: RawArray)], metadata: [String: String] = [:]
  ) throws -> [UInt8] {
    var result: [UInt8] = []
    try write(inWritingOrder(arrays, operation: "encoding safetensors"), metadata: metadata) {
      result.append(contentsOf: $0)
    }
    return result
  }

  private static func inWritingOrder(
    _ arrays: [(name: String, array: RawArray)], operation: String
  ) throws -> [(name: String, array: RawArray)] {
    var names: Set<String> = []
    for (name, _) in arrays {
      guard name != "__metadata__" else {
        throw VitroError(
          .argument, operation, "a tensor may not be named '__metadata__'",
          details: ["field": "name", "found": name, "expected": "another name"])
      }
      guard names.insert(name).inserted else {
        throw VitroError(
          .argument, operation, "two tensors are named \(quoted(name))",
          details: ["field": "name", "found": "\(name) twice", "expected": "each name once"])
      }
    }
    return arrays.sorted { left, right in
      let (leftRank, rightRank) =
        (SafetensorsType.name(of: left.array.dtype).rank, SafetensorsType.name(of: right.array.dtype).rank)
      return leftRank != rightRank ? leftRank > rightRank : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
  }

  private static func write(
    _ ordered: [(name: String, array: RawArray)], metadata: [String: String],
    _ emit: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\(jsonString($0.key)):\(jsonString($0.value))" }
      members.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
    }
    var offset = 0
    for (name, array) in ordered {
      let end = offset + array.byteCount
      let shape = array.shape.map(String.init).joined(separator: ",")
      let type = SafetensorsType.name(of: array.dtype).name
      members.append(
        "\(jsonString(name)):{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
    var start: [UInt8] = []
    start.appendInteger(UInt64(header.count))
    try start.withUnsafeBytes(emit)
    try header.withUnsafeBytes(emit)
    for (_, array) in ordered { try array.withBytes(emit) }
  }

  /// A JSON string, escaped as the reference implementation's serializer does.
  private static func jsonString(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{8}": result += "\\b"
      case "\u{c}": result += "\\f"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
