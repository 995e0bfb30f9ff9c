/// A word as it is drawn: the gaps around it, and its visible text in as many parts as it has lines.
package struct TokenText {
  /// The number of spaces before the visible text.
  private(set) var leading = 0
  /// The number of spaces after it.
  private(set) var trailing = 0
  /// The visible text of each line; after each but the last the line breaks.
  private(set) var lines: [String] = [""]

  /// More characters of a word than these are not drawn.
  private static let limit = 400

  package init(_ token: String) {
    var characters = Array(token.prefix(Self.limit + 1))
    if characters.count > Self.limit { characters[Self.limit] = "…" }
    guard !characters.isEmpty else {
      lines = ["∅"]
      return
    }
    if characters.allSatisfy(Self.isSpace) {
      lines = [characters.count <= 4 ? String(repeating: "␣", count: characters.count) : "␣×\(characters.count)"]
      return
    }
    while let first = characters.first, Self.isSpace(first) {
      characters.removeFirst()
      leading += 1
    }
    while let last = characters.last, Self.isSpace(last) {
      characters.removeLast()
      trailing += 1
    }
    for character in characters {
      if Self.isBreak(character) {
        lines[lines.count - 1] += "⏎"
        lines.append("")
      } else {
        lines[lines.count - 1] += Self.visible(character)
      }
    }
  }

  /// The whole word on one line, as a reading says it.
  var spoken: String {
    "“" + String(repeating: " ", count: min(leading, 8)) + lines.joined()
      + String(repeating: " ", count: min(trailing, 8)) + "”"
  }

  /// The whole word on one line with its spaces to be seen, for the axis of a figure; cut where it is long.
  package var label: String {
    let text =
      String(repeating: "␣", count: min(leading, 4)) + lines.joined()
      + String(repeating: "␣", count: min(trailing, 4))
    return text.count > 20 ? text.prefix(19) + "…" : text
  }

  private static func isSpace(_ character: Character) -> Bool {
    character == " " || character == "\u{A0}" || character == "\u{3000}"
  }

  private static func isBreak(_ character: Character) -> Bool {
    ["\n", "\r\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(character)
  }

  /// What cannot be seen gets a sign, and a mark without its letter a circle to stand on.
  private static func visible(_ character: Character) -> String {
    guard let first = character.unicodeScalars.first else { return "" }
    switch first.value {
    case 0x09: return "⇥"
    case 0..<0x20: return String(Character(Unicode.Scalar(0x2400 + first.value) ?? "␀"))
    case 0x7F: return "␡"
    default: break
    }
    let properties = first.properties
    // Directions that would run on into the words after this one are shown as a circle too.
    if properties.generalCategory == .format || properties.generalCategory == .control { return "◌" }
    let cluster = String(String.UnicodeScalarView(character.unicodeScalars.prefix(12)))
    return properties.isGraphemeExtend ? "◌" + cluster : cluster
  }
}
