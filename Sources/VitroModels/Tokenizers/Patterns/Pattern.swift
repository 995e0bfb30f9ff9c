/// What normalizers and pre-tokenizers look for in a text.
enum Pattern: Sendable {
  /// A string.
  case literal([UInt8])
  /// A scalar for which something holds.
  case scalars(@Sendable (Unicode.Scalar) -> Bool)
  /// A well-known expression with a scanner of its own.
  case known(WordScanner)
  /// Any other expression.
  case expression(RegexProgram)

  /// The pattern of a regular expression: a scanner when it is a well-known one.
  ///
  /// - Throws: ``RegexFault``.
  init(expression: String) throws {
    if let scanner = WordScanner(expression: expression) {
      self = .known(scanner)
    } else {
      self = .expression(try RegexProgram(expression))
    }
  }

  /// Appends every match in a range of UTF-8, from left to right.
  func matches(
    in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ budget: inout WorkBudget,
    into found: inout [Range<Int>]
  ) throws {
    switch self {
    case .literal(let text):
      guard let first = text.first else { return }
      var position = range.lowerBound
      while position + text.count <= range.upperBound {
        let isMatch = bytes[position] == first && text.indices.allSatisfy { bytes[position + $0] == text[$0] }
        if isMatch { found.append(position..<(position + text.count)) }
        position += isMatch ? text.count : 1
      }
    case .scalars(let isMatch):
      var position = range.lowerBound
      while position < range.upperBound {
        let next = decodeScalar(bytes, position)
        if isMatch(next.scalar) { found.append(position..<(position + next.length)) }
        position += next.length
      }
    case .known(let scanner): scanner.matches(in: bytes, range, into: &found)
    case .expression(let program): try program.matches(in: bytes, range, &budget, into: &found)
    }
  }
}
