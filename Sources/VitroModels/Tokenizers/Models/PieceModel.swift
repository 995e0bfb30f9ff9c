/// A model that splits pieces of text into the vocabulary's tokens.
enum PieceModel: Sendable {
  case bytePairs(BytePairModel)
  case wordPiece(WordPieceModel)
  case unigram(UnigramModel)
  case wordLevel(WordLevelModel)
  case scoredPieces(ScoredPieceModel)

  /// A token of a piece: an id, and the bytes of the segment's text that it stands for.
  struct Token {
    var id: Int32
    var start: Int32
    var end: Int32

    init(_ id: Int32, _ start: Int, _ end: Int) { (self.id, self.start, self.end) = (id, Int32(start), Int32(end)) }
  }

  /// The vocabulary.
  var pieces: PieceTable {
    switch self {
    case .bytePairs(let model): model.pieces
    case .wordPiece(let model): model.pieces
    case .unigram(let model): model.pieces
    case .wordLevel(let model): model.pieces
    case .scoredPieces(let model): model.pieces
    }
  }

  /// The id that stands for what the vocabulary lacks.
  var unknown: Int? {
    switch self {
    case .bytePairs(let model): model.unknown.map(Int.init)
    case .wordPiece(let model): Int(model.unknown)
    case .unigram(let model): model.unknown.map(Int.init)
    case .wordLevel(let model): model.unknown.map(Int.init)
    case .scoredPieces(let model): model.unknown.map(Int.init)
    }
  }

  /// Splits every piece of a segment.
  func tokens(of segment: inout TextSegment, _ budget: inout WorkBudget) throws -> [Token] {
    try budget.spend(segment.text.bytes.count)
    var result: [Token] = []
    result.reserveCapacity(segment.pieces.count * 3 / 2)
    if case .bytePairs = self {} else { try segment.writeBytes() }
    let pieces = segment.pieces
    try segment.text.bytes.withUnsafeBufferPointer { text in
      switch self {
      case .bytePairs(let model): try model.split(text, pieces, readsBytes: segment.isByteLevel, into: &result)
      case .wordPiece(let model): for piece in pieces { try model.split(text, piece, &budget, into: &result) }
      case .unigram(let model): try model.split(text, pieces, &budget, into: &result)
      case .wordLevel(let model): for piece in pieces { try model.split(text, piece, into: &result) }
      case .scoredPieces(let model): try model.split(text, pieces, &budget, into: &result)
      }
    }
    return result
  }
}
