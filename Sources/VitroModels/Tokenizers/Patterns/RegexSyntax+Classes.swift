extension RegexSyntax {
  /// The rest of a class in brackets.
  mutating func characterClass() throws -> ScalarSet {
    let isNegated = skip("^")
    var terms: [ScalarSet.Term] = []
    var intersected: [ScalarSet] = []
    var isFirst = true
    while isFirst || next != "]" {
      if skip("&&") {
        intersected.append(ScalarSet(terms, ignoresCase: ignoresCase))
        terms = []
        continue
      }
      terms.append(try classTerm())
      isFirst = false
    }
    _ = try take()
    if !intersected.isEmpty {
      let last = ScalarSet(terms, ignoresCase: ignoresCase)
      let first = intersected.removeFirst()
      return ScalarSet([.set(first)], isNegated: isNegated, intersected: intersected + [last])
    }
    return ScalarSet(terms, isNegated: isNegated, ignoresCase: ignoresCase)
  }

  private mutating func classTerm() throws -> ScalarSet.Term {
    if skip("[:") { return try posixClass() }
    let scalar = try take()
    let first: Unicode.Scalar
    switch scalar {
    case "[": return .set(try descend { try $0.characterClass() })
    case "\\":
      let letter = try take()
      if let set = try classEscape(letter) { return .set(set) }
      first = letter == "b" ? "\u{8}" : try scalarEscape(letter)
    default: first = scalar
    }
    return .range(first.value...(try rangeEnd(after: first)))
  }

  /// The end of a range, or the scalar itself when none follows.
  private mutating func rangeEnd(after first: Unicode.Scalar) throws -> UInt32 {
    guard next == "-" else { return first.value }
    var ahead = self
    _ = try ahead.take()
    guard let second = ahead.next, second != "]", second != "[" else { return first.value }
    _ = try ahead.take()
    var last = second
    if second == "\\" {
      let letter = try ahead.take()
      guard try ahead.classEscape(letter) == nil else { return first.value }
      last = try ahead.scalarEscape(letter)
    }
    guard first.value <= last.value else { throw fault("a range that runs backward") }
    self = ahead
    return last.value
  }

  private mutating func posixClass() throws -> ScalarSet.Term {
    let isNegated = skip("^")
    var name = ""
    while let scalar = next, scalar != ":", name.count < 16 { name.unicodeScalars.append(try take()) }
    guard skip(":]") else { throw fault("an unclosed [:class:]") }
    if name == "punct" { return .set(ScalarSet([.categories(.punctuation.union(.symbol))], isNegated: isNegated)) }
    if name == "alnum" {
      return .set(ScalarSet([.alphabetic, .categories(.init(.decimalNumber))], isNegated: isNegated))
    }
    guard ["alpha", "digit", "space", "word"].contains(name), let term = ScalarSet.named(name) else {
      throw fault("the class [:\(shortened(name)):]")
    }
    return .set(ScalarSet([term], isNegated: isNegated))
  }

  /// The set that an escape stands for, or nothing when it stands for one scalar.
  mutating func classEscape(_ letter: Unicode.Scalar) throws -> ScalarSet? {
    switch letter {
    case "s": ScalarSet([.space])
    case "S": ScalarSet([.space], isNegated: true)
    case "d": ScalarSet([.categories(.init(.decimalNumber))])
    case "D": ScalarSet([.categories(.init(.decimalNumber))], isNegated: true)
    case "w": ScalarSet([.word])
    case "W": ScalarSet([.word], isNegated: true)
    case "h", "H":
      ScalarSet([.range(0x30...0x39), .range(0x41...0x46), .range(0x61...0x66)], isNegated: letter == "H")
    case "p", "P": try property(isNegated: letter == "P")
    default: nil
    }
  }

  private mutating func property(isNegated: Bool) throws -> ScalarSet {
    guard skip("{") else { throw fault("a property without braces") }
    let isInverted = skip("^")
    var name = ""
    while let scalar = next, scalar != "}", name.count < 32 { name.unicodeScalars.append(try take()) }
    guard skip("}") else { throw fault("an unclosed property") }
    guard let term = ScalarSet.named(name) else { throw fault("the property \\p{\(shortened(name))}") }
    return ScalarSet([term], isNegated: isNegated != isInverted)
  }

  /// The scalar that an escape stands for.
  mutating func scalarEscape(_ letter: Unicode.Scalar) throws -> Unicode.Scalar {
    switch letter {
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "f": return "\u{c}"
    case "v": return "\u{b}"
    case "a": return "\u{7}"
    case "e": return "\u{1b}"
    case "x":
      if skip("{") {
        let scalar = try hexadecimal(1...8)
        guard skip("}") else { throw fault("an unclosed \\x{…}") }
        return scalar
      }
      return try hexadecimal(1...2)
    case "u": return try hexadecimal(4...4)
    default:
      guard !letter.properties.isAlphabetic, !("0"..."9").contains(letter) else {
        throw fault("the escape \\\(letter)")
      }
      return letter
    }
  }

  private mutating func hexadecimal(_ count: ClosedRange<Int>) throws -> Unicode.Scalar {
    var digits = ""
    while digits.count < count.upperBound, let scalar = next, scalar.properties.isASCIIHexDigit {
      digits.unicodeScalars.append(try take())
    }
    guard digits.count >= count.lowerBound, let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value)
    else { throw fault("an escape that is no character") }
    return scalar
  }
}
