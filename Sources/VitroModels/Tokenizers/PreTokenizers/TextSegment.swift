/// A stretch of text between added tokens, and the pieces into which it has been cut so far.
struct TextSegment {
  /// The text of the whole stretch.
  private(set) var text: AlignedText
  /// The pieces, in order; none is empty.
  private(set) var pieces: [Range<Int>]
  /// Whether the model is to read the text byte by byte, in GPT-2's alphabet, although it still is the text itself.
  private(set) var isByteLevel = false

  /// A text that has not been cut.
  init(_ text: AlignedText) {
    self.text = text
    pieces = text.bytes.isEmpty ? [] : [0..<text.bytes.count]
  }

  /// Cuts every piece at the matches of a pattern.
  mutating func split(
    _ pattern: Pattern, _ behavior: SplitBehavior, isInverted: Bool = false, _ budget: inout WorkBudget
  ) throws {
    try writeBytes()
    var result: [Range<Int>] = []
    result.reserveCapacity(max(pieces.count, text.bytes.count / 4))
    var matches: [Range<Int>] = []
    try text.bytes.withUnsafeBufferPointer { bytes in
      for piece in pieces {
        matches.removeAll(keepingCapacity: true)
        try pattern.matches(in: bytes, piece, &budget, into: &matches)
        behavior.cut(piece, at: matches, isInverted: isInverted, into: &result)
      }
    }
    pieces = result
  }

  /// Rewrites every piece.
  mutating func rewrite(_ body: (Range<Int>, inout TextRewriter) throws -> Void) throws {
    try writeBytes()
    try rewriteAsIs(body)
  }

  private mutating func rewriteAsIs(_ body: (Range<Int>, inout TextRewriter) throws -> Void) throws {
    var rewriter = TextRewriter(text)
    var result: [Range<Int>] = []
    for piece in pieces {
      let start = rewriter.count
      // What no piece holds falls away.
      rewriter.drop(bytes: piece.lowerBound - rewriter.position)
      try body(piece, &rewriter)
      if rewriter.count > start { result.append(start..<rewriter.count) }
    }
    text = try rewriter.finish()
    pieces = result
  }

  /// Has the model read the text byte by byte.
  mutating func readBytes() throws {
    try writeBytes()
    isByteLevel = true
  }

  /// Replaces every byte by its character, for what cannot read bytes.
  mutating func writeBytes() throws {
    guard isByteLevel else { return }
    isByteLevel = false
    let bytes = text.bytes
    try rewriteAsIs { piece, rewriter in
      while rewriter.position < piece.upperBound, let next = rewriter.peek() { rewriter.mapBytes(bytes, next.length) }
    }
  }
}

/// What becomes of the matches when a text is cut at them.
enum SplitBehavior: String, Sendable {
  case removed = "Removed"
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  case contiguous = "Contiguous"

  /// Appends the parts of a piece that is cut at some matches; empty parts fall away.
  func cut(_ piece: Range<Int>, at matches: [Range<Int>], isInverted: Bool, into result: inout [Range<Int>]) {
    func append(_ range: Range<Int>) { if !range.isEmpty { result.append(range) } }
    var parts: [(range: Range<Int>, isMatch: Bool)] = []
    if self != .isolated { parts.reserveCapacity(2 * matches.count + 1) }
    var end = piece.lowerBound
    for match in matches {
      if self == .isolated {
        append(end..<match.lowerBound)
        append(match)
      } else {
        if end < match.lowerBound { parts.append((end..<match.lowerBound, isInverted)) }
        parts.append((match, !isInverted))
      }
      end = match.upperBound
    }
    if end < piece.upperBound { parts.append((end..<piece.upperBound, isInverted)) }
    switch self {
    case .removed: for part in parts where !part.isMatch { append(part.range) }
    case .isolated: for part in parts { append(part.range) }
    case .contiguous: merge(parts, { $0 == $1 }).forEach(append)
    case .mergedWithPrevious: merge(parts, { !$0 && $1 }).forEach(append)
    case .mergedWithNext: mergeWithNext(parts).forEach(append)
    }
  }

  /// Joins a part to the one before it where `joins` says so of the two.
  private func merge(
    _ parts: [(range: Range<Int>, isMatch: Bool)], _ joins: (Bool, Bool) -> Bool
  ) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var wasMatch = false
    for part in parts {
      if let last = result.last, joins(wasMatch, part.isMatch) {
        result[result.count - 1] = last.lowerBound..<part.range.upperBound
      } else {
        result.append(part.range)
      }
      wasMatch = part.isMatch
    }
    return result
  }

  private func mergeWithNext(_ parts: [(range: Range<Int>, isMatch: Bool)]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var isBeforeMatch = false
    for part in parts.reversed() {
      if let next = result.last, part.isMatch, !isBeforeMatch {
        result[result.count - 1] = part.range.lowerBound..<next.upperBound
      } else {
        result.append(part.range)
      }
      isBeforeMatch = part.isMatch
    }
    return result.reversed()
  }
}
