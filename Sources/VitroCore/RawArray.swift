/// An array as files hold it: a type, a shape, and the bytes of its elements, row-major and in the machine's byte order.
///
/// It is the common coin of the formats, which make and consume it, and of `Tensor`, which computes with it; neither
/// needs to know the other. The bytes may lie in the pool or in a mapped file.
///
/// ```swift
/// let array = try RawArray(dtype: .float32, shape: [2, 3]) { bytes in
///   bytes.bindMemory(to: Float.self).update(repeating: 0.5)
/// }
/// let tensor = Tensor(array)  // shares the memory
/// ```
public struct RawArray: Sendable {
  /// The type of the elements.
  public let dtype: DType
  /// The length of each axis; empty for a scalar.
  public let shape: [Int]
  /// The memory that holds the elements.
  public let buffer: Buffer
  /// Where in ``buffer`` the first element stands, in bytes; a multiple of the element's width.
  public let byteOffset: Int

  /// Describes elements that already lie in a buffer.
  ///
  /// The caller has checked that they fit: `byteOffset + count · width ≤ buffer.byteCount`.
  public init(dtype: DType, shape: [Int], buffer: Buffer, byteOffset: Int = 0) {
    let byteCount = try? RawArray.byteCount(dtype: dtype, shape: shape)
    precondition(
      byteOffset >= 0 && byteCount.map { byteOffset + $0 <= buffer.byteCount } ?? false,
      "RawArray: \(dtype) \(shape) at byte \(byteOffset) does not fit a buffer of \(buffer.byteCount) bytes")
    self.dtype = dtype
    self.shape = shape
    self.buffer = buffer
    self.byteOffset = byteOffset
  }

  /// Makes an array from pooled memory that `fill` writes.
  ///
  /// - Throws: ``VitroError`` when memory is short or the shape overflows, and what `fill` throws.
  public init(
    dtype: DType, shape: [Int], fill: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    let byteCount = try RawArray.byteCount(dtype: dtype, shape: shape)
    let buffer = try Buffer(byteCount: byteCount)
    try fill(UnsafeMutableRawBufferPointer(start: buffer.address, count: byteCount))
    self.init(dtype: dtype, shape: shape, buffer: buffer)
  }

  /// The number of elements.
  public var count: Int { shape.contains(0) ? 0 : shape.reduce(1, *) }

  /// The number of bytes of all elements.
  public var byteCount: Int { count * dtype.byteWidth }

  /// Lends the elements' bytes for the time of a call.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(buffer) {
      try body(UnsafeRawBufferPointer(start: buffer.address + byteOffset, count: byteCount))
    }
  }

  /// The bytes an array needs, or an error when its shape is negative or overflows.
  ///
  /// - Throws: ``VitroError`` (``VitroError/Code/shape``).
  public static func byteCount(dtype: DType, shape: [Int]) throws -> Int {
    var bytes = dtype.byteWidth
    for length in shape where length < 0 {
      throw VitroError(.shape, "array of shape \(shape)", "the length \(length) is negative")
    }
    if shape.contains(0) { return 0 }
    for length in shape {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
      guard !overflow, product <= 1 << 46 else {
        throw VitroError(.shape, "array of shape \(shape)", "its size overflows what a machine can hold")
      }
      bytes = product
    }
    return bytes
  }
}
