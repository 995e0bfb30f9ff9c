import Foundation
internal import VitroCore
public import VitroTensor

/// Linear discriminant analysis: Gaussian classes with one covariance, `s_k(x) = μ_kᵀΣ⁻¹x − ½μ_kᵀΣ⁻¹μ_k + log π_k`.
///
/// Σ is the covariance within classes (divided by the number of rows), shrunk toward a multiple of the identity:
/// `(1 − s)·Σ + s·(tr Σ / features)·I`. With `.none` and `.fixed` it is scikit-learn's `LinearDiscriminantAnalysis(solver: "lsqr")`;
/// with `.ledoitWolf` one shrinkage is found for the pooled rows, where scikit-learn finds one for each class.
///
/// ```swift
/// let discriminant = try DiscriminantAnalysis(shrinkage: .ledoitWolf).fit(x, labels: labels, classCount: 2)
/// let means = discriminant.means  // [classes, features]
/// ```
public struct DiscriminantAnalysis: Sendable, Hashable, Codable {
  /// How the covariance is shrunk.
  public enum Shrinkage: Sendable, Hashable, Codable {
    /// Not at all.
    case none
    /// By a fraction in 0…1.
    case fixed(Double)
    /// By the fraction of Ledoit & Wolf (2004).
    case ledoitWolf
  }

  /// A fitted discriminant.
  public struct Fit: Sendable {
    /// The model; its scores are log-probabilities but for a constant.
    public var model: LinearModel
    /// The class means, `[classes, features]`.
    public var means: Tensor
    /// The shrinkage that was used.
    public var shrinkage: Double
  }

  /// How the covariance is shrunk.
  public var shrinkage: Shrinkage
  /// Prior probabilities of the classes; `nil` means their share of the rows.
  public var priors: [Double]?

  /// Describes a fit.
  public init(shrinkage: Shrinkage = .none, priors: [Double]? = nil) {
    self.shrinkage = shrinkage
    self.priors = priors
  }

  /// Fits labels to the rows of x `[rows, features]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when features are NaN or infinite, labels are out of range, a class has no rows, or the
  ///   covariance is singular (shrink it).
  /// - Complexity: O(rows · features² + features³).
  public func fit(_ x: Tensor, labels: [Int], classCount: Int) throws -> Fit {
    let operation = "DiscriminantAnalysis.fit"
    let moments = try ClassMoments(x, labels: labels, classCount: classCount, operation)
    let priors = try checkedPriors(moments.counts, operation)
    var covariance = try moments.covariance()
    let features = x.shape[1]
    let amount: Double
    switch shrinkage {
    case .none: amount = 0
    case .fixed(let value): amount = value
    case .ledoitWolf: amount = try moments.ledoitWolfShrinkage(of: covariance)
    }
    guard amount >= 0, amount <= 1 else {
      throw VitroError(.argument, operation, "the shrinkage is \(amount), expected 0 to 1")
    }
    var trace = 0.0
    for i in 0..<features { trace += covariance[i * features + i] }
    for i in covariance.indices { covariance[i] *= 1 - amount }
    for i in 0..<features { covariance[i * features + i] += amount * trace / Double(features) }
    let model = try discriminant(
      means: moments.means, covariance: covariance, logPriors: priors.map { log($0) }, operation)
    return Fit(model: model, means: moments.means, shrinkage: amount)
  }

  private func checkedPriors(_ counts: [Int], _ operation: String) throws -> [Double] {
    let total = Double(counts.reduce(0, +))
    guard let priors else { return counts.map { Double($0) / total } }
    guard priors.count == counts.count, priors.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw VitroError(.argument, operation, "the priors are \(priors), expected \(counts.count) positive numbers")
    }
    let sum = priors.reduce(0, +)
    return priors.map { $0 / sum }
  }
}

/// The discriminant of class means `[classes, features]` under one covariance; of two classes the difference.
func discriminant(
  means: Tensor, covariance: [Double]?, logPriors: [Double], _ operation: String
) throws -> LinearModel {
  let (classes, features) = (means.shape[0], means.shape[1])
  let centre = try means.mean(axes: [0])
  // Around the centre of the means, the quadratic terms are differences of small numbers.
  let deviations = try means - centre
  var weights = deviations
  if let covariance {
    let factor = try CholeskyFactor(
      covariance, size: features, operation,
      hint: "Shrink the covariance or add a ridge; constant features make it singular.")
    weights = try Tensor(factor.solve(deviations.doubles, columns: classes), shape: [classes, features])
    guard weights.isFinite else { throw VitroError(.numerical, operation, "the covariance is singular") }
  }
  let quadratic = try (weights * deviations).sum(axes: [1]) * 0.5
  let atCentre = try weights.matmul(centre)
  let intercepts = try Tensor(logPriors) - quadratic - atCentre
  let kind: LinearModel.Kind = covariance == nil ? .scores : .logistic
  guard classes == 2 else { return try LinearModel(kind: kind, weights: weights, intercepts: intercepts) }
  return try LinearModel(
    kind: kind, weights: weights.slice(1..<2) - weights.slice(0..<1),
    intercepts: intercepts.slice(1..<2) - intercepts.slice(0..<1))
}
