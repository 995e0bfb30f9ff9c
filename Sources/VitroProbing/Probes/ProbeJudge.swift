internal import VitroCore
internal import VitroFitting
internal import VitroTensor

/// Scores of the same answers for many draws of their rows, each draw given by how often every row is in it.
struct ProbeJudge {
  private struct Classification {
    var truth, answer: [Int]
    var classes: Int
    /// Whether the classes are "holds" and "does not": then F1 is that of holding.
    var isLabel = false
  }

  let primary: ProbeMetric
  /// The scores of ``quickScores(counts:)``, in its order.
  let quickMetrics: [ProbeMetric]
  /// What each row contributes to the primary score, the more the better: the share of its answers that are right, or minus its squared
  /// error in units of the variance.
  let merits: [Double]
  private let rows: Int
  private var classifications: [Classification] = []
  private var areas: [RankedAnswers] = []
  private var values: (truth: [Double], answer: [Double], outputs: Int)?

  init(_ predictions: ProbePredictions, _ target: ProbeTarget) throws {
    rows = target.rowCount
    guard predictions.scores.shape == [rows, target.outputCount], predictions.meaning == target.meaning else {
      throw VitroError(
        .shape, "probe scores",
        "the predictions are \(predictions.meaning.rawValue) \(predictions.scores.shape), the target has \(rows) rows of \(target.description) (\(target.outputCount))"
      )
    }
    let scores = try predictions.scores.doubles
    if scores.contains(where: \.isNaN) { throw VitroError(.numerical, "probe scores", "a prediction is not a number") }
    let outputs = target.outputCount
    let columns = (0..<outputs).map { output in stride(from: output, to: scores.count, by: outputs).map { scores[$0] } }
    switch target {
    case .classes(let labels, let count):
      let answers = try predictions.classes
      classifications = [Classification(truth: labels, answer: answers, classes: count)]
      if count == 2 {
        // Log-odds of the second class against the first; one that was not fitted scores −∞.
        let margins = zip(columns[1], columns[0]).map { $0 == $1 ? 0 : $0 - $1 }
        areas = [RankedAnswers(labels.map { $0 == 1 }, margins)]
      } else {
        // The scores of one row compare by its softmax, where they are log-odds.
        let compared = try predictions.areLogOdds ? predictions.probabilities().doubles : scores
        areas = (0..<count).map { label in
          RankedAnswers(labels.map { $0 == label }, (0..<labels.count).map { compared[$0 * outputs + label] })
        }
      }
      merits = zip(labels, answers).map { $0 == $1 ? 1 : 0 }
      (primary, quickMetrics) = (.accuracy, [.accuracy, .balancedAccuracy, .macroF1])
    case .multiLabel(let table):
      let truth = try table.doubles
      var right = [Double](repeating: 0, count: rows)
      for output in 0..<outputs {
        let holds = (0..<rows).map { truth[$0 * outputs + output] == 1 ? 1 : 0 }
        let answers = columns[output].map { $0 > 0 ? 1 : 0 }
        for row in 0..<rows where holds[row] == answers[row] { right[row] += 1 / Double(outputs) }
        classifications.append(Classification(truth: holds, answer: answers, classes: 2, isLabel: true))
        areas.append(RankedAnswers(holds.map { $0 == 1 }, columns[output]))
      }
      merits = right
      (primary, quickMetrics) = (.accuracy, [.accuracy, .balancedAccuracy, .macroF1])
    case .values(let table):
      let spread = try (table - table.mean(axes: [0])).square().mean(axes: [0])
      if let constant = try spread.doubles.firstIndex(where: { $0 == 0 }) {
        throw VitroError(
          .argument, "probe scores", "output \(constant) does not vary over the \(rows) rows judged on: it has no R²")
      }
      values = (try table.doubles, scores, outputs)
      merits = try ((predictions.scores - table).square() / spread).mean(axes: [1]).negated().doubles
      (primary, quickMetrics) = (.rSquared, [.rSquared])
    }
  }

  /// Whether there are areas under ROC curves.
  var hasAreas: Bool { !areas.isEmpty }

  /// How often each row is in a list.
  func counts(_ drawn: [Int]) -> [Int] {
    var counts = [Int](repeating: 0, count: rows)
    for row in drawn { counts[row] += 1 }
    return counts
  }

  /// The primary score of rows that count so often.
  func primaryScore(counts: [Int]) -> Double { quickScores(counts: counts)[0] }

  func quickScores(counts: [Int]) -> [Double] {
    if let values { return [Self.rSquared(values.truth, values.answer, values.outputs, counts)] }
    var sums = [0.0, 0, 0]
    for classification in classifications {
      for (index, score) in Self.scores(classification, counts).enumerated() { sums[index] += score }
    }
    return sums.map { $0 / Double(classifications.count) }
  }

  /// The mean area over the classes or labels that have rows on both sides, NaN when none has.
  func area(counts: [Int]) -> Double {
    let found = areas.map { $0.area(counts: counts) }.filter { !$0.isNaN }
    return found.isEmpty ? .nan : found.reduce(0, +) / Double(found.count)
  }

  private static func scores(_ item: Classification, _ counts: [Int]) -> [Double] {
    var hits = [Int](repeating: 0, count: item.classes)
    var (actual, answered) = (hits, hits)
    for row in counts.indices where counts[row] > 0 {
      let (truth, answer) = (item.truth[row], item.answer[row])
      actual[truth] += counts[row]
      answered[answer] += counts[row]
      if truth == answer { hits[truth] += counts[row] }
    }
    var (right, total, recalls, occurring, f1, present) = (0, 0, 0.0, 0, 0.0, 0)
    for label in 0..<item.classes {
      right += hits[label]
      total += actual[label]
      if actual[label] > 0 {
        recalls += Double(hits[label]) / Double(actual[label])
        occurring += 1
      }
      if actual[label] + answered[label] > 0, !item.isLabel || label == 1 {
        f1 += 2 * Double(hits[label]) / Double(actual[label] + answered[label])
        present += 1
      }
    }
    return [Double(right) / Double(total), recalls / Double(occurring), present > 0 ? f1 / Double(present) : 0]
  }

  private static func rSquared(_ truth: [Double], _ answer: [Double], _ outputs: Int, _ counts: [Int]) -> Double {
    let total = Double(counts.reduce(0, +))
    var sum = 0.0
    for output in 0..<outputs {
      var (mean, residual, spread) = (0.0, 0.0, 0.0)
      for row in counts.indices { mean += Double(counts[row]) * truth[row * outputs + output] / total }
      for row in counts.indices where counts[row] > 0 {
        let place = row * outputs + output
        residual += Double(counts[row]) * (truth[place] - answer[place]) * (truth[place] - answer[place])
        spread += Double(counts[row]) * (truth[place] - mean) * (truth[place] - mean)
      }
      sum += spread > 0 ? 1 - residual / spread : .nan
    }
    return sum / Double(outputs)
  }
}

extension ProbeTarget {
  var meaning: ProbePredictions.Meaning {
    switch self {
    case .classes: .classes
    case .multiLabel: .labels
    case .values: .values
    }
  }
}
