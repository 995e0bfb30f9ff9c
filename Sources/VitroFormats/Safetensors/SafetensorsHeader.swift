internal import VitroCore

/// The parsed and checked header of a safetensors file.
struct SafetensorsHeader {
  var tensors: [SafetensorsFile.Info] = []
  var metadata: [String: String] = [:]
  /// Where the tensors' bytes begin in the file.
  var dataStart = 0

  /// What the reference implementation allows.
  static let maximumLength = 100_000_000

  /// Parses the header of a file of which `file` holds the beginning, or all.
  init(_ file: FileBytes, limits: FormatLimits, fileSize: Int? = nil) throws {
    let size = fileSize ?? file.count
    try file.withBytes { bytes in
      guard let declared = bytes.integer(UInt64.self, at: 0) else {
        throw file.malformed(
          field: "header length", found: "a file of \(size) bytes", expected: "8 bytes and a header")
      }
      guard declared <= SafetensorsHeader.maximumLength else {
        throw file.malformed(
          field: "header length", found: "\(declared) bytes",
          expected: "at most \(SafetensorsHeader.maximumLength) bytes")
      }
      dataStart = 8 + Int(declared)
      guard dataStart <= bytes.count else {
        throw file.malformed(
          field: "header length", found: "\(declared) bytes", expected: "at most the \(size - 8) that follow it")
      }
      let text = UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart])
      var scanner = JSONScanner(text, of: file, field: "header")
      try parse(&scanner, file: file, limits: limits)
      try scanner.expectEnd()
    }
    try checkLayout(file, size: size)
  }

  private mutating func parse(_ scanner: inout JSONScanner, file: FileBytes, limits: FormatLimits) throws {
    var names: Set<String> = []
    var hasMetadata = false
    try scanner.object { scanner, name in
      if name == "__metadata__" {
        guard !hasMetadata else { throw duplicate(name, field: "header", file) }
        hasMetadata = true
        try parseMetadata(&scanner, file: file, limits: limits)
        return
      }
      guard names.insert(name).inserted else { throw duplicate(name, field: "header", file) }
      try checkEntries(names.count, file, limits)
      tensors.append(try parseTensor(&scanner, name: name, file: file))
    }
  }

  private mutating func parseMetadata(
    _ scanner: inout JSONScanner, file: FileBytes, limits: FormatLimits
  ) throws {
    try scanner.object { scanner, key in
      let value = try scanner.string()
      guard metadata.updateValue(value, forKey: key) == nil else { throw duplicate(key, field: "__metadata__", file) }
      try checkEntries(metadata.count, file, limits)
    }
  }

  private func parseTensor(
    _ scanner: inout JSONScanner, name: String, file: FileBytes
  ) throws -> SafetensorsFile.Info {
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
    let tensor = "tensor \(quoted(name))"
    try scanner.object { scanner, key in
      switch key {
      case "dtype" where type == nil: type = try scanner.string()
      case "shape" where shape == nil:
        shape = try counts(&scanner, atMost: FileBytes.maximumRank, field: "\(tensor), shape", file)
      case "data_offsets" where offsets == nil:
        offsets = try counts(&scanner, atMost: 2, field: "\(tensor), data_offsets", file)
      case "dtype", "shape", "data_offsets": throw duplicate(key, field: tensor, file)
      default: try scanner.skipValue()
      }
    }
    func required<Value>(_ value: Value?, _ key: String) throws -> Value {
      guard let value else { throw file.malformed(field: tensor, found: "no '\(key)'", expected: "a '\(key)'") }
      return value
    }
    let (typeName, lengths) = (try required(type, "dtype"), try required(shape, "shape"))
    let range = try required(offsets, "data_offsets")
    guard let bits = SafetensorsType.bitWidth(of: typeName) else {
      throw file.malformed(
        field: "\(tensor), dtype", found: quoted(typeName), expected: SafetensorsType.readable)
    }
    let count = try file.checkedCount(of: lengths, field: "\(tensor), shape")
    guard range.count == 2, range[0] <= range[1] else {
      throw file.malformed(
        field: "\(tensor), data_offsets", found: "\(range)", expected: "a beginning and an end that is not before it")
    }
    let (bitCount, overflow) = count.multipliedReportingOverflow(by: bits)
    guard !overflow, bitCount % 8 == 0, range[1] - range[0] == bitCount / 8 else {
      throw file.malformed(
        field: "\(tensor), data_offsets", found: "\(range), that is \(range[1] - range[0]) bytes",
        expected: "\(overflow ? "fewer" : "\((bitCount + 7) / 8)") bytes for \(typeName) \(lengths)")
    }
    return SafetensorsFile.Info(
      name: name, storedType: typeName, dtype: SafetensorsType.stored(typeName)?.dtype, shape: lengths,
      byteRange: range[0]..<range[1])
  }

  private func counts(
    _ scanner: inout JSONScanner, atMost limit: Int, field: String, _ file: FileBytes
  ) throws -> [Int] {
    var values: [Int] = []
    try scanner.array { scanner in
      guard values.count < limit else {
        throw file.malformed(field: field, found: "more than \(limit) numbers", expected: "at most \(limit)")
      }
      values.append(try scanner.count())
    }
    return values
  }

  /// The tensors must cover the rest of the file in order, without holes and without overlaps.
  private mutating func checkLayout(_ file: FileBytes, size: Int) throws {
    tensors.sort {
      ($0.byteRange.lowerBound, $0.byteRange.upperBound) < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
    }
    var end = 0
    var before = "the header"
    for index in tensors.indices {
      let (name, range) = (tensors[index].name, tensors[index].byteRange)
      guard range.lowerBound == end else {
        let fault = range.lowerBound < end ? "an overlap with" : "a hole after"
        throw file.malformed(
          field: "tensor \(quoted(name)), data_offsets",
          found: "[\(range.lowerBound), \(range.upperBound)], \(fault) \(before)",
          expected: "a beginning at \(end)")
      }
      (end, before) = (range.upperBound, "tensor \(quoted(name))")
      guard end <= size - dataStart else {
        throw file.malformed(
          field: "tensor \(quoted(name)), data_offsets", found: "an end at \(end)",
          expected: "at most the \(size - dataStart) bytes that follow the header",
          hint: "The file may be truncated; fetch it again.")
      }
      tensors[index].byteRange = (range.lowerBound + dataStart)..<(range.upperBound + dataStart)
    }
    guard dataStart + end == size else {
      throw file.malformed(
        field: "data", found: "\(size - dataStart) bytes after the header",
        expected: "the \(end) bytes of the tensors")
    }
  }

  private func duplicate(_ name: String, field: String, _ file: FileBytes) -> VitroError {
    file.malformed(field: field, found: "\(quoted(name)) twice", expected: "each name once")
  }

  private func checkEntries(_ count: Int, _ file: FileBytes, _ limits: FormatLimits) throws {
    guard count <= limits.maximumEntries else {
      throw file.tooLarge(field: "header", found: "more entries", limit: "\(limits.maximumEntries) entries")
    }
  }
}
