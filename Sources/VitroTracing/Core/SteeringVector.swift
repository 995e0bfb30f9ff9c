public import VitroCore
public import VitroModels
public import VitroNetworks
internal import VitroTensor

/// A direction of the residual stream that separates two sets of texts, to be added while the model runs (Turner et al., 2023).
///
/// ```swift
/// let vector = try SteeringVector(model, positive: happy, negative: sad, layer: 1)
/// let run = try model.run([tokens], editing: vector.edit(strength: 4))
/// ```
public struct SteeringVector: Sendable, Codable {
  /// Where it is added.
  public let tap: String
  /// The mean residual of the positive texts minus that of the negative ones, at the last token, `[width]`.
  public let direction: [Double]
  /// The mean length of the residuals that it was made from.
  public let residualNorm: Double

  /// The length of ``direction``.
  public var norm: Double { direction.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  /// Takes the difference of the means at a block's input.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for no texts, texts that the model does not take, or a layer that it does not have.
  public init(_ model: LanguageModel, positive: [[Int]], negative: [[Int]], layer: Int) throws {
    guard model.layers > 0, (0..<model.layers).contains(layer), !positive.isEmpty, !negative.isEmpty else {
      throw VitroError(
        .argument, "steering '\(model.name)'",
        "layer \(layer) of \(model.layers), \(positive.count) positive and \(negative.count) negative texts",
        hint: "Both sets need a text; layers count from 0.")
    }
    tap = "blocks.\(layer).hook_resid_pre"
    let run = try model.run(positive + negative, recording: [tap], needsOutputs: false)
    let last = try Tensor(run.ranges.map { Int64($0.upperBound - 1) })
    let rows = try run.value(at: tap).gather(last).cast(to: .float64)
    let (above, below) = try (rows.slice(0..<positive.count), rows.slice(positive.count..<rows.shape[0]))
    direction = try (above.mean(axes: [0]) - below.mean(axes: [0])).array(of: Double.self)
    residualNorm = try rows.norm(axes: [1]).mean().item()
  }

  /// The edit that adds `strength` times the direction at every position.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when memory is short.
  public func edit(strength: Double, dtype: DType = .float32) throws -> [String: TapEdit] {
    [tap: .add(try Tensor(direction.map { $0 * strength }).cast(to: dtype))]
  }
}
