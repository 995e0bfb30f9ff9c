import VitroCore

/// A unigram language model of pieces: the split of the largest total score, found by dynamic programming.
struct UnigramModel: Sendable {
  let pieces: PieceTable
  /// The logarithm of each piece's probability, by id.
  private let scores: [Double]
  private let set: PieceSet
  /// What stands for characters that the vocabulary lacks; a row of them is one token.
  let unknown: Int32?
  private let unknownScore: Double
  private var byteTokens: [Int32]?

  /// How much less likely than the rarest piece an unknown character is.
  private static let unknownPenalty = 10.0

  /// The pieces, the same as a set that finds beginnings, and the scores by id.
  init(pieces: PieceTable, set: PieceSet, scores: [Double], unknown: Int32?, fallsBackToBytes: Bool) {
    (self.pieces, self.set, self.scores, self.unknown) = (pieces, set, scores, unknown)
    unknownScore = (scores.min() ?? 0) - UnigramModel.unknownPenalty
    byteTokens = fallsBackToBytes ? BytePairModel.byteTokens(of: pieces) : nil
  }

  /// The best way to a place in the text.
  private struct Step {
    var score = 0.0
    var start: Int32 = -1
    var id: Int32 = -1
  }

  /// Splits pieces of a text.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for an unknown character when there is no token for it;
  ///   `unsupported` when the budget is used up.
  func split(
    _ text: UnsafeBufferPointer<UInt8>, _ ranges: [Range<Int>], _ budget: inout WorkBudget,
    into result: inout [PieceModel.Token]
  ) throws {
    var steps: [Step] = []
    for range in ranges {
      steps.removeAll(keepingCapacity: true)
      steps.append(contentsOf: repeatElement(Step(), count: range.count + 1))
      try steps.withUnsafeMutableBufferPointer { try fill($0, text, range, &budget) }
      try collect(steps, text, range, into: &result)
    }
  }

  private func fill(
    _ steps: UnsafeMutableBufferPointer<Step>, _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>,
    _ budget: inout WorkBudget
  ) throws {
    var position = range.lowerBound
    while position < range.upperBound {
      let here = position - range.lowerBound
      let score = steps[here].score
      let length = decodeScalar(text, position).length
      var hasSingle = false
      func offer(_ id: Int32, _ length: Int, _ score: Double) {
        guard steps[here + length].start < 0 || score > steps[here + length].score else { return }
        steps[here + length] = Step(score: score, start: Int32(here), id: id)
      }
      let work = set.forEachMatch(in: text, at: position, end: range.upperBound) { id, matched in
        offer(Int32(id), matched, score + scores[id])
        if matched == length { hasSingle = true }
      }
      try budget.spend(work)
      if !hasSingle {
        guard let unknown else { throw UnigramModel.noUnknown(decodeScalar(text, position).scalar) }
        offer(unknown, length, score + unknownScore)
      }
      position += length
    }
  }

  /// Walks back from the end, joins what is unknown, and writes the tokens.
  private func collect(
    _ steps: [Step], _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, into result: inout [PieceModel.Token]
  ) throws {
    var parts: [(start: Int, end: Int)] = []
    var isAfterUnknown = false
    var end = range.count
    while end > 0 {
      let step = steps[end]
      let start = Int(step.start)
      let isUnknown = step.id == unknown
      if isUnknown, isAfterUnknown, let last = parts.popLast() {
        parts.append((start, last.end))
      } else {
        parts.append((start, end))
      }
      isAfterUnknown = isUnknown
      end = start
    }
    for part in parts.reversed() {
      let (start, end) = (range.lowerBound + part.start, range.lowerBound + part.end)
      if let id = pieces.id(of: text, start..<end) {
        result.append(PieceModel.Token(id, start, end))
      } else if let byteTokens, text[start..<end].allSatisfy({ byteTokens[Int($0)] >= 0 }) {
        for byte in text[start..<end] { result.append(PieceModel.Token(byteTokens[Int(byte)], start, end)) }
      } else if let unknown {
        result.append(PieceModel.Token(unknown, start, end))
      } else {
        throw UnigramModel.noUnknown(decodeScalar(text, start).scalar)
      }
    }
  }

  private static func noUnknown(_ scalar: Unicode.Scalar) -> VitroError {
    VitroError(
      .argument, "tokenizing",
      "the vocabulary lacks the character '\(shortened(String(Character(scalar))))' and has no token for unknown ones",
      details: ["found": shortened(String(Character(scalar))), "expected": "a character of the vocabulary"])
  }
}
