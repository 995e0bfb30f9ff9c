internal import VitroPiecewise

/// A word of a formula, with its place.
struct FormulaToken: Hashable {
  enum Kind: Hashable {
    case number(Rational)
    case name(String)
    /// An operator or a mark, in its plain spelling.
    case symbol(String)
    case end
  }

  var kind: Kind
  /// Where it begins, counted in Unicode scalars from 0.
  var position: Int
  /// The text of it as it stands.
  var text: String
  /// Whether a line ends before it.
  var startsLine = false

  func isSymbol(_ symbol: String) -> Bool { kind == .symbol(symbol) }
  func isWord(_ word: String) -> Bool { kind == .name(word) }

  /// How messages call it.
  var spoken: String { kind == .end ? "the end" : "'\(text.prefix(40))'" }
}

/// Divides a formula into words.
struct FormulaLexer {
  private let scalars: [Unicode.Scalar]
  private var next = 0
  private var tokens: [FormulaToken] = []
  private var startsLine = false
  private let refuse: (Int, String, String?) -> any Error

  private static let doubles: [String: String] = ["<=": "<=", ">=": ">=", "==": "==", "!=": "!="]
  private static let singles: [Unicode.Scalar: String] = [
    "+": "+", "-": "-", "−": "-", "*": "*", "×": "*", "·": "*", "⋅": "*", "/": "/", "(": "(", ")": ")", "|": "|",
    ",": ",", ";": ";", ":": ":", "=": "=", "<": "<", ">": ">", "≤": "<=", "≥": ">=", "≠": "!=",
  ]

  /// - Parameter refuse: Makes the error for a position, a message and a hint.
  static func tokens(
    of scalars: [Unicode.Scalar], refuse: @escaping (Int, String, String?) -> any Error
  ) throws -> [FormulaToken] {
    var lexer = FormulaLexer(scalars, refuse)
    while try lexer.read() {}
    return lexer.tokens
  }

  private init(_ scalars: [Unicode.Scalar], _ refuse: @escaping (Int, String, String?) -> any Error) {
    (self.scalars, self.refuse) = (scalars, refuse)
  }

  private mutating func add(_ kind: FormulaToken.Kind, from start: Int) {
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars[start..<next])
    tokens.append(FormulaToken(kind: kind, position: start, text: text, startsLine: startsLine))
    startsLine = false
  }

  private func scalar(at index: Int) -> Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  /// Reads one word; false at the end.
  private mutating func read() throws -> Bool {
    while let scalar = scalar(at: next), scalar.properties.isWhitespace {
      if scalar == "\n" || scalar == "\r" { startsLine = true }
      next += 1
    }
    let start = next
    guard let first = scalar(at: next) else {
      add(.end, from: start)
      return false
    }
    if Self.isDigit(first) || (first == "." && scalar(at: next + 1).map(Self.isDigit) == true) {
      try readNumber()
    } else if first == "_" || first.properties.isAlphabetic {
      while let scalar = scalar(at: next), Self.continuesName(scalar) { next += 1 }
      var name = ""
      name.unicodeScalars.append(contentsOf: scalars[start..<next])
      guard next - start <= 64 else {
        throw refuse(start, "a name has \(next - start) characters, expected at most 64", nil)
      }
      add(.name(name), from: start)
    } else if let second = scalar(at: next + 1), let symbol = Self.doubles["\(first)\(second)"] {
      next += 2
      add(.symbol(symbol), from: start)
    } else if let symbol = Self.singles[first] {
      next += 1
      add(.symbol(symbol), from: start)
    } else {
      let isPower = first == "^"
      let shown = first.properties.isDefaultIgnorableCodePoint || first.value < 0x20 ? "" : "'\(first)' "
      throw refuse(
        start, "\(shown)(U+\(String(first.value, radix: 16, uppercase: true))) has no meaning here",
        isPower ? "A formula is piecewise linear: it has no powers." : nil)
    }
    return true
  }

  private mutating func readNumber() throws {
    let start = next
    func digits() { while let scalar = scalar(at: next), Self.isDigit(scalar) { next += 1 } }
    digits()
    if scalar(at: next) == "." {
      next += 1
      digits()
    }
    if let mark = scalar(at: next), mark == "e" || mark == "E" {
      let sign = scalar(at: next + 1)
      let exponent = sign == "-" || sign == "+" || sign == "−" ? next + 2 : next + 1
      if scalar(at: exponent).map(Self.isDigit) == true {
        next = exponent
        digits()
      }
    }
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars[start..<next])
    guard let value = Rational(text) else {
      throw refuse(
        start, "'\(text.prefix(40))' is no number that can be taken",
        "Numbers have at most 400 digits and exponents up to 300.")
    }
    add(.number(value), from: start)
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private static func continuesName(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      || scalar.properties.generalCategory == .nonspacingMark
  }
}
