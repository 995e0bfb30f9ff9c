internal import CZlib

/// The CRC-32 of a stream of bytes, by which zip archives notice damage (ISO 3309, as in zlib).
struct CRC32: Sendable, Hashable {
  /// The checksum of everything taken in so far.
  private(set) var value: UInt32 = 0

  /// Creates the checksum of nothing yet.
  init() {}

  /// Takes in more bytes.
  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes
    while rest.count > 0 {
      let length = min(rest.count, 1 << 30)
      value = UInt32(
        truncatingIfNeeded: crc32(.init(value), rest.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(length)))
      rest = UnsafeRawBufferPointer(rebasing: rest[length...])
    }
  }
}
