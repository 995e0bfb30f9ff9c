internal import VitroCore
public import VitroTensor

/// The directions in which classes lie farthest apart for the spread within them (Fisher, 1936; Rao, 1948).
///
/// They are the solutions of `Σ_b·v = λ·Σ_w·v` for the covariances between and within classes, found among the first principal components of
/// the rows (Belhumeur et al., 1997), Σ_w shrunk toward a multiple of the identity. Rows that the axes were fitted on look better separated than they are:
/// show others.
///
/// ```swift
/// let axes = try DiscriminantAxes(fitting: x, labels: labels, classCount: 3)
/// let places = try axes.project(unseen)  // [rows, 2]: two axes for three classes
/// ```
public struct DiscriminantAxes: Sendable {
  /// The mean of the rows, `[features]`, float64.
  public let mean: Tensor
  /// `[axes, features]`, float64; along each the variance within classes, shrunk, is 1.
  public let directions: Tensor
  /// λ: the variance between classes along each axis where that within is 1, largest first.
  public let separations: [Double]

  /// Finds the axes of rows `[rows, features]`, at most one less than there are classes.
  ///
  /// - Parameters:
  ///   - x: The rows.
  ///   - labels: The class of each row, counted from 0; classes without rows are passed over.
  ///   - classCount: The number of classes.
  ///   - components: How many principal components the axes are looked for in; fewer where there are few rows.
  ///   - shrinkage: How much of Σ_w is replaced by its mean variance.
  /// - Throws: ``/VitroCore/VitroError`` when values are NaN or infinite, labels do not fit, or fewer than two classes occur.
  /// - Complexity: That of ``PrincipalComponents``.
  public init(
    fitting x: Tensor, labels: [Int], classCount: Int, components: Int = 100, shrinkage: Double = 0.05
  ) throws {
    let operation = "DiscriminantAxes"
    try Checks.features(x, operation)
    try Checks.labels(labels, classCount: classCount, rows: x.shape[0], operation)
    let present = Set(labels).sorted()
    guard present.count >= 2, x.shape[0] > present.count else {
      throw VitroError(
        .argument, operation, "there are \(x.shape[0]) rows of \(present.count) classes",
        hint: "Axes between classes need two classes or more, and more rows than classes.")
    }
    let principal = try PrincipalComponents(
      fitting: x, count: min(components, max(1, (x.shape[0] - present.count) / 2)))
    let places = try principal.project(x)
    let means = try present.map { label in
      try places.gather(Tensor(labels.indices.filter { labels[$0] == label })).mean(axes: [0])
    }
    let numbers = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, $0) })
    let centres = try Tensor.stack(means).gather(Tensor(labels.map { numbers[$0] ?? 0 }))
    let (within, between) = (try places - centres, centres)
    let count = Double(x.shape[0])
    let size = places.shape[1]
    let spread = try within.matmul(within, transposeA: true) / count
    let average = try spread.trace().item() / Double(size)
    let total = try places.square().mean().item()
    guard average > 1e-20 * total, average > 0 else {
      throw VitroError(
        .numerical, operation, "the rows of each class are all alike: there is no spread to compare with")
    }
    let identity = try Tensor.eye(size, dtype: .float64)
    let shrunk = try spread * (1 - shrinkage) + identity * (shrinkage * average)
    let (values, vectors) = try shrunk.symmetricEigen()
    // Σ_w^−½, in which the axes are the directions of most variance between classes.
    let whitening = try vectors * values.clip(1e-12 * average, .infinity).sqrt().reciprocal()
    let whitened = try between.matmul(whitening)
    let (ratios, axes) = try (whitened.matmul(whitened, transposeA: true) / count).symmetricEigen()
    let number = min(present.count - 1, size)
    let chosen = try axes.slice(axis: 1, size - number..<size).flipped(axes: [1])
    let inComponents = try whitening.matmul(chosen).transposed()
    directions = try PrincipalComponents.orientated(inComponents.matmul(principal.directions))
    separations = try ratios.doubles.suffix(number).reversed()
    mean = principal.mean
  }

  /// The coordinates of rows `[rows, features]` on the axes, `[rows, axes]`, float64.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the rows have another number of features.
  public func project(_ x: Tensor) throws -> Tensor {
    guard x.rank == 2, x.shape[1] == mean.count else {
      throw VitroError(.shape, "DiscriminantAxes", "the rows are \(x.shape), expected [rows, \(mean.count)]")
    }
    return try (x.cast(to: .float64) - mean).matmul(directions, transposeB: true)
  }
}
