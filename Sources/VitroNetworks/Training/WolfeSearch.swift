internal import Foundation

/// A line search for the strong Wolfe conditions (Nocedal & Wright 2006, algorithms 3.5 and 3.6), one evaluation at a time.
///
/// The caller evaluates the function at ``trial`` and tells the result to ``observe(_:)`` until that says the search is over;
/// then ``best`` is the point to take. So searches of many functions run side by side.
struct WolfeSearch {
  /// What an evaluation found at step length `t`.
  struct Point {
    var t: Double
    var value: Double
    /// The derivative along the direction.
    var slope: Double
    var gradient: [Double]
  }

  private enum Phase {
    case bracketing(previous: Point)
    case zooming(low: Point, high: Point, stalled: Bool)
  }

  private(set) var trial: Double
  private(set) var best: Point
  private let start: Point
  private var phase: Phase
  private var evaluations = 0
  private let limit: Int
  private let smallest: Double
  private static let decrease = 1e-4
  private static let curvature = 0.9

  /// - Parameters:
  ///   - start: The point at t = 0; its slope is negative.
  ///   - smallest: The bracket width at which the search gives up.
  init(from start: Point, first trial: Double, limit: Int, smallest: Double) {
    self.start = start
    self.trial = trial
    self.limit = limit
    self.smallest = smallest
    best = start
    phase = .bracketing(previous: start)
  }

  /// Takes what was found at ``trial``.
  ///
  /// Returns whether the search is over.
  mutating func observe(_ found: Point) -> Bool {
    evaluations += 1
    switch phase {
    case .bracketing(let previous):
      if !isDecrease(found) || (evaluations > 1 && found.value >= previous.value) {
        return zoom(between: previous, found)
      }
      best = found
      if isFlat(found) { return true }
      if found.slope >= 0 { return zoom(between: previous, found) }
      if evaluations >= limit { return true }
      let next = Self.cubicMinimum(previous, found, low: found.t + 0.01 * (found.t - previous.t), high: found.t * 10)
      phase = .bracketing(previous: found)
      trial = next
      return false
    case .zooming(var low, var high, let stalled):
      if !isDecrease(found) || found.value >= low.value {
        high = found
      } else {
        best = found
        if isFlat(found) { return true }
        if found.slope * (high.t - low.t) >= 0 { high = low }
        low = found
      }
      return continueZoom(low, high, stalled)
    }
  }

  private mutating func zoom(between a: Point, _ b: Point) -> Bool {
    let (low, high) = b.value < a.value ? (b, a) : (a, b)
    best = low
    return continueZoom(low, high, false)
  }

  private mutating func continueZoom(_ low: Point, _ high: Point, _ stalled: Bool) -> Bool {
    let (left, right) = (min(low.t, high.t), max(low.t, high.t))
    if evaluations >= limit || !(right - left > smallest) { return true }
    var next = Self.cubicMinimum(low, high, low: left, high: right)
    // Two trials in a row next to an end: step inside, so that the bracket shrinks.
    let margin = 0.1 * (right - left)
    var stalls = false
    if min(right - next, next - left) < margin {
      if stalled || next >= right || next <= left {
        next = right - next < next - left ? right - margin : left + margin
      } else {
        stalls = true
      }
    }
    phase = .zooming(low: low, high: high, stalled: stalls)
    trial = next
    return false
  }

  private func isDecrease(_ point: Point) -> Bool {
    point.value <= start.value + Self.decrease * point.t * start.slope && point.slope.isFinite
  }

  private func isFlat(_ point: Point) -> Bool { abs(point.slope) <= -Self.curvature * start.slope }

  /// The minimum of the cubic through two points with their slopes, within bounds; the middle when there is none.
  static func cubicMinimum(_ a: Point, _ b: Point, low: Double, high: Double) -> Double {
    let (left, right) = a.t <= b.t ? (a, b) : (b, a)
    let d1 = left.slope + right.slope - 3 * (left.value - right.value) / (left.t - right.t)
    let square = d1 * d1 - left.slope * right.slope
    guard square >= 0 else { return (low + high) / 2 }
    let d2 = square.squareRoot()
    let t = right.t - (right.t - left.t) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2))
    return t.isFinite ? min(max(t, low), high) : (low + high) / 2
  }
}
