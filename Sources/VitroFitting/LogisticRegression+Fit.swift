internal import VitroCore
public import VitroTensor

extension LogisticRegression {
  /// Fits one set of labels to the rows of x `[rows, features]`, float32 or float64.
  ///
  /// - Parameters:
  ///   - x: The features, `[rows, features]`.
  ///   - labels: The class of each row, counted from 0.
  ///   - classCount: The number of classes.
  ///   - sampleWeights: One weight for each row.
  ///   - start: A model to begin at, such as the fit of a neighbouring C.
  ///   - progress: Called after each iteration; `false` ends the fit.
  /// - Throws: ``/VitroCore/VitroError`` when features are NaN or infinite, labels are out of range, a class has no rows, or a setting
  ///   cannot work; ``/VitroCore/VitroError/Code/interrupted`` when `progress` answers false.
  /// - Complexity: O(rows · features · min(rows, features)) once and O(rows · features · classes) an iteration, of which there
  ///   are 5 to 40; memory for one more copy of the features.
  public func fit(
    _ x: Tensor, labels: [Int], classCount: Int, sampleWeights: [Double]? = nil, start: LinearModel? = nil,
    progress: ((FitProgress) -> Bool)? = nil
  ) throws -> LogisticFit {
    let set = LabelSet(labels, classCount: classCount, sampleWeights: sampleWeights)
    return try fit(x, labelSets: [set], starts: start.map { [$0] }, progress: progress)[0]
  }

  /// Fits several sets of labels to the same rows at once, such as the true labels and shuffled controls.
  ///
  /// The Gram matrix, its factor and every pass over the features are shared. The result for a set does not depend on the
  /// other sets, but for rounding.
  ///
  /// - Throws: As ``fit(_:labels:classCount:sampleWeights:start:progress:)``.
  public func fit(
    _ x: Tensor, labelSets: [LabelSet], starts: [LinearModel]? = nil, progress: ((FitProgress) -> Bool)? = nil
  ) throws -> [LogisticFit] {
    try validate(x, labelSets, starts)
    if labelSets.isEmpty { return [] }
    let measured = try Standardizer(fitting: x)
    let standardizer = standardizing ? measured : nil
    let unit = [Double](repeating: 1, count: measured.mean.count)
    let centring = standardizing || fitsIntercept
    let rows = try PaddedRows(
      x, mean: centring ? measured.mean : unit.map { _ in 0 }, scale: standardizer?.scale ?? unit, dtype: x.dtype)
    var solver = try LogisticSolver(self, rows, labelSets, starts: starts)
    try solver.run(progress)
    return try solver.results(standardizer: standardizer)
  }

  /// Fits many small problems, each on one thread of the pool.
  ///
  /// - Returns: For each problem the fits of its label sets, in order. The bits are those of fitting one after the other.
  /// - Throws: The first problem's error, as ``fit(_:labels:classCount:sampleWeights:start:progress:)``.
  public func fit(batch: [(features: Tensor, labelSets: [LabelSet])]) throws -> [[LogisticFit]] {
    try inParallel(batch.count) { try fit(batch[$0].features, labelSets: batch[$0].labelSets) }
  }

  private func validate(_ x: Tensor, _ sets: [LabelSet], _ starts: [LinearModel]?) throws {
    let operation = "LogisticRegression.fit"
    guard inverseRegularization > 0, inverseRegularization.isFinite else {
      throw VitroError(
        .argument, operation, "C is \(inverseRegularization), expected a positive number",
        hint: "Without a penalty, separable data have no optimum; use a large C.")
    }
    guard tolerance >= 0, maximumIterations >= 0 else {
      throw VitroError(.argument, operation, "the tolerance and the number of iterations must not be negative")
    }
    try Checks.features(x, operation)
    for set in sets {
      try Checks.labels(set.labels, classCount: set.classCount, rows: x.shape[0], operation)
      try Checks.weights(set.sampleWeights, rows: x.shape[0], operation)
      if case .values(let values) = classWeights {
        guard values.count == set.classCount, values.allSatisfy({ $0.isFinite && $0 > 0 }) else {
          throw VitroError(
            .argument, operation, "the class weights are \(values), expected \(set.classCount) positive numbers")
        }
      }
      try Checks.everyClassOccurs(set.labels, classCount: set.classCount, weights: set.sampleWeights, operation)
    }
    guard let starts else { return }
    guard starts.count == sets.count else {
      throw VitroError(.argument, operation, "there are \(starts.count) starts for \(sets.count) label sets")
    }
    for (start, set) in zip(starts, sets) {
      guard start.featureCount == x.shape[1], start.outputCount == set.columns else {
        throw VitroError(
          .shape, operation, "a start has weights \(start.weights.shape), expected [\(set.columns), \(x.shape[1])]")
      }
    }
  }

  /// The weight of each row: its own times its class's; `nil` when all are 1.
  func rowWeights(_ set: LabelSet) -> [Double]? {
    let own = set.sampleWeights
    let ofClass: [Double]
    switch classWeights {
    case .uniform: return own
    case .values(let values): ofClass = values
    case .balanced:
      var counts = [Double](repeating: 0, count: set.classCount)
      for (row, label) in set.labels.enumerated() { counts[label] += own?[row] ?? 1 }
      let total = counts.reduce(0, +)
      ofClass = counts.map { total / (Double(set.classCount) * $0) }
    }
    return set.labels.indices.map { ofClass[set.labels[$0]] * (own?[$0] ?? 1) }
  }
}

extension LabelSet {
  /// The number of weight vectors: one for two classes, else one for each class.
  var columns: Int { classCount == 2 ? 1 : classCount }
}
