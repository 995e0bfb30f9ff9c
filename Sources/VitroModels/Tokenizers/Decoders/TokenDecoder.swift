/// A step on the way from pieces back to text.
indirect enum TokenDecoder: Sendable {
  /// One after the other.
  case sequence([TokenDecoder])
  /// Characters of GPT-2's alphabet as bytes.
  case byteLevel
  /// A space before every piece that does not continue a word; `cleansUp` takes spaces before punctuation away.
  case wordPiece(prefix: String, cleansUp: Bool)
  /// Marks as spaces, save at the beginning when a mark was put there.
  case metaspace(Unicode.Scalar, isPrepended: Bool)
  /// A space after every piece that ends a word.
  case wordSuffix(String)
  /// `<0xHH>` as bytes.
  case byteFallback
  /// All pieces as one.
  case fuse
  /// Every match replaced.
  case replace(Pattern, String)
  /// Up to so many of a character taken from the beginning and the end.
  case strip(Unicode.Scalar, start: Int, end: Int)

  /// Turns pieces into what they stand for.
  func apply(_ pieces: [String], _ budget: inout WorkBudget) throws -> [String] {
    try budget.spend(pieces.count)
    switch self {
    case .sequence(let parts): return try parts.reduce(pieces) { try $1.apply($0, &budget) }
    case .byteLevel:
      let bytes = pieces.flatMap { ByteAlphabet.bytes(of: $0.unicodeScalars) ?? Array($0.utf8) }
      return [String(decoding: bytes, as: UTF8.self)]
    case .wordPiece(let prefix, let cleansUp): return TokenDecoder.words(pieces, prefix, cleansUp)
    case .metaspace(let mark, let isPrepended):
      return pieces.enumerated().map { index, piece in
        var result = String.UnicodeScalarView()
        for scalar in piece.unicodeScalars {
          if scalar != mark {
            result.append(scalar)
          } else if index > 0 || !isPrepended {
            result.append(" ")
          }
        }
        return String(result)
      }
    case .wordSuffix(let suffix):
      guard !suffix.isEmpty else { return pieces }
      return pieces.enumerated().map { index, piece in
        exactly(piece, replacing: suffix, with: index == pieces.count - 1 ? "" : " ")
      }
    case .byteFallback: return TokenDecoder.bytes(pieces)
    case .fuse: return [pieces.joined()]
    case .replace(let pattern, let content):
      return try pieces.map { try TokenDecoder.replace($0, pattern, content, &budget) }
    case .strip(let scalar, let start, let end):
      return pieces.map { piece in
        var scalars = piece.unicodeScalars[...]
        for _ in 0..<start where scalars.first == scalar { scalars.removeFirst() }
        for _ in 0..<end where scalars.last == scalar { scalars.removeLast() }
        return String(scalars)
      }
    }
  }

  private static func words(_ pieces: [String], _ prefix: String, _ cleansUp: Bool) -> [String] {
    pieces.enumerated().map { index, piece in
      var piece = piece
      if index > 0 {
        let continues = !prefix.isEmpty && piece.utf8.starts(with: prefix.utf8)
        piece = continues ? String(piece.unicodeScalars.dropFirst(prefix.unicodeScalars.count)) : " " + piece
      }
      guard cleansUp else { return piece }
      let repairs = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
      ]
      return repairs.reduce(piece) { exactly($0, replacing: $1.0, with: $1.1) }
    }
  }

  private static func bytes(_ pieces: [String]) -> [String] {
    var result: [String] = []
    var pending: [UInt8] = []
    func flush() {
      guard !pending.isEmpty else { return }
      if let text = String(validating: pending, as: UTF8.self) {
        result.append(text)
      } else {
        result += repeatElement("\u{fffd}", count: pending.count)
      }
      pending.removeAll()
    }
    for piece in pieces {
      if let byte = byteValue(of: piece) {
        pending.append(byte)
      } else {
        flush()
        result.append(piece)
      }
    }
    flush()
    return result
  }

  /// The byte that a piece such as `<0x0A>` stands for.
  static func byteValue(of piece: String) -> UInt8? {
    let bytes = Array(piece.utf8)
    guard bytes.count == 6, bytes.starts(with: "<0x".utf8), bytes[5] == UInt8(ascii: ">") else { return nil }
    return UInt8(String(decoding: bytes[3..<5], as: UTF8.self), radix: 16)
  }

  private static func replace(
    _ piece: String, _ pattern: Pattern, _ content: String, _ budget: inout WorkBudget
  ) throws -> String {
    let bytes = Array(piece.utf8)
    var matches: [Range<Int>] = []
    try bytes.withUnsafeBufferPointer { try pattern.matches(in: $0, 0..<$0.count, &budget, into: &matches) }
    guard !matches.isEmpty else { return piece }
    var result: [UInt8] = []
    var end = 0
    for match in matches {
      try budget.spend(content.utf8.count)
      result += bytes[end..<match.lowerBound]
      result += Array(content.utf8)
      end = match.upperBound
    }
    return String(decoding: result + bytes[end...], as: UTF8.self)
  }
}

/// A text with every occurrence of a string replaced, scalar by scalar: combining marks do not hide anything.
private func exactly(_ text: String, replacing old: String, with new: String) -> String {
  let (bytes, wanted) = (Array(text.utf8), Array(old.utf8))
  guard wanted.count <= bytes.count, let first = wanted.first else { return text }
  var result: [UInt8] = []
  var position = 0
  while position < bytes.count {
    if bytes[position] == first, bytes[position...].starts(with: wanted) {
      result += Array(new.utf8)
      position += wanted.count
    } else {
      result.append(bytes[position])
      position += 1
    }
  }
  return String(decoding: result, as: UTF8.self)
}
