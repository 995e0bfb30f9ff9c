internal import VitroCore
internal import VitroTensor

/// The conditions that every fit puts on its arguments.
enum Checks {
  /// `x` is a matrix of float32 or float64 with rows and columns.
  static func features(_ x: Tensor, _ operation: String) throws {
    guard x.rank == 2 else {
      throw VitroError(.shape, operation, "the features have shape \(x.shape), expected [rows, features]")
    }
    guard x.dtype.isComputing else {
      throw VitroError(
        .dtype, operation, "the features are \(x.dtype), expected float32 or float64", hint: "Cast them.")
    }
    guard x.shape[0] > 0, x.shape[1] > 0 else {
      throw VitroError(.shape, operation, "there is nothing to fit: the features have shape \(x.shape)")
    }
    guard x.shape[1] <= 65_536 else {
      throw VitroError(.unsupported, operation, "there are \(x.shape[1]) features, at most 65536 are fitted")
    }
  }

  /// Row weights are one for each row, finite, not negative, and not all zero.
  static func weights(_ weights: [Double]?, rows: Int, _ operation: String) throws {
    guard let weights else { return }
    guard weights.count == rows else {
      throw VitroError(.shape, operation, "there are \(weights.count) weights for \(rows) rows")
    }
    if let row = weights.firstIndex(where: { !$0.isFinite || $0 < 0 }) {
      throw VitroError(.argument, operation, "the weight of row \(row) is \(weights[row]), expected 0 or more")
    }
    guard weights.contains(where: { $0 > 0 }) else {
      throw VitroError(.argument, operation, "all weights are 0")
    }
  }

  /// Labels are one for each row and in `0 ..< classCount`.
  static func labels(_ labels: [Int], classCount: Int, rows: Int, _ operation: String) throws {
    guard labels.count == rows else {
      throw VitroError(.shape, operation, "there are \(labels.count) labels for \(rows) rows")
    }
    guard classCount >= 2, classCount <= 65_536 else {
      throw VitroError(.argument, operation, "there are \(classCount) classes, expected 2 to 65536")
    }
    if let row = labels.firstIndex(where: { $0 < 0 || $0 >= classCount }) {
      throw VitroError(
        .argument, operation, "the label of row \(row) is \(labels[row]), expected 0 ..< \(classCount)",
        details: ["row": "\(row)", "found": "\(labels[row])"])
    }
  }

  /// Every class has a row of positive weight; otherwise its intercept would run off to −∞.
  static func everyClassOccurs(
    _ labels: [Int], classCount: Int, weights: [Double]?, _ operation: String
  ) throws {
    var seen = [Bool](repeating: false, count: classCount)
    for (row, label) in labels.enumerated() where weights.map({ $0[row] > 0 }) ?? true { seen[label] = true }
    let missing = seen.indices.filter { !seen[$0] }
    guard let first = missing.first else { return }
    if classCount > labels.count {
      throw VitroError(.argument, operation, "there are more classes (\(classCount)) than rows (\(labels.count))")
    }
    if missing.count == classCount - 1, let only = seen.firstIndex(of: true) {
      throw VitroError(
        .argument, operation, "all rows have label \(only)", hint: "A classifier needs rows of at least two classes.")
    }
    throw VitroError(
      .argument, operation, "\(missing.count) of \(classCount) classes have no rows, the first is \(first)",
      hint: "Number the classes that occur 0, 1, 2, …")
  }
}
