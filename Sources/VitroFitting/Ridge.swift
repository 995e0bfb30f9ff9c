internal import VitroCore
public import VitroTensor

/// Ridge regression: least squares with an L2 penalty, solved exactly.
///
/// It minimizes `Σ_i s_i‖y_i − W·x_i − b‖² + α‖W‖²` with intercepts `b` that are not penalized, as scikit-learn's `Ridge`. With
/// ``standardizing`` the penalty is on the weights of features scaled to variance 1. All arithmetic is in float64.
///
/// ```swift
/// let model = try Ridge(alpha: 0.1).fit(x, targets: targets)
/// let fit = try Scores.rSquared(targets: targets.reshaped([60, 1]), predictions: model.scores(x))
/// ```
public struct Ridge: Sendable, Hashable, Codable {
  /// α, the strength of the penalty.
  public var alpha: Double
  /// Whether features are scaled to variance 1 before the penalty is applied.
  public var standardizing: Bool
  /// Whether there are intercepts.
  public var fitsIntercept: Bool

  /// Describes a fit.
  public init(alpha: Double = 1, standardizing: Bool = false, fitsIntercept: Bool = true) {
    self.alpha = alpha
    self.standardizing = standardizing
    self.fitsIntercept = fitsIntercept
  }

  /// Fits targets y `[rows]` or `[rows, outputs]` to features x `[rows, features]`.
  ///
  /// The smaller of the two systems is factored: features × features (primal) or rows × rows (dual).
  ///
  /// - Throws: ``/VitroCore/VitroError`` when values are NaN or infinite, shapes do not fit, or α = 0 and the system is singular.
  /// - Complexity: O(rows · features · m + m³) with m = min(rows, features).
  public func fit(_ x: Tensor, targets y: Tensor, sampleWeights: [Double]? = nil) throws -> LinearModel {
    let problem = try RidgeProblem(self, x, y, sampleWeights)
    try requirePenalty(alpha)
    var matrix = problem.kernel
    for i in 0..<problem.size { matrix[i * problem.size + i] += alpha }
    let factor = try CholeskyFactor(matrix, size: problem.size, "Ridge.fit", hint: "Use an α above 0.")
    return try problem.model(factor.solve(problem.right, columns: problem.outputs))
  }

  /// Fits for several penalties with one Gram matrix; ``alpha`` itself is not used.
  ///
  /// A few well-conditioned systems are factored each, of many the Gram matrix is decomposed once.
  ///
  /// - Throws: As ``fit(_:targets:sampleWeights:)``.
  /// - Complexity: O(rows · features · m + m³) once and O(m² · outputs) for each penalty, O(m³) when they are few.
  public func fit(
    _ x: Tensor, targets y: Tensor, alphas: [Double], sampleWeights: [Double]? = nil
  ) throws -> [LinearModel] {
    try alphas.forEach(requirePenalty)
    let problem = try RidgeProblem(self, x, y, sampleWeights)
    let size = problem.size
    let trace = (0..<size).reduce(0) { $0 + problem.kernel[$1 * size + $1] }
    if alphas.count <= Self.fewPenalties, alphas.allSatisfy({ $0 > 1e-9 * trace / Double(size) }) {
      return try alphas.map { alpha in
        var matrix = problem.kernel
        for i in 0..<size { matrix[i * size + i] += alpha }
        let factor = try CholeskyFactor(matrix, size: size, "Ridge.fit", hint: "Use an α above 0.")
        return try problem.model(factor.solve(problem.right, columns: problem.outputs))
      }
    }
    let eigen = try symmetricEigen(problem.kernel, size: size)
    let vectors = try Tensor(eigen.vectors, shape: [size, size])
    let rotated = try Tensor(problem.right, shape: [problem.outputs, size]).matmul(vectors, transposeB: true)
    let largest = max(eigen.values.last ?? 0, 0)
    return try alphas.map { alpha in
      let shifted = eigen.values.map { max($0, 0) + alpha }
      guard let least = shifted.min(), least > 1e-15 * largest, least > 0 else {
        throw VitroError(
          .numerical, "Ridge.fit", "the system is singular for α = \(alpha)", hint: "Use a larger α.")
      }
      let solution = try (rotated / Tensor(shifted)).matmul(vectors)
      return try problem.model(solution.doubles)
    }
  }

  /// An eigendecomposition takes as long as 27 Cholesky factors.
  private static let fewPenalties = 16

  private func requirePenalty(_ alpha: Double) throws {
    guard alpha >= 0, alpha.isFinite else {
      throw VitroError(.argument, "Ridge.fit", "α is \(alpha), expected 0 or more")
    }
  }
}

/// The normal equations of a ridge regression, in the smaller of the two forms.
struct RidgeProblem {
  let rows: PaddedRows
  let outputs: Int
  /// The order of ``kernel``: the number of features (primal) or of rows (dual).
  let size: Int
  /// XᵀSX or S^½XXᵀS^½, `[size, size]`.
  let kernel: [Double]
  /// `[outputs, size]`.
  let right: [Double]
  private let isDual: Bool
  private let means: [Double]
  private let weighted: Tensor

  init(_ settings: Ridge, _ x: Tensor, _ y: Tensor, _ weights: [Double]?) throws {
    let operation = "Ridge.fit"
    try Checks.features(x, operation)
    try Checks.weights(weights, rows: x.shape[0], operation)
    guard y.rank == 1 || y.rank == 2, y.shape[0] == x.shape[0], y.count > 0 else {
      throw VitroError(.shape, operation, "the targets are \(y.shape) for features \(x.shape)")
    }
    let targets = try y.cast(to: .float64).reshaped([y.shape[0], y.count / y.shape[0]])
    guard targets.isFinite else { throw VitroError(.argument, operation, "a target is NaN or infinite") }
    outputs = targets.shape[1]
    let measured = try Standardizer(fitting: x, weights: weights)
    let zeros = [Double](repeating: 0, count: x.shape[1])
    let centring = settings.fitsIntercept || settings.standardizing
    rows = try PaddedRows(
      x, mean: centring ? measured.mean : zeros, scale: settings.standardizing ? measured.scale : zeros.map { _ in 1 },
      dtype: .float64)
    let roots = try Tensor((weights ?? [Double](repeating: 1, count: x.shape[0])).map { $0.squareRoot() })
      .expandingAxis(1)
    let squares = try roots.square()
    let mean = try (targets * squares).sum(axes: [0]) / squares.sum().item()
    means = settings.fitsIntercept ? try mean.doubles : [Double](repeating: 0, count: outputs)
    let centred = try (targets - Tensor(means)) * roots
    let features = rows.features
    weighted = try rows.values.slice(0..<rows.rows).slice(axis: 1, 0..<features) * roots
    isDual = rows.rows < features
    size = isDual ? rows.rows : features
    kernel = try weighted.matmul(weighted, transposeA: !isDual, transposeB: isDual).doubles
    right =
      isDual
      ? try centred.transposed().doubles : try centred.matmul(weighted, transposeA: true).doubles
  }

  /// The model of a solution `[outputs, size]` of the smaller system.
  func model(_ solution: [Double]) throws -> LinearModel {
    var primal = solution
    if isDual { primal = try Tensor(solution, shape: [outputs, size]).matmul(weighted).doubles }
    var coefficients = [Double](repeating: 0, count: outputs * rows.leading)
    for output in 0..<outputs {
      for j in 0..<rows.features { coefficients[output * rows.leading + j] = primal[output * rows.features + j] }
      coefficients[output * rows.leading + rows.features] = means[output]
    }
    return try LinearModel(kind: .regression, rows, coefficients, outputs: outputs)
  }
}
