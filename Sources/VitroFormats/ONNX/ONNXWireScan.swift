internal import VitroCore

/// A walk over the wire format that takes no memory, before the file is decoded.
///
/// The decoder believes a file: it makes an object of each message, and two bytes are a message. The walk finds out what decoding would take, and whether every
/// length, tag and number holds; so an error names the place, and a file that would unfold is refused while it is small.
struct ONNXWireScan {
  /// What may be taken beyond three times the file, which itself lies in memory.
  static let allowance = 32 << 20
  /// What the protobuf format allows.
  static let maximumBytes = Int(Int32.max)
  /// The decoder moves a list for every piece of packed numbers; writers make one piece.
  private static let maximumPieces = 64

  /// The bytes that decoding takes at most.
  private(set) var memory = 0
  private let file: FileBytes
  private var path: [(name: String, index: Int?)] = []

  /// Walks over a whole file.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `malformed` with the field; `memory` when decoding would take more than three times the file.
  init(_ file: FileBytes) throws {
    self.file = file
    guard file.count <= Self.maximumBytes else {
      throw file.tooLarge(
        field: "size", found: "\(file.count) bytes", limit: "\(Self.maximumBytes) bytes",
        hint: "Protobuf files, and so ONNX files, end there; larger models keep their weights elsewhere.")
    }
    try file.withBytes { try walk(.model, $0) }
  }

  /// Whether bytes are fields of a model, with a version and a graph; nothing inside them is looked at.
  static func recognizes(_ file: FileBytes) -> Bool {
    file.withBytes { bytes in
      var (reader, found) = (WireReader(bytes), Set<UInt64>())
      var count = 0
      while !reader.isAtEnd, count < 4096 {
        count += 1
        guard let (number, type) = reader.tag(), number < 64, reader.value(type) != nil else { return false }
        if let field = ONNXMessage.model.field(number) {
          guard field.content.accepts(type, isRepeated: false) else { return false }
          found.insert(number)
        }
      }
      return found.isSuperset(of: [1, 7])
    }
  }

  /// Counts memory that what is read will take.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`memory`) when it becomes more than the file warrants.
  mutating func spend(_ bytes: Int) throws {
    let (sum, overflow) = memory.addingReportingOverflow(bytes)
    memory = overflow ? .max : sum
    let limit = 3 * file.count + Self.allowance
    guard memory <= limit else {
      throw file.tooLarge(
        field: place, found: "contents that take more than \(limit) bytes of memory",
        limit: "three times the file's \(file.count) bytes and \(Self.allowance >> 20) MiB",
        hint: "No sound model is made of so many small parts.")
    }
  }

  private var place: String {
    let parts = path.map { name, index in index.map { "\(name)[\($0)]" } ?? name }
    return parts.isEmpty ? "model" : parts.joined(separator: ".")
  }

  private func malformed(_ name: String? = nil, found: String, expected: String) -> VitroError {
    let field = name.map { path.isEmpty ? $0 : "\(place).\($0)" } ?? place
    return file.malformed(field: field, found: found, expected: expected)
  }

  private mutating func walk(_ message: ONNXMessage, _ bytes: UnsafeRawBufferPointer) throws {
    try spend(message.memory)
    var reader = WireReader(bytes)
    // How often each field has come; field numbers that are known lie below 26.
    var counts = [Int](repeating: 0, count: 26)
    var pieces = 0
    while !reader.isAtEnd {
      let start = reader.position
      guard let (number, type) = reader.tag() else {
        throw malformed(
          found: "no field at byte \(start) of \(bytes.count)", expected: "a field number and a wire type of protobuf")
      }
      guard let field = message.field(number) else {
        guard reader.value(type) != nil else {
          throw malformed("field \(number)", found: "a value that does not end", expected: "\(reader.remaining) bytes")
        }
        continue
      }
      guard field.content.accepts(type, isRepeated: field.isRepeated) else {
        throw malformed(
          field.name, found: "the wire type \(type.rawValue)", expected: "\(field.content.wireType.rawValue)")
      }
      let before = reader.remaining
      guard let value = reader.value(type) else {
        throw malformed(
          field.name, found: "a length beyond the end, or a number that does not end",
          expected: "at most the \(before) bytes that follow")
      }
      let index = counts[Int(number)]
      counts[Int(number)] += 1
      if type == .length, field.content.wireType != .length { pieces += 1 }
      guard pieces <= Self.maximumPieces else {
        throw malformed(field.name, found: "more than \(Self.maximumPieces) pieces", expected: "packed numbers in one")
      }
      try enter(field, value, type, index: index)
    }
  }

  /// Counts what a field takes, and walks over the message in it.
  private mutating func enter(
    _ field: ONNXWireField, _ value: UnsafeRawBufferPointer, _ type: WireReader.WireType, index: Int
  ) throws {
    switch field.content {
    case .message(let inner):
      guard field.isRepeated || index == 0 else { throw malformed(field.name, found: "it twice", expected: "it once") }
      path.append((field.name, field.isRepeated ? index : nil))
      try walk(inner, value)
      path.removeLast()
    case .bytes:
      // Short texts lie in their reference; an element of a list counts three times while the list moves. A name stands in a table, too.
      try spend((field.isRepeated ? 144 : 0) + (value.count > 14 ? value.count + 48 : 0))
    case .fixed:
      try spend(type == .length ? value.count : field.isRepeated ? 3 * value.count : 0)
    case .varint(let width):
      guard type == .length else { return try spend(3 * width) }
      var reader = WireReader(value)
      var count = 0
      while !reader.isAtEnd {
        guard reader.varint() != nil else {
          throw malformed(field.name, found: "a number that does not end", expected: "numbers of at most ten bytes")
        }
        count += 1
      }
      try spend(count * width)
    }
  }
}

extension ONNXWireField.Content {
  /// How a single value is stored.
  var wireType: WireReader.WireType {
    switch self {
    case .varint: .varint
    case .fixed(let width): width == 4 ? .fourBytes : .eightBytes
    case .bytes, .message: .length
    }
  }

  /// Whether a value may be stored so; lists of numbers may be packed.
  func accepts(_ type: WireReader.WireType, isRepeated: Bool) -> Bool {
    type == wireType || isRepeated && type == .length
  }
}
