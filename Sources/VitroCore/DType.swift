/// The type of an array's elements.
///
/// Arithmetic runs in ``float32`` and ``float64``. The other types store weights (``float16``, ``bfloat16``), index
/// (``int32``, ``int64``), hold bytes (``uint8``) and masks (``bool``); they convert to the computing types.
public enum DType: String, Sendable, Hashable, Codable, CaseIterable, CustomStringConvertible {
  case float32, float64, float16, bfloat16, int32, int64, uint8, bool

  /// The bytes one element takes.
  public var byteWidth: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16: 2
    case .uint8, .bool: 1
    }
  }

  /// Whether arithmetic and gradients are defined for this type.
  public var isComputing: Bool { self == .float32 || self == .float64 }

  /// Whether elements are real numbers, of whatever precision.
  public var isFloatingPoint: Bool { isComputing || self == .float16 || self == .bfloat16 }

  /// The type's name, as in NumPy and PyTorch.
  public var description: String { rawValue }
}
