import VitroCore

/// Byte-pair encoding: characters or bytes, merged pair by pair in the order in which the pairs were learned.
struct BytePairModel: Sendable {
  let pieces: PieceTable
  let merges: PairTable
  /// What stands for a character that the vocabulary lacks; without one it falls away.
  var unknown: Int32?
  /// The name of the unknown token when the vocabulary lacks it: then nothing may be unknown.
  var missingUnknown: String?
  /// Unknown characters in a row become one token.
  var fusesUnknown = false
  /// Unknown characters become the tokens of their bytes.
  private var byteTokens: [Int32]?
  /// A piece that is in the vocabulary is one token, whatever the merges say.
  var ignoresMerges = false
  /// What every character but a piece's first begins with in the vocabulary.
  var continuingPrefix: [UInt8] = []
  /// What a piece's last character ends with in the vocabulary.
  var wordSuffix: [UInt8] = []
  /// For each byte the token of its character in GPT-2's alphabet, or −1.
  private let alphabet: [Int32]

  init(pieces: PieceTable, merges: PairTable, fallsBackToBytes: Bool) {
    (self.pieces, self.merges) = (pieces, merges)
    alphabet = (0...UInt8.max).map { pieces.id(of: String(Character(ByteAlphabet.scalar(of: $0)))) ?? -1 }
    byteTokens = fallsBackToBytes ? BytePairModel.byteTokens(of: pieces) : nil
  }

  /// For each byte the token `<0xHH>`, or −1.
  static func byteTokens(of pieces: PieceTable) -> [Int32] {
    (0...UInt8.max).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return pieces.id(of: "<0x\(digits.count == 1 ? "0" : "")\(digits)>") ?? -1
    }
  }

  /// Whether each byte is one symbol, without additions.
  private var isPlain: Bool { continuingPrefix.isEmpty && wordSuffix.isEmpty }

  /// Splits pieces of a text; `readsBytes` when every byte is one character of GPT-2's alphabet.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for an unknown character when the token for it is missing.
  func split(
    _ text: UnsafeBufferPointer<UInt8>, _ ranges: [Range<Int>], readsBytes: Bool, into result: inout [PieceModel.Token]
  ) throws {
    var chain = MergeChain()
    var scratch: [UInt8] = []
    for range in ranges {
      if ignoresMerges, let id = wholePiece(text, range, readsBytes, &scratch) {
        result.append(PieceModel.Token(id, range.lowerBound, range.upperBound))
        continue
      }
      chain.removeAll()
      if readsBytes, isPlain {
        try appendBytes(text, range, to: &chain)
      } else {
        try appendCharacters(text, range, readsBytes, &scratch, to: &chain)
      }
      try chain.merge { left, right in merges[left.id, right.id].map { (Int64($0.rank), $0.id) } }
      for symbol in chain.symbols {
        result.append(PieceModel.Token(symbol.id, Int(symbol.start), Int(symbol.end)))
      }
    }
  }

  private func wholePiece(
    _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ readsBytes: Bool, _ scratch: inout [UInt8]
  ) -> Int32? {
    guard readsBytes else { return pieces.id(of: text, range) }
    guard range.count <= pieces.longest else { return nil }
    scratch.removeAll(keepingCapacity: true)
    for index in range { appendUTF8(ByteAlphabet.scalar(of: text[index]), to: &scratch) }
    return pieces.id(of: scratch)
  }

  @inline(__always)
  private func appendBytes(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, to chain: inout MergeChain) throws {
    var pending = -1
    try alphabet.withUnsafeBufferPointer { alphabet in
      for index in range {
        let id = alphabet[Int(text[index])]
        if id >= 0 {
          flush(&pending, index, to: &chain)
          chain.append(id, index, index + 1)
        } else {
          try addUnknown(text, index..<(index + 1), &pending, to: &chain)
        }
      }
    }
    flush(&pending, range.upperBound, to: &chain)
  }

  /// Writes the unknown token that began at `pending`, if one did.
  private func flush(_ pending: inout Int, _ end: Int, to chain: inout MergeChain) {
    guard pending >= 0, let unknown else { return }
    chain.append(unknown, pending, end)
    pending = -1
  }

  private func addUnknown(
    _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ pending: inout Int, to chain: inout MergeChain
  ) throws {
    guard unknown != nil else {
      guard let missingUnknown else { return }
      let shown = shortened(String(decoding: text[range], as: UTF8.self))
      throw VitroError(
        .argument, "tokenizing",
        "the vocabulary lacks '\(shown)', and '\(shortened(missingUnknown))', which is to stand for what it lacks",
        details: ["found": shown, "expected": "a character of the vocabulary"])
    }
    if pending >= 0, fusesUnknown { return }
    flush(&pending, range.lowerBound, to: &chain)
    pending = range.lowerBound
  }

  private func appendCharacters(
    _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ readsBytes: Bool, _ scratch: inout [UInt8],
    to chain: inout MergeChain
  ) throws {
    var pending = -1
    var position = range.lowerBound
    while position < range.upperBound {
      let next = position + (readsBytes ? 1 : decodeScalar(text, position).length)
      scratch.removeAll(keepingCapacity: true)
      if position > range.lowerBound { scratch += continuingPrefix }
      if readsBytes {
        appendUTF8(ByteAlphabet.scalar(of: text[position]), to: &scratch)
      } else {
        for index in position..<next { scratch.append(text[index]) }
      }
      if next == range.upperBound { scratch += wordSuffix }
      if let id = pieces.id(of: scratch) {
        flush(&pending, position, to: &chain)
        chain.append(id, position, next)
      } else if let byteTokens, scratch.allSatisfy({ byteTokens[Int($0)] >= 0 }) {
        for byte in scratch { chain.append(byteTokens[Int(byte)], position, next) }
      } else {
        try addUnknown(text, position..<next, &pending, to: &chain)
      }
      position = next
    }
    flush(&pending, range.upperBound, to: &chain)
  }
}
