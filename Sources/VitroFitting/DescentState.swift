/// L-BFGS (Nocedal 1980) with a preconditioner, for one label set: it says where to evaluate next, and is told what is there.
///
/// The preconditioned gradients are kept beside the gradients, so that an iteration solves with the preconditioner once.
struct DescentState: Sendable {
  private struct Pair {
    var step, change, solvedChange: [Double]
    var product: Double
  }

  /// What became of an evaluation.
  enum Outcome: Sendable {
    /// The step length was changed: evaluate again.
    case retry
    /// The point moved.
    case moved
    /// No step along the direction lowers the objective any more.
    case stalled
  }

  private(set) var point, gradient: [Double]
  private(set) var value = Double.infinity
  /// Where the objective is to be evaluated.
  private(set) var trial: [Double]
  private var direction: [Double] = []
  private var solvedGradient: [Double] = []
  private var pairs: [Pair] = []
  private var slope = 0.0
  private var (length, low, high) = (1.0, 0.0, Double.infinity)
  private var trials = 0
  private let rounding: Double

  private static let memory = 20
  private static let mostTrials = 30

  /// Starts at a point; `rounding` is the relative error of an evaluated objective.
  init(at point: [Double], rounding: Double) {
    self.point = point
    trial = point
    gradient = []
    self.rounding = rounding
  }

  /// Takes the value and gradient at the first point.
  mutating func begin(value: Double, gradient: [Double]) {
    self.value = value
    self.gradient = gradient
  }

  /// Forgets the past and takes a new preconditioner's answer to the gradient: the next direction.
  mutating func restart(solvedGradient solved: [Double]) {
    pairs.removeAll()
    solvedGradient = solved
    chooseDirection()
  }

  /// Weighs what was found at the trial point.
  ///
  /// After `.moved`, ``advance(solvedGradient:)`` is called.
  mutating func judge(value newValue: Double, gradient newGradient: [Double]) -> Outcome {
    trials += 1
    let slack = rounding * abs(value)
    let newSlope = dot(newGradient, direction)
    if !(newValue <= value + 1e-4 * length * slope + slack) {
      high = length
    } else if newSlope < 0.9 * slope {
      low = length
    } else {
      accept(newValue, newGradient)
      return .moved
    }
    if trials >= Self.mostTrials { return .stalled }
    length = high.isFinite ? (low + high) / 2 : 2 * length
    place()
    return .retry
  }

  /// Takes the preconditioned gradient at the point just reached and chooses the next direction.
  ///
  /// - Returns: Whether there is one.
  @discardableResult
  mutating func advance(solvedGradient solved: [Double]) -> Bool {
    if !pairs.isEmpty, pairs[pairs.count - 1].solvedChange.isEmpty {
      pairs[pairs.count - 1].solvedChange = zip(solved, solvedGradient).map { $0 - $1 }
    }
    solvedGradient = solved
    chooseDirection()
    return slope < 0
  }

  private mutating func accept(_ newValue: Double, _ newGradient: [Double]) {
    let change = zip(newGradient, gradient).map { $0 - $1 }
    let step = direction.map { length * $0 }
    let product = dot(step, change)
    if product > 0 {
      if pairs.count == Self.memory { pairs.removeFirst() }
      pairs.append(Pair(step: step, change: change, solvedChange: [], product: product))
    }
    (point, value, gradient) = (trial, newValue, newGradient)
  }

  /// The two loops, with `H₀ = γ·P⁻¹` and P⁻¹ applied to the gradient and to every change beforehand.
  private mutating func chooseDirection() {
    var q = gradient
    var solved = solvedGradient
    var factors = [Double](repeating: 0, count: pairs.count)
    for index in pairs.indices.reversed() {
      let pair = pairs[index]
      factors[index] = dot(pair.step, q) / pair.product
      add(-factors[index], pair.change, to: &q)
      add(-factors[index], pair.solvedChange, to: &solved)
    }
    if let last = pairs.last {
      let curvature = dot(last.change, last.solvedChange)
      if curvature > 0 { scale(&solved, by: last.product / curvature) }
    }
    for (pair, factor) in zip(pairs, factors) {
      add(factor - dot(pair.change, solved) / pair.product, pair.step, to: &solved)
    }
    scale(&solved, by: -1)
    direction = solved
    slope = dot(gradient, direction)
    (length, low, high, trials) = (1, 0, .infinity, 0)
    place()
  }

  private mutating func place() {
    trial = point
    add(length, direction, to: &trial)
  }
}

func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sums = SIMD8<Double>.zero
  var rest = 0.0
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      let count = min(a.count, b.count)
      var i = 0
      while i + 8 <= count {
        for lane in 0..<8 { sums[lane] += a[i + lane] * b[i + lane] }
        i += 8
      }
      while i < count {
        rest += a[i] * b[i]
        i += 1
      }
    }
  }
  return sums.sum() + rest
}

private func add(_ factor: Double, _ x: [Double], to y: inout [Double]) {
  y.withUnsafeMutableBufferPointer { y in
    x.withUnsafeBufferPointer { x in for i in y.indices { y[i] += factor * x[i] } }
  }
}

private func scale(_ x: inout [Double], by factor: Double) {
  x.withUnsafeMutableBufferPointer { x in for i in x.indices { x[i] *= factor } }
}
