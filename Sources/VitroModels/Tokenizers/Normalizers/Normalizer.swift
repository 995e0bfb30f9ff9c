/// A change to the whole text before it is cut into pieces.
indirect enum Normalizer: Sendable {
  /// One after the other.
  case sequence([Normalizer])
  /// BERT's cleaning.
  case bert(BertCleaning)
  /// A Unicode normalization form.
  case form(NormalForm)
  /// Every scalar in lower case, whatever its neighbours.
  case lowercase
  /// Without combining marks.
  case stripAccents
  /// Without white space at the ends.
  case strip(left: Bool, right: Bool)
  /// Before a text that is not empty.
  case prepend([Unicode.Scalar])
  /// Every match replaced.
  case replace(Pattern, [Unicode.Scalar])
  /// The cleaning of neural machine translation: no controls, one kind of space.
  case translationCleaning
  /// SentencePiece's map of characters.
  case characterMap(CharacterMap)
  /// Every byte as one printable character.
  case byteLevel

  /// Changes a text.
  func apply(_ text: AlignedText, _ budget: inout WorkBudget) throws -> AlignedText {
    try budget.spend(text.bytes.count)
    switch self {
    case .sequence(let parts): return try parts.reduce(text) { try $1.apply($0, &budget) }
    case .bert(let cleaning): return try cleaning.apply(text)
    case .form(let form): return try form.apply(text)
    case .lowercase: return try text.lowercased()
    case .stripAccents:
      return try text.removing { ScalarClass.isIn(.mark, $0) && !ScalarClass.isYounger($0, than: .tokenizers) }
    case .strip(let left, let right): return try text.stripped(left: left, right: right)
    case .prepend(let scalars): return try text.prepending(scalars)
    case .replace(let pattern, let content): return try text.replacing(pattern, with: content, &budget)
    case .translationCleaning: return try text.cleanedForTranslation()
    case .characterMap(let map): return try map.apply(text)
    case .byteLevel:
      var rewriter = TextRewriter(text)
      while let next = rewriter.peek() { rewriter.mapBytes(text.bytes, next.length) }
      return try rewriter.finish()
    }
  }
}

/// What BERT's normalizer does, in this order.
struct BertCleaning: Sendable {
  /// Controls fall away, every kind of white space becomes a space.
  var cleansText = true
  /// Chinese characters stand alone.
  var spacesChineseCharacters = true
  /// Accents fall away.
  var stripsAccents = true
  /// Everything in lower case.
  var lowercases = true

  /// Changes a text.
  func apply(_ text: AlignedText) throws -> AlignedText {
    var text = text
    if cleansText { text = try cleaned(text) }
    if spacesChineseCharacters { text = try spaced(text) }
    if stripsAccents {
      text = try NormalForm.nfd.apply(text).removing { scalar in
        ScalarClass.isIn(BertCleaning.nonspacing, scalar) && !ScalarClass.isYounger(scalar, than: .bert)
      }
    }
    if lowercases { text = try text.lowercased() }
    return text
  }

  private static let nonspacing = ScalarClass.Categories(.nonspacingMark)
  private static let controls = ScalarClass.Categories([.control, .format, .privateUse])

  private func cleaned(_ text: AlignedText) throws -> AlignedText {
    guard text.bytes.contains(where: { $0 < 0x20 || $0 >= 0x7f }) else { return text }
    var rewriter = TextRewriter(text)
    while let next = rewriter.peek() {
      switch next.scalar {
      case "\t", "\n", "\r": rewriter.replace(with: " ")
      case "\0", "\u{fffd}": rewriter.drop()
      case let scalar where ScalarClass.isIn(BertCleaning.controls, scalar):
        if ScalarClass.isYounger(scalar, than: .bert) { rewriter.copy(next.length) } else { rewriter.drop() }
      case let scalar where ScalarClass.isSpace(scalar): rewriter.replace(with: " ")
      default: rewriter.copy(next.length)
      }
    }
    return try rewriter.finish()
  }

  private func spaced(_ text: AlignedText) throws -> AlignedText {
    guard text.bytes.contains(where: { $0 >= 0xe3 }) else { return text }
    var rewriter = TextRewriter(text)
    while let next = rewriter.peek() {
      if BertCleaning.isChinese(next.scalar) {
        rewriter.replace(with: " ")
        rewriter.insert(next.scalar)
        rewriter.insert(" ")
      } else {
        rewriter.copy(next.length)
      }
    }
    return try rewriter.finish()
  }

  /// The ranges of the reference implementation.
  private static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4e00...0x9fff, 0x3400...0x4dbf, 0x20000...0x2a6df, 0x2a700...0x2b73f, 0x2b740...0x2b81f, 0x2b920...0x2ceaf,
      0xf900...0xfaff, 0x2f800...0x2fa1f:
      true
    default: false
    }
  }
}
