internal import VitroCore
internal import VitroTensor

/// Class means and the pooled covariance within classes: what discriminants are made of.
struct ClassMoments {
  /// Rows of each class.
  let counts: [Int]
  /// `[classes, features]`, float64.
  let means: Tensor
  private let rows: PaddedRows

  /// - Throws: ``/VitroCore/VitroError`` when features are NaN or infinite, labels are out of range, or a class has no rows.
  init(_ x: Tensor, labels: [Int], classCount: Int, _ operation: String) throws {
    try Checks.features(x, operation)
    try Checks.labels(labels, classCount: classCount, rows: x.shape[0], operation)
    try Checks.everyClassOccurs(labels, classCount: classCount, weights: nil, operation)
    let overall = try Standardizer(fitting: x).mean
    var counts = [Int](repeating: 0, count: classCount)
    for label in labels { counts[label] += 1 }
    self.counts = counts
    // Means of deviations from the overall mean: large common offsets then cost no digits.
    let centred = try x - Tensor(overall).cast(to: x.dtype)
    let members = try Tensor(labels).oneHot(count: classCount, dtype: x.dtype)
    let sums = try members.matmul(centred, transposeA: true).cast(to: .float64)
    let deviations = try sums / Tensor(counts.map(Double.init), shape: [classCount, 1])
    means = try deviations + Tensor(overall)
    let within = try centred - deviations.cast(to: x.dtype).gather(Tensor(labels))
    let zeros = overall.map { _ in 0.0 }
    rows = try PaddedRows(within, mean: zeros, scale: zeros.map { _ in 1 }, dtype: x.dtype)
  }

  /// The covariance within classes, divided by the number of rows, `[features · features]`.
  func covariance() throws -> [Double] {
    let gram = try rows.gram()
    let (features, leading, count) = (rows.features, rows.leading, Double(rows.rows))
    var result = [Double](repeating: 0, count: features * features)
    for i in 0..<features {
      for j in 0..<features { result[i * features + j] = gram[i * leading + j] / count }
    }
    return result
  }

  /// The shrinkage of Ledoit & Wolf (2004) for a covariance that was measured here: the one of least expected squared error.
  func ledoitWolfShrinkage(of covariance: [Double]) throws -> Double {
    let (features, count) = (Double(rows.features), Double(rows.rows))
    let values = try rows.values.slice(0..<rows.rows).slice(axis: 1, 0..<rows.features)
    let norms = try values.square().sum(axes: [1]).doubles
    let fourth = norms.reduce(0) { $0 + $1 * $1 }
    let squares = dot(covariance, covariance)
    var trace = 0.0
    for i in 0..<rows.features { trace += covariance[i * rows.features + i] }
    let mean = trace / features
    let spread = (squares - 2 * mean * trace + features * mean * mean) / features
    let noise = min((fourth / count - squares) / (features * count), spread)
    return spread > 0 ? max(0, noise / spread) : 0
  }
}
