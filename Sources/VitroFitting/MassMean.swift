internal import VitroCore
public import VitroTensor

/// The mass-mean probe (Marks & Tegmark, 2023): directions between class means, plain or tilted by the covariance within classes.
///
/// Plain, a row belongs to the nearest mean: `s_k(x) = μ_k·x − ½‖μ_k‖²`. With the covariance, distances are measured by
/// `(Σ + ridge·I)⁻¹`, Σ divided by the number of rows. Classes count alike, whatever their number of rows.
///
/// ```swift
/// let model = try MassMean(metric: .plain).fit(x, labels: labels, classCount: 2)
/// let classes = try model.predict(unseen)
/// ```
public struct MassMean: Sendable, Hashable, Codable {
  /// How distances from the means are measured.
  public enum Metric: Sendable, Hashable, Codable {
    /// As they are.
    case plain
    /// By the inverse of the covariance within classes plus a ridge.
    case withinClass(ridge: Double)
  }

  /// How distances from the means are measured.
  public var metric: Metric

  /// Describes a fit.
  public init(metric: Metric = .withinClass(ridge: 1e-3)) { self.metric = metric }

  /// Fits labels to the rows of x `[rows, features]`; of two classes the model has the one direction `μ₁ − μ₀`, tilted or not.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when features are NaN or infinite, labels are out of range, a class has no rows, or the
  ///   covariance is singular.
  public func fit(_ x: Tensor, labels: [Int], classCount: Int) throws -> LinearModel {
    let moments = try ClassMoments(x, labels: labels, classCount: classCount, "MassMean.fit")
    let priors = [Double](repeating: 0, count: classCount)
    guard case .withinClass(let ridge) = metric else {
      return try discriminant(means: moments.means, covariance: nil, logPriors: priors, "MassMean.fit")
    }
    guard ridge >= 0, ridge.isFinite else {
      throw VitroError(.argument, "MassMean.fit", "the ridge is \(ridge), expected 0 or more")
    }
    var covariance = try moments.covariance()
    let features = x.shape[1]
    for i in 0..<features { covariance[i * features + i] += ridge }
    return try discriminant(means: moments.means, covariance: covariance, logPriors: priors, "MassMean.fit")
  }
}
