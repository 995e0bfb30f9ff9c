/// What the tokenizers' rules ask of a Unicode scalar, from a table for the basic plane.
enum ScalarClass {
  /// A set of general categories, one bit each.
  struct Categories: OptionSet, Sendable, Hashable {
    let rawValue: UInt32

    init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The set that holds one category.
    init(_ category: Unicode.GeneralCategory) { rawValue = 1 << UInt32(ScalarClass.index(of: category)) }

    /// The set of several categories.
    init(_ categories: [Unicode.GeneralCategory]) {
      self.init(rawValue: categories.reduce(0) { $0 | 1 << UInt32(ScalarClass.index(of: $1)) })
    }

    static let letter = Categories([
      .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
    ])
    static let mark = Categories([.nonspacingMark, .spacingMark, .enclosingMark])
    static let number = Categories([.decimalNumber, .letterNumber, .otherNumber])
    static let punctuation = Categories([
      .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation,
    ])
    static let symbol = Categories([.mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol])
    static let separator = Categories([.spaceSeparator, .lineSeparator, .paragraphSeparator])
    static let other = Categories([.control, .format, .privateUse, .surrogate, .unassigned])
    /// What `\w` matches.
    static let word: Categories = letter.union(mark).union(Categories([.decimalNumber, .connectorPunctuation]))
  }

  private static let spaceBit: UInt8 = 0x80

  /// For each scalar of the basic plane its category's index, and a bit for white space.
  private static let basicPlane: [UInt8] = (0..<UInt32(0x10000)).map { value in
    Unicode.Scalar(value).map(packed) ?? UInt8(index(of: .surrogate))
  }

  private static func packed(_ scalar: Unicode.Scalar) -> UInt8 {
    UInt8(index(of: scalar.properties.generalCategory)) | (scalar.properties.isWhitespace ? spaceBit : 0)
  }

  @inline(__always)
  private static func entry(_ scalar: Unicode.Scalar) -> UInt8 {
    scalar.value < 0x10000 ? basicPlane.withUnsafeBufferPointer { $0[Int(scalar.value)] } : packed(scalar)
  }

  /// The set that holds the scalar's general category.
  @inline(__always)
  static func categories(of scalar: Unicode.Scalar) -> Categories {
    Categories(rawValue: 1 << UInt32(entry(scalar) & 0x1f))
  }

  /// Whether the scalar is white space.
  @inline(__always)
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool { entry(scalar) & spaceBit != 0 }

  /// Whether the scalar's general category is among some.
  @inline(__always)
  static func isIn(_ categories: Categories, _ scalar: Unicode.Scalar) -> Bool {
    1 << UInt32(entry(scalar) & 0x1f) & categories.rawValue != 0
  }

  /// Whether the scalar is part of a word as Unicode's annex 18 says: alphabetic, marks, digits, connectors, joiners.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    isIn(.word, scalar) || scalar.properties.isAlphabetic || scalar.properties.isJoinControl
  }

  /// Whether `\w` of the regular expressions matches: a word's scalars without joiners, with Latin-1's small digits.
  static func isPatternWord(_ scalar: Unicode.Scalar) -> Bool {
    if isIn(.word, scalar) || scalar.properties.isAlphabetic { return true }
    return switch scalar.value {
    case 0xb2, 0xb3, 0xb9, 0xbc...0xbe: true
    default: false
    }
  }

  /// Whether BERT's rules take the scalar as punctuation: all of ASCII's marks and Unicode's class P.
  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.isASCII else { return isIn(.punctuation, scalar) && !isYounger(scalar, than: .bert) }
    return switch scalar.value {
    case 0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e: true
    default: false
    }
  }

  /// The versions of Unicode whose tables Hugging Face's library goes by, so that the same text gives the same tokens.
  enum Edition: Int {
    /// BERT's classes.
    case bert = 8
    /// Normal forms and marks.
    case tokenizers = 9
  }

  /// Whether a scalar came into Unicode after an edition.
  static func isYounger(_ scalar: Unicode.Scalar, than edition: Edition) -> Bool {
    scalar.value >= 0x300 && scalar.properties.age.map { $0.major > edition.rawValue } ?? false
  }

  fileprivate static func index(of category: Unicode.GeneralCategory) -> Int {
    switch category {
    case .uppercaseLetter: 0
    case .lowercaseLetter: 1
    case .titlecaseLetter: 2
    case .modifierLetter: 3
    case .otherLetter: 4
    case .nonspacingMark: 5
    case .spacingMark: 6
    case .enclosingMark: 7
    case .decimalNumber: 8
    case .letterNumber: 9
    case .otherNumber: 10
    case .connectorPunctuation: 11
    case .dashPunctuation: 12
    case .openPunctuation: 13
    case .closePunctuation: 14
    case .initialPunctuation: 15
    case .finalPunctuation: 16
    case .otherPunctuation: 17
    case .mathSymbol: 18
    case .currencySymbol: 19
    case .modifierSymbol: 20
    case .otherSymbol: 21
    case .spaceSeparator: 22
    case .lineSeparator: 23
    case .paragraphSeparator: 24
    case .control: 25
    case .format: 26
    case .surrogate: 27
    case .privateUse: 28
    case .unassigned: 29
    @unknown default: 30
    }
  }
}
