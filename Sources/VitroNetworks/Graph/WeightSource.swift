public import VitroCore
public import VitroTensor

/// A parameter's numbers as a file holds them: half precision, blocks of small integers, or plain; widened when a layer uses them.
///
/// A network over such sources takes hardly more memory than its files: a matrix stands in full precision only while its layer computes.
/// A ``/VitroTensor/Tensor`` of any float type is a source.
public protocol WeightSource: Sendable {
  /// The length of each axis.
  var shape: [Int] { get }
  /// The number of bytes that the numbers take as they are.
  var byteCount: Int { get }
  /// All numbers in a computing type, shared with the file where they already are.
  func values(_ dtype: DType) throws -> Tensor
  /// Rows of the leading axis by whole numbers `[…]`: `[… , rest]`.
  func rows(at indices: Tensor, _ dtype: DType) throws -> Tensor
  /// The bytes that tell these numbers from others, for fingerprints.
  func withBytes(_ body: (UnsafeRawBufferPointer) -> Void)
}

extension Tensor: WeightSource {
  /// The number of bytes of the elements.
  public var byteCount: Int { count * dtype.byteWidth }

  /// This tensor, converted where its type is another.
  public func values(_ dtype: DType) throws -> Tensor { try self.dtype == dtype ? self : cast(to: dtype) }

  /// The rows, converted alone.
  public func rows(at indices: Tensor, _ dtype: DType) throws -> Tensor {
    let rows = try gather(indices)
    return try rows.dtype == dtype ? rows : rows.cast(to: dtype)
  }

  /// Lends the elements' bytes.
  public func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) { raw.withBytes { body($0) } }
}

/// The parameters of a pass: given tensors, or sources that are widened when they are used.
enum ParameterValues {
  case tensors([Tensor])
  case lent([any WeightSource], DType)

  func value(_ number: Int) throws -> Tensor {
    switch self {
    case .tensors(let tensors): tensors[number]
    case .lent(let sources, let dtype): try sources[number].values(dtype)
    }
  }

  func rows(_ number: Int, at indices: Tensor) throws -> Tensor {
    switch self {
    case .tensors(let tensors): try tensors[number].gather(indices)
    case .lent(let sources, let dtype): try sources[number].rows(at: indices, dtype)
    }
  }
}
