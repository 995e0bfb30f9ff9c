public import VitroCore

/// Reads and writes NumPy's `.npy` files.
///
/// Versions 1, 2 and 3 are read, in C and Fortran order and both byte orders: bool, signed and unsigned integers of 8 to
/// 64 bits, and floats of 16 to 64. The array is in C order and the machine's byte order; int8, int16 and uint16 become
/// int32, and uint32 and uint64 become int64.
///
/// Format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.
///
/// ```swift
/// let images = try Tensor.ones([100, 1, 28, 28])
/// try NPY.write(images.raw, to: "images.npy")
/// let again = Tensor(try NPY.read("images.npy"))
/// ```
public enum NPY {
  /// Reads the array of a file.
  ///
  /// The array shares the file's memory when its elements lie there as they are.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when it cannot be read; `malformed` for a header or a size that lies;
  ///   `unsupported` for a type that Vitro has no array for; `memory` beyond the limits.
  public static func read(_ path: String, limits: FormatLimits = .standard) throws -> RawArray {
    try read(FileBytes(path: path, limits: limits), limits: limits)
  }

  /// Reads the array of bytes that are already in memory.
  ///
  /// - Throws: as ``read(_:limits:)-(String,_)``.
  public static func read(_ file: FileBytes, limits: FormatLimits = .standard) throws -> RawArray {
    var source = MemorySource(file)
    let header = try NPYHeader(&source)
    let elements = file.slice(source.position..<file.count)
    let isNative = header.type.byteWidth == 1 || header.bigEndian == (Int(bigEndian: 1) == 1)
    let address = UInt(bitPattern: elements.buffer.address) + UInt(elements.offset)
    let count = try file.checkedCount(of: header.shape, field: "shape")
    if header.type.isStoredAsIs, isNative, !header.isFortranOrder || header.shape.count < 2,
      count * header.type.byteWidth == elements.count, address % UInt(header.type.byteWidth) == 0
    {
      return RawArray(
        dtype: header.type.dtype, shape: header.shape, buffer: elements.buffer, byteOffset: elements.offset)
    }
    return try read(header, from: &source, limits: limits)
  }

  /// Reads an array from bytes that come one stretch after another.
  static func read(from source: inout some ByteSource, limits: FormatLimits) throws -> RawArray {
    let header = try NPYHeader(&source)
    return try read(header, from: &source, limits: limits)
  }

  private static func read(
    _ header: NPYHeader, from source: inout some ByteSource, limits: FormatLimits
  ) throws -> RawArray {
    let decoder = ElementDecoder(type: header.type, bigEndian: header.bigEndian)
    guard header.isFortranOrder, header.shape.count >= 2 else {
      return try source.array(of: decoder, shape: header.shape, field: "shape", limits: limits)
    }
    let reversed = try source.array(
      of: decoder, shape: Array(header.shape.reversed()), field: "shape (Fortran order)", limits: limits)
    return try reversed.transposed()
  }

  /// Writes an array, atomically, with the very bytes that NumPy writes.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `unsupported` for bfloat16, which NumPy does not have; `file` when it cannot be written.
  public static func write(_ array: RawArray, to path: String) throws {
    let header = try header(for: array, operation: "writing \(path)")
    try AtomicFile.write(to: path) { writer in
      try writer.write(header)
      try array.withBytes(writer.write)
    }
  }

  /// The bytes of an `.npy` file with this array.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) for bfloat16, which NumPy does not have.
  public static func encode(_ array: RawArray) throws -> [UInt8] {
    try header(for: array, operation: "encoding .npy") + array.withBytes { Array($0) }
  }

  /// The header that NumPy (2.x) writes: room for the first axis to grow, then padding to 64 bytes.
  static func header(for array: RawArray, operation: String) throws -> [UInt8] {
    let shape = array.shape.map(String.init).joined(separator: ", ") + (array.shape.count == 1 ? "," : "")
    var text = "{'descr': '\(try descr(of: array.dtype, operation: operation))', 'fortran_order': False, "
    text += "'shape': (\(shape)), }"
    if let first = array.shape.first { text += String(repeating: " ", count: 21 - String(first).count) }
    let start = NPYHeader.magic.count + 4
    text += String(repeating: " ", count: 64 - (start + text.utf8.count + 1) % 64) + "\n"
    var bytes = NPYHeader.magic + [1, 0]
    bytes.appendInteger(UInt16(text.utf8.count))
    return bytes + Array(text.utf8)
  }

  private static func descr(of dtype: DType, operation: String) throws -> String {
    let order = Int(littleEndian: 1) == 1 ? "<" : ">"
    switch dtype {
    case .float32: return order + "f4"
    case .float64: return order + "f8"
    case .float16: return order + "f2"
    case .int32: return order + "i4"
    case .int64: return order + "i8"
    case .uint8: return "|u1"
    case .bool: return "|b1"
    case .bfloat16:
      throw VitroError(
        .unsupported, operation, "NumPy has no bfloat16",
        hint: "Convert to float32, or write safetensors.",
        details: ["field": "dtype", "found": "bfloat16", "expected": "a type that NumPy has"])
    }
  }
}

extension RawArray {
  /// The array with its axes reversed.
  ///
  /// - Complexity: O(bytes), and as much memory again.
  func transposed() throws -> RawArray {
    let (width, rank) = (dtype.byteWidth, shape.count)
    let target = Array(shape.reversed())
    var strides = [Int](repeating: width, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * max(shape[axis + 1], 1)
    }
    let steps = Array(strides.reversed())
    return try RawArray(dtype: dtype, shape: target) { bytes in
      withBytes { source in
        var index = [Int](repeating: 0, count: rank)
        var from = 0
        for to in stride(from: 0, to: bytes.count, by: width) {
          UnsafeMutableRawBufferPointer(rebasing: bytes[to..<(to + width)])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[from..<(from + width)]))
          var axis = rank - 1
          while axis >= 0 {
            index[axis] += 1
            from += steps[axis]
            if index[axis] < target[axis] { break }
            from -= steps[axis] * target[axis]
            index[axis] = 0
            axis -= 1
          }
        }
      }
    }
  }
}
