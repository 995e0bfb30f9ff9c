extension TextMeasure {
  /// The width of text in any script: one that joins characters, doubles their width or draws pictures.
  static func wordWidth(_ text: String, size: Double) -> Double {
    text.reduce(0) { $0 + emWidth($1) } * size * 1.04
  }

  /// Whether the widths of the text's characters are known well enough to set it as it comes.
  static func knowsWidth(of text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0.value < 0x0590 || isWide($0) || (0x2000..<0x2500).contains($0.value) }
  }

  static func emWidth(_ character: Character) -> Double {
    guard let first = character.unicodeScalars.first else { return 0 }
    if first.properties.isEmojiPresentation || character.unicodeScalars.contains("\u{FE0F}") { return 1.3 }
    if isWide(first) { return 1 }
    return character.unicodeScalars.reduce(0) { $0 + ($1.properties.generalCategory == .format ? 0 : emWidth($1)) }
  }

  /// Whether a character takes the room of two Latin ones (UAX #11, wide and fullwidth).
  static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
