internal import VitroCore

/// An element type of the GGUF format: its name, the elements and bytes of a block, and how it is read, if it is.
struct GGUFType: Sendable {
  enum Reading: Sendable {
    case elements(StoredType)
    case blocks(BlockQuantization)
    /// Of known size, so that the file can be checked, but not read.
    case none
  }

  let name: String
  let blockLength: Int
  let blockBytes: Int
  let reading: Reading

  private init(_ name: String, _ blockLength: Int, _ blockBytes: Int) {
    (self.name, self.blockLength, self.blockBytes, reading) = (name, blockLength, blockBytes, .none)
  }

  private init(_ name: String, _ stored: StoredType) {
    (self.name, blockLength, blockBytes, reading) = (name, 1, stored.byteWidth, .elements(stored))
  }

  private init(_ type: BlockQuantization) {
    (name, blockLength, blockBytes) = (type.rawValue, type.blockLength, type.blockBytes)
    reading = .blocks(type)
  }

  /// The types by the numbers that files have for them.
  private static let all: [UInt32: GGUFType] = [
    0: GGUFType("F32", .float32), 1: GGUFType("F16", .float16), 2: GGUFType(.q4_0), 3: GGUFType(.q4_1),
    6: GGUFType(.q5_0), 7: GGUFType(.q5_1), 8: GGUFType(.q8_0), 9: GGUFType("Q8_1", 32, 40), 10: GGUFType(.q2K),
    11: GGUFType(.q3K), 12: GGUFType(.q4K), 13: GGUFType(.q5K), 14: GGUFType(.q6K), 15: GGUFType(.q8K),
    16: GGUFType("IQ2_XXS", 256, 66), 17: GGUFType("IQ2_XS", 256, 74), 18: GGUFType("IQ3_XXS", 256, 98),
    19: GGUFType("IQ1_S", 256, 50), 20: GGUFType("IQ4_NL", 32, 18), 21: GGUFType("IQ3_S", 256, 110),
    22: GGUFType("IQ2_S", 256, 82), 23: GGUFType("IQ4_XS", 256, 136), 24: GGUFType("I8", .int8),
    25: GGUFType("I16", .int16), 26: GGUFType("I32", .int32), 27: GGUFType("I64", .int64),
    28: GGUFType("F64", .float64), 29: GGUFType("IQ1_M", 256, 56), 30: GGUFType("BF16", .bfloat16),
    34: GGUFType("TQ1_0", 256, 54), 35: GGUFType("TQ2_0", 256, 66), 39: GGUFType("MXFP4", 32, 17),
    40: GGUFType("NVFP4", 64, 36), 41: GGUFType("Q1_0", 128, 18),
  ]

  /// The type with a number; nothing for a number that has none.
  static func numbered(_ number: UInt32) -> GGUFType? { all[number] }

  /// The type of the array that ``GGUFFile/array(named:)`` makes of it; nothing when it cannot be read.
  var dtype: DType? {
    switch reading {
    case .elements(let stored): stored.dtype
    case .blocks: .float32
    case .none: nil
    }
  }

  /// What can be read, for errors.
  static let readable =
    "F32, F16, BF16, F64, I8, I16, I32, I64, " + BlockQuantization.allCases.map(\.rawValue).joined(separator: ", ")
}
