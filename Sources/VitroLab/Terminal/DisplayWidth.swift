/// How many columns of a terminal text takes.
///
/// A grapheme takes the columns of its scalars (0 for marks, 2 for wide and full-width ones), an emoji sequence 2: with
/// a joiner, a skin tone, a flag or the emoji selector U+FE0F. Ambiguous characters count as one column.
enum DisplayWidth {
  /// The columns of a line of text; control characters count as none.
  ///
  /// - Complexity: O(text).
  static func of(_ text: some StringProtocol) -> Int {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
    return text.reduce(0) { $0 + of($1) }
  }

  /// The columns of a grapheme.
  static func of(_ grapheme: Character) -> Int {
    let scalars = grapheme.unicodeScalars
    guard let first = scalars.first else { return 0 }
    if scalars.count == 1 { return of(first) }
    if first.properties.isEmoji {
      let isSequence = scalars.dropFirst().contains {
        $0.value == 0xFE0F || $0.value == 0x20E3 || $0.properties.isEmojiModifier || $0.value == 0x200D
          || isRegionalIndicator($0)
      }
      if isSequence { return 2 }
    }
    return scalars.reduce(0) { $0 + of($1) }
  }

  /// The columns of a scalar on its own.
  static func of(_ scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x300 { return value < 0x20 || (0x7F..<0xA0).contains(value) || value == 0xAD ? 0 : 1 }
    // Medial vowels and final consonants of Hangul join the syllable before them.
    if (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FF).contains(value) { return 0 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator: return 0
    default: break
    }
    if scalar.properties.isEmojiPresentation { return isRegionalIndicator(scalar) ? 1 : 2 }
    return isWide(value) ? 2 : 1
  }

  private static func isRegionalIndicator(_ scalar: Unicode.Scalar) -> Bool {
    (0x1F1E6...0x1F1FF).contains(scalar.value)
  }

  private static func isWide(_ value: UInt32) -> Bool {
    guard value >= wide[0].lowerBound else { return false }
    var (low, high) = (0, wide.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if value <= wide[middle].upperBound { high = middle } else { low = middle + 1 }
    }
    return wide[low].contains(value)
  }

  /// What is Wide or Fullwidth by EastAsianWidth-16.0.0 and no emoji; gaps of unassigned code points are closed.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2630...0x2637, 0x268A...0x268F, 0x2E80...0x303E, 0x3041...0xA4CF,
    0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
    0xFFE0...0xFFE6, 0x16FE0...0x16FFF, 0x17000...0x18DFF, 0x1AFF0...0x1AFFF, 0x1B000...0x1B2FF, 0x1D300...0x1D356,
    0x1D360...0x1D376, 0x1F200...0x1F265, 0x20000...0x2FFFD, 0x30000...0x3FFFD,
  ]
}
