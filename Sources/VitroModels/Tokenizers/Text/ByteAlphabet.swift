/// GPT-2's alphabet: one printable character for each of the 256 bytes.
enum ByteAlphabet {
  /// The printable bytes stand for themselves; the others, in order, are the characters from U+0100 on.
  private static let scalars: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0..<UInt32(256)).map { byte in
      switch byte {
      case 0x21...0x7e, 0xa1...0xac, 0xae...0xff: return Unicode.Scalar(byte) ?? "?"
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? "?"
      }
    }
  }()

  /// The byte of each character below U+0144, or −1.
  private static let bytes: [Int16] = {
    var result = [Int16](repeating: -1, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { result[Int(scalar.value)] = Int16(byte) }
    return result
  }()

  /// A byte's character.
  static func scalar(of byte: UInt8) -> Unicode.Scalar { scalars[Int(byte)] }

  /// A character's byte, if it stands for one.
  static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    guard scalar.value < 0x144 else { return nil }
    return UInt8(exactly: bytes[Int(scalar.value)])
  }

  /// The bytes that a piece stands for, or nothing when one of its characters stands for none.
  static func bytes(of piece: some Sequence<Unicode.Scalar>) -> [UInt8]? {
    var result: [UInt8] = []
    for scalar in piece {
      guard let byte = byte(of: scalar) else { return nil }
      result.append(byte)
    }
    return result
  }
}
