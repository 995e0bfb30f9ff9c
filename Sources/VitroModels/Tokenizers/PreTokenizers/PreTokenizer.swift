/// A way to cut text into the pieces that the model then splits on its own.
indirect enum PreTokenizer: Sendable {
  /// When a text gets a mark of a space in front.
  enum PrependScheme: String, Sendable { case always, first, never }

  /// One after the other.
  case sequence([PreTokenizer])
  /// At the matches of a pattern.
  case split(Pattern, SplitBehavior, isInverted: Bool)
  /// At white space, which falls away, and around punctuation.
  case bert
  /// Spaces as a visible mark, and a cut before each.
  case metaspace(Unicode.Scalar, PrependScheme, splits: Bool)
  /// Bytes as printable characters, after a cut into words.
  case byteLevel(addsPrefixSpace: Bool, splits: Bool)

  /// Words and runs of what is neither part of a word nor white space.
  static let words: PreTokenizer = .sequence([
    .split(.scalars(ScalarClass.isSpace), .removed, isInverted: false),
    .wordRuns,
  ])

  private static let wordRuns: PreTokenizer = .split(.scalars(ScalarClass.isWord), .contiguous, isInverted: false)

  /// Cuts the pieces of a stretch of text further.
  func apply(_ segment: inout TextSegment, _ budget: inout WorkBudget) throws {
    try budget.spend(segment.text.bytes.count)
    switch self {
    case .sequence(let parts): for part in parts { try part.apply(&segment, &budget) }
    case .split(let pattern, let behavior, let isInverted):
      try segment.split(pattern, behavior, isInverted: isInverted, &budget)
    case .bert:
      try segment.split(.scalars(ScalarClass.isSpace), .removed, &budget)
      try segment.split(.scalars(ScalarClass.isPunctuation), .isolated, &budget)
    case .metaspace(let mark, let scheme, let splits):
      try replaceSpaces(&segment, mark, scheme)
      if splits {
        var bytes: [UInt8] = []
        appendUTF8(mark, to: &bytes)
        try segment.split(.literal(bytes), .mergedWithNext, &budget)
      }
    case .byteLevel(let addsPrefixSpace, let splits):
      if addsPrefixSpace { try addPrefixSpaces(&segment) }
      if splits, let scanner = WordScanner(expression: WordScanner.gpt2Expression) {
        try segment.split(.known(scanner), .isolated, &budget)
      }
      try segment.readBytes()
    }
  }

  private func addPrefixSpaces(_ segment: inout TextSegment) throws {
    try segment.writeBytes()
    let bytes = segment.text.bytes
    guard segment.pieces.contains(where: { bytes[$0.lowerBound] != 0x20 }) else { return }
    try segment.rewrite { piece, rewriter in
      if bytes[piece.lowerBound] != 0x20 { rewriter.prepend([" "]) }
      rewriter.copy(piece.upperBound - rewriter.position)
    }
  }

  private func replaceSpaces(
    _ segment: inout TextSegment, _ mark: Unicode.Scalar, _ scheme: PrependScheme
  ) throws {
    try segment.writeBytes()
    let text = segment.text
    try segment.rewrite { piece, rewriter in
      let first = decodeScalar(text.bytes, piece.lowerBound).scalar
      let isFirst = text.origin(at: piece.lowerBound).start == 0
      let prepends = first != mark && first != " " && (scheme == .always || (scheme == .first && isFirst))
      if prepends { rewriter.prepend([mark]) }
      while rewriter.position < piece.upperBound, let next = rewriter.peek() {
        if next.scalar == " " { rewriter.replace(with: mark) } else { rewriter.copy(next.length) }
      }
    }
  }
}
