/// Scores in ascending order, so that the area under the ROC curve of any draw of the rows takes one pass.
struct RankedAnswers {
  private let order: [Int]
  private let positive: [Bool]
  /// Whether the score of a place in the order is that of the place before.
  private let isTied: [Bool]

  init(_ positives: [Bool], _ scores: [Double]) {
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    self.order = order
    positive = order.map { positives[$0] }
    isTied = order.indices.map { $0 > 0 && scores[order[$0]] == scores[order[$0 - 1]] }
  }

  /// The probability that a positive row scores above a negative one, ties counting half; NaN when one side has no rows.
  func area(counts: [Int]) -> Double {
    var (below, positives, concordant) = (0, 0, 0)
    var (tiedPositives, tiedNegatives) = (0, 0)
    for place in order.indices {
      if !isTied[place] {
        concordant += tiedPositives * (2 * below + tiedNegatives)
        (below, positives) = (below + tiedNegatives, positives + tiedPositives)
        (tiedPositives, tiedNegatives) = (0, 0)
      }
      let count = counts[order[place]]
      if positive[place] { tiedPositives += count } else { tiedNegatives += count }
    }
    concordant += tiedPositives * (2 * below + tiedNegatives)
    (below, positives) = (below + tiedNegatives, positives + tiedPositives)
    return Double(concordant) / (2 * Double(positives) * Double(below))
  }
}
