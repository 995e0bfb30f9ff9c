internal import VitroCore

/// Limited-memory BFGS (Liu & Nocedal, 1989) with a strong Wolfe line search: for smooth problems on one fixed batch.
///
/// It evaluates the same function several times in an iteration, so it does not suit batches that change. Many problems may be minimized side by side:
/// each has its own direction, step length and end, while one call evaluates them all.
///
/// ```swift
/// let found = try LBFGS.minimize(from: [[-1.2, 1]]) { points in
///   (
///     values: points.map { pow(1 - $0[0], 2) + 100 * pow($0[1] - $0[0] * $0[0], 2) },
///     gradients: points.map { p in
///       [2 * (p[0] - 1) - 400 * p[0] * (p[1] - p[0] * p[0]), 200 * (p[1] - p[0] * p[0])]
///     }
///   )
/// }
/// let minimum = found[0].point  // [1, 1]
/// ```
public enum LBFGS {
  /// How far to look back, and when to stop.
  public struct Settings: Sendable, Hashable, Codable {
    /// How many past steps shape the direction.
    public var history: Int
    /// A point with no derivative larger than this is an optimum.
    public var gradientTolerance: Double
    /// Steps that change no coordinate, nor the value, by more than this end the search.
    public var changeTolerance: Double
    /// The most evaluations of one line search.
    public var maximumEvaluations: Int
    /// The first trial step along each direction.
    public var rate: Double

    /// Creates settings, with SciPy's and PyTorch's customary values.
    public init(
      history: Int = 10, gradientTolerance: Double = 1e-7, changeTolerance: Double = 1e-12,
      maximumEvaluations: Int = 25, rate: Double = 1
    ) {
      self.history = history
      self.gradientTolerance = gradientTolerance
      self.changeTolerance = changeTolerance
      self.maximumEvaluations = maximumEvaluations
      self.rate = rate
    }
  }

  /// Where a minimization arrived.
  public struct Result: Sendable {
    /// The point.
    public let point: [Double]
    /// The function's value there.
    public let value: Double
    /// The number of iterations.
    public let iterations: Int
    /// Whether a tolerance was met, rather than the limit of iterations.
    public let isConverged: Bool
  }

  /// Minimizes several functions side by side.
  ///
  /// - Parameters:
  ///   - starts: Where each begins.
  ///   - settings: How far to look back, and when to stop.
  ///   - maximumIterations: The most iterations of each.
  ///   - evaluate: The values and gradients of all functions at a point each. Points of finished ones are repeated.
  /// - Throws: ``/VitroCore/VitroError`` when settings are out of range or a function is not finite at its start; what `evaluate` throws.
  public static func minimize(
    from starts: [[Double]], settings: Settings = Settings(), maximumIterations: Int = 1000,
    evaluate: ([[Double]]) throws -> (values: [Double], gradients: [[Double]])
  ) throws -> [Result] {
    try Optimizer.lbfgs(settings).validate()
    var states = starts.map { LBFGSState(at: $0) }
    for _ in 0..<max(maximumIterations, 0) where states.contains(where: { !$0.isConverged }) {
      try iterate(&states, settings: settings, rounding: { $0 }, evaluate: evaluate)
    }
    return states.map {
      Result(point: $0.point, value: $0.value, iterations: $0.iterations, isConverged: $0.isConverged)
    }
  }

  /// One iteration of every state that has not converged: a direction, and a line search along it.
  ///
  /// - Parameter rounding: What storing a point makes of it; trial points are those that can be stored.
  static func iterate(
    _ states: inout [LBFGSState], settings: Settings, rounding: ([Double]) -> [Double],
    evaluate: ([[Double]]) throws -> (values: [Double], gradients: [[Double]])
  ) throws {
    if states.contains(where: { $0.gradient.isEmpty }) {
      let (values, gradients) = try evaluate(states.map(\.point))
      for index in states.indices {
        guard values[index].isFinite else {
          throw VitroError(.numerical, "L-BFGS", "function \(index) is \(values[index]) at its start")
        }
        states[index].begin(values[index], gradients[index], settings)
      }
    }
    var searches: [WolfeSearch?] = states.indices.map { states[$0].search(settings) }
    var trials = states.map(\.point)
    while searches.contains(where: { $0 != nil }) {
      for (index, search) in searches.enumerated() {
        guard let search else { continue }
        trials[index] = rounding(states[index].trial(search.trial))
      }
      let (values, gradients) = try evaluate(trials)
      for index in states.indices {
        guard var search = searches[index] else { continue }
        let slope = zip(gradients[index], states[index].direction).reduce(0) { $0 + $1.0 * $1.1 }
        let isOver = search.observe(
          WolfeSearch.Point(t: search.trial, value: values[index], slope: slope, gradient: gradients[index]))
        searches[index] = isOver ? nil : search
        if isOver {
          trials[index] = rounding(states[index].trial(search.best.t))
          states[index].accept(trials[index], search.best, settings)
        }
      }
    }
  }
}
