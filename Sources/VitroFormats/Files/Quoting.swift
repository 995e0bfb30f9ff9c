/// Text from an untrusted file as errors show it: in quotes, cut to a readable length, without control characters.
func quoted(_ bytes: some Collection<UInt8>, limit: Int = 64) -> String {
  quoted(String(decoding: bytes.prefix(limit + 1), as: UTF8.self), limit: limit)
}

/// Text from an untrusted file as errors show it: in quotes, cut to a readable length, without control characters.
func quoted(_ text: String, limit: Int = 64) -> String {
  var shown = "'"
  for (position, scalar) in text.unicodeScalars.enumerated() {
    if position >= limit {
      shown += "…"
      break
    }
    switch scalar {
    case "\n": shown += "\\n"
    case "\r": shown += "\\r"
    case "\t": shown += "\\t"
    case _ where scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format:
      shown += "\\u{\(String(scalar.value, radix: 16))}"
    default: shown.unicodeScalars.append(scalar)
    }
  }
  return shown + "'"
}

extension UnsafeRawBufferPointer {
  /// The integer at a byte offset, or nothing when it does not lie within.
  func integer<Integer: FixedWidthInteger>(
    _ type: Integer.Type, at offset: Int, bigEndian: Bool = false
  ) -> Integer? {
    guard offset >= 0, offset <= count - MemoryLayout<Integer>.size else { return nil }
    let stored = loadUnaligned(fromByteOffset: offset, as: Integer.self)
    return bigEndian ? Integer(bigEndian: stored) : Integer(littleEndian: stored)
  }
}

extension [UInt8] {
  /// Appends an integer's bytes.
  mutating func appendInteger<Integer: FixedWidthInteger>(_ value: Integer, bigEndian: Bool = false) {
    Swift.withUnsafeBytes(of: bigEndian ? value.bigEndian : value.littleEndian) { append(contentsOf: $0) }
  }
}
