internal import VitroCore

/// The types that files store elements in; each is read into the `DType` that holds all its values.
///
/// Narrow and unsigned integers widen: int8, int16 and uint16 to int32; uint32 and uint64 to int64 (a uint64 beyond
/// int64's range is refused, not wrapped).
enum StoredType: Sendable, Hashable {
  case bool, uint8, int8, uint16, int16, uint32, int32, uint64, int64, float16, bfloat16, float32, float64

  var byteWidth: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  /// The type of the array that the elements become.
  var dtype: DType {
    switch self {
    case .bool: .bool
    case .uint8: .uint8
    case .int8, .uint16, .int16, .int32: .int32
    case .uint32, .uint64, .int64: .int64
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .float32: .float32
    case .float64: .float64
    }
  }

  /// Whether the stored bytes are the array's bytes, on a machine of this byte order.
  var isStoredAsIs: Bool {
    switch self {
    case .bool, .int8, .uint16, .int16, .uint32, .uint64: false
    default: true
    }
  }
}

extension DType {
  /// The type that stores this one's elements as they are.
  var stored: StoredType {
    switch self {
    case .float32: .float32
    case .float64: .float64
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .int32: .int32
    case .int64: .int64
    case .uint8: .uint8
    case .bool: .bool
    }
  }
}

extension FileBytes {
  /// The most axes an array in a file may have: what NumPy and PyTorch allow.
  static let maximumRank = 64

  /// The number of elements of a declared shape, after checking that it cannot overflow.
  ///
  /// An axis of length 0 does not excuse the others: their product must be in range too.
  func checkedCount(of shape: [Int], field: String) throws -> Int {
    guard shape.count <= FileBytes.maximumRank else {
      throw malformed(
        field: field, found: "\(shape.count) axes", expected: "at most \(FileBytes.maximumRank) axes")
    }
    var product = 1
    for length in shape {
      guard length >= 0 else {
        throw malformed(field: field, found: "\(shape)", expected: "lengths that are not negative")
      }
      let (next, overflow) = product.multipliedReportingOverflow(by: max(length, 1))
      // 16 bytes is the widest element met on the way, so byte counts stay in range too.
      guard !overflow, next <= Int.max / 16 else {
        throw malformed(field: field, found: "\(shape)", expected: "a shape whose size does not overflow")
      }
      product = next
    }
    return shape.contains(0) ? 0 : product
  }
}
