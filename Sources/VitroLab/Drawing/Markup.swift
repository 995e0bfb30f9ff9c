/// Text made safe to stand between tags and in quoted attributes of HTML and SVG.
///
/// Characters that no XML may hold become U+FFFD; the separators U+2028 and U+2029 become references, so that no
/// script that copies the text breaks on them.
func escaped(_ text: String) -> String {
  var result = ""
  result.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar.value {
    case 0x26: result += "&amp;"
    case 0x3C: result += "&lt;"
    case 0x3E: result += "&gt;"
    case 0x22: result += "&quot;"
    case 0x27: result += "&#39;"
    case 0x2028, 0x2029: result += "&#\(scalar.value);"
    case 0x0D: result += "&#13;"
    case 0x09, 0x0A: result.unicodeScalars.append(scalar)
    case 0..<0x20, 0x7F...0x9F, 0xFFFE, 0xFFFF: result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// A coordinate with two digits after the point at most: "12.5".
///
/// What is not finite is 0.
func px(_ value: Double) -> String {
  guard value.isFinite, abs(value) < 1e9 else { return "0" }
  let hundredths = Int((value * 100).rounded())
  let (whole, rest) = (abs(hundredths) / 100, abs(hundredths) % 100)
  let sign = hundredths < 0 ? "-" : ""
  if rest == 0 { return "\(sign)\(whole)" }
  return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
}

/// Builds markup in which every attribute and every text is escaped.
struct Markup {
  private(set) var text = ""

  typealias Attributes = KeyValuePairs<String, String>

  /// An element without content.
  mutating func empty(_ name: String, _ attributes: Attributes = [:]) {
    open(name, attributes, closing: "/>")
  }

  /// An element that holds text only.
  mutating func element(_ name: String, _ attributes: Attributes = [:], _ content: String) {
    open(name, attributes, closing: ">")
    text += escaped(content)
    text += "</\(name)>"
  }

  /// An element that holds text only.
  mutating func element(_ name: String, _ content: String) {
    element(name, [:], content)
  }

  /// An element that holds others.
  mutating func element(
    _ name: String, _ attributes: Attributes = [:], _ content: (inout Markup) throws -> Void
  ) rethrows {
    open(name, attributes, closing: ">")
    try content(&self)
    text += "</\(name)>"
  }

  /// Text between elements.
  mutating func write(_ content: String) {
    text += escaped(content)
  }

  /// Markup made elsewhere by this type, or written in this module.
  mutating func append(trusted markup: String) {
    text += markup
  }

  private mutating func open(_ name: String, _ attributes: Attributes, closing: String) {
    text += "<\(name)"
    for (key, value) in attributes where !value.isEmpty || key == "alt" {
      text += " \(key)=\"\(escaped(value))\""
    }
    text += closing
  }
}
