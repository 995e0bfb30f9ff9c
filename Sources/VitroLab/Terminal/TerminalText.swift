import Foundation

/// Makes text from anywhere safe and legible on a terminal.
///
/// What could move the cursor, change colours or turn the order of letters becomes visible: ESC is ␛ (`^[` in ASCII),
/// U+202E is `<U+202E>`.
enum TerminalText {
  /// More marks than these on one letter are dropped: piled up, they run over the lines above and below.
  private static let markLimit = 4

  /// One line of text: line breaks and tabs become spaces.
  ///
  /// - Complexity: O(text).
  static func clean(_ text: String, _ charset: TerminalStyle.Charset) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var result = ""
    var marks = 0
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      defer { previous = scalar }
      if scalar == "\n" && previous == "\r" { continue }
      marks = isMark(scalar) ? marks + 1 : 0
      if marks > markLimit { continue }
      if let replacement = visible(scalar, after: result.unicodeScalars.last, charset) {
        result += replacement
        continue
      }
      if result.last.map(\.isWhitespace) ?? true, joinsLetterBefore(scalar) {
        // What would join whatever happens to stand before this text gets a ground of its own.
        if isSelector(scalar) { continue }
        result += "\u{25CC}"
      }
      result.unicodeScalars.append(scalar)
    }
    return charset == .ascii ? ascii(result) : result
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    let category = scalar.properties.generalCategory
    return category == .nonspacingMark || category == .enclosingMark
  }

  private static func isSelector(_ scalar: Unicode.Scalar) -> Bool {
    (0xFE00...0xFE0F).contains(scalar.value) || (0xE0100...0xE01EF).contains(scalar.value)
  }

  private static func joinsLetterBefore(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= 0x300 && String(String.UnicodeScalarView(["x", scalar])).count == 1
  }

  /// What stands for a scalar that must not reach the terminal; `nil` for one that may.
  private static func visible(
    _ scalar: Unicode.Scalar, after previous: Unicode.Scalar?, _ charset: TerminalStyle.Charset
  ) -> String? {
    let value = scalar.value
    switch value {
    case 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029: return " "
    case 0..<0x20, 0x7F:
      if charset == .ascii { return "^" + String(Unicode.Scalar(UInt8(value ^ 0x40))) }
      return value == 0x7F ? "\u{2421}" : Unicode.Scalar(0x2400 + value).map { String($0) }
    case 0x80..<0xA0: return named(value)
    case 0xAD, 0x200B, 0x2060, 0xFEFF: return ""
    case 0x200C, 0x200D:
      // A joiner belongs between signs; anywhere else it is an invisible trap.
      return previous.map { $0.value > 0x7F && $0.value != 0x200C && $0.value != 0x200D && !$0.properties.isWhitespace }
        == true ? nil : ""
    case 0xE0020...0xE007F:
      let isFlag = previous.map { $0.value == 0x1F3F4 || (0xE0020...0xE007E).contains($0.value) } == true
      return isFlag ? nil : named(value)
    case 0x3164, 0xFFA0, 0x115F, 0x1160: return named(value)
    default: break
    }
    if scalar.properties.generalCategory == .format || value & 0xFFFE == 0xFFFE { return named(value) }
    return nil
  }

  private static func named(_ value: UInt32) -> String { "<U+\(String(format: "%04X", value))>" }

  /// The text in ASCII: signs by words or lookalikes, letters without their accents, all else as "?".
  private static func ascii(_ text: String) -> String {
    var result = ""
    var raised: Character?
    for character in text.replacing(" · ", with: " - ") {
      if character.isASCII {
        result.append(character)
        raised = nil
      } else if let (mark, plain) = raisedSigns[character] {
        // "10⁻⁷" becomes "10^-7": one mark for a whole exponent.
        if raised != mark { result.append(mark) }
        result.append(plain)
        raised = mark
      } else {
        raised = nil
        result += signs[character] ?? unaccented(character)
      }
    }
    return result
  }

  private static func unaccented(_ character: Character) -> String {
    if character == "\u{A0}" || character == "\u{202F}" { return "\u{A0}" }
    if character.isWhitespace { return " " }
    let bare = String(character).decomposedStringWithCompatibilityMapping.unicodeScalars.filter {
      $0.properties.generalCategory != .nonspacingMark
    }
    return !bare.isEmpty && bare.allSatisfy { $0.isASCII && $0.value >= 0x20 && $0.value < 0x7F }
      ? String(String.UnicodeScalarView(bare)) : String(repeating: "?", count: max(1, DisplayWidth.of(character)))
  }

  private static let raisedSigns: [Character: (Character, Character)] = {
    var signs: [Character: (Character, Character)] = ["ᵀ": ("^", "T"), "ⁿ": ("^", "n")]
    for (raised, plain) in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-") { signs[raised] = ("^", plain) }
    for (lowered, plain) in zip("₀₁₂₃₄₅₆₇₈₉", "0123456789") { signs[lowered] = ("_", plain) }
    return signs
  }()

  private static let signs: [Character: String] = [
    "−": "-", "–": "-", "—": "--", "‐": "-", "…": "...", "×": "x", "·": "*", "⋅": "*", "÷": "/", "’": "'", "‘": "'",
    "“": "\"", "”": "\"", "„": "\"", "«": "<<", "»": ">>", "∞": "inf", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~",
    "±": "+/-", "→": "->", "←": "<-", "↔": "<->", "↑": "^", "↓": "v", "√": "sqrt", "Σ": "Sum", "∑": "Sum", "Δ": "Delta",
    "∂": "d", "∈": "in", "•": "*", "°": " deg", "ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "α": "alpha", "β": "beta",
    "γ": "gamma", "δ": "delta", "ε": "epsilon", "η": "eta", "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu",
    "µ": "u", "ν": "nu", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi",
    "ω": "omega", "Ω": "Omega", "✓": "ok", "✗": "x", "‖": "||",
  ]
}
