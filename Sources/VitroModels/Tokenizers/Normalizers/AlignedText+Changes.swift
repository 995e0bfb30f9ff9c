extension AlignedText {
  /// The text with every scalar in lower case.
  func lowercased() throws -> AlignedText {
    guard bytes.contains(where: { $0 >= 0x80 || (0x41...0x5a).contains($0) }) else { return self }
    var rewriter = TextRewriter(self)
    while let next = rewriter.peek() {
      if next.scalar.isASCII {
        let isUpper = (0x41...0x5a).contains(next.scalar.value)
        if isUpper {
          rewriter.replace(with: Unicode.Scalar(UInt8(next.scalar.value | 0x20)))
        } else {
          rewriter.copy(1)
        }
        continue
      }
      let origin = origin(at: rewriter.position)
      let lower = next.scalar.properties.lowercaseMapping.unicodeScalars
      rewriter.drop()
      for scalar in lower { rewriter.insert(scalar, origin: origin) }
    }
    return try rewriter.finish()
  }

  /// The text without the scalars for which `isUnwanted` holds.
  func removing(_ isUnwanted: (Unicode.Scalar) -> Bool) throws -> AlignedText {
    var rewriter = TextRewriter(self)
    while let next = rewriter.peek() {
      if isUnwanted(next.scalar) { rewriter.drop() } else { rewriter.copy(next.length) }
    }
    return try rewriter.finish()
  }

  /// The text without white space at its ends.
  func stripped(left: Bool, right: Bool) throws -> AlignedText {
    var (start, end) = (0, bytes.count)
    while left, start < end {
      let next = decodeScalar(bytes, start)
      guard ScalarClass.isSpace(next.scalar) else { break }
      start += next.length
    }
    while right, end > start {
      let previous = scalarStart(before: end)
      guard ScalarClass.isSpace(decodeScalar(bytes, previous).scalar) else { break }
      end = previous
    }
    guard start > 0 || end < bytes.count else { return self }
    var rewriter = TextRewriter(self, start..<end)
    rewriter.copy(end - start)
    return try rewriter.finish()
  }

  /// Where the scalar that ends before `index` begins.
  func scalarStart(before index: Int) -> Int {
    var start = index - 1
    while start > 0, bytes[start] & 0xc0 == 0x80 { start -= 1 }
    return start
  }

  /// The text with scalars before it, which stand for its first scalar; an empty text stays empty.
  func prepending(_ scalars: [Unicode.Scalar]) throws -> AlignedText {
    var rewriter = TextRewriter(self)
    rewriter.prepend(scalars)
    rewriter.copy(bytes.count - rewriter.position)
    return try rewriter.finish()
  }

  /// The text with every match of a pattern replaced by scalars that stand for the end of what they replace.
  func replacing(
    _ pattern: Pattern, with content: [Unicode.Scalar], _ budget: inout WorkBudget
  ) throws -> AlignedText {
    guard !bytes.isEmpty else { return self }
    var matches: [Range<Int>] = []
    try bytes.withUnsafeBufferPointer { try pattern.matches(in: $0, 0..<$0.count, &budget, into: &matches) }
    guard !matches.isEmpty else { return self }
    var rewriter = TextRewriter(self)
    for match in matches {
      rewriter.copy(match.lowerBound - rewriter.position)
      rewriter.drop(bytes: match.count)
      for scalar in content { rewriter.insert(scalar) }
    }
    rewriter.copy(bytes.count - rewriter.position)
    return try rewriter.finish()
  }

  /// The text without controls, and with a space for everything that looks like one.
  func cleanedForTranslation() throws -> AlignedText {
    var rewriter = TextRewriter(self)
    while let next = rewriter.peek() {
      switch next.scalar.value {
      case 0x01...0x08, 0x0b, 0x0e...0x1f, 0x7f, 0x8f, 0x9f: rewriter.drop()
      case 0x09, 0x0a, 0x0c, 0x0d, 0x1680, 0x200b...0x200f, 0x2028, 0x2029, 0x2581, 0xfeff, 0xfffd:
        rewriter.replace(with: " ")
      default: rewriter.copy(next.length)
      }
    }
    return try rewriter.finish()
  }
}

extension TextRewriter {
  /// Writes scalars before the next one of the old text; all of them, and that one, stand for it.
  mutating func prepend(_ scalars: [Unicode.Scalar]) {
    guard let next = peek(), !scalars.isEmpty else { return }
    for (index, scalar) in scalars.enumerated() {
      if index == 0 { replace(with: scalar) } else { insert(scalar) }
    }
    insert(next.scalar)
  }

  /// Writes the next bytes, which are those of one scalar, as one printable character each.
  mutating func mapBytes(_ bytes: [UInt8], _ length: Int) {
    let start = position
    for index in 0..<length {
      let scalar = ByteAlphabet.scalar(of: bytes[start + index])
      if index == 0 { replace(with: scalar) } else { insert(scalar) }
    }
  }
}
