internal import VitroCore
public import VitroTensor

/// Multi-head attention (Vaswani et al., 2017): `pattern = softmax(scale · q·kᵀ)`, `z = pattern · v`, output `z · W_Oᵀ + b_O`.
///
/// One input attends to itself; with two, the first attends to the second. Shapes: `[length, width]` → `[length, width]`. Parameters:
/// `q_proj`, `k_proj`, `v_proj`, `out_proj`, each with `.weight` and `.bias`. Inner taps, named as in TransformerLens:
/// `hook_q`, `hook_k`, `hook_v`, `hook_z` `[batch, position, head, d_head]`, `hook_rot_q` and `hook_rot_k` after rotary positions,
/// `hook_attn_scores`, `hook_pattern` `[batch, head, query, key]`, and `hook_result` `[batch, position, head, width]`, what each head writes.
///
/// The settings beyond heads and width are what tells families of pretrained transformers apart: shared heads of keys and values (GQA),
/// heads of another width, rotary positions, a window, normalized heads (Qwen 3), capped scores (Gemma 2). Over packed sequences
/// (``SequenceLayout``) scores and pattern are `[sequence, head, query, key]`, as wide as the longest. Scores and pattern stand in memory only
/// where they are tapped or a gradient is asked for.
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
  /// Positions of one sequence see each other.
  public static let takesSequences = true
  /// The length of each vector.
  public var width: Int
  /// The number of heads.
  public var heads: Int
  /// Whether a position sees only itself and earlier ones.
  public var causal: Bool
  /// Whether biases are added to queries, keys and values, and to the output unless ``outputBias`` says otherwise.
  public var bias: Bool
  /// The number of heads of keys and values, which groups of heads share; as many as heads unless given.
  public var keyValueHeads: Int?
  /// The width of a head; the heads share the width unless it is given.
  public var headWidth: Int?
  /// Whether a bias is added to the output; as ``bias`` unless given.
  public var outputBias: Bool?
  /// Rotary positions, applied to queries and keys.
  public var rotary: Rotary?
  /// What products of queries and keys are multiplied by; 1/√d_head unless given.
  public var scale: Double?
  /// Scores become `softcap · tanh(score/softcap)`.
  public var softcap: Double?
  /// How many of the last positions are seen, the own one included.
  public var window: Int?
  /// The ε of the root-mean-square normalization of each head's queries and keys (`q_norm`, `k_norm`), where there is one.
  public var headNorm: Double?

  /// Yes: through values, the pattern held fixed.
  public var isLinearizable: Bool { true }

  /// Creates the layer; further settings are its properties.
  public init(_ width: Int, heads: Int, causal: Bool = false, bias: Bool = true) {
    self.width = width
    self.heads = heads
    self.causal = causal
    self.bias = bias
  }

  /// The width of a head.
  public var resolvedHeadWidth: Int { headWidth ?? (heads > 0 ? width / heads : 0) }
  /// The number of heads of keys and values.
  public var resolvedKeyValueHeads: Int { keyValueHeads ?? heads }
  private var hasOutputBias: Bool { outputBias ?? bias }

  /// Four matrices, each followed by its bias if it has one; after those of queries and keys the gains of their normalization.
  public var parameters: [ParameterSpec] {
    let (all, shared) = (heads * resolvedHeadWidth, resolvedKeyValueHeads * resolvedHeadWidth)
    let matrices: [(name: String, rows: Int, bias: Bool)] = [
      ("q_proj", all, bias), ("k_proj", shared, bias), ("v_proj", shared, bias), ("out_proj", width, hasOutputBias),
    ]
    var result: [ParameterSpec] = []
    for matrix in matrices {
      let isOutput = matrix.name == "out_proj"
      result.append(
        ParameterSpec(
          "\(matrix.name).weight", [matrix.rows, isOutput ? all : width], isOutput ? .weight : .attentionWeight,
          fanOut: isOutput ? width : all + 2 * shared))
      if matrix.bias { result.append(ParameterSpec("\(matrix.name).bias", [matrix.rows], .shift)) }
    }
    if headNorm != nil {
      result += ["q_norm.weight", "k_norm.weight"].map { ParameterSpec($0, [resolvedHeadWidth], .gain) }
    }
    return result
  }

  private enum Tap: Int { case q, k, v, rotatedQ, rotatedK, scores, pattern, z, result }

  /// Queries, keys, values (turned, too), scores, pattern, what the heads read and what they write.
  public var innerTaps: [String] {
    [
      "hook_q", "hook_k", "hook_v", "hook_rot_q", "hook_rot_k", "hook_attn_scores", "hook_pattern", "hook_z",
      "hook_result",
    ].filter { rotary != nil || !$0.hasPrefix("hook_rot") }
  }

  /// What makes up the pattern.
  public var fixedTaps: [String] {
    let free: Set<String> = ["hook_v", "hook_z", "hook_result"]
    return innerTaps.filter { !free.contains($0) }
  }

  /// To what values are made of: the only input, or the second.
  public func handsRelevance(to input: Int, of count: Int) -> Bool { input == count - 1 }

  private func number(_ tap: Tap) -> Int {
    rotary == nil && tap.rawValue > Tap.rotatedK.rawValue ? tap.rawValue - 2 : tap.rawValue
  }

  /// The shape of the first input.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    guard heads >= 1, headWidth != nil || width % heads == 0 else {
      throw VitroError(.argument, Self.kind, "\(heads) heads do not divide the width \(width)")
    }
    let (all, overflow) = heads.multipliedReportingOverflow(by: resolvedHeadWidth)
    guard resolvedHeadWidth >= 1, resolvedKeyValueHeads >= 1, heads % resolvedKeyValueHeads == 0, !overflow,
      all <= 1 << 31
    else {
      throw VitroError(
        .argument, Self.kind, "\(heads) heads of \(resolvedHeadWidth) cannot share \(resolvedKeyValueHeads) of keys")
    }
    if let turned = rotary.map({ $0.turned ?? resolvedHeadWidth }),
      turned < 2 || turned > resolvedHeadWidth
        || turned % 2 == 1
    {
      throw VitroError(.argument, Self.kind, "\(turned) features of a head of \(resolvedHeadWidth) cannot turn")
    }
    guard window.map({ $0 >= 1 }) ?? true, softcap.map({ $0 > 0 }) ?? true else {
      throw VitroError(.argument, Self.kind, "the window or the cap of scores is not positive")
    }
    guard (1...2).contains(inputs.count), inputs.allSatisfy({ $0.count == 2 && $0[1] == width }) else {
      throw shapeError(inputs, expected: "one or two of [length, \(width)]")
    }
    return inputs[0]
  }

  /// Attends.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    let operands = Operands(self, context)
    let source = inputs.count == 2 ? inputs[1] : inputs[0]
    var q = try context.tap(number(.q), operands.projected(context.fixed(inputs[0]), "q_proj"))
    var k = try context.tap(number(.k), operands.projected(context.fixed(source), "k_proj"))
    let v = try context.tap(number(.v), context.summed(operands.projected(source, "v_proj")))
    if let headNorm {
      q = try normalized(q, operands["q_norm.weight"], headNorm, context)
      k = try normalized(k, operands["k_norm.weight"], headNorm, context)
    }
    if let rotary {
      q = try context.tap(number(.rotatedQ), turned(q, rotary, context))
      k = try context.tap(number(.rotatedK), turned(k, rotary, context))
    }
    let z = try context.tap(number(.z), read(q, k, v, context))
    return try written(z, operands, context)
  }

  // MARK: - Reading

  private func read(_ q: Tensor, _ k: Tensor, _ v: Tensor, _ context: LayerContext) throws -> Tensor {
    let layout: AttentionLayout
    if let sequences = context.sequences {
      guard q.shape.dropLast(2) == k.shape.dropLast(2) else {
        throw VitroError(.unsupported, Self.kind, "packed sequences cannot attend to another value")
      }
      layout = sequences.attention(isCausal: causal, window: window)
    } else {
      layout = Self.rectangular(q, k, isCausal: causal, window: window)
    }
    let (queries, keys, values) = try (rows(q), rows(k), rows(v))
    let past = try context.continued(keys: keys, values: values)
    let scale = scale ?? 1 / Double(resolvedHeadWidth).squareRoot()
    let isSeen = context.isTapped(number(.scores)) || context.isTapped(number(.pattern))
    if !isSeen, !queries.isTracked, !keys.isTracked, !values.isTracked {
      return try queries.attention(
        keys: keys, values: values, past: past, scale: scale, cap: softcap, layout: layout
      )
      .reshaped(q.shape)
    }
    var scores = try queries.attentionScores(
      keys: keys, past: past?.keys, scale: scale, layout: layout, masked: softcap == nil)
    if let softcap {
      scores = try ((scores * (1 / softcap)).tanh() * softcap).attentionMasked(layout)
    }
    let shape = patternShape(scores, q, context)
    scores = try context.tap(number(.scores), scores.reshaped(shape))
    let pattern = try context.fixed(context.tap(number(.pattern), scores.softmax()))
    return try pattern.reshaped([layout.sequences.count] + shape.suffix(3))
      .attentionValues(values, past: past?.values, layout: layout).reshaped(q.shape)
  }

  /// `[batch, …]`, with an instance axis where values have one; `[sequences, …]` when they are packed.
  private func patternShape(_ scores: Tensor, _ q: Tensor, _ context: LayerContext) -> [Int] {
    context.sequences == nil ? q.shape.dropLast(3) + scores.shape.suffix(3) : scores.shape
  }

  private func rows(_ x: Tensor) throws -> Tensor {
    try x.reshaped([x.shape.dropLast(2).elementCount] + x.shape.suffix(2))
  }

  /// `[… , length, heads, d_head]`: every index before the length is a sequence.
  private static func rectangular(_ q: Tensor, _ k: Tensor, isCausal: Bool, window: Int?) -> AttentionLayout {
    let (queries, keys) = (q.shape[q.rank - 3], k.shape[k.rank - 3])
    let count = q.shape.dropLast(3).elementCount
    return AttentionLayout(
      (0..<count).map { .init(queries: $0 * queries..<($0 + 1) * queries, keys: $0 * keys..<($0 + 1) * keys) },
      isCausal: isCausal, window: window)
  }

  private func normalized(_ x: Tensor, _ gain: Tensor, _ epsilon: Double, _ context: LayerContext) throws -> Tensor {
    let values = try x.rmsNormalized(epsilon: epsilon).values
    guard let instances = context.instances else { return try values * gain }
    return try values * gain.reshaped([instances] + [Int](repeating: 1, count: x.rank - 2) + [resolvedHeadWidth])
  }

  private func turned(_ x: Tensor, _ rotary: Rotary, _ context: LayerContext) throws -> Tensor {
    let rows = try rows(x)
    let length = x.shape[x.rank - 3]
    let width = resolvedHeadWidth
    let table = try context.memo(RotaryTable.Key(rotary: rotary, width: width, length: length, rows: rows.shape[0])) {
      let repeats = length == 0 ? 0 : rows.shape[0] / length
      let positions = context.sequences?.positions ?? (0..<repeats).flatMap { _ in 0..<length }
      let (cosines, sines) = try rotary.table(positions, headWidth: width, dtype: x.dtype)
      return RotaryTable(cosines: cosines, sines: sines)
    }
    return try rows.rotated(cosines: table.cosines, sines: table.sines, adjacent: rotary.adjacent).reshaped(x.shape)
  }

  // MARK: - Writing

  private func written(_ z: Tensor, _ operands: Operands, _ context: LayerContext) throws -> Tensor {
    let flat = try z.reshaped(z.shape.dropLast(2) + [heads * resolvedHeadWidth])
    let bias = hasOutputBias ? operands["out_proj.bias"] : nil
    guard context.isTapped(number(.result)) else {
      return try context.summed(flat.linear(weight: operands["out_proj.weight"], bias: bias))
    }
    // One product for each head: [instance, head, row, d_head] · [instance, head, width, d_head]ᵀ.
    let instances = context.instances ?? 1
    let weight = try operands["out_proj.weight"].reshaped([instances, width, heads, resolvedHeadWidth])
      .permuted([0, 2, 1, 3])
    let rows = z.count / Swift.max(instances * heads * resolvedHeadWidth, 1)
    let perHead = try z.reshaped([instances, rows, heads, resolvedHeadWidth]).permuted([0, 2, 1, 3])
    let products = try perHead.matmul(weight, transposeB: true).permuted([0, 2, 1, 3])
    let result = try context.tap(number(.result), products.reshaped(z.shape.dropLast(1) + [width]))
    let sum = try result.sum(axes: [-2])
    guard let bias else { return try context.summed(sum) }
    let added =
      context.instances == nil
      ? bias : try bias.reshaped([instances] + sum.shape[1..<sum.rank - 1].map { _ in 1 } + [width])
    return try context.summed(sum + added)
  }

  /// The parameters by name.
  private struct Operands {
    let layer: MultiHeadAttention
    let values: [Tensor]
    let numbers: [String: Int]

    init(_ layer: MultiHeadAttention, _ context: LayerContext) {
      self.layer = layer
      values = context.parameters
      numbers = Dictionary(uniqueKeysWithValues: layer.parameters.enumerated().map { ($1.name, $0) })
    }

    subscript(name: String) -> Tensor { values[numbers[name]!] }

    /// `[… , length, width]` → `[… , length, heads, d_head]`.
    func projected(_ x: Tensor, _ name: String) throws -> Tensor {
      let y = try x.linear(weight: self["\(name).weight"], bias: layer.bias ? self["\(name).bias"] : nil)
      let width = layer.resolvedHeadWidth
      return try y.reshaped(y.shape.dropLast() + [(y.shape.last ?? 0) / width, width])
    }
  }
}

/// The cosines and sines that all layers of a pass share.
private struct RotaryTable: Sendable {
  struct Key: Hashable, Sendable {
    var rotary: Rotary
    var width, length, rows: Int
  }

  var cosines, sines: Tensor
}
