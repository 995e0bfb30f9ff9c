internal import CVitroKernels
public import VitroCore

/// A Swift type that tensors store as it is.
public protocol TensorElement: Sendable {
  /// The tensor type with the same bytes.
  static var dtype: DType { get }
}

extension Float: TensorElement {
  /// `float32`.
  public static var dtype: DType { .float32 }
}
extension Double: TensorElement {
  /// `float64`.
  public static var dtype: DType { .float64 }
}
extension Int32: TensorElement {
  /// `int32`.
  public static var dtype: DType { .int32 }
}
extension Int64: TensorElement {
  /// `int64`.
  public static var dtype: DType { .int64 }
}
extension Int: TensorElement {
  /// `int64`.
  public static var dtype: DType { .int64 }
}
extension UInt8: TensorElement {
  /// `uint8`.
  public static var dtype: DType { .uint8 }
}
extension Bool: TensorElement {
  /// `bool`.
  public static var dtype: DType { .bool }
}

extension DType {
  var kernel: vitro_dtype {
    switch self {
    case .float32: vitro_float32
    case .float64: vitro_float64
    case .float16: vitro_float16
    case .bfloat16: vitro_bfloat16
    case .int32: vitro_int32
    case .int64: vitro_int64
    case .uint8: vitro_uint8
    case .bool: vitro_bool
    }
  }

  /// Calls `body` with a value's bytes in this type.
  func withBytes<Result>(of value: Double, _ body: (UnsafeRawPointer) throws -> Result) rethrows -> Result {
    var bits: UInt64 = 0
    return try withUnsafeMutableBytes(of: &bits) { bytes in
      let target = bytes.baseAddress!
      switch self {
      case .float32: target.storeBytes(of: Float(value), as: Float.self)
      case .float64: target.storeBytes(of: value, as: Double.self)
      default: withUnsafePointer(to: value) { vitro_convert(vitro_float64, kernel, $0, target, 1) }
      }
      return try body(target)
    }
  }
}
