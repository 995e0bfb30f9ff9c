/// Reads protobuf's wire format: tags, numbers of variable length, lengths.
///
/// Source: <https://protobuf.dev/programming-guides/encoding/>.
struct WireReader {
  /// How a field's value is stored.
  enum WireType: UInt64 {
    case varint = 0
    case eightBytes = 1
    case length = 2
    case fourBytes = 5
  }

  private let bytes: UnsafeRawBufferPointer
  /// Where the next byte stands.
  private(set) var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }
  var remaining: Int { bytes.count - position }

  /// The next number, or nothing when it does not end within ten bytes.
  mutating func varint() -> UInt64? {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < bytes.count else { return nil }
      let byte = bytes[position]
      position += 1
      if shift < 64 { result |= UInt64(byte & 0x7f) << shift }
      if byte < 0x80 { return shift < 63 || byte < 2 ? result : nil }
    }
    return nil
  }

  /// The next field's number and how it is stored, or nothing when there is no such field.
  mutating func tag() -> (number: UInt64, type: WireType)? {
    guard let tag = varint(), tag >> 3 > 0, tag >> 3 < 1 << 29, let type = WireType(rawValue: tag & 7) else {
      return nil
    }
    return (tag >> 3, type)
  }

  /// Passes over so many bytes and returns them, or nothing when there are fewer.
  mutating func take(_ count: UInt64) -> UnsafeRawBufferPointer? {
    guard count <= UInt64(remaining) else { return nil }
    defer { position += Int(count) }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + Int(count))])
  }

  /// Passes over a value and returns its bytes, without its length; nothing when it does not fit.
  mutating func value(_ type: WireType) -> UnsafeRawBufferPointer? {
    switch type {
    case .varint:
      let start = position
      return varint().map { _ in UnsafeRawBufferPointer(rebasing: bytes[start..<position]) }
    case .eightBytes: return take(8)
    case .fourBytes: return take(4)
    case .length: return varint().flatMap { take($0) }
    }
  }
}
