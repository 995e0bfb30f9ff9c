internal import Foundation
internal import VitroCore
public import VitroTensor

/// What a probe answers for rows of features.
///
/// ```swift
/// let predictions = try fit.predictions(unseen)
/// let classes = try predictions.classes  // the class of each row
/// let probabilities = try predictions.probabilities()  // [rows, classes]
/// ```
public struct ProbePredictions: Sendable {
  /// What the scores are scores of.
  public enum Meaning: String, Sendable, Hashable, Codable {
    /// Of classes: the largest wins.
    case classes
    /// Of labels: those above 0 hold.
    case labels
    /// They are the predicted values.
    case values
  }

  /// What the scores are scores of.
  public let meaning: Meaning
  /// Whether scores of classes or labels are log-odds.
  public let areLogOdds: Bool
  /// `[rows, outputs]`, float64; −∞ for a class that the training rows had not.
  public let scores: Tensor

  init(_ meaning: Meaning, scores: Tensor, areLogOdds: Bool) throws {
    self.meaning = meaning
    self.scores = try scores.detached.cast(to: .float64)
    self.areLogOdds = areLogOdds
  }

  /// The class of each row, the first of equals.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the scores are not of classes.
  public var classes: [Int] {
    get throws {
      guard meaning == .classes else {
        throw VitroError(.unsupported, "predictions", "the predictions are \(meaning.rawValue), not classes")
      }
      return try scores.argmax(axis: 1).ints
    }
  }

  /// Probabilities: of the classes, which sum to 1, or of each label, `[rows, outputs]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the scores are not log-odds.
  public func probabilities() throws -> Tensor {
    guard areLogOdds else {
      throw VitroError(
        .unsupported, "probabilities", "the scores of this probe are not log-odds",
        hint:
          "Kinds that give probabilities: \(ProbeKind.allCases.filter(\.givesProbabilities).map(\.rawValue).joined(separator: ", "))."
      )
    }
    return try meaning == .classes ? scores.softmax() : scores.sigmoid()
  }

  /// −log₂ of the probability that the probe gives to what is true of each row, mixed with chance: p′ = (n·p + 1) / (n + K).
  ///
  /// Of several labels it is the sum over them, with K = 2. Chance has the weight of K rows, so that nothing has the probability 0.
  func bits(for target: ProbeTarget, seen: Double) throws -> [Double] {
    let probabilities = try probabilities().doubles
    let outputs = target.outputCount
    switch target {
    case .classes(let labels, let count):
      return labels.enumerated().map { row, label in
        -log2((seen * probabilities[row * outputs + label] + 1) / (seen + Double(count)))
      }
    case .multiLabel(let table):
      let truth = try table.doubles
      return (0..<target.rowCount).map { row in
        (row * outputs..<(row + 1) * outputs).reduce(0) { sum, place in
          let probability = truth[place] == 1 ? probabilities[place] : 1 - probabilities[place]
          return sum - log2((seen * probability + 1) / (seen + 2))
        }
      }
    case .values:
      throw VitroError(.unsupported, "code length", "numbers have no probability", hint: "Use classes or labels.")
    }
  }
}
