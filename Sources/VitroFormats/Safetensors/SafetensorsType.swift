internal import VitroCore

/// The element types of the safetensors format, as the reference implementation (0.8) lists them.
enum SafetensorsType {
  /// The bits that one element of a named type takes; nothing for a name that the format does not have.
  static func bitWidth(of name: String) -> Int? {
    switch name {
    case "F64", "I64", "U64", "C64": 64
    case "F32", "I32", "U32": 32
    case "F16", "BF16", "I16", "U16": 16
    case "BOOL", "I8", "U8", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ": 8
    case "F6_E2M3", "F6_E3M2": 6
    case "F4": 4
    default: nil
    }
  }

  /// How a named type is read; nothing for the types that Vitro has no array for.
  static func stored(_ name: String) -> StoredType? {
    switch name {
    case "F64": .float64
    case "F32": .float32
    case "F16": .float16
    case "BF16": .bfloat16
    case "I64": .int64
    case "I32": .int32
    case "I16": .int16
    case "I8": .int8
    case "U8": .uint8
    case "U16": .uint16
    case "U32": .uint32
    case "U64": .uint64
    case "BOOL": .bool
    default: nil
    }
  }

  /// The names that ``stored(_:)`` reads, for errors.
  static let readable = "F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8 or BOOL"

  /// An array type's name, and its place in the order in which the reference implementation writes: higher first.
  static func name(of dtype: DType) -> (name: String, rank: Int) {
    switch dtype {
    case .bool: ("BOOL", 0)
    case .uint8: ("U8", 1)
    case .float16: ("F16", 2)
    case .bfloat16: ("BF16", 3)
    case .int32: ("I32", 4)
    case .float32: ("F32", 5)
    case .float64: ("F64", 6)
    case .int64: ("I64", 7)
    }
  }
}
