internal import VitroCore
public import VitroTensor

/// Multi-head attention (Vaswani et al., 2017): `pattern = softmax(q · kᵀ/√d_head)`, `z = pattern · v`, output `z · W_Oᵀ + b_O`.
///
/// One input attends to itself; with two, the first attends to the second. Shapes: `[length, width]` → `[length, width]`. Parameters:
/// `q_proj`, `k_proj`, `v_proj`, `out_proj`, each `.weight [width, width]` and `.bias [width]`. Inner taps, named as in TransformerLens:
/// `hook_q`, `hook_k`, `hook_v`, `hook_z` `[batch, position, head, d_head]`, `hook_attn_scores`, `hook_pattern`
/// `[batch, head, query, key]`.
///
/// ```swift
/// let graph = Graph.chain(
///   "attention", input: [-1],
///   [("embed", Embedding(50, 16)), ("attn", MultiHeadAttention(16, heads: 2, causal: true))])
/// let network = try Network(graph, seed: 0)
/// let tokens = try Tensor([3, 1, 4, 1, 5], shape: [1, 5])
/// let pattern = try network.run([tokens], recording: ["attn.hook_pattern"]).value(at: "attn.hook_pattern")
/// ```
public struct MultiHeadAttention: Layer {
  /// `multiHeadAttention`.
  public static let kind = "multiHeadAttention"
  /// The length of each vector.
  public var width: Int
  /// The number of heads, which share the width.
  public var heads: Int
  /// Whether a position sees only itself and earlier ones.
  public var causal: Bool
  /// Whether biases are added.
  public var bias: Bool

  /// Creates the layer.
  public init(_ width: Int, heads: Int, causal: Bool = false, bias: Bool = true) {
    self.width = width
    self.heads = heads
    self.causal = causal
    self.bias = bias
  }

  /// Four matrices, each followed by its bias if there are any.
  public var parameters: [ParameterSpec] {
    ["q_proj", "k_proj", "v_proj", "out_proj"].flatMap { name -> [ParameterSpec] in
      let isOutput = name == "out_proj"
      let weight = ParameterSpec(
        "\(name).weight", [width, width], isOutput ? .weight : .attentionWeight, fanOut: isOutput ? width : 3 * width)
      return bias ? [weight, ParameterSpec("\(name).bias", [width], .shift)] : [weight]
    }
  }

  /// Queries, keys, values, scores, pattern, and what the heads read.
  public var innerTaps: [String] { ["hook_q", "hook_k", "hook_v", "hook_attn_scores", "hook_pattern", "hook_z"] }

  /// The shape of the first input.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    guard heads >= 1, width % heads == 0 else {
      throw VitroError(.argument, Self.kind, "\(heads) heads do not divide the width \(width)")
    }
    guard (1...2).contains(inputs.count), inputs.allSatisfy({ $0.count == 2 && $0[1] == width }) else {
      throw shapeError(inputs, expected: "one or two of [length, \(width)]")
    }
    return inputs[0]
  }

  /// Attends.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    let source = inputs.count == 2 ? inputs[1] : inputs[0]
    let q = try context.tap(0, projected(inputs[0], 0, context))
    let k = try context.tap(1, projected(source, 1, context))
    let v = try context.tap(2, projected(source, 2, context))

    let perHead = headFirst(q.rank)
    let scale = 1 / Double(width / heads).squareRoot()
    var scores = try (q.permuted(perHead) * scale).matmul(k.permuted(perHead), transposeB: true)
    if causal { scores = try scores + Self.causalMask(scores.shape, dtype: scores.dtype) }
    let pattern = try context.tap(4, context.tap(3, scores).softmax())
    let z = try context.tap(5, pattern.matmul(v.permuted(perHead)).permuted(perHead))
    return try z.reshaped(z.shape.dropLast(2) + [width])
      .linear(weight: parameter(3, 0, context), bias: bias ? parameter(3, 1, context) : nil)
  }

  /// `[… , length, width]` → `[… , length, heads, d_head]`.
  private func projected(_ x: Tensor, _ matrix: Int, _ context: LayerContext) throws -> Tensor {
    let y = try x.linear(weight: parameter(matrix, 0, context), bias: bias ? parameter(matrix, 1, context) : nil)
    return try y.reshaped(y.shape.dropLast() + [heads, width / heads])
  }

  private func parameter(_ matrix: Int, _ part: Int, _ context: LayerContext) -> Tensor {
    context.parameters[bias ? 2 * matrix + part : matrix]
  }

  /// The order that exchanges positions and heads.
  private func headFirst(_ rank: Int) -> [Int] { Array(0..<rank - 3) + [rank - 2, rank - 3, rank - 1] }

  /// 0 where key ≤ query, −∞ elsewhere; the last query sees all keys.
  private static func causalMask(_ shape: [Int], dtype: DType) throws -> Tensor {
    let (queries, keys) = (shape[shape.count - 2], shape[shape.count - 1])
    let row = try Tensor.range(0..<queries).expandingAxis(1)
    let column = try Tensor.range(0..<keys).expandingAxis(0)
    let offset = try Tensor.full([], Double(keys - queries), dtype: .int64)
    return try column.isGreater(than: row + offset)
      .select(.full([], -.infinity, dtype: dtype), .full([], 0, dtype: dtype))
  }
}
