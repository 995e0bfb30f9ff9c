/// A set of Unicode scalars as a pattern describes it.
struct ScalarSet: Sendable {
  /// What a set may hold.
  indirect enum Term: Sendable {
    case range(ClosedRange<UInt32>)
    case categories(ScalarClass.Categories)
    case space, word, alphabetic, han
    case set(ScalarSet)
  }

  private var terms: [Term]
  private var isNegated: Bool
  private var ignoresCase: Bool
  /// What the set must share with others.
  private var intersected: [ScalarSet]
  /// The answers for ASCII.
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  /// The set of everything in `terms` and in all of `intersected`, or of everything else.
  init(_ terms: [Term], isNegated: Bool = false, ignoresCase: Bool = false, intersected: [ScalarSet] = []) {
    self.terms = terms
    self.isNegated = isNegated
    self.ignoresCase = ignoresCase
    self.intersected = intersected
    for value in UInt8(0)..<128 where contains(slowly: Unicode.Scalar(value)) {
      if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
    }
  }

  /// Whether the set holds a scalar.
  @inline(__always)
  func contains(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    if value < 64 { return low >> UInt64(value) & 1 == 1 }
    if value < 128 { return high >> UInt64(value - 64) & 1 == 1 }
    return contains(slowly: scalar)
  }

  private func contains(slowly scalar: Unicode.Scalar) -> Bool {
    var found = holds(scalar)
    if ignoresCase, !found { found = ScalarSet.caseVariants(of: scalar).contains(where: holds) }
    return found != isNegated
  }

  private func holds(_ scalar: Unicode.Scalar) -> Bool {
    for set in intersected where !set.contains(scalar) { return false }
    for term in terms {
      switch term {
      case .range(let range): if range.contains(scalar.value) { return true }
      case .categories(let categories): if ScalarClass.isIn(categories, scalar) { return true }
      case .space: if ScalarClass.isSpace(scalar) { return true }
      case .word: if ScalarClass.isPatternWord(scalar) { return true }
      case .alphabetic: if scalar.properties.isAlphabetic { return true }
      case .han: if ScalarSet.isHan(scalar) { return true }
      case .set(let set): if set.contains(scalar) { return true }
      }
    }
    return false
  }

  /// The scalars that differ from one only in case.
  private static func caseVariants(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    func single(_ text: String) -> Unicode.Scalar? { text.unicodeScalars.count == 1 ? text.unicodeScalars.first : nil }
    let (lower, upper) = (single(scalar.properties.lowercaseMapping), single(scalar.properties.uppercaseMapping))
    let folded = upper.flatMap { single($0.properties.lowercaseMapping) }
    // The dotless i is no other case of i.
    return scalar == "\u{131}" ? [] : [lower, upper, folded].compactMap(\.self)
  }

  /// Unicode's script Han.
  private static func isHan(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x2e80...0x2e99, 0x2e9b...0x2ef3, 0x2f00...0x2fd5, 0x3005, 0x3007, 0x3021...0x3029, 0x3038...0x303b,
      0x3400...0x4dbf, 0x4e00...0x9fff, 0xf900...0xfa6d, 0xfa70...0xfad9, 0x16fe2...0x16fe3, 0x16ff0...0x16ff1,
      0x20000...0x2a6df, 0x2a700...0x2b739, 0x2b740...0x2b81d, 0x2b820...0x2cea1, 0x2ceb0...0x2ebe0, 0x2ebf0...0x2ee5d,
      0x2f800...0x2fa1d, 0x30000...0x3134a, 0x31350...0x323af:
      true
    default: false
    }
  }

  /// The set that holds one scalar, or also its other cases.
  static func one(_ scalar: Unicode.Scalar, ignoresCase: Bool) -> ScalarSet {
    ScalarSet([.range(scalar.value...scalar.value)], ignoresCase: ignoresCase)
  }

  /// What this set and another hold together.
  static func named(_ name: String) -> Term? {
    switch name {
    case "L", "Letter": .categories(.letter)
    case "M", "Mark": .categories(.mark)
    case "N", "Number": .categories(.number)
    case "P", "Punctuation", "Punct", "punct": .categories(.punctuation)
    case "S", "Symbol": .categories(.symbol)
    case "Z", "Separator": .categories(.separator)
    case "C", "Other": .categories(.other)
    case "Han", "script=Han", "Script=Han": .han
    case "Alphabetic", "Alpha", "alpha": .alphabetic
    case "White_Space", "Space", "space": .space
    case "Word", "word": .word
    case "Digit", "digit": .categories(.init(.decimalNumber))
    default: category(name).map { .categories(.init($0)) }
    }
  }

  private static func category(_ name: String) -> Unicode.GeneralCategory? {
    switch name {
    case "Lu": .uppercaseLetter
    case "Ll": .lowercaseLetter
    case "Lt": .titlecaseLetter
    case "Lm": .modifierLetter
    case "Lo": .otherLetter
    case "Mn": .nonspacingMark
    case "Mc": .spacingMark
    case "Me": .enclosingMark
    case "Nd": .decimalNumber
    case "Nl": .letterNumber
    case "No": .otherNumber
    case "Pc": .connectorPunctuation
    case "Pd": .dashPunctuation
    case "Ps": .openPunctuation
    case "Pe": .closePunctuation
    case "Pi": .initialPunctuation
    case "Pf": .finalPunctuation
    case "Po": .otherPunctuation
    case "Sm": .mathSymbol
    case "Sc": .currencySymbol
    case "Sk": .modifierSymbol
    case "So": .otherSymbol
    case "Zs": .spaceSeparator
    case "Zl": .lineSeparator
    case "Zp": .paragraphSeparator
    case "Cc": .control
    case "Cf": .format
    case "Co": .privateUse
    case "Cn": .unassigned
    default: nil
    }
  }
}
