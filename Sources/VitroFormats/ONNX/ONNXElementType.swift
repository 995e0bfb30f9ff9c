internal import VitroCore

/// The element types of ONNX (`TensorProto.DataType`).
package enum ONNXElementType {
  /// The name of a type's code; nothing for a code that the format does not have.
  static func name(of code: Int32) -> String? {
    let names = [
      1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "string", 9: "bool",
      10: "float16", 11: "float64", 12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128", 16: "bfloat16",
      17: "float8e4m3fn", 18: "float8e4m3fnuz", 19: "float8e5m2", 20: "float8e5m2fnuz", 21: "uint4", 22: "int4",
      23: "float4e2m1", 24: "float8e8m0", 25: "uint2", 26: "int2", 27: "float6e2m3", 28: "float6e3m2",
    ]
    return names[Int(code)]
  }

  /// How a code is read; nothing for types that Vitro has no array for.
  static func stored(_ code: Int32) -> StoredType? {
    switch code {
    case 1: .float32
    case 2: .uint8
    case 3: .int8
    case 4: .uint16
    case 5: .int16
    case 6: .int32
    case 7: .int64
    case 9: .bool
    case 10: .float16
    case 11: .float64
    case 12: .uint32
    case 13: .uint64
    case 16: .bfloat16
    default: nil
    }
  }

  /// The code of an array's type.
  static func code(of dtype: DType) -> Int32 {
    switch dtype {
    case .float32: 1
    case .uint8: 2
    case .int32: 6
    case .int64: 7
    case .bool: 9
    case .float16: 10
    case .float64: 11
    case .bfloat16: 16
    }
  }

  /// The code of a name; 0, the undefined type, for a name that the format does not have.
  package static func code(named name: String) -> Int32 { (1...28).first { self.name(of: $0) == name } ?? 0 }

  /// The names that ``stored(_:)`` reads, for errors.
  static let readable =
    "float32, float64, float16, bfloat16, int64, int32, int16, int8, uint64, uint32, uint16, uint8 or bool"
}
