/// The SHA-256 hash of a stream of bytes, by which a report names the data and the network it speaks of.
///
/// ```swift
/// let digest = SHA256.hexDigest(of: Array("abc".utf8))  // "ba7816bf…f20015ad"
/// ```
///
/// - Complexity: O(n) bytes read, 100 bytes of state.
/// - Note: Source: FIPS 180-4.
public struct SHA256: Sendable {
  private var state = SIMD8<UInt32>(
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// Creates a hash of nothing yet.
  public init() {
    pending.reserveCapacity(Self.blockSize)
  }

  /// Takes in more bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount &+= UInt64(bytes.count)
    var start = 0
    if !pending.isEmpty {
      start = min(Self.blockSize - pending.count, bytes.count)
      pending.append(contentsOf: bytes[..<start])
      guard pending.count == Self.blockSize else { return }
      pending.withUnsafeBytes { compress($0) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = (bytes.count - start) / Self.blockSize * Self.blockSize
    if whole > 0 { compress(UnsafeRawBufferPointer(rebasing: bytes[start..<start + whole])) }
    pending.append(contentsOf: bytes[(start + whole)...])
  }

  /// Takes in more bytes.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The 32 bytes of the hash of everything taken in so far; the stream may go on.
  public var digest: [UInt8] {
    var last = self
    let padding = Self.blockSize - (pending.count + 9) % Self.blockSize
    var tail = [UInt8](repeating: 0, count: 1 + padding % Self.blockSize + 8)
    tail[0] = 0x80
    let bitCount = byteCount &<< 3
    for i in 0..<8 { tail[tail.count - 1 - i] = UInt8(truncatingIfNeeded: bitCount &>> (8 * UInt64(i))) }
    last.update(tail)
    return (0..<8).flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: last.state[word] &>> UInt32(24 - 8 * $0)) }
    }
  }

  /// The hash so far as 64 lowercase hexadecimal digits.
  public var hexDigest: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// The hash of `bytes` as 64 lowercase hexadecimal digits.
  public static func hexDigest(of bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.hexDigest
  }
}

extension SHA256 {
  private static let blockSize = 64

  /// Folds whole 64-byte blocks into the state.
  private mutating func compress(_ blocks: UnsafeRawBufferPointer) {
    var state = self.state
    Self.roundConstants.withUnsafeBufferPointer { constants in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
        for block in stride(from: 0, to: blocks.count, by: Self.blockSize) {
          Self.expand(blocks, at: block, into: schedule)
          state &+= Self.rounds(from: state, schedule: schedule, constants: constants)
        }
      }
    }
    self.state = state
  }

  /// The message schedule W₀ … W₆₃ of one block.
  @inline(__always)
  private static func expand(
    _ blocks: UnsafeRawBufferPointer, at offset: Int, into schedule: UnsafeMutableBufferPointer<UInt32>
  ) {
    for i in 0..<16 {
      schedule[i] = UInt32(bigEndian: blocks.loadUnaligned(fromByteOffset: offset &+ 4 &* i, as: UInt32.self))
    }
    for i in 16..<64 {
      let early = schedule[i &- 15]
      let late = schedule[i &- 2]
      let sigma0 = rotate(early, 7) ^ rotate(early, 18) ^ (early &>> 3)
      let sigma1 = rotate(late, 17) ^ rotate(late, 19) ^ (late &>> 10)
      schedule[i] = schedule[i &- 16] &+ sigma0 &+ schedule[i &- 7] &+ sigma1
    }
  }

  /// The 64 rounds of the compression function.
  @inline(__always)
  private static func rounds(
    from state: SIMD8<UInt32>, schedule: UnsafeMutableBufferPointer<UInt32>, constants: UnsafeBufferPointer<UInt32>
  ) -> SIMD8<UInt32> {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    // The names move on in place of the words, which saves eight moves a round.
    for i in stride(from: 0, to: 64, by: 8) {
      round(a, b, c, &d, e, f, g, &h, constants[i] &+ schedule[i])
      round(h, a, b, &c, d, e, f, &g, constants[i &+ 1] &+ schedule[i &+ 1])
      round(g, h, a, &b, c, d, e, &f, constants[i &+ 2] &+ schedule[i &+ 2])
      round(f, g, h, &a, b, c, d, &e, constants[i &+ 3] &+ schedule[i &+ 3])
      round(e, f, g, &h, a, b, c, &d, constants[i &+ 4] &+ schedule[i &+ 4])
      round(d, e, f, &g, h, a, b, &c, constants[i &+ 5] &+ schedule[i &+ 5])
      round(c, d, e, &f, g, h, a, &b, constants[i &+ 6] &+ schedule[i &+ 6])
      round(b, c, d, &e, f, g, h, &a, constants[i &+ 7] &+ schedule[i &+ 7])
    }
    return SIMD8(a, b, c, d, e, f, g, h)
  }

  /// One round: `d` and `h` become the next round's `e` and `a`.
  @inline(__always)
  private static func round(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32, _ g: UInt32,
    _ h: inout UInt32, _ input: UInt32
  ) {
    let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    let choice = g ^ (e & (f ^ g))
    let first = h &+ sum1 &+ choice &+ input
    let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    let majority = (a & b) | (c & (a | b))
    d &+= first
    h = first &+ sum0 &+ majority
  }

  @inline(__always)
  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
    (word &>> count) | (word &<< (32 &- count))
  }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let roundConstants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]
}
