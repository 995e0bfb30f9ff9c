/// How wide text will be in a sans-serif face of which only the kind is known: Helvetica's widths and a little more.
enum TextMeasure {
  /// The width of a line of text at a font size.
  static func width(_ text: String, size: Double) -> Double {
    text.unicodeScalars.reduce(0) { $0 + emWidth($1) } * size * 1.04
  }

  /// The text, shortened in its middle until it is no wider than `limit`.
  static func shortened(_ text: String, toWidth limit: Double, size: Double) -> String {
    guard width(text, size: size) > limit else { return text }
    let characters = Array(text.prefix(400))
    func keeping(_ kept: Int) -> String {
      let head = (kept + 1) / 2
      return String(characters[..<head]) + "…" + String(characters[(characters.count - (kept - head))...])
    }
    var (fits, tooMany) = (0, characters.count)
    while tooMany - fits > 1 {
      let middle = (fits + tooMany) / 2
      if width(keeping(middle), size: size) <= limit { fits = middle } else { tooMany = middle }
    }
    return keeping(fits)
  }

  static func emWidth(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", "'", "|", "’": 0.23
    case ".", ",", ":", ";", " ", "!", "/", "I", "f", "t", "\u{202F}", "·": 0.28
    case "(", ")", "[", "]", "r", "-", "`", "*", "\"": 0.34
    case "0"..."9", "_", "?": 0.556
    case "c", "k", "s", "v", "x", "y", "z", "J": 0.5
    case "m", "M", "%", "W", "w", "@": 0.85
    case "a"..."z": 0.556
    case "A"..."Z": 0.7
    case "+", "=", "<", ">", "−", "×": 0.58
    default: scalar.properties.isGraphemeExtend ? 0 : scalar.value < 0x1100 ? 0.6 : scalar.value < 0x2E80 ? 0.75 : 1
    }
  }
}
