internal import VitroCore
public import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// Direct logit attribution (Elhage et al., 2021): how much each part of the residual stream adds to a logit, or to the difference of two.
///
/// The last residual is a sum: embeddings, what each head writes, biases, what each feed-forward part writes. With the last
/// normalization's scale held at its value in this run, logits are linear in it, so the parts' shares add up to the logit exactly.
///
/// ```swift
/// let attribution = try DirectAttribution(model, tokens: tokens, answer: answer, wrong: wrong)
/// let strongest = attribution.parts.max { abs($0.share) < abs($1.share) }
/// ```
public struct DirectAttribution: Sendable, Codable {
  /// A part of the residual stream.
  public struct Part: Sendable, Hashable, Codable {
    /// What it is: `embed`, `L3H1`, `L3 bias`, `L3 mlp`, `final bias`.
    public var name: String
    /// The block, if it belongs to one.
    public var layer: Int?
    /// The head, if it is one.
    public var head: Int?
    /// What it adds to the logit or the difference.
    public var share: Double
  }

  /// All parts, in the order of the network.
  public let parts: [Part]
  /// The logit, or the difference, that the parts add up to.
  public let total: Double
  /// The same from the network's own run.
  public let measured: Double
  /// What residuals up to each layer add up to under the last normalization's scale, from what enters block 0.
  public let accumulated: [Double]

  /// Splits the logit of `answer`, minus that of `wrong` if it is given, at the last position.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for a model without logits, with normalizations after the sums, or with capped logits.
  /// - Complexity: One run, in which each head's output stands apart.
  public init(_ model: LanguageModel, tokens: [Int], answer: Int, wrong: Int? = nil) throws {
    let operation = "attributing logits of '\(model.name)'"
    let end = try FinalLayer(model, for: operation)
    guard let transformer = model.transformer, transformer.placement != .after, transformer.logitCap == nil else {
      throw VitroError(
        .unsupported, operation, "its logits are no sum over the residual stream",
        hint: "Normalizations after the sums (BERT) and capped logits (Gemma 2) are not linear.")
    }
    let isAround = transformer.placement == .around
    let blocks = (0..<model.layers).map { "blocks.\($0)." }
    var names = ["blocks.0.hook_resid_pre"] + model.residualTaps.dropFirst()
    // What is written passes a normalization of its own in Gemma's way; heads cannot be told apart behind it.
    names += blocks.flatMap { isAround ? ["\($0)hook_attn_out"] : ["\($0)attn.hook_result", "\($0)hook_attn_out"] }
    if transformer.feedForward != nil { names += blocks.map { "\($0)hook_mlp_out" } }
    let run = try model.run([tokens], recording: .names(names), needsOutputs: false)
    let last = tokens.count - 1
    func row(_ tap: String) throws -> Tensor { try run.value(at: tap).select(at: last) }

    let direction = try Direction(model, end, residual: row(end.residual), answer: answer, wrong: wrong)
    var parts = [
      Part(name: "embed", layer: nil, head: nil, share: try direction.share(of: row("blocks.0.hook_resid_pre")))
    ]
    for (layer, block) in blocks.enumerated() {
      let written = try direction.share(of: row("\(block)hook_attn_out"))
      if isAround {
        parts.append(Part(name: "L\(layer) attn", layer: layer, head: nil, share: written))
      } else {
        let heads = try direction.shares(of: row("\(block)attn.hook_result"))
        parts += heads.enumerated().map { Part(name: "L\(layer)H\($0)", layer: layer, head: $0, share: $1) }
        if transformer.outputBias {
          parts.append(Part(name: "L\(layer) bias", layer: layer, head: nil, share: written - heads.reduce(0, +)))
        }
      }
      if transformer.feedForward != nil {
        let share = try direction.share(of: row("\(block)hook_mlp_out"))
        parts.append(Part(name: "L\(layer) mlp", layer: layer, head: nil, share: share))
      }
    }
    if direction.constant != 0 {
      parts.append(Part(name: "final bias", layer: nil, head: nil, share: direction.constant))
    }
    self.parts = parts
    total = parts.reduce(0) { $0 + $1.share }
    accumulated = try model.residualTaps.map { try direction.share(of: row($0)) + direction.constant }
    let logits = try end.logits(row(end.residual).expandingAxis(0), of: [answer] + (wrong.map { [$0] } ?? []))
      .cast(to: .float64).array(of: Double.self)
    measured = logits[0] - (logits.count > 1 ? logits[1] : 0)
  }
}

/// The linear function of the last residual that a logit is, with the normalization's scale held.
private struct Direction {
  /// In float64, the normalization's centring, scale and gains included.
  let vector: Tensor
  /// What the normalization's shift and the unembedding's bias add.
  let constant: Double

  init(_ model: LanguageModel, _ end: FinalLayer, residual: Tensor, answer: Int, wrong: Int?) throws {
    let (rows, biases) = try end.directions(of: [answer] + (wrong.map { [$0] } ?? []))
    let wide = try rows.cast(to: .float64)
    var vector = try wide.select(at: 0)
    let offsets = try biases?.cast(to: .float64).array(of: Double.self) ?? []
    if wrong != nil { vector = try vector - wide.select(at: 1) }
    var sum = (offsets.first ?? 0) - (wrong == nil ? 0 : offsets.last ?? 0)
    guard let transformer = model.transformer, transformer.normalizesLast else {
      (self.vector, self.constant) = (vector, sum)
      return
    }
    let parameters = model.network.parameters
    let gain = try parameters.value(named: "ln_final.weight").cast(to: .float64)
    let x = try residual.cast(to: .float64)
    if transformer.normalization == .layer {
      let shift = try parameters.value(named: "ln_final.bias").cast(to: .float64)
      sum += try vector.dot(shift).item()
      let scaled = try vector * gain * x.layerNormalized(epsilon: transformer.epsilon).scale
      // Centring takes the mean off whatever it is given.
      vector = try scaled - scaled.mean()
    } else {
      vector = try vector * gain * x.rmsNormalized(epsilon: transformer.epsilon).scale
    }
    (self.vector, self.constant) = (vector, sum)
  }

  func share(of part: Tensor) throws -> Double { try part.cast(to: .float64).dot(vector).item() }

  /// Of `[parts, width]`.
  func shares(of parts: Tensor) throws -> [Double] {
    try parts.cast(to: .float64).matmul(vector.reshaped([vector.count, 1])).array(of: Double.self)
  }
}
