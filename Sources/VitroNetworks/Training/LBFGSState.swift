/// What L-BFGS knows of one function between two iterations.
struct LBFGSState: Sendable {
  var point: [Double]
  var value = Double.infinity
  var gradient: [Double] = []
  /// Past differences of points and of gradients, the oldest first.
  var steps: [[Double]] = []
  var changes: [[Double]] = []
  var iterations = 0
  var isConverged = false
  /// The direction of the line search under way.
  private(set) var direction: [Double] = []

  init(at point: [Double]) { self.point = point }

  mutating func begin(_ value: Double, _ gradient: [Double], _ settings: LBFGS.Settings) {
    self.value = value
    self.gradient = gradient
    isConverged = !(gradient.largest > settings.gradientTolerance)
  }

  func trial(_ t: Double) -> [Double] { point.plus(t, direction) }

  /// Chooses a direction; `nil` when there is nowhere to go.
  mutating func search(_ settings: LBFGS.Settings) -> WolfeSearch? {
    if isConverged { return nil }
    direction = quasiNewtonDirection()
    var slope = gradient.dot(direction)
    if !(slope < 0) {
      (steps, changes) = ([], [])
      direction = gradient.map { -$0 }
      slope = gradient.dot(direction)
    }
    guard slope < 0, slope.isFinite else {
      isConverged = true
      return nil
    }
    let total = gradient.reduce(0) { $0 + abs($1) }
    let first = steps.isEmpty ? min(1, 1 / total) * settings.rate : settings.rate
    return WolfeSearch(
      from: WolfeSearch.Point(t: 0, value: value, slope: slope, gradient: gradient), first: first,
      limit: settings.maximumEvaluations, smallest: settings.changeTolerance / max(direction.largest, 1e-300))
  }

  mutating func accept(_ next: [Double], _ found: WolfeSearch.Point, _ settings: LBFGS.Settings) {
    iterations += 1
    guard found.t > 0 else {
      // No step along this direction helps: forget the past once, and stop if there is none to forget.
      isConverged = steps.isEmpty
      (steps, changes) = ([], [])
      return
    }
    let step = next.plus(-1, point)
    let change = found.gradient.plus(-1, gradient)
    if step.dot(change) > 1e-10 * change.dot(change).squareRoot() * step.dot(step).squareRoot() {
      steps.append(step)
      changes.append(change)
      if steps.count > settings.history {
        steps.removeFirst()
        changes.removeFirst()
      }
    }
    let improvement = abs(found.value - value)
    point = next
    value = found.value
    gradient = found.gradient
    isConverged =
      !(gradient.largest > settings.gradientTolerance) || step.largest <= settings.changeTolerance
      || improvement < settings.changeTolerance * max(1, abs(value)) * 1e-3
  }

  /// −H·g by the two loops over past steps.
  private func quasiNewtonDirection() -> [Double] {
    var q = gradient
    var weights = [Double](repeating: 0, count: steps.count)
    for index in steps.indices.reversed() {
      weights[index] = steps[index].dot(q) / steps[index].dot(changes[index])
      q = q.plus(-weights[index], changes[index])
    }
    if let step = steps.last, let change = changes.last {
      let scale = step.dot(change) / change.dot(change)
      q = q.map { $0 * scale }
    }
    for index in steps.indices {
      let back = changes[index].dot(q) / steps[index].dot(changes[index])
      q = q.plus(weights[index] - back, steps[index])
    }
    return q.map { -$0 }
  }
}

extension [Double] {
  /// The largest magnitude, NaN when there is one.
  fileprivate var largest: Double { reduce(0) { $1.isNaN || $0.isNaN ? .nan : Swift.max($0, abs($1)) } }

  fileprivate func dot(_ other: [Double]) -> Double {
    var sum = 0.0
    for index in indices { sum += self[index] * other[index] }
    return sum
  }

  fileprivate func plus(_ factor: Double, _ other: [Double]) -> [Double] {
    var result = self
    for index in indices { result[index] += factor * other[index] }
    return result
  }
}
