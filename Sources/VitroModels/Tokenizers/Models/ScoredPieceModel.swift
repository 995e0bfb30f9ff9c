/// SentencePiece's byte-pair encoding as GGUF and llama2.c store it: the pair whose joined piece scores best is merged.
struct ScoredPieceModel: Sendable {
  let pieces: PieceTable
  /// Each piece's score, by id.
  let scores: [Float]
  /// What stands for characters that the vocabulary lacks, when there are no tokens for bytes.
  let unknown: Int32?
  private let byteTokens: [Int32]

  /// The pieces, the tokens of the bytes (−1 where there is none) and the token of what is unknown.
  init(pieces: PieceTable, scores: [Float], byteTokens: [Int32], unknown: Int32?) {
    (self.pieces, self.scores, self.byteTokens, self.unknown) = (pieces, scores, byteTokens, unknown)
  }

  /// Splits pieces of a text.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) when the budget is used up.
  func split(
    _ text: UnsafeBufferPointer<UInt8>, _ ranges: [Range<Int>], _ budget: inout WorkBudget,
    into result: inout [PieceModel.Token]
  ) throws {
    var chain = MergeChain()
    for range in ranges {
      chain.removeAll()
      var position = range.lowerBound
      while position < range.upperBound {
        let next = position + decodeScalar(text, position).length
        chain.append(pieces.id(of: text, position..<next) ?? -1, position, next)
        position = next
      }
      try chain.merge { left, right in
        let range = Int(left.start)..<Int(right.end)
        guard range.count <= pieces.longest else { return nil }
        try budget.spend(range.count)
        guard let id = pieces.id(of: text, range) else { return nil }
        return (ScoredPieceModel.rank(of: scores[Int(id)]), id)
      }
      for symbol in chain.symbols {
        let (start, end) = (Int(symbol.start), Int(symbol.end))
        if symbol.id >= 0 {
          result.append(PieceModel.Token(symbol.id, start, end))
        } else {
          appendUnknown(text, start..<end, into: &result)
        }
      }
    }
  }

  /// A rank that is the lower the higher the score.
  private static func rank(of score: Float) -> Int64 {
    // The bits of a float, made monotone.
    let bits = Int64(Int32(bitPattern: score.bitPattern))
    return -(bits >= 0 ? bits : Int64(Int32.min) - bits)
  }

  private func appendUnknown(
    _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, into result: inout [PieceModel.Token]
  ) {
    if range.allSatisfy({ byteTokens[Int(text[$0])] >= 0 }) {
      for index in range {
        result.append(PieceModel.Token(byteTokens[Int(text[index])], range.lowerBound, range.upperBound))
      }
    } else if let unknown {
      result.append(PieceModel.Token(unknown, range.lowerBound, range.upperBound))
    }
  }
}
