internal import VitroCore

/// The parsed and checked beginning of a GGUF file.
struct GGUFHeader {
  private(set) var version = 0
  private(set) var metadata: [String: GGUFFile.Value] = [:]
  private(set) var tensors: [GGUFFile.Info] = []

  static let magic = Array("GGUF".utf8)

  /// Metadata of more keys than any model has would take many times the file.
  private static let maximumKeys = 1 << 16
  /// What ggml allows.
  private static let maximumRank = 4

  init(_ file: FileBytes, limits: FormatLimits) throws {
    try file.withBytes { bytes in
      var scanner = GGUFScanner(bytes, of: file)
      let tensorCount = try parseStart(&scanner, limits: limits)
      var offsets: [Int] = []
      for _ in 0..<tensorCount { try parseTensor(&scanner, offsets: &offsets) }
      try place(offsets, after: scanner.position, in: file)
    }
    try checkOverlaps(file)
  }

  /// Reads up to the tensors, and gives their number.
  private mutating func parseStart(_ scanner: inout GGUFScanner, limits: FormatLimits) throws -> Int {
    let file = scanner.file
    guard scanner.bytes.starts(with: GGUFHeader.magic) else {
      throw file.malformed(field: "magic", found: quoted(scanner.bytes.prefix(4)), expected: "'GGUF'")
    }
    try scanner.skip(4, "magic")
    try parseVersion(&scanner)
    let tensorCount = try scanner.count(ofAtLeast: 24, "number of tensors")
    let keyCount = try scanner.count(ofAtLeast: 13, "number of metadata keys")
    for (count, limit, field) in [
      (tensorCount, limits.maximumEntries, "number of tensors"),
      (keyCount, min(limits.maximumEntries, GGUFHeader.maximumKeys), "number of metadata keys"),
    ] where count > limit {
      throw file.tooLarge(field: field, found: "\(count)", limit: "\(limit) entries")
    }
    for index in 0..<keyCount {
      let key = try scanner.string("metadata key \(index)")
      let type = try scanner.valueType("metadata \(quoted(key))")
      guard metadata.updateValue(try scanner.value(type, key: key), forKey: key) == nil else {
        throw file.malformed(field: "metadata", found: "\(quoted(key)) twice", expected: "each key once")
      }
    }
    return tensorCount
  }

  private mutating func parseVersion(_ scanner: inout GGUFScanner) throws {
    let number = try scanner.integer(UInt32.self, "version")
    let expected = "version 2 or 3, little-endian"
    if number & 0xffff == 0, (1...0xffff).contains(number.byteSwapped) {
      throw scanner.file.unsupported(
        field: "version", found: "a big-endian file of version \(number.byteSwapped)", expected: expected,
        hint: "Convert it with 'gguf-convert-endian' from the gguf Python package.")
    }
    guard number == 2 || number == 3 else {
      throw scanner.file.unsupported(
        field: "version", found: "version \(number)", expected: expected,
        hint: number == 1 ? "Version 1 was replaced in 2023: fetch or convert the model again." : nil)
    }
    version = Int(number)
  }

  private mutating func parseTensor(_ scanner: inout GGUFScanner, offsets: inout [Int]) throws {
    let file = scanner.file
    let name = try scanner.string("name of tensor \(tensors.count)")
    let field = "tensor \(quoted(name))"
    let rank = try scanner.integer(UInt32.self, "\(field), number of axes")
    guard rank <= GGUFHeader.maximumRank else {
      throw file.malformed(
        field: "\(field), number of axes", found: "\(rank)", expected: "at most \(GGUFHeader.maximumRank)")
    }
    var shape: [Int] = []
    for _ in 0..<rank {
      let length = try scanner.integer(UInt64.self, "\(field), shape")
      guard let length = Int(exactly: length) else {
        throw file.malformed(field: "\(field), shape", found: "\(length)", expected: "lengths below 2⁶³")
      }
      shape.insert(length, at: 0)
    }
    let number = try scanner.integer(UInt32.self, "\(field), type")
    guard let type = GGUFType.numbered(number) else {
      throw file.unsupported(field: "\(field), type", found: "type number \(number)", expected: GGUFType.readable)
    }
    let count = try file.checkedCount(of: shape, field: "\(field), shape")
    guard (shape.last ?? 1) % type.blockLength == 0 else {
      throw file.malformed(
        field: "\(field), shape", found: "\(shape)",
        expected: "a last axis that is a multiple of the \(type.blockLength) elements of a block of \(type.name)")
    }
    // Bounded by what checkedCount allows, and no block takes more than nine bytes for each element.
    let offset = try scanner.integer(UInt64.self, "\(field), offset")
    guard offset <= UInt64(file.count) else {
      throw file.malformed(
        field: "\(field), offset", found: "\(offset)", expected: "at most the file's \(file.count) bytes")
    }
    offsets.append(Int(offset))
    tensors.append(
      GGUFFile.Info(
        name: name, storedType: type.name, dtype: type.dtype, shape: shape, type: type,
        byteRange: 0..<(count / type.blockLength * type.blockBytes)))
  }

  /// Turns offsets in the data into ranges of the file.
  private mutating func place(_ offsets: [Int], after end: Int, in file: FileBytes) throws {
    var alignment = 32
    if let value = metadata["general.alignment"] {
      guard case .integer(let given) = value, given > 0, given <= 1 << 30, given & (given - 1) == 0 else {
        throw file.malformed(
          field: "metadata 'general.alignment'", found: "\(value)", expected: "a power of two up to 2³⁰")
      }
      alignment = given
    }
    let start = (end + alignment - 1) / alignment * alignment
    for (index, offset) in offsets.enumerated() {
      let (tensor, length) = (tensors[index], tensors[index].byteRange.count)
      guard offset % alignment == 0 else {
        throw file.malformed(
          field: "tensor \(quoted(tensor.name)), offset", found: "\(offset)", expected: "a multiple of \(alignment)")
      }
      guard start <= file.count, offset <= file.count - start, length <= file.count - start - offset else {
        throw file.malformed(
          field: "tensor \(quoted(tensor.name))", found: "\(length) bytes at \(offset)",
          expected: "bytes within the \(max(0, file.count - start)) that follow the header",
          hint: "The file may be truncated; fetch it again.")
      }
      tensors[index].byteRange = (start + offset)..<(start + offset + length)
    }
  }

  /// No byte belongs to two tensors, and no name.
  private func checkOverlaps(_ file: FileBytes) throws {
    let order = tensors.indices.filter { !tensors[$0].byteRange.isEmpty }.sorted {
      tensors[$0].byteRange.lowerBound < tensors[$1].byteRange.lowerBound
    }
    for (before, after) in zip(order, order.dropFirst()) {
      let (first, second) = (tensors[before], tensors[after])
      guard first.byteRange.upperBound <= second.byteRange.lowerBound else {
        throw file.malformed(
          field: "tensor \(quoted(second.name)), offset",
          found: "an overlap with tensor \(quoted(first.name))", expected: "bytes of its own")
      }
    }
  }
}
