/// The 64-bit xxHash of a stream of bytes: it notices damage at the speed of memory, and promises nothing against forgers (that is ``SHA256``).
///
/// - Complexity: O(n) bytes read, 64 bytes of state.
/// - Note: Source: Y. Collet, xxHash fast digest algorithm, version 0.1.1, with the seed 0.
package struct XXHash64: Sendable {
  private var lanes = SIMD4<UInt64>(p1 &+ p2, p2, 0, 0 &- p1)
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  private static let p1: UInt64 = 0x9e37_79b1_85eb_ca87
  private static let p2: UInt64 = 0xc2b2_ae3d_27d4_eb4f
  private static let p3: UInt64 = 0x1656_67b1_9e37_79f9
  private static let p4: UInt64 = 0x85eb_ca77_c2b2_ae63
  private static let p5: UInt64 = 0x27d4_eb2f_1656_67c5
  private static let stripe = 32

  /// Creates a hash of nothing yet.
  package init() {}

  /// Takes in more bytes.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount &+= UInt64(bytes.count)
    var start = 0
    if !pending.isEmpty {
      start = min(Self.stripe - pending.count, bytes.count)
      pending.append(contentsOf: bytes[..<start])
      guard pending.count == Self.stripe else { return }
      pending.withUnsafeBytes { mix($0) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = (bytes.count - start) / Self.stripe * Self.stripe
    if whole > 0 { mix(UnsafeRawBufferPointer(rebasing: bytes[start..<start + whole])) }
    pending.append(contentsOf: bytes[(start + whole)...])
  }

  /// The hash of everything taken in so far.
  package var value: UInt64 {
    var hash = lanes[2] &+ Self.p5
    if byteCount >= UInt64(Self.stripe) {
      hash =
        Self.rotate(lanes[0], 1) &+ Self.rotate(lanes[1], 7) &+ Self.rotate(lanes[2], 12) &+ Self.rotate(lanes[3], 18)
      for lane in 0..<4 { hash = (hash ^ Self.round(0, lanes[lane])) &* Self.p1 &+ Self.p4 }
    }
    hash &+= byteCount
    pending.withUnsafeBytes { bytes in
      var at = 0
      while at + 8 <= bytes.count {
        hash = Self.rotate(hash ^ Self.round(0, Self.word(bytes, at)), 27) &* Self.p1 &+ Self.p4
        at += 8
      }
      if at + 4 <= bytes.count {
        let half = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
        hash = Self.rotate(hash ^ UInt64(half) &* Self.p1, 23) &* Self.p2 &+ Self.p3
        at += 4
      }
      for byte in bytes[at...] { hash = Self.rotate(hash ^ UInt64(byte) &* Self.p5, 11) &* Self.p1 }
    }
    hash = (hash ^ hash >> 33) &* Self.p2
    hash = (hash ^ hash >> 29) &* Self.p3
    return hash ^ hash >> 32
  }

  /// The hash so far as 16 lowercase hexadecimal digits.
  package var hexDigest: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Folds whole stripes into the lanes.
  private mutating func mix(_ stripes: UnsafeRawBufferPointer) {
    var (a, b, c, d) = (lanes[0], lanes[1], lanes[2], lanes[3])
    var at = 0
    while at < stripes.count {
      a = Self.round(a, Self.word(stripes, at))
      b = Self.round(b, Self.word(stripes, at &+ 8))
      c = Self.round(c, Self.word(stripes, at &+ 16))
      d = Self.round(d, Self.word(stripes, at &+ 24))
      at &+= Self.stripe
    }
    lanes = SIMD4(a, b, c, d)
  }

  @inline(__always)
  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 { rotate(lane &+ word &* p2, 31) &* p1 }

  @inline(__always)
  private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @inline(__always)
  private static func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 { word &<< count | word &>> (64 &- count) }
}
