internal import Foundation

/// The search for the shift of log σ at which a distortion is what is wanted: Newton's steps while one side is not known, then between the nearest of both sides.
struct DistortionSearch {
  /// The shift to try next, or that was found.
  private(set) var shift = 0.0
  private(set) var isDone = false
  private var below: (shift: Double, log: Double)?
  private var above: (shift: Double, log: Double)?
  /// What log D grows by with the shift.
  private let slope: Double

  /// The most shifts that are tried.
  static let mostLooks = 4
  /// How near the distortion must be, as a share, for one more step to be as good as met: Newton's step leaves an error of second order.
  private static let near = 0.15
  /// The slope is 2 where the feature is linear in the noise; one that was measured badly goes no farther from it.
  private static let slopes = 0.7...4.0
  private static let longestStep = 0.7
  private static let farthest = 3.0

  /// Begins a search.
  ///
  /// - Parameter slope: What log D grows by with the shift; not a number where it is not known.
  init(slope: Double) {
    self.slope = slope.isFinite ? min(Self.slopes.upperBound, max(Self.slopes.lowerBound, slope)) : 2
  }

  /// Learns what the distortion is at the shift, in the wanted one, and chooses the next.
  mutating func advance(ratio: Double) {
    guard !isDone else { return }
    guard ratio.isFinite else {
      isDone = true
      return
    }
    let value = log(max(ratio, 1e-6))
    if value < 0 { below = (shift, value) } else { above = (shift, value) }
    isDone = abs(value) <= Self.near
    guard let below, let above else {
      let step = min(Self.longestStep, max(-Self.longestStep, value / slope))
      shift = min(Self.farthest, max(-Self.farthest, shift - step))
      isDone = isDone || abs(shift) == Self.farthest
      return
    }
    let line = below.shift - below.log * (above.shift - below.shift) / (above.log - below.log)
    // Between the crossing of the line and the middle: a jump has no line.
    shift = isDone ? line : 0.5 * (line + 0.5 * (below.shift + above.shift))
  }
}
