public import VitroCore

/// An array of numbers: a value over contiguous, row-major memory, with a type chosen at run time.
///
/// Tensors are immutable values and may cross threads. A slice along the leading axis and a reshape share memory with
/// their source; everything else makes a new array. Operations throw ``/VitroCore/VitroError`` when shapes or types do not fit.
///
/// ```swift
/// let x = try Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3])
/// let y = try x.matmul(x, transposeB: true)  // [2, 2]: 14 32 / 32 77
/// let norm = try x.square().sum().item()  // 91
/// ```
///
/// A tensor that a ``Tape`` watches, or that was computed from one, also remembers its place on that tape, so that
/// ``Tape/gradients(of:at:seed:keepingTape:)`` can find its way back.
public struct Tensor: Sendable {
  /// The length of each axis; empty for a scalar.
  public let shape: [Int]
  /// The type of the elements.
  public let dtype: DType
  var buffer: Buffer
  /// Where the first element stands in the buffer, in elements.
  var offset: Int
  /// The place on a tape, if a gradient may be asked through this value.
  let node: TapeSlot?

  init(shape: [Int], dtype: DType, buffer: Buffer, offset: Int = 0, node: TapeSlot? = nil) {
    self.shape = shape
    self.dtype = dtype
    self.buffer = buffer
    self.offset = offset
    self.node = node
  }

  /// An array whose elements are still to be written, by its maker alone.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when memory is short, the shape overflows or has more than 12 axes.
  init(uninitialized shape: [Int], _ dtype: DType) throws {
    let bytes = try Shapes.byteCount(shape, dtype)
    self.init(shape: shape, dtype: dtype, buffer: try Buffer(byteCount: bytes))
  }

  /// The number of axes.
  public var rank: Int { shape.count }

  /// The number of elements.
  public var count: Int { shape.product }

  /// Whether a gradient may be asked through this value.
  public var isTracked: Bool { node != nil }

  /// The same values, unknown to any tape: gradients stop here.
  public var detached: Tensor { Tensor(shape: shape, dtype: dtype, buffer: buffer, offset: offset) }

  func tracked(as slot: TapeSlot) -> Tensor {
    Tensor(shape: shape, dtype: dtype, buffer: buffer, offset: offset, node: slot)
  }

  /// The same memory seen with another shape of equally many elements, or from another start.
  func view(shape: [Int], offset: Int? = nil) -> Tensor {
    Tensor(shape: shape, dtype: dtype, buffer: buffer, offset: offset ?? self.offset)
  }
}

extension Tensor {
  /// Adopts an array read from a file, without copying.
  public init(_ raw: RawArray) {
    precondition(raw.byteOffset % raw.dtype.byteWidth == 0, "Tensor: elements must be aligned to their width")
    self.init(
      shape: raw.shape, dtype: raw.dtype, buffer: raw.buffer, offset: raw.byteOffset / raw.dtype.byteWidth)
  }

  /// The same elements as an array for a file, without copying.
  public var raw: RawArray {
    RawArray(dtype: dtype, shape: shape, buffer: buffer, byteOffset: offset * dtype.byteWidth)
  }
}

extension Array where Element == Int {
  /// The product of all elements, 1 when there are none: the number of elements of a shape.
  var product: Int {
    var result = 1
    for length in self { result *= length }
    return result
  }
}
