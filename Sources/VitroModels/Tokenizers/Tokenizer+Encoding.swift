import VitroCore

/// Two texts as one row of tokens.
public struct TokenPair: Sendable, Hashable {
  /// The tokens; those of the second text have ranges within the second text.
  public var tokens: [Tokenizer.Token]
  /// For each token the number of its segment, which models such as BERT embed.
  public var typeIDs: [Int]
}

extension Tokenizer {
  /// The longest text that is tokenized at once, in bytes.
  private static let maximumLength = 1 << 28

  /// Splits a text into tokens.
  ///
  /// Special tokens that stand in the text itself, such as `<|endoftext|>`, are recognized either way.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - addingSpecialTokens: Whether to add the tokens that the model expects around a text, such as `[CLS]`.
  /// - Returns: The tokens in order, each with the Unicode scalars of `text` that it stands for.
  /// - Throws: ``/VitroCore/VitroError``: `argument` when a word is unknown and the vocabulary has no token for that;
  ///   `unsupported` when a pattern or the pieces of the tokenizer's file take too long on this text.
  /// - Complexity: O(n log n) for n bytes; a few megabytes a second.
  public func encode(_ text: String, addingSpecialTokens: Bool = true) throws -> [Token] {
    let tokens = try plainTokens(text)
    guard addingSpecialTokens else { return tokens }
    return assemble(postProcessor.single, tokens, [], addingSpecialTokens: true).tokens
  }

  /// Splits two texts into one row of tokens, as models that compare texts expect.
  ///
  /// - Parameters:
  ///   - first: The first text.
  ///   - second: The second text.
  ///   - addingSpecialTokens: Whether to add the tokens around and between the texts, such as `[SEP]`.
  /// - Throws: As ``encode(_:addingSpecialTokens:)`` does.
  public func encode(_ first: String, _ second: String, addingSpecialTokens: Bool = true) throws -> TokenPair {
    assemble(
      postProcessor.pair, try plainTokens(first), try plainTokens(second), addingSpecialTokens: addingSpecialTokens)
  }

  private func assemble(
    _ items: [PostProcessor.Item], _ first: [Token], _ second: [Token], addingSpecialTokens: Bool
  ) -> TokenPair {
    var pair = TokenPair(tokens: [], typeIDs: [])
    pair.tokens.reserveCapacity(first.count + second.count + items.count)
    for item in items {
      let type: Int
      switch item {
      case .text(let isSecond, let number):
        pair.tokens += isSecond ? second : first
        type = number
      case .special(let ids, let number):
        if addingSpecialTokens { pair.tokens += ids.map(addedToken) }
        type = number
      }
      pair.typeIDs += repeatElement(type, count: pair.tokens.count - pair.typeIDs.count)
    }
    return pair
  }

  /// A special token that no text stands for.
  private func addedToken(_ id: Int) -> Token {
    let piece = knownPiece(of: id) ?? "#\(id)"
    return Token(id: id, text: piece, piece: piece, range: 0..<0, isSpecial: true)
  }

  /// A token before its range is counted in scalars.
  private struct Part {
    var id: Int
    /// The bytes of the text.
    var range: Range<Int>
    var isSpecial: Bool
    /// What an added token stands for in the normalized text.
    var content: String?
  }

  /// The tokens of a text without any around them.
  private func plainTokens(_ text: String) throws -> [Token] {
    let bytes = Array(text.utf8)
    guard bytes.count <= Tokenizer.maximumLength else {
      throw VitroError(
        .argument, "tokenizing", "the text has \(bytes.count) bytes",
        hint: "Split texts beyond \(Tokenizer.maximumLength >> 20) MiB.",
        details: ["found": "\(bytes.count) bytes", "expected": "at most \(Tokenizer.maximumLength)"])
    }
    var budget = WorkBudget(for: bytes.count)
    var parts: [Part] = []
    for stretch in try added.cut(bytes, isNormalized: false, &budget) {
      if let entry = stretch.entry {
        parts.append(part(entry, stretch.range, bytes[stretch.range]))
      } else {
        let slice = stretch.range == 0..<bytes.count ? bytes : Array(bytes[stretch.range])
        try appendParts(of: AlignedText(original: slice, base: stretch.range.lowerBound), &budget, to: &parts)
      }
    }
    return tokens(of: parts, bytes)
  }

  private func part(_ entry: AddedTokens.Entry, _ range: Range<Int>, _ content: ArraySlice<UInt8>) -> Part {
    Part(
      id: entry.id, range: range, isSpecial: entry.isSpecial,
      content: postProcessor.trimsSpaces ? String(decoding: content, as: UTF8.self) : nil)
  }

  /// Normalizes a stretch of text, cuts it, and splits the pieces.
  private func appendParts(of text: AlignedText, _ budget: inout WorkBudget, to parts: inout [Part]) throws {
    let normalized = try normalizer?.apply(text, &budget) ?? text
    for stretch in try added.cut(normalized.bytes, isNormalized: true, &budget) where !stretch.range.isEmpty {
      if let entry = stretch.entry {
        parts.append(part(entry, normalized.original(of: stretch.range), normalized.bytes[stretch.range]))
        continue
      }
      let whole = stretch.range == 0..<normalized.bytes.count
      var segment = TextSegment(whole ? normalized : normalized.slice(stretch.range))
      try preTokenizer?.apply(&segment, &budget)
      let tokens = try model.tokens(of: &segment, &budget)
      parts.reserveCapacity(parts.count + tokens.count)
      for token in tokens {
        let range = segment.text.original(of: Int(token.start)..<Int(token.end))
        parts.append(Part(id: Int(token.id), range: range, isSpecial: isSpecial(Int(token.id)), content: nil))
      }
    }
  }

  private func tokens(of parts: [Part], _ bytes: [UInt8]) -> [Token] {
    let positions = ScalarPositions(bytes)
    return bytes.withUnsafeBufferPointer { bytes in
      parts.enumerated().map { index, part in
        let piece = part.content ?? knownPiece(of: part.id) ?? ""
        var range = part.range
        if postProcessor.trimsSpaces { range = trimmed(range, piece, isFirst: index == 0, bytes) }
        return Token(
          id: part.id, text: String(decoding: bytes[range], as: UTF8.self),
          piece: part.content == nil ? piece : knownPiece(of: part.id) ?? piece, range: positions.scalars(of: range),
          isSpecial: part.isSpecial)
      }
    }
  }

  /// A range without the spaces that its piece begins and ends with.
  private func trimmed(
    _ range: Range<Int>, _ piece: String, isFirst: Bool, _ bytes: UnsafeBufferPointer<UInt8>
  ) -> Range<Int> {
    let spaces = postProcessor.spaces(in: piece.unicodeScalars, startsText: isFirst || range.lowerBound == 0)
    guard spaces.leading > 0 || spaces.trailing > 0 else { return range }
    var (start, end) = (range.lowerBound, range.upperBound)
    for _ in 0..<spaces.leading where start < end { start += decodeScalar(bytes, start).length }
    for _ in 0..<spaces.trailing where end > start {
      repeat { end -= 1 } while end > start && bytes[end] & 0xc0 == 0x80
    }
    return start..<end
  }
}

/// Where bytes of a text stand when its scalars are counted.
private struct ScalarPositions {
  /// For each byte, and for the end, the number of scalars that begin before it; nothing for ASCII.
  private let counts: [Int32]?

  init(_ bytes: [UInt8]) {
    guard bytes.contains(where: { $0 >= 0x80 }) else {
      counts = nil
      return
    }
    var counts = [Int32](repeating: 0, count: bytes.count + 1)
    for (index, byte) in bytes.enumerated() { counts[index + 1] = counts[index] + (byte & 0xc0 == 0x80 ? 0 : 1) }
    self.counts = counts
  }

  @inline(__always)
  func scalars(of range: Range<Int>) -> Range<Int> {
    guard let counts else { return range }
    return Int(counts[range.lowerBound])..<Int(counts[range.upperBound])
  }
}
