/// The tree of a regular expression.
indirect enum RegexNode: Sendable {
  /// How a repetition chooses among the counts that fit.
  enum Greed: Sendable { case greedy, lazy, possessive }
  /// A place that must be reached.
  enum Assertion: Sendable {
    case textStart, textEnd, textEndOrNewline, lineStart, lineEnd, wordBoundary, noWordBoundary
  }

  case set(ScalarSet)
  case sequence([RegexNode])
  case alternation([RegexNode])
  case repeated(RegexNode, ClosedRange<Int>, Greed)
  case lookahead(RegexNode, isNegated: Bool)
  case lookbehind([ScalarSet], isNegated: Bool)
  case atomic(RegexNode)
  case assertion(Assertion)

  /// Whether the expression can match nothing.
  var canBeEmpty: Bool {
    switch self {
    case .set: false
    case .sequence(let parts): parts.allSatisfy(\.canBeEmpty)
    case .alternation(let parts): parts.contains(where: \.canBeEmpty)
    case .repeated(let part, let counts, _): counts.lowerBound == 0 || part.canBeEmpty
    case .atomic(let part): part.canBeEmpty
    case .lookahead, .lookbehind, .assertion: true
    }
  }
}

/// Why a pattern was refused.
struct RegexFault: Error {
  var message: String
  var position: Int
}

/// Reads the regular expressions of tokenizers: Oniguruma's syntax, as far as tokenizers use it.
///
/// Classes with properties, ranges, nesting and intersections, groups with and without case, greedy, lazy and
/// possessive repetitions, lookahead, lookbehind over single characters, anchors. Everything else is refused by name.
struct RegexSyntax {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var depth = 0
  var ignoresCase = false
  private var dotMatchesNewline = false

  private static let maximumDepth = 24
  private static let maximumCount = 1000
  /// Stands for "as often as you like".
  static let unlimited = Int.max

  init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

  /// Reads a whole pattern.
  static func parse(_ pattern: String) throws -> RegexNode {
    var syntax = RegexSyntax(pattern)
    let node = try syntax.alternation()
    guard syntax.position == syntax.scalars.count else { throw syntax.fault("a ')' too many") }
    return node
  }

  func fault(_ message: String) -> RegexFault { RegexFault(message: message, position: position) }

  var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  mutating func take() throws -> Unicode.Scalar {
    guard let scalar = next else { throw fault("an unexpected end") }
    position += 1
    return scalar
  }

  mutating func skip(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard scalars[position...].starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  /// Enters a level of nesting.
  mutating func descend<Result>(_ body: (inout RegexSyntax) throws -> Result) throws -> Result {
    guard depth < RegexSyntax.maximumDepth else {
      throw fault("more than \(RegexSyntax.maximumDepth) levels of nesting")
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func alternation() throws -> RegexNode {
    let flags = (ignoresCase, dotMatchesNewline)
    defer { (ignoresCase, dotMatchesNewline) = flags }
    var branches: [RegexNode] = []
    repeat { branches.append(try sequence()) } while skip("|")
    return branches.count == 1 ? branches[0] : .alternation(branches)
  }

  private mutating func sequence() throws -> RegexNode {
    var parts: [RegexNode] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      guard var part = try atom() else { continue }
      while let counts = try quantifier() {
        if part.canBeEmpty, counts.range.upperBound > 1 { throw fault("the repetition of what can be empty") }
        part = .repeated(part, counts.range, counts.greed)
      }
      parts.append(part)
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func quantifier() throws -> (range: ClosedRange<Int>, greed: RegexNode.Greed)? {
    let range: ClosedRange<Int>
    switch next {
    case "*": range = 0...RegexSyntax.unlimited
    case "+": range = 1...RegexSyntax.unlimited
    case "?": range = 0...1
    case "{":
      guard let interval = try interval() else { return nil }
      // In this syntax {n}? is an optional {n}, and {n,m}+ a repeated {n,m}.
      let isLazy = interval.lowerBound < interval.upperBound && skip("?")
      return (interval, isLazy ? .lazy : .greedy)
    default: return nil
    }
    position += 1
    return (range, skip("?") ? .lazy : skip("+") ? .possessive : .greedy)
  }

  /// `{n}`, `{n,}`, `{,m}` or `{n,m}`; anything else after a brace is text.
  private mutating func interval() throws -> ClosedRange<Int>? {
    let start = position
    position += 1
    let lower = number()
    let hasComma = skip(",")
    let upper = hasComma ? number() : lower
    guard skip("}"), lower != nil || upper != nil else {
      position = start
      return nil
    }
    let range = (lower ?? 0, upper ?? RegexSyntax.unlimited)
    guard range.0 <= range.1, range.0 <= RegexSyntax.maximumCount,
      range.1 <= RegexSyntax.maximumCount || upper == nil
    else { throw fault("an interval beyond 0 to \(RegexSyntax.maximumCount)") }
    return range.0...range.1
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let digit = next?.value, (0x30...0x39).contains(digit), value ?? 0 < 1 << 20 {
      value = (value ?? 0) * 10 + Int(digit - 0x30)
      position += 1
    }
    return value
  }

  private mutating func atom() throws -> RegexNode? {
    let scalar = try take()
    switch scalar {
    case "(": return try descend { try $0.group() }
    case "[": return .set(try descend { try $0.characterClass() })
    case ".":
      return .set(ScalarSet(dotMatchesNewline ? [] : [.range(0x0a...0x0a)], isNegated: true))
    case "^": return .assertion(.lineStart)
    case "$": return .assertion(.lineEnd)
    case "\\": return try escape()
    case "*", "+", "?": throw fault("a repetition of nothing")
    default: return .set(.one(scalar, ignoresCase: ignoresCase))
    }
  }

  /// What follows an opening parenthesis; nothing for flags that hold from here on.
  private mutating func group() throws -> RegexNode? {
    guard skip("?") else { return try closed() }
    if skip(":") { return try closed() }
    if skip("=") { return .lookahead(try closed(), isNegated: false) }
    if skip("!") { return .lookahead(try closed(), isNegated: true) }
    if skip(">") { return .atomic(try closed()) }
    if skip("<=") { return .lookbehind(try fixedSets(try closed()), isNegated: false) }
    if skip("<!") { return .lookbehind(try fixedSets(try closed()), isNegated: true) }
    let outer = (ignoresCase, dotMatchesNewline)
    var isOn = true
    while let flag = next, flag != ":", flag != ")" {
      position += 1
      switch flag {
      case "i": ignoresCase = isOn
      case "m": dotMatchesNewline = isOn
      case "-": isOn = false
      default: throw fault("the group (?\(flag)")
      }
    }
    if skip(")") { return nil }
    guard skip(":") else { throw fault("an unclosed group") }
    defer { (ignoresCase, dotMatchesNewline) = outer }
    return try closed()
  }

  private mutating func closed() throws -> RegexNode {
    let node = try alternation()
    guard skip(")") else { throw fault("an unclosed group") }
    return node
  }

  /// The sets that a lookbehind steps back over, one scalar each.
  private func fixedSets(_ node: RegexNode) throws -> [ScalarSet] {
    switch node {
    case .set(let set): return [set]
    case .sequence(let parts): return try parts.flatMap(fixedSets)
    default: throw fault("a lookbehind over more than single characters")
    }
  }

  private mutating func escape() throws -> RegexNode {
    let letter = try take()
    switch letter {
    case "b": return .assertion(.wordBoundary)
    case "B": return .assertion(.noWordBoundary)
    case "A": return .assertion(.textStart)
    case "z": return .assertion(.textEnd)
    case "Z": return .assertion(.textEndOrNewline)
    default:
      if let set = try classEscape(letter) { return .set(set) }
      return .set(.one(try scalarEscape(letter), ignoresCase: ignoresCase))
    }
  }
}
