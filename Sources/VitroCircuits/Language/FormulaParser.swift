internal import VitroCore
internal import VitroPiecewise

/// Reads formulas: by the tightness of operators, with one function for all of them, so that deep texts need little stack.
struct FormulaParser {
  /// The longest text that is read, in bytes.
  static let longestText = 200_000
  /// How deep parentheses, signs and branches may lie in each other.
  static let deepest = 200
  /// The most bits of a constant.
  static let mostBits = 20_000
  static let keywords = ["let", "if", "then", "else", "and", "or", "not", "within"]

  let scalars: [Unicode.Scalar]
  var tokens: [FormulaToken] = []
  var index = 0
  var depth = 0
  /// Whether a new line ends the expression: in `let`, outside parentheses.
  var endsAtLine = false
  /// The inputs, given or met.
  var inputs: [String]
  let takesNewInputs: Bool
  var bindings: [Formula.Binding] = []
  /// Bound names; those of numbers stand for them.
  var bound: [String: Rational?] = [:]

  /// Reads a formula.
  static func formula(_ text: String, inputs: [String]?) throws -> Formula {
    guard text.utf8.count <= longestText else {
      throw VitroError(
        .argument, operation, "it has \(text.utf8.count) bytes, expected at most \(longestText)",
        numbers: ["position": 0])
    }
    var parser = FormulaParser(scalars: Array(text.unicodeScalars), inputs: inputs ?? [], takesNewInputs: inputs == nil)
    try parser.checkInputs()
    let scalars = parser.scalars
    parser.tokens = try FormulaLexer.tokens(of: scalars) { position, message, hint in
      refusal(at: position, in: scalars, message, hint: hint)
    }
    return try parser.formula()
  }

  private init(scalars: [Unicode.Scalar], inputs: [String], takesNewInputs: Bool) {
    (self.scalars, self.inputs, self.takesNewInputs) = (scalars, inputs, takesNewInputs)
  }

  var token: FormulaToken { tokens[index] }

  mutating func advance() { if index < tokens.count - 1 { index += 1 } }

  /// Passes over a mark, if it stands here.
  mutating func accept(_ symbol: String) -> Bool {
    guard token.isSymbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: String, _ purpose: String) throws {
    guard accept(symbol) else { throw unexpected("'\(symbol)' \(purpose)") }
  }

  mutating func expectWord(_ word: String, _ purpose: String) throws {
    guard token.isWord(word) else { throw unexpected("'\(word)' \(purpose)") }
    advance()
  }

  private mutating func formula() throws -> Formula {
    while token.isWord("let") { try binding() }
    var outputs = [try expression(.conditional)]
    while accept(",") { outputs.append(try expression(.conditional)) }
    guard token.kind == .end else { throw unexpected("an operator, ',' or the end") }
    return Formula(inputs: inputs, bindings: bindings, outputs: outputs)
  }

  private mutating func binding() throws {
    advance()
    let place = token
    guard case .name(let name) = place.kind else { throw unexpected("a name after 'let'") }
    advance()
    try checkName(name) { [scalars] in Self.refusal(at: place.position, in: scalars, $0, hint: $1) }
    if bound[name] != nil { throw refusal(at: place.position, "'\(name)' is bound twice") }
    if inputs.contains(name) {
      throw refusal(
        at: place.position, "'\(name)' is \(takesNewInputs ? "used before it is bound" : "an input")",
        hint: "Bind another name.")
    }
    try expect("=", "after the name")
    endsAtLine = true
    let value = try expression(.conditional)
    endsAtLine = false
    guard accept(";") || token.startsLine else {
      throw unexpected("an operator, or ';' or a new line after the binding")
    }
    if inputs.contains(name) { throw refusal(at: place.position, "'\(name)' is used before it is bound") }
    bound[name] = .some(value.constant)
    if value.constant == nil { bindings.append(.init(name, value)) }
  }

  private func checkInputs() throws {
    for (index, name) in inputs.enumerated() {
      let place = "the inputs' names"
      let first = name.unicodeScalars.first
      guard let first, first == "_" || first.properties.isAlphabetic,
        name.unicodeScalars.allSatisfy({ $0 == "_" || $0.properties.isAlphabetic || $0.properties.numericType != nil }),
        name.unicodeScalars.count <= 64
      else {
        throw VitroError(
          .argument, place, "'\(name.prefix(64))' is no name",
          hint: "A name has letters, digits and '_', and begins with a letter.")
      }
      try checkName(name) { VitroError(.argument, place, $0, hint: $1) }
      if inputs[..<index].contains(name) { throw VitroError(.argument, place, "'\(name)' stands there twice") }
    }
  }

  private func checkName(_ name: String, _ refuse: (String, String?) -> VitroError) throws {
    if Self.keywords.contains(name) {
      throw refuse("'\(name)' is a word of the language, not a name", nil)
    }
    if FormulaFunction(rawValue: name) != nil { throw refuse("'\(name)' is a function, not a name", nil) }
  }
}
