internal import VitroCore

/// The header of an `.npy` file: what the elements are and how they lie.
struct NPYHeader {
  var type: StoredType
  var bigEndian: Bool
  var isFortranOrder: Bool
  var shape: [Int]

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// More than any header of a plain type needs; larger ones describe records.
  private static let maximumLength = 1 << 20

  /// Reads the header, and leaves the source at the first element.
  init(_ source: inout some ByteSource) throws {
    let file = source.file
    let start = try source.bytes(8)
    guard start.count == 8, start.starts(with: NPYHeader.magic) else {
      throw file.malformed(field: "magic", found: quoted(start), expected: "\\x93NUMPY and a version")
    }
    guard (1...3).contains(start[6]), start[7] == 0 else {
      throw file.unsupported(field: "version", found: "\(start[6]).\(start[7])", expected: "1.0, 2.0 or 3.0")
    }
    let lengthWidth = start[6] == 1 ? 2 : 4
    let lengthBytes = try source.bytes(lengthWidth)
    guard lengthBytes.count == lengthWidth else {
      throw file.malformed(field: "header length", found: "the end of the file", expected: "\(lengthWidth) bytes")
    }
    let length = lengthBytes.enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    guard length <= NPYHeader.maximumLength else {
      throw file.malformed(
        field: "header length", found: "\(length) bytes", expected: "at most \(NPYHeader.maximumLength) bytes")
    }
    guard length <= source.remainingBound else {
      throw file.malformed(
        field: "header length", found: "\(length) bytes",
        expected: "at most the \(source.remainingBound) that follow it")
    }
    let text = try source.bytes(length)
    guard text.count == length else {
      throw file.malformed(field: "header", found: "\(text.count) bytes, then the end", expected: "\(length) bytes")
    }
    var parser = PythonLiteralParser(text, of: file)
    try self.init(parser.dictionary(), of: file)
  }

  private init(_ members: [String: PythonLiteral], of file: FileBytes) throws {
    guard members.count == 3, let descr = members["descr"], let order = members["fortran_order"],
      let lengths = members["shape"]
    else {
      throw file.malformed(
        field: "header",
        found: "the keys \(members.keys.sorted().prefix(8).map { quoted($0) }.joined(separator: ", "))",
        expected: "'descr', 'fortran_order' and 'shape'")
    }
    guard case .string(let name) = descr else {
      throw file.unsupported(
        field: "descr", found: "a record type", expected: "a plain type",
        hint: "Save each field as an array of its own.")
    }
    guard case .bool(let fortran) = order else {
      throw file.malformed(field: "fortran_order", found: "\(order)", expected: "True or False")
    }
    guard case .tuple(let axes) = lengths else {
      throw file.malformed(field: "shape", found: "no tuple", expected: "a tuple of lengths")
    }
    shape = try axes.map { axis in
      guard case .integer(let length) = axis, length >= 0 else {
        throw file.malformed(
          field: "shape", found: axes.count > 64 ? "\(axes.count) axes" : NPYHeader.text(of: axes),
          expected: "lengths that are not negative")
      }
      return length
    }
    (type, bigEndian) = try NPYHeader.type(named: name, of: file)
    isFortranOrder = fortran
  }

  private static func text(of axes: [PythonLiteral]) -> String {
    let parts = axes.map { axis in
      switch axis {
      case .integer(let value): "\(value)"
      case .string(let text): quoted(text)
      case .bool(let value): value ? "True" : "False"
      case .tuple, .list: "(…)"
      }
    }
    return "(\(parts.joined(separator: ", ")))"
  }

  private static func type(named name: String, of file: FileBytes) throws -> (StoredType, bigEndian: Bool) {
    var kind = name
    var bigEndian = Int(bigEndian: 1) == 1
    if let order = name.first, "<>=|".contains(order) {
      kind.removeFirst()
      if order != "=" { bigEndian = order == ">" }
    }
    let types: [String: StoredType] = [
      "b1": .bool, "?": .bool, "u1": .uint8, "i1": .int8, "u2": .uint16, "i2": .int16, "u4": .uint32, "i4": .int32,
      "u8": .uint64, "i8": .int64, "f2": .float16, "f4": .float32, "f8": .float64,
    ]
    guard let type = types[kind] else {
      throw file.unsupported(
        field: "descr", found: quoted(name),
        expected: "b1, i1, i2, i4, i8, u1, u2, u4, u8, f2, f4 or f8",
        hint: kind == "O" ? "Python objects are never read: save the array with a numeric dtype." : nil)
    }
    return (type, bigEndian)
  }
}
