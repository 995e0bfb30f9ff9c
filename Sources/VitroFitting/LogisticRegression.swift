/// Logistic regression with an L2 penalty, binary or softmax, fitted to a certified distance from its optimum.
///
/// It minimizes, as scikit-learn does,
///
///     F(W, b) = ½‖W‖² + C Σ_i s_i·loss_i,
///
/// with `loss_i = −log p(label_i | x_i)`, the row's weight `s_i` (sample weight times class weight), and intercepts `b` that
/// are not penalized. Two classes have one weight vector, the log-odds of class 1; K classes have K (the symmetric,
/// over-parametrized softmax, whose weights sum to zero over the classes at the optimum). With ``standardizing`` the
/// features, and so the penalty, are in units of each feature's standard deviation.
///
/// ```swift
/// let probe = LogisticRegression(inverseRegularization: 1, standardizing: true)
/// let fit = try probe.fit(x, labels: labels, classCount: 2)
/// let predictions = try fit.model.predict(unseen)
/// ```
///
/// The solver is L-BFGS preconditioned by the Cholesky factor of `I + C·κ·XᵀX`, the Hessian at W = 0 (κ = ¼ or 1/K),
/// renewed with the rows' curvatures when progress is slow. One iteration is one pass over the features for all label sets.
public struct LogisticRegression: Sendable, Hashable, Codable {
  /// How much classes count.
  public enum ClassWeights: Sendable, Hashable, Codable {
    /// All alike.
    case uniform
    /// Inversely to their number of rows: `rows / (classes · rows of the class)`, by sample weights when there are some.
    case balanced
    /// One weight for each class.
    case values([Double])
  }

  /// C, the weight of the losses against the penalty; the strength of the penalty is 1/C.
  public var inverseRegularization: Double
  /// How much classes count.
  public var classWeights: ClassWeights
  /// Whether features are centred and scaled to variance 1 before the penalty is applied.
  public var standardizing: Bool
  /// Whether there are intercepts.
  public var fitsIntercept: Bool
  /// The certified relative gap `(F − F*) / F` at which the fit has converged.
  public var tolerance: Double
  /// The number of iterations after which the fit ends unconverged.
  public var maximumIterations: Int

  /// Describes a fit.
  public init(
    inverseRegularization: Double = 1, classWeights: ClassWeights = .uniform, standardizing: Bool = false,
    fitsIntercept: Bool = true, tolerance: Double = 1e-6, maximumIterations: Int = 500
  ) {
    self.inverseRegularization = inverseRegularization
    self.classWeights = classWeights
    self.standardizing = standardizing
    self.fitsIntercept = fitsIntercept
    self.tolerance = tolerance
    self.maximumIterations = maximumIterations
  }

  /// The strength of the penalty relative to the losses, λ = 1/C.
  public var l2: Double {
    get { 1 / inverseRegularization }
    set { inverseRegularization = 1 / newValue }
  }
}

/// One set of labels for the rows of a fit.
public struct LabelSet: Sendable, Hashable {
  /// One label in `0 ..< classCount` for each row.
  public var labels: [Int]
  /// The number of classes.
  public var classCount: Int
  /// One weight for each row; `nil` means 1.
  public var sampleWeights: [Double]?

  /// Describes a set of labels.
  public init(_ labels: [Int], classCount: Int, sampleWeights: [Double]? = nil) {
    self.labels = labels
    self.classCount = classCount
    self.sampleWeights = sampleWeights
  }
}

/// Where a fit stands after an iteration.
public struct FitProgress: Sendable, Hashable {
  /// Iterations so far.
  public var iteration: Int
  /// The label sets that have not converged.
  public var unfinished: Int
  /// The largest certified relative gap among all label sets.
  public var relativeGap: Double
}

/// A fitted logistic regression, and how far it is from the optimum.
public struct LogisticFit: Sendable {
  /// The model, in the coordinates of the raw features.
  public var model: LinearModel
  /// F at the solution, computed in float32 products (float64 for float64 features) and summed in float64.
  public var objective: Double
  /// The largest element of F's gradient, in the coordinates of the penalty.
  public var gradientNorm: Double
  /// A bound on `(F − F*) / F`.
  ///
  /// F is strongly convex with modulus 1 in the weights, so `F − F* ≤ ½‖∇_W F‖²` when the intercepts are at their optimum;
  /// what is missing there is added as one Newton step would gain it, `½ Σ g_b² / h_b`. Rounding of the gradient is not part.
  public var relativeGapBound: Double
  /// Steps taken.
  public var iterations: Int
  /// Passes over the features, shared with the other label sets of the fit.
  public var evaluations: Int
  /// Whether ``relativeGapBound`` has reached the tolerance.
  public var converged: Bool
  /// The standardization that is folded into the model, when there was one.
  public var standardizer: Standardizer?
}
