internal import VitroFitting

/// What one kind of probe reads at one value of a network, with its control: the one is never had without the other.
struct TapReading: Codable, Sendable {
  var tap: String
  var kind: ProbeKind
  /// The number of features.
  var features: Int
  var accuracy: Estimate
  var balancedAccuracy, macroF1, auc: Estimate?
  var control: Estimate
  /// What the control's task is.
  var task: ControlTask
  /// The accuracy less that of the control, on the same examples.
  var selectivity: Estimate
  var pValue: Double
  /// The accuracy of always answering the most frequent class.
  var baseline: Double
  /// The strength that was chosen; of several divisions the median.
  var strength: Double?
  var converged: Bool
  /// What a k-sparse probe reads in the first division.
  var neurons: [Int]?
  var code: Code?

  /// The length of the labels' code, in bits for each label.
  struct Code: Codable, Sendable {
    var bits, compression, controlBits, controlCompression: Double
    /// Without features, log₂ of the number of classes.
    var uniformBits: Double
    var labels: Int
  }

  init(
    _ tap: String, _ kind: ProbeKind, features: Int, _ results: [ControlledProbe],
    repetition: RepeatedProbe.Repetition?,
    testShare: Double
  ) throws {
    let first = results[0]
    (self.tap, self.kind, self.features, task) = (tap, kind, features, first.control.task)
    if let repetition {
      let all = try RepeatedProbe(repetition, results, testShare: testShare)
      (accuracy, control, selectivity) = (all.score, all.control, all.selectivity)
      (balancedAccuracy, macroF1, auc) = try (all.mean(.balancedAccuracy), all.mean(.macroF1), all.mean(.auc))
    } else {
      (accuracy, control, selectivity) = (first.scores.value, first.control.scores.value, first.control.selectivity)
      (balancedAccuracy, macroF1, auc) = (first.scores[.balancedAccuracy], first.scores[.macroF1], first.scores[.auc])
    }
    pValue = Self.combined(results.map(\.control.pValue))
    baseline = results.map(\.baseline).mean
    strength = Self.median(results.compactMap(\.fit.strength))
    converged = results.allSatisfy(\.fit.converged)
    neurons = first.fit.neurons?.first
  }

  /// One p-value for several that may depend on each other in any way: of n, the k-th smallest times n/k, k the middle (Rüger, 1978).
  static func combined(_ pValues: [Double]) -> Double {
    let middle = (pValues.count + 1) / 2
    return min(1, pValues.sorted()[middle - 1] * Double(pValues.count) / Double(middle))
  }

  private static func median(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.sorted()[(values.count - 1) / 2]
  }
}
