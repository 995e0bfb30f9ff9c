internal import VitroCore
public import VitroTensor

extension Ridge {
  /// Fits a classifier: targets are +1 for a row's class and −1 for all others, one regression for each class.
  ///
  /// Two classes share one regression, whose sign decides; as scikit-learn's `RidgeClassifier`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when values are NaN or infinite, labels are out of range, or a class has no rows.
  public func fitClassifier(
    _ x: Tensor, labels: [Int], classCount: Int, sampleWeights: [Double]? = nil
  ) throws -> LinearModel {
    let operation = "Ridge.fitClassifier"
    try Checks.features(x, operation)
    try Checks.labels(labels, classCount: classCount, rows: x.shape[0], operation)
    try Checks.weights(sampleWeights, rows: x.shape[0], operation)
    try Checks.everyClassOccurs(labels, classCount: classCount, weights: sampleWeights, operation)
    let columns = classCount == 2 ? 1 : classCount
    var targets = [Double](repeating: -1, count: labels.count * columns)
    for (row, label) in labels.enumerated() {
      if columns > 1 { targets[row * columns + label] = 1 } else if label == 1 { targets[row] = 1 }
    }
    var model = try fit(x, targets: Tensor(targets, shape: [labels.count, columns]), sampleWeights: sampleWeights)
    model.kind = .scores
    return model
  }
}
