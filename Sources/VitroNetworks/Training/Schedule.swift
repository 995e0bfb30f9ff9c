internal import Foundation

/// How the learning rate changes while training goes on; the base rate is the optimizer's.
///
/// Steps and epochs count from 0. All but ``reduceOnPlateau(factor:patience:threshold:)`` are functions of both alone.
///
/// ```swift
/// let schedule = Schedule.warmUp(steps: 100, then: .cosine(steps: 900, minimum: 0))
/// let rates = [0, 99, 1000].map { schedule.rate(base: 1e-3, step: $0, epoch: 0) }  // 1e-5, 1e-3, 0
/// ```
public enum Schedule: Sendable, Hashable, Codable {
  /// Always the base rate.
  case constant
  /// Times `factor` after every so many epochs.
  case step(epochs: Int, factor: Double)
  /// Times `factor` after every epoch.
  case exponential(factor: Double)
  /// Half a cosine from the base rate down to `minimum` over so many steps, then `minimum` (Loshchilov & Hutter, 2017).
  case cosine(steps: Int, minimum: Double)
  /// A straight rise to the base rate over so many steps, then another schedule, whose steps count from there.
  indirect case warmUp(steps: Int, then: Schedule)
  /// Up from base/25 to the base rate in the first part, then down to base/250000, both along cosines (Smith & Topin, 2018); PyTorch's.
  case oneCycle(steps: Int, risingPart: Double)
  /// Times `factor` whenever the watched metric has not improved by the relative `threshold` for more than `patience` epochs.
  case reduceOnPlateau(factor: Double, patience: Int, threshold: Double)

  /// The learning rate of a step.
  ///
  /// - Parameters:
  ///   - base: The optimizer's rate.
  ///   - step: The step's number, from 0, over all epochs.
  ///   - epoch: The epoch's number, from 0.
  ///   - losses: The watched loss of each finished epoch; only ``reduceOnPlateau(factor:patience:threshold:)`` looks at it.
  public func rate(base: Double, step: Int, epoch: Int, losses: @autoclosure () -> [Double] = []) -> Double {
    switch self {
    case .constant: return base
    case .step(let epochs, let factor): return base * pow(factor, Double(epoch / max(epochs, 1)))
    case .exponential(let factor): return base * pow(factor, Double(epoch))
    case .cosine(let steps, let minimum):
      return Self.cosine(from: base, to: minimum, part: Double(min(step, steps)) / Double(max(steps, 1)))
    case .warmUp(let steps, let then):
      if step < steps {
        return then.rate(base: base, step: 0, epoch: epoch, losses: losses()) * Double(step + 1) / Double(steps)
      }
      return then.rate(base: base, step: step - steps, epoch: epoch, losses: losses())
    case .oneCycle(let steps, let risingPart):
      let (initial, last) = (base / 25, Double(max(steps, 2) - 1))
      let peak = risingPart * Double(steps) - 1
      let position = Double(min(step, max(steps, 1) - 1))
      if position <= peak { return Self.cosine(from: initial, to: base, part: peak > 0 ? position / peak : 1) }
      return Self.cosine(from: base, to: initial / 1e4, part: (position - peak) / (last - peak))
    case .reduceOnPlateau(let factor, let patience, let threshold):
      return base * pow(factor, Double(Self.plateaus(losses(), patience: patience, threshold: threshold)))
    }
  }

  private static func cosine(from start: Double, to end: Double, part: Double) -> Double {
    end + (start - end) * (1 + cos(.pi * part)) / 2
  }

  private static func plateaus(_ losses: [Double], patience: Int, threshold: Double) -> Int {
    var (best, waited, count) = (Double.infinity, 0, 0)
    for loss in losses {
      if loss < best - abs(best == .infinity ? 0 : best) * threshold {
        (best, waited) = (loss, 0)
      } else {
        waited += 1
        if waited > patience { (waited, count) = (0, count + 1) }
      }
    }
    return count
  }
}
