internal import CVitroPNG
public import VitroCore

extension PNG {
  /// Writes an image, atomically.
  ///
  /// `image` is a uint8 array of shape `[height, width]` or `[height, width, channels]` with 1 (gray), 2 (gray, alpha),
  /// 3 (RGB) or 4 (RGBA) channels. The same image always gives the same bytes.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `dtype` or `shape` for other arrays; `file` when it cannot be written.
  public static func write(_ image: RawArray, to path: String) throws {
    try AtomicFile.write(encode(image, operation: "writing \(path)"), to: path)
  }

  /// The bytes of a PNG file with this image.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `dtype` or `shape` for arrays that are no image.
  public static func encode(_ image: RawArray) throws -> [UInt8] { try encode(image, operation: "encoding PNG") }

  private static func encode(_ image: RawArray, operation: String) throws -> [UInt8] {
    guard image.dtype == .uint8 else {
      throw VitroError(
        .dtype, operation, "an image has uint8 elements, not \(image.dtype)", hint: "Scale to 0…255 and convert first.",
        details: ["field": "dtype", "found": "\(image.dtype)", "expected": "uint8"])
    }
    let shape = image.shape.count == 2 ? image.shape + [1] : image.shape
    guard shape.count == 3, (1...4).contains(shape[2]), (1...0x7fff_ffff).contains(shape[0]),
      (1...0x7fff_ffff).contains(shape[1])
    else {
      throw VitroError(
        .shape, operation, "an image has the axes [height, width, 1…4 channels], not \(image.shape)",
        details: ["field": "shape", "found": "\(image.shape)", "expected": "[height, width, 1…4 channels]"])
    }
    return try image.withBytes { pixels in
      try collecting(operation) { sink, target, message in
        vitro_png_write(
          pixels.baseAddress, UInt32(shape[1]), UInt32(shape[0]), Int32(shape[2]), sink, target, message)
      }
    }
  }

  /// What libpng hands out, as one array of bytes.
  static func collecting(
    _ operation: String,
    _ body: (vitro_png_sink, UnsafeMutableRawPointer, UnsafeMutablePointer<CChar>) -> Int32
  ) throws -> [UInt8] {
    var message = [CChar](repeating: 0, count: Int(vitro_png_message_capacity))
    var result: [UInt8] = []
    let status = withUnsafeMutablePointer(to: &result) { result in
      body(
        { context, bytes, count in
          guard let target = context?.assumingMemoryBound(to: [UInt8].self) else { return -1 }
          target.pointee.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
          return 0
        }, result, &message)
    }
    guard status == 0 else {
      let reason = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw VitroError(.argument, operation, "libpng refuses: \(reason)")
    }
    return result
  }
}
