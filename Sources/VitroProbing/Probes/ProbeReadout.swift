internal import VitroCore
internal import VitroFitting
internal import VitroTensor

/// The function from features to scores that a fit found.
struct ProbeReadout: Sendable {
  /// The fitted part.
  enum Form: Sendable {
    /// Nothing was fitted: all outputs are fixed.
    case fixed
    /// One model for all classes or values.
    case together(LinearModel)
    /// One model of two classes for each label.
    case separate([LinearModel])
    /// A network.
    case network(ProbeNetwork)
  }

  let meaning: ProbePredictions.Meaning
  let form: Form
  /// The outputs that were fitted, in the order of the form's; the others are fixed.
  let fitted: [Int]
  /// What each output scores where it was not fitted.
  let fixed: [Double]
  let areLogOdds: Bool
  /// The number of features.
  let width: Int

  func predictions(_ features: Tensor) throws -> ProbePredictions {
    guard features.rank == 2, features.shape[1] == width else {
      throw VitroError(.shape, "probe", "the features are \(features.shape), the probe reads [rows, \(width)]")
    }
    return try ProbePredictions(meaning, scores: scores(features), areLogOdds: areLogOdds)
  }

  private func scores(_ features: Tensor) throws -> Tensor {
    guard let found = try fittedScores(features) else {
      return try Tensor(fixed).expandingAxis(0).expanded(to: [features.shape[0], fixed.count])
    }
    if fitted.count == fixed.count { return found }
    var columns = try fixed.map { try Tensor.full([features.shape[0], 1], $0, dtype: .float64) }
    for (position, output) in fitted.enumerated() {
      columns[output] = try found.slice(axis: 1, position..<position + 1)
    }
    return try .concatenate(columns, axis: 1)
  }

  private func fittedScores(_ features: Tensor) throws -> Tensor? {
    switch form {
    case .fixed: return nil
    case .together(let model):
      let scores = try model.scores(features).cast(to: .float64)
      guard meaning == .classes, model.outputCount == 1 else { return scores }
      return try .concatenate([scores.zerosLike(), scores], axis: 1)
    case .separate(let models):
      return try .concatenate(models.map { try $0.scores(features).cast(to: .float64) }, axis: 1)
    case .network(let network): return try network.outputs(features)
    }
  }
}

/// Which outputs of a training target can be fitted, and what the others are fixed at.
struct FittableTarget {
  let meaning: ProbePredictions.Meaning
  let fitted: [Int]
  let fixed: [Double]
  /// The classes of the rows, numbered among those that occur; empty for labels and values.
  let classes: [Int]
  /// For each fitted label whether it holds in each row, as classes 0 and 1.
  let labels: [[Int]]
  /// The fitted values `[rows, outputs]`.
  let values: Tensor?

  init(_ target: ProbeTarget) throws {
    var (fitted, fixed): ([Int], [Double])
    var (classes, labels, values): ([Int], [[Int]], Tensor?) = ([], [], nil)
    switch target {
    case .classes(let all, let count):
      meaning = .classes
      let present = Set(all).sorted()
      fixed = [Double](repeating: -.infinity, count: count)
      fitted = present.count >= 2 ? present : []
      if fitted.isEmpty { for label in present { fixed[label] = 0 } }
      let numbers = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, $0) })
      classes = all.map { numbers[$0] ?? 0 }
    case .multiLabel(let table):
      meaning = .labels
      let truth = try table.doubles
      let width = target.outputCount
      let columns = (0..<width).map { label in
        stride(from: label, to: truth.count, by: width).map { truth[$0] == 1 ? 1 : 0 }
      }
      fitted = columns.indices.filter { Set(columns[$0]).count == 2 }
      fixed = columns.map { $0.first == 1 ? .infinity : -.infinity }
      labels = fitted.map { columns[$0] }
    case .values(let table):
      meaning = .values
      fitted = Array(0..<target.outputCount)
      fixed = try table.mean(axes: [0]).doubles
      values = table
    }
    (self.fitted, self.fixed, self.classes, self.labels, self.values) = (fitted, fixed, classes, labels, values)
  }

  /// Whether there is nothing to fit.
  var isFixed: Bool { fitted.isEmpty }

  /// The classifications to be fitted: one of the classes, or one for each label.
  var labelSets: [LabelSet] {
    meaning == .classes
      ? (isFixed ? [] : [LabelSet(classes, classCount: fitted.count)])
      : labels.map { LabelSet($0, classCount: 2) }
  }

  func readout(_ models: [LinearModel], areLogOdds: Bool, width: Int) -> ProbeReadout {
    let form: ProbeReadout.Form =
      if let model = models.first, meaning != .labels { .together(model) } else if models.isEmpty { .fixed } else {
        .separate(models)
      }
    return ProbeReadout(
      meaning: meaning, form: form, fitted: fitted, fixed: fixed, areLogOdds: areLogOdds, width: width)
  }

  func readout(_ network: ProbeNetwork, width: Int) -> ProbeReadout {
    ProbeReadout(
      meaning: meaning, form: .network(network), fitted: fitted, fixed: fixed, areLogOdds: meaning != .values,
      width: width)
  }

  /// A function that answers the same for every row; its certainty counts as log-odds.
  func fixedReadout(width: Int) -> ProbeReadout { readout([], areLogOdds: meaning != .values, width: width) }

  /// The weight of each row of a classification, so that classes count alike; `nil` when rows do.
  static func rowWeights(_ labels: [Int], _ weights: ProbeSettings.ClassWeights) -> [Double]? {
    guard weights == .balanced else { return nil }
    var counts: [Int: Int] = [:]
    for label in labels { counts[label, default: 0] += 1 }
    return labels.map { Double(labels.count) / Double(counts.count * (counts[$0] ?? 1)) }
  }
}
