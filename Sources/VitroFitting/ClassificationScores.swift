internal import VitroCore

/// How well predicted classes agree with the true ones.
///
/// ```swift
/// let scores = try ClassificationScores(labels: truth, predictions: predictions, classCount: 2)
/// let accuracy = try scores.accuracyInterval()  // value, low, high
/// let chance = scores.majorityAccuracy  // 0.5
/// ```
public struct ClassificationScores: Sendable, Hashable, Codable {
  /// `confusion[true][predicted]`: numbers of rows.
  public let confusion: [[Int]]

  /// Counts agreements.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there are no rows, the counts differ, or a class is out of range.
  public init(labels: [Int], predictions: [Int], classCount: Int) throws {
    guard !labels.isEmpty else { throw VitroError(.argument, "scores", "there are no rows to score") }
    try Checks.labels(labels, classCount: classCount, rows: predictions.count, "scores")
    try Checks.labels(predictions, classCount: classCount, rows: labels.count, "scores of predictions")
    var confusion = [[Int]](repeating: [Int](repeating: 0, count: classCount), count: classCount)
    for (label, prediction) in zip(labels, predictions) { confusion[label][prediction] += 1 }
    self.confusion = confusion
  }

  /// The number of rows.
  public var count: Int { confusion.reduce(0) { $0 + $1.reduce(0, +) } }
  /// The number of rows predicted right.
  public var correct: Int { confusion.indices.reduce(0) { $0 + confusion[$1][$1] } }
  /// The share of rows predicted right.
  public var accuracy: Double { Double(correct) / Double(count) }

  /// The accuracy with Wilson's interval.
  public func accuracyInterval(confidence: Double = 0.95) throws -> Estimate {
    try .wilson(successes: correct, trials: count, confidence: confidence)
  }

  /// The mean over the classes that occur of the share predicted right.
  public var balancedAccuracy: Double {
    let recalls = confusion.indices.compactMap { label in
      let total = confusion[label].reduce(0, +)
      return total > 0 ? Double(confusion[label][label]) / Double(total) : nil
    }
    return recalls.reduce(0, +) / Double(recalls.count)
  }

  /// The harmonic mean of precision and recall of a class, 0 when there is nothing of it.
  public func f1(ofClass label: Int) -> Double {
    let hits = confusion[label][label]
    let both = confusion[label].reduce(0, +) + confusion.reduce(0) { $0 + $1[label] }
    return both > 0 ? 2 * Double(hits) / Double(both) : 0
  }

  /// F1 of class 1, for two classes.
  public var f1: Double { f1(ofClass: 1) }

  /// The mean of F1 over the classes that occur or are predicted.
  public var macroF1: Double {
    let present = confusion.indices.filter { label in
      confusion[label].contains { $0 > 0 } || confusion.contains { $0[label] > 0 }
    }
    return present.reduce(0) { $0 + f1(ofClass: $1) } / Double(present.count)
  }

  /// The accuracy of always answering the most frequent class.
  public var majorityAccuracy: Double {
    Double(confusion.map { $0.reduce(0, +) }.max() ?? 0) / Double(count)
  }
}
