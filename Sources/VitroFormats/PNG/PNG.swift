internal import CVitroPNG
public import VitroCore

/// Reads and writes PNG images as arrays of bytes.
///
/// Gray, gray with alpha, RGB, RGBA and palette images of 1 to 16 bits, interlaced or not, become uint8 arrays of shape
/// `[height, width, channels]`: 1 channel for gray, 2 with alpha, 3 for RGB and palettes, 4 with alpha. Values are the
/// stored ones: no gamma or colour profile is applied. Fewer than 8 bits are scaled up, 16 are scaled down with rounding.
///
/// ```swift
/// let gray = try Tensor([UInt8]([0, 255, 128, 64]), shape: [2, 2, 1])
/// try PNG.write(gray.raw, to: "digit.png")
/// let pixels = Tensor(try PNG.read("digit.png"))  // uint8 [2, 2, 1]
/// ```
public enum PNG {
  /// The first bytes of every PNG file.
  static let magic: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  /// Reads the image of a file.
  ///
  /// The declared size is checked against the limits and against what the file can hold before memory is taken.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when it cannot be read; `malformed` for damaged data; `memory` beyond the limits.
  public static func read(_ path: String, limits: FormatLimits = .standard) throws -> RawArray {
    try read(FileBytes(path: path, limits: limits), limits: limits)
  }

  /// Reads the image of bytes that are already in memory.
  ///
  /// - Throws: as ``read(_:limits:)-(String,_)``.
  public static func read(_ file: FileBytes, limits: FormatLimits = .standard) throws -> RawArray {
    try file.withBytes { bytes in
      guard bytes.starts(with: magic) else {
        throw file.malformed(field: "magic", found: quoted(bytes.prefix(8)), expected: "\\x89PNG\\r\\n\\x1a\\n")
      }
      try checkDeclaredSize(bytes, file: file, limits: limits)
      var message = [CChar](repeating: 0, count: Int(vitro_png_message_capacity))
      var header = vitro_png_header()
      guard let reader = vitro_png_open(bytes.baseAddress, bytes.count, &header, &message) else {
        throw fault(file, "header", message)
      }
      defer { vitro_png_close(reader) }
      let shape = [Int(header.height), Int(header.width), Int(header.channels)]
      let (height, rowBytes) = (shape[0], shape[1] * shape[2])
      let memory = try GrowingMemory(bound: height * rowBytes, proven: false)
      // An interlaced image is filled in seven passes over all its rows, so it cannot come row by row.
      let batch = header.is_interlaced != 0 ? height : max(1, (1 << 18) / rowBytes)
      var row = 0
      while row < height {
        let rows = min(batch, height - row)
        let room = try memory.room(for: rows * rowBytes)
        guard vitro_png_read_rows(reader, room.baseAddress, UInt32(rows), &message) == 0 else {
          throw fault(file, row == 0 ? "pixels" : "pixels after row \(row)", message)
        }
        memory.advance(by: room.count)
        row += rows
      }
      guard vitro_png_finish(reader, &message) == 0 else { throw fault(file, "end of the image", message) }
      return RawArray(dtype: .uint8, shape: shape, buffer: try memory.finish())
    }
  }

  /// Checks the size before libpng sees the file, since it takes memory for whole rows at once.
  private static func checkDeclaredSize(
    _ bytes: UnsafeRawBufferPointer, file: FileBytes, limits: FormatLimits
  ) throws {
    guard bytes.count >= 33, bytes[12..<16].elementsEqual("IHDR".utf8),
      let width = bytes.integer(UInt32.self, at: 16, bigEndian: true).map(Int.init),
      let height = bytes.integer(UInt32.self, at: 20, bigEndian: true).map(Int.init)
    else {
      throw file.malformed(field: "header", found: "no whole IHDR chunk", expected: "IHDR as the first chunk")
    }
    guard (1...0x7fff_ffff).contains(width), (1...0x7fff_ffff).contains(height) else {
      throw file.malformed(field: "size", found: "\(width) × \(height) pixels", expected: "lengths from 1 to 2³¹ − 1")
    }
    let (depth, colorType) = (Int(bytes[24]), bytes[25])
    let storedChannels = [2: 3, 4: 2, 6: 4][colorType] ?? 1
    // A palette or a transparent colour adds channels when it is expanded: 4 bytes for each pixel at most.
    guard width * height <= limits.maximumBytes / 4 else {
      throw file.tooLarge(
        field: "size", found: "\(width) × \(height) pixels of up to 4 bytes", limit: "\(limits.maximumBytes) bytes")
    }
    let stored = height * ((width * depth * storedChannels + 7) / 8 + 1)
    let bound = FormatLimits.deflateBound(compressedCount: file.count)
    guard stored <= bound else {
      throw file.malformed(
        field: "size", found: "\(width) × \(height) pixels, \(stored) bytes",
        expected: "at most the \(bound) bytes that a file of \(file.count) can hold")
    }
  }

  private static func fault(_ file: FileBytes, _ field: String, _ message: [CChar]) -> VitroError {
    let reason = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return file.malformed(field: field, found: reason, expected: "an intact PNG image")
  }
}
