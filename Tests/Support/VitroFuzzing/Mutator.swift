/// A small seeded generator (SplitMix64), the same on every machine.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator whose numbers depend on `seed` alone.
  public init(seed: UInt64) { state = seed }

  /// The next number.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// Damages bytes the way disks, networks and adversaries do; the same seed gives the same damage.
public struct Mutator: Sendable {
  private var generator: SeededGenerator

  /// A mutator whose choices depend on `seed` alone.
  public init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// A number below `bound`, 0 when that is 0.
  public mutating func below(_ bound: Int) -> Int { bound > 0 ? Int.random(in: 0..<bound, using: &generator) : 0 }

  /// The bytes with one to four damages, more often few.
  public mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0...min(below(4), below(4)) { damage(&result) }
    return result
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else {
      bytes = [UInt8(below(256))]
      return
    }
    // Headers decide more than data do, so half of the damage falls on the first 96 bytes.
    let reach = below(2) == 0 ? min(bytes.count, 96) : bytes.count
    let position = below(reach)
    switch below(9) {
    case 0: bytes[position] ^= 1 << UInt8(below(8))
    case 1: bytes[position] = UInt8(below(256))
    case 2: bytes.insert(UInt8(below(256)), at: position)
    case 3: bytes.remove(at: position)
    case 4: bytes.removeSubrange(position...)
    case 5:
      let end = min(bytes.count, position + 1 + below(32))
      bytes.insert(contentsOf: Array(bytes[position..<end]), at: below(bytes.count + 1))
    case 6: bytes.removeSubrange(position..<min(bytes.count, position + 1 + below(16)))
    case 7: tweakBinaryInteger(&bytes, at: position)
    default: tweakDecimalInteger(&bytes, from: position)
    }
  }

  /// Replaces 1, 2, 4 or 8 bytes by a number that readers tend to get wrong.
  private mutating func tweakBinaryInteger(_ bytes: inout [UInt8], at position: Int) {
    let width = 1 << below(4)
    let telling: [UInt64] = [
      0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x7fff_ffff_ffff_ffff, .max,
      UInt64(bytes.count), UInt64(bytes.count) + 1, 1_000_000_000,
    ]
    let value = telling[below(telling.count)]
    let isBigEndian = below(2) == 0
    for index in 0..<width where position + index < bytes.count {
      let shift = 8 * (isBigEndian ? width - 1 - index : index)
      bytes[position + index] = UInt8(truncatingIfNeeded: value >> UInt64(shift))
    }
  }

  /// Replaces the next decimal number of a textual header.
  private mutating func tweakDecimalInteger(_ bytes: inout [UInt8], from position: Int) {
    let isDigit: (UInt8) -> Bool = { (0x30...0x39).contains($0) }
    guard let start = bytes[position...].firstIndex(where: isDigit) else { return }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    let telling = [
      "0", "-1", "1", "65536", "4294967296", "9223372036854775807", "18446744073709551616", "1e9", "00", "",
    ]
    bytes.replaceSubrange(start..<end, with: Array(telling[below(telling.count)].utf8))
  }
}
