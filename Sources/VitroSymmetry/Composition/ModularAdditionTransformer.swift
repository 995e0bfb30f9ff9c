internal import Foundation
internal import VitroCore
public import VitroFormats
internal import VitroTensor

/// The one-layer transformer that adds modulo a prime (Nanda et al., 2023), from its published weights: what its hidden layer and its logits
/// are for every pair.
///
/// It reads `a b =`, attends from `=` to all three, adds that to the stream, and answers through an MLP of ReLUs; no layer normalization. The
/// arrays bear the names of the release: `embed.W_E` [model, p + 1], `pos_embed.W_pos` [3, model], `blocks.0.attn.W_K`, `W_Q`, `W_V` [heads, head, model],
/// `W_O` [model, heads·head], `blocks.0.mlp.W_in` [H, model], `b_in`, `W_out` [model, H], `b_out`, `unembed.W_U` [model, p + 1].
public struct ModularAdditionTransformer: Sendable {
  /// What it adds modulo.
  public let modulus: Int
  /// The number of hidden units.
  public let width: Int
  private let model, heads, head: Int
  private let arrays: [String: [Double]]

  /// Whether a file holds such a network, by the names of its arrays.
  public static func describes(_ file: SafetensorsFile) -> Bool {
    Set(["embed.W_E", "pos_embed.W_pos", "unembed.W_U"].map { $0 } + attentionNames + mlpNames)
      .isSubset(of: file.names)
  }

  private static let attentionNames = ["W_K", "W_Q", "W_V", "W_O"].map { "blocks.0.attn.\($0)" }
  private static let mlpNames = ["W_in", "b_in", "W_out", "b_out"].map { "blocks.0.mlp.\($0)" }

  /// Reads a network.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file`, `malformed` when an array is missing or shapes do not fit.
  public init(path: String) throws { try self.init(SafetensorsFile(path)) }

  /// Reads a network.
  ///
  /// - Throws: As ``init(path:)``.
  public init(_ file: SafetensorsFile) throws {
    var shapes: [String: [Int]] = [:]
    var arrays: [String: [Double]] = [:]
    for name in ["embed.W_E", "pos_embed.W_pos", "unembed.W_U"] + Self.attentionNames + Self.mlpNames {
      let tensor = Tensor(try file.array(named: name))
      shapes[name] = tensor.shape
      arrays[name] = try tensor.cast(to: .float64).doubles
    }
    func fits(_ name: String, _ expected: [Int]) throws {
      guard shapes[name] == expected, expected.allSatisfy({ $0 > 0 }) else {
        throw VitroError(
          .malformed, "reading \(file.file.name)",
          "'\(name)' has the shape \(shapes[name] ?? []), expected \(expected)",
          details: ["file": file.file.name, "field": name])
      }
    }
    let embed = shapes["embed.W_E"] ?? []
    let keys = shapes["blocks.0.attn.W_K"] ?? []
    let hidden = shapes["blocks.0.mlp.W_in"] ?? []
    guard embed.count == 2, keys.count == 3, hidden.count == 2,
      (3...CompositionTask.largestOrder + 1).contains(embed[1])
    else {
      throw VitroError(
        .malformed, "reading \(file.file.name)", "its arrays are not those of a transformer that adds two numbers",
        details: ["file": file.file.name])
    }
    (model, heads, head, width, modulus) = (embed[0], keys[0], keys[1], hidden[0], embed[1] - 1)
    try fits("embed.W_E", [model, modulus + 1])
    try fits("unembed.W_U", [model, modulus + 1])
    try fits("pos_embed.W_pos", [3, model])
    for name in Self.attentionNames.dropLast() { try fits(name, [heads, head, model]) }
    try fits("blocks.0.attn.W_O", [model, heads * head])
    try fits("blocks.0.mlp.W_in", [width, model])
    try fits("blocks.0.mlp.b_in", [width])
    try fits("blocks.0.mlp.W_out", [model, width])
    try fits("blocks.0.mlp.b_out", [model])
    self.arrays = arrays
  }

  private func array(_ name: String) -> [Double] { arrays[name] ?? [] }

  /// The hidden activations `[p², H]` and the logits `[p², p]` of all pairs, that of a and b at a·p + b.
  ///
  /// - Complexity: O(p²·H·model).
  public func values() -> (hidden: [Float], logits: [Float]) {
    let (p, pairs) = (modulus, modulus * modulus)
    let stream = afterAttention()
    var hidden = multiply(
      stream, array("blocks.0.mlp.W_in"), rows: pairs, inner: model, columns: width, transposeB: true)
    let bias = array("blocks.0.mlp.b_in")
    for pair in 0..<pairs {
      for unit in 0..<width { hidden[pair * width + unit] = max(0, hidden[pair * width + unit] + bias[unit]) }
    }
    var out = multiply(
      hidden, array("blocks.0.mlp.W_out"), rows: pairs, inner: width, columns: model, transposeB: true)
    let outBias = array("blocks.0.mlp.b_out")
    for pair in 0..<pairs {
      for i in 0..<model { out[pair * model + i] += stream[pair * model + i] + outBias[i] }
    }
    let logits = multiply(out, array("unembed.W_U"), rows: pairs, inner: model, columns: p + 1)
    return (hidden.map(Float.init), (0..<pairs * p).map { Float(logits[$0 / p * (p + 1) + $0 % p]) })
  }

  /// The stream at `=` before the MLP, `[p², model]`.
  private func afterAttention() -> [Double] {
    let p = modulus
    let (embed, positions) = (array("embed.W_E"), array("pos_embed.W_pos"))
    /// What stands in the stream for every token at a position, `[p + 1, model]`.
    func tokens(_ position: Int) -> [Double] {
      (0..<(p + 1) * model).map { embed[$0 % model * (p + 1) + $0 / model] + positions[position * model + $0 % model] }
    }
    let inputs = (0..<3).map(tokens)
    let last = Array(inputs[2].suffix(model))
    var stream = [Double](repeating: 0, count: p * p * model)
    for pair in 0..<p * p {
      for i in 0..<model { stream[pair * model + i] = last[i] }
    }
    for index in 0..<heads {
      func part(_ name: String) -> [Double] {
        let size = head * model
        return Array(array("blocks.0.attn.\(name)")[index * size..<(index + 1) * size])
      }
      let (w, all) = (array("blocks.0.attn.W_O"), heads * head)
      let outward = (0..<model * head).map { w[$0 / head * all + index * head + $0 % head] }
      let query = multiply(last, part("W_Q"), rows: 1, inner: model, columns: head, transposeB: true)
      let scores = inputs.map { input in
        let keys = multiply(input, part("W_K"), rows: p + 1, inner: model, columns: head, transposeB: true)
        return multiply(keys, query, rows: p + 1, inner: head, columns: 1).map { $0 / Double(head).squareRoot() }
      }
      let moved = inputs.map { input in
        let values = multiply(input, part("W_V"), rows: p + 1, inner: model, columns: head, transposeB: true)
        return multiply(values, outward, rows: p + 1, inner: head, columns: model, transposeB: true)
      }
      for a in 0..<p {
        for b in 0..<p {
          let logits = [scores[0][a], scores[1][b], scores[2][p]]
          let greatest = logits.max() ?? 0
          let weights = logits.map { exp($0 - greatest) }
          let total = weights.reduce(0, +)
          for (source, token) in [(0, a), (1, b), (2, p)] {
            let weight = weights[source] / total
            for i in 0..<model {
              stream[(a * p + b) * model + i] += weight * moved[source][token * model + i]
            }
          }
        }
      }
    }
    return stream
  }
}
