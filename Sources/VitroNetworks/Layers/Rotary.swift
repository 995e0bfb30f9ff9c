internal import Foundation
internal import VitroCore
internal import VitroTensor

/// Rotary positions (RoPE; Su et al., 2021): pair j of a head's features turns by `position · base^(−2j/turned)`.
public struct Rotary: Sendable, Hashable, Codable {
  /// How frequencies are changed for texts longer than those of the training.
  public enum Scaling: Sendable, Hashable, Codable {
    /// All frequencies divided by a factor.
    case linear(factor: Double)
    /// Low frequencies divided by a factor, high ones kept, those between blended (Llama 3.1).
    case llama3(factor: Double, low: Double, high: Double, context: Int)
  }

  /// The base of the frequencies; 10 000 at first.
  public var base: Double
  /// How many of a head's features turn; `nil` for all.
  public var turned: Int?
  /// Whether pairs are neighbours (2j, 2j + 1) rather than (j, j + turned/2).
  public var adjacent: Bool
  /// How frequencies are changed.
  public var scaling: Scaling?

  /// Creates rotary positions.
  public init(base: Double = 10_000, turned: Int? = nil, adjacent: Bool = false, scaling: Scaling? = nil) {
    self.base = base
    self.turned = turned
    self.adjacent = adjacent
    self.scaling = scaling
  }

  /// The angle of each pair for one step of the position.
  public func frequencies(headWidth: Int) -> [Double] {
    let turned = turned ?? headWidth
    return (0..<turned / 2).map { pair in
      scaled(pow(base, -2 * Double(pair) / Double(turned)))
    }
  }

  private func scaled(_ frequency: Double) -> Double {
    switch scaling {
    case nil: return frequency
    case .linear(let factor): return frequency / factor
    case .llama3(let factor, let low, let high, let context):
      let length = 2 * Double.pi / frequency
      if length < Double(context) / high { return frequency }
      if length > Double(context) / low { return frequency / factor }
      let smooth = (Double(context) / length - low) / (high - low)
      return (1 - smooth) * frequency / factor + smooth * frequency
    }
  }

  /// Cosines and sines `[positions, pairs]`.
  func table(_ positions: [Int], headWidth: Int, dtype: DType) throws -> (cosines: Tensor, sines: Tensor) {
    let frequencies = frequencies(headWidth: headWidth)
    let angles = positions.flatMap { position in frequencies.map { Double(position) * $0 } }
    let shape = [positions.count, frequencies.count]
    return (
      try Tensor(angles.map { cos($0) }, shape: shape).cast(to: dtype),
      try Tensor(angles.map { sin($0) }, shape: shape).cast(to: dtype)
    )
  }
}
