public import VitroCore

/// An array as a file keeps it, of whatever precision, which becomes float32 or float64 when it is used.
///
/// It shares the file's memory: a model of half-precision or quantized weights takes no more than its file, and what is
/// widened lives as long as it is needed.
public struct StoredArray: Sendable {
  /// How the numbers are kept.
  public enum Encoding: Sendable, Hashable {
    /// As elements of a type.
    case elements(DType)
    /// In ggml's blocks.
    case blocks(BlockQuantization)
    /// As 8-bit integers, with a float32 scale for every so many: llama2.c's version 2.
    case groups(Int)
  }

  /// How the numbers are kept.
  public let encoding: Encoding
  /// The length of each axis; empty for a scalar.
  public let shape: [Int]
  /// The bytes that the numbers take where they are kept.
  public let byteCount: Int

  let buffer: Buffer
  let offset: Int
  /// Where the scales of groups begin in the buffer.
  let scalesOffset: Int

  /// Describes the elements of an array, without copying them.
  public init(_ array: RawArray) {
    encoding = .elements(array.dtype)
    (shape, byteCount) = (array.shape, array.byteCount)
    (buffer, offset, scalesOffset) = (array.buffer, array.byteOffset, 0)
  }

  /// Describes whole blocks, which `bytes` holds: the caller has checked that the last axis is a multiple of their length.
  init(_ type: BlockQuantization, shape: [Int], bytes: FileBytes) {
    encoding = .blocks(type)
    (self.shape, byteCount) = (shape, bytes.count)
    (buffer, offset, scalesOffset) = (bytes.buffer, bytes.offset, 0)
    precondition(count % type.blockLength == 0 && byteCount == count / type.blockLength * type.blockBytes)
  }

  /// Describes 8-bit integers in groups, and their scales in the same memory.
  init(group: Int, shape: [Int], integers: FileBytes, scales: FileBytes) {
    encoding = .groups(group)
    (self.shape, byteCount) = (shape, integers.count + scales.count)
    (buffer, offset, scalesOffset) = (integers.buffer, integers.offset, scales.offset)
    precondition(integers.count == count && scales.count == count / group * 4 && scales.buffer === integers.buffer)
  }

  /// The number of elements.
  public var count: Int { shape.contains(0) ? 0 : shape.reduce(1, *) }

  /// The number of rows: the length of the first axis.
  public var rowCount: Int { shape.first ?? 1 }

  /// The elements of one row: all axes but the first.
  public var rowLength: Int { shape.dropFirst().contains(0) ? 0 : shape.dropFirst().reduce(1, *) }

  /// The elements as an array without a copy, where they are kept as elements.
  public var elements: RawArray? {
    guard case .elements(let dtype) = encoding else { return nil }
    return RawArray(dtype: dtype, shape: shape, buffer: buffer, byteOffset: offset)
  }
}
