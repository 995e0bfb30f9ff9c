internal import VitroCore

/// Tells formats apart by their first bytes.
enum FileRecognition {
  /// The format of a file.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) that says what the file seems to be, and what to do about it.
  static func format(of file: FileBytes, limits: FormatLimits) throws -> ArrayFile.Format {
    let start = file.prefix(64)
    guard !start.isEmpty else {
      throw file.malformed(field: "size", found: "an empty file", expected: ArrayFile.supportedFormats)
    }
    if start.starts(with: NPYHeader.magic) { return .npy }
    if start.starts(with: PNG.magic) { return .png }
    if start.starts(with: [0x50, 0x4b, 0x03, 0x04]) || start.starts(with: [0x50, 0x4b, 0x05, 0x06]) {
      return try zipFormat(of: file, limits: limits)
    }
    if Gzip.recognizes(start) {
      let inflater = try Inflater(file, wrapping: .gzip, field: "gzip data")
      let inner = try [UInt8](unsafeUninitializedCapacity: 64) { target, count in
        count = try inflater.read(into: UnsafeMutableRawBufferPointer(target))
      }
      if isIDX(inner) { return .idx }
      if isText(inner) { return .csv }
      throw unknown(file, found: "gzip data of another format (\(quoted(inner.prefix(8))))")
    }
    if isIDX(start) { return .idx }
    if isSafetensors(start) { return .safetensors }
    if let model = model(file) { throw model }
    if let known = knownButUnread(start) { throw unknown(file, found: known) }
    if PyTorchPickle.recognizes(file) { throw PyTorchPickle.refusal(of: file.name) }
    // A protobuf file has no magic number: its name tells, or its fields do.
    if file.name.lowercased().hasSuffix(".onnx") || ONNXWireScan.recognizes(file) { return .onnx }
    if isText(file.prefix(4096)), isTable(file) { return .csv }
    throw unknown(file, found: "contents that begin with \(quoted(start.prefix(16), limit: 16))")
  }

  /// A path's last part without its extensions.
  static func stem(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let stem = name.drop { $0 == "." }.prefix { $0 != "." }
    return stem.isEmpty ? name : String(stem)
  }

  private static func zipFormat(of file: FileBytes, limits: FormatLimits) throws -> ArrayFile.Format {
    let names = try ZipArchive(file, limits: limits).members.map(\.name)
    if names.contains(where: { $0.hasSuffix(".npy") }) { return .npz }
    if names.contains(where: PyTorchPickle.isPickle(member:)) { throw PyTorchPickle.refusal(of: file.name) }
    throw unknown(file, found: "a zip archive without .npy members")
  }

  /// Two zero bytes, a type, at most 8 axes.
  private static func isIDX(_ start: [UInt8]) -> Bool {
    start.count >= 4 && start[0] == 0 && start[1] == 0 && IDX.Element(rawValue: start[2]) != nil
      && start[3] <= IDX.maximumRank
  }

  /// A header length, then the header's opening brace.
  private static func isSafetensors(_ start: [UInt8]) -> Bool {
    guard start.count >= 9, start[8] == UInt8(ascii: "{") else { return false }
    return start[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) } <= SafetensorsHeader.maximumLength
  }

  private static func isText(_ start: [UInt8]) -> Bool { !start.isEmpty && !start.contains(0) && start[0] != 0x80 }

  /// Whether text has columns, or is called a table.
  private static func isTable(_ file: FileBytes) -> Bool {
    let name = file.name.lowercased()
    if [".csv", ".tsv", ".txt"].contains(where: name.hasSuffix) { return true }
    let start = file.prefix(4096)
    guard let first = start.first, first != UInt8(ascii: "{"), first != UInt8(ascii: "<") else { return false }
    return start.contains { [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";")].contains($0) }
  }

  private static func knownButUnread(_ start: [UInt8]) -> String? {
    let formats: [([UInt8], String)] = [
      (Array("\u{89}HDF".unicodeScalars.map { UInt8($0.value) }), "an HDF5 file"),
      ([0xff, 0xd8, 0xff], "a JPEG image"), (Array("GIF8".utf8), "a GIF image"), (Array("BM".utf8), "a BMP image"),
      (Array("%PDF".utf8), "a PDF document"), (Array("PAR1".utf8), "a Parquet file"),
      (Array("ARROW1".utf8), "an Arrow file"), (Array("SQLite format 3".utf8), "an SQLite database"),
      ([0x28, 0xb5, 0x2f, 0xfd], "Zstandard data"), ([0xfd] + Array("7zXZ".utf8), "xz data"),
      (Array("BZh".utf8), "bzip2 data"), (Array("MATLAB 5.0".utf8), "a MATLAB file"),
    ]
    return formats.first { start.starts(with: $0.0) }?.1
  }

  /// What holds a model rather than arrays to study; read, but not here.
  private static func model(_ file: FileBytes) -> VitroError? {
    let isGGUF = GGUFFile.recognizes(file)
    guard isGGUF || Llama2CCheckpoint.recognizes(file) else { return nil }
    var error = unknown(file, found: isGGUF ? "a GGUF model" : "a llama2.c model")
    error.hint = "Open it as a model: vitro model inspect \(PyTorchPickle.shell(file.name))"
    return error
  }

  private static func unknown(_ file: FileBytes, found: String) -> VitroError {
    VitroError(
      .unsupported, "reading \(file.name)", "found \(found)", hint: "These can be read: \(ArrayFile.supportedFormats).",
      details: ["file": file.name, "field": "format", "found": found, "expected": ArrayFile.supportedFormats])
  }
}
