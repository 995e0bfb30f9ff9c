internal import VitroCore

extension FormulaParser {
  static let operation = "reading the formula"

  /// The error for a place: its position for programs, and its line with a caret below for people.
  static func refusal(
    at position: Int, in scalars: [Unicode.Scalar], _ message: String, hint: String? = nil
  ) -> VitroError {
    let isBreak: (Unicode.Scalar) -> Bool = { $0 == "\n" || $0 == "\r" }
    let start = scalars[..<position].lastIndex(where: isBreak).map { $0 + 1 } ?? 0
    let end = scalars[position...].firstIndex(where: isBreak) ?? scalars.count
    // Of a long line only the surroundings are shown.
    let from = max(start, position - 60)
    let shown = scalars[from..<min(end, position + 40)].map { scalar in
      scalar.properties.isWhitespace || scalar.value < 0x20 || scalar.properties.isDefaultIgnorableCodePoint
        ? " " : String(Character(scalar))
    }
    let excerpt = "  \(shown.joined())\n  \(String(repeating: " ", count: position - from))^"
    return VitroError(
      .argument, operation, "position \(position): \(message)", hint: hint, details: ["excerpt": excerpt],
      numbers: ["position": position])
  }

  func refusal(at position: Int, _ message: String, hint: String? = nil) -> VitroError {
    Self.refusal(at: position, in: scalars, message, hint: hint)
  }

  /// The error for a word where another is expected.
  func unexpected(_ expected: String) -> VitroError {
    let found = token
    var hint: String?
    switch found.kind {
    case .name(let name):
      let previous = index > 0 ? tokens[index - 1] : nil
      if case .number = previous?.kind, previous.map({ $0.position + $0.text.unicodeScalars.count }) == found.position {
        hint = "A product is written with '*': \(previous?.text.prefix(20) ?? "")*\(name)"
      } else if let nearest = nearestName(to: name, in: ["and", "or", "within", "then", "else"]) {
        hint = nearest == name ? nil : "Did you mean '\(nearest)'?"
      }
    case .symbol("="): hint = "Equality is written '=='; 'let name = …' binds a name."
    case .symbol("("):
      if index > 0, case .number = tokens[index - 1].kind { hint = "A product is written with '*'." }
      if index > 0, tokens[index - 1].isSymbol(")") { hint = "A product is written with '*'." }
    default: break
    }
    return refusal(at: found.position, "expected \(expected), found \(found.spoken)", hint: hint)
  }
}
