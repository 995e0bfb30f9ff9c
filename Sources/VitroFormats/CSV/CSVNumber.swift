/// Reads numbers from a table's bytes.
enum CSVNumber {
  private static let powersOfTen: [Double] = (0...22).map { exponent in
    (0..<exponent).reduce(1) { value, _ in value * 10 }
  }

  /// The decimal number that the bytes spell, rounded correctly; surrounding spaces do not count.
  ///
  /// `nan`, `inf` and `infinity` count as numbers, in any case and with a sign.
  static func value(_ bytes: UnsafeRawBufferPointer) -> Double? {
    var (start, end) = (0, bytes.count)
    while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
    while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
    guard start < end else { return nil }
    var at = start
    let isNegative = bytes[at] == 0x2d
    if isNegative || bytes[at] == 0x2b { at += 1 }
    var (mantissa, digits, exponent) = (UInt64(0), 0, 0)
    var hasPoint = false
    while at < end, digits <= 18 {
      let byte = bytes[at]
      if byte == 0x2e, !hasPoint {
        hasPoint = true
      } else if byte >= 0x30, byte <= 0x39 {
        mantissa = mantissa &* 10 &+ UInt64(byte &- 0x30)
        digits += 1
        if hasPoint { exponent -= 1 }
      } else {
        break
      }
      at += 1
    }
    // Below 2⁵³ and 10²² both factors are exact, so that one rounding gives the nearest number (Clinger 1990).
    if at == end, digits > 0, mantissa < 1 << 53, exponent >= -22 {
      let magnitude = Double(mantissa) / powersOfTen[-exponent]
      return isNegative ? -magnitude : magnitude
    }
    return general(bytes[start..<end])
  }

  private static func general(_ bytes: Slice<UnsafeRawBufferPointer>) -> Double? {
    let isSpelled = bytes.allSatisfy { byte in
      (0x30...0x39).contains(byte) || [0x2b, 0x2d, 0x2e, 0x65, 0x45].contains(byte)
    }
    guard bytes.count <= 4096 else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    if isSpelled { return Double(text) }
    let word = text.drop { $0 == "+" || $0 == "-" }.lowercased()
    guard text.count - word.count <= 1 else { return nil }
    switch word {
    case "nan": return .nan
    case "inf", "infinity": return text.hasPrefix("-") ? -.infinity : .infinity
    default: return nil
    }
  }

  /// The whole number that the bytes spell; surrounding spaces do not count.
  static func integer(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count <= 4096 else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    let trimmed = text.drop { $0 == " " || $0 == "\t" }
    let end = trimmed.lastIndex { $0 != " " && $0 != "\t" }
    return end.flatMap { Int(trimmed[...$0]) }
  }
}
