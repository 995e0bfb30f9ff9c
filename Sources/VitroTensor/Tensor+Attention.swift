internal import CVitroKernels
internal import VitroCore

/// The parts of multi-head attention over packed sequences. float32 and float64.
///
/// Queries are `[rows, heads, d_head]`, keys and values `[rows, key heads, d_head]`: with fewer key heads, `heads / key heads` queries share one
/// (grouped-query attention; Ainslie et al., 2023). A pattern is `[sequence, head, query, key]`, as wide as the longest sequence.
extension Tensor {
  /// softmax(scale · q·kᵀ) · v, without the pattern ever standing in memory; not differentiable.
  ///
  /// The tensor holds the queries; the result has its shape. With a cap, scores become `cap · tanh(score/cap)` (Gemma 2).
  ///
  /// - Throws: ``/VitroCore/VitroError`` when shapes or types do not fit, a value is on a tape, or memory is short.
  /// - Complexity: O(queries · keys · d_head) a head, and O(keys) memory for each block of queries.
  public func attention(
    keys: Tensor, values: Tensor, past: (keys: Tensor, values: Tensor)? = nil, scale: Double, cap: Double? = nil,
    layout: AttentionLayout
  ) throws -> Tensor {
    let parts = try AttentionParts(self, keys, values, past, scale, layout, "attention")
    guard !isTracked, !keys.isTracked, !values.isTracked else {
      throw VitroError(
        .unsupported, "attention", "a gradient is asked for", hint: "Use attentionScores, softmax and attentionValues.")
    }
    let result = try Tensor(uninitialized: shape, dtype)
    let hasMemory = parts.lend { attention in
      attention.cap = cap ?? 0
      return withMemory(result) { vitro_attend(&attention, $0) }
    }
    guard hasMemory else { throw VitroError(.memory, "attention", "there is no memory for a block of scores") }
    return result
  }

  /// scale · q·kᵀ as `[sequence, head, query, key]`, −∞ where there is no key or, if `masked`, where the query does not see it.
  ///
  /// The past is a constant: no gradient flows to it.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when shapes or types do not fit.
  public func attentionScores(
    keys: Tensor, past: Tensor? = nil, scale: Double, layout: AttentionLayout, masked: Bool = true
  ) throws -> Tensor {
    let pair = past.map { (keys: $0, values: $0) }
    let parts = try AttentionParts(self, keys, keys, pair, scale, layout, "attentionScores")
    let result = try Tensor(uninitialized: parts.patternShape, dtype)
    parts.lend { attention in withMemory(result) { vitro_attention_scores(&attention, masked, $0) } }
    return try result.recorded(from: self, keys, AttentionScoresOperation(parts: parts))
  }

  /// These scores with −∞ where a query does not see a key.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the shape is not `[sequence, head, query, key]` of the layout.
  public func attentionMasked(_ layout: AttentionLayout) throws -> Tensor {
    try requireComputing("attentionMasked")
    guard rank == 4, shape[0] == layout.sequences.count, shape[2] == layout.longestQueries,
      shape[3] == layout.longestKeys
    else { throw VitroError(.shape, "attentionMasked", "the scores are \(shape), which is not the layout's shape") }
    let operation = AttentionMaskOperation(layout: layout, heads: shape[1])
    return try operation.masked(self, with: -.infinity).recorded(from: self, operation)
  }

  /// pattern · v: what each head reads, `[rows of queries, heads, d_head]`.
  ///
  /// The tensor holds the pattern `[sequence, head, query, key]`. The past is a constant: no gradient flows to it.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when shapes or types do not fit.
  public func attentionValues(_ values: Tensor, past: Tensor? = nil, layout: AttentionLayout) throws -> Tensor {
    let operation = "attentionValues"
    guard rank == 4, values.rank == 3 else {
      throw VitroError(.shape, operation, "the pattern is \(shape), the values \(values.shape)")
    }
    try Self.requireSameType(self, values, operation)
    let rows = layout.sequences.reduce(0) { $0 + $1.queries.count }
    let result = try Tensor(uninitialized: [rows, shape[1], values.shape[2]], dtype)
    let pair = past.map { (keys: $0, values: $0) }
    let parts = try AttentionParts(result, values, values, pair, 1, layout, operation)
    guard shape == parts.patternShape else {
      throw VitroError(.shape, operation, "the pattern is \(shape), expected \(parts.patternShape)")
    }
    parts.lend { attention in withMemory(self, result) { vitro_attention_values(&attention, $0, $1) } }
    return try result.recorded(from: self, values, AttentionValuesOperation(parts: parts, pattern: detached))
  }

  /// Pairs of features turned by angles: rotary positions (Su et al., 2021).
  ///
  /// The tensor is `[rows, heads, d_head]`, the cosines and sines `[rows, turned/2]`. A pair is features i and i + turned/2, or 2i and 2i + 1 when
  /// `adjacent`; features from `turned` on stay as they are.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when shapes or types do not fit.
  public func rotated(cosines: Tensor, sines: Tensor, adjacent: Bool = false) throws -> Tensor {
    try requireComputing("rotated")
    try Self.requireSameType(self, cosines, "rotated")
    try Self.requireSameType(self, sines, "rotated")
    guard rank == 3, cosines.rank == 2, cosines.shape == sines.shape, cosines.shape[0] == shape[0],
      2 * cosines.shape[1] <= shape[2]
    else {
      throw VitroError(
        .shape, "rotated", "the tensor is \(shape), the cosines \(cosines.shape), the sines \(sines.shape)",
        hint: "Expected [rows, heads, d_head] and [rows, at most d_head/2].")
    }
    let operation = RotateOperation(cosines: cosines.detached, sines: sines.detached, adjacent: adjacent)
    return try operation.turned(self, sign: 1).recorded(from: self, operation)
  }
}

/// The operands of attention, checked, and their layout as the kernels take it.
struct AttentionParts: Sendable {
  let queries, keys, values: Tensor
  let past: (keys: Tensor, values: Tensor)?
  let scale: Double
  let layout: AttentionLayout

  init(
    _ queries: Tensor, _ keys: Tensor, _ values: Tensor, _ past: (keys: Tensor, values: Tensor)?, _ scale: Double,
    _ layout: AttentionLayout, _ operation: String
  ) throws {
    try queries.requireComputing(operation)
    for other in [keys, values, past?.keys, past?.values].compactMap(\.self) {
      try Tensor.requireSameType(queries, other, operation)
    }
    try layout.check(queries: queries, keys: keys, past: past?.keys, operation)
    guard values.shape == keys.shape, past.map({ $0.keys.shape == $0.values.shape }) ?? true else {
      throw VitroError(.shape, operation, "the keys are \(keys.shape), the values \(values.shape)")
    }
    (self.queries, self.keys, self.values) = (queries.detached, keys.detached, values.detached)
    self.past = past.map { ($0.keys.detached, $0.values.detached) }
    (self.scale, self.layout) = (scale, layout)
  }

  var patternShape: [Int] {
    [layout.sequences.count, queries.shape[1], layout.longestQueries, layout.longestKeys]
  }

  func lend<Result>(_ body: (inout vitro_attention) throws -> Result) rethrows -> Result {
    let sequences = layout.sequences.map {
      vitro_attention_sequence(
        first_query: Int64($0.queries.lowerBound), queries: Int64($0.queries.count),
        first_key: Int64($0.keys.lowerBound), keys: Int64($0.keys.count), first_past: Int64($0.past.lowerBound),
        past: Int64($0.past.count))
    }
    return try sequences.withUnsafeBufferPointer { sequences in
      try withMemory(queries, keys, values) { queryMemory, keyMemory, valueMemory in
        try withExtendedLifetime((past?.keys.buffer, past?.values.buffer)) {
          var attention = vitro_attention(
            type: queries.dtype.kernel, heads: Int64(queries.shape[1]), key_heads: Int64(keys.shape[1]),
            width: Int64(queries.shape[2]), queries: queryMemory, keys: keyMemory, values: valueMemory,
            past_keys: past?.keys.address, past_values: past?.values.address, scale: scale, cap: 0,
            causal: layout.isCausal,
            window: Int64(layout.window ?? 0), sequences: sequences.baseAddress, count: Int64(sequences.count),
            longest_queries: Int64(layout.longestQueries), longest_keys: Int64(layout.longestKeys))
          return try body(&attention)
        }
      }
    }
  }
}

struct AttentionScoresOperation: SingleOutputOperation {
  let parts: AttentionParts

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let queries = wants[0] ? try parts.queries.zerosLike() : nil
    let keys = wants[1] ? try parts.keys.zerosLike() : nil
    parts.lend { attention in
      withExtendedLifetime((gradient.buffer, queries?.buffer, keys?.buffer)) {
        vitro_attention_scores_gradient(&attention, gradient.address, queries?.address, keys?.address)
      }
    }
    return [queries, keys]
  }
}

struct AttentionValuesOperation: SingleOutputOperation {
  let parts: AttentionParts
  let pattern: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let patternGradient = wants[0] ? try pattern.zerosLike() : nil
    let values = wants[1] ? try parts.values.zerosLike() : nil
    parts.lend { attention in
      withExtendedLifetime((gradient.buffer, pattern.buffer, patternGradient?.buffer, values?.buffer)) {
        vitro_attention_values_gradient(
          &attention, pattern.address, gradient.address, patternGradient?.address, values?.address)
      }
    }
    return [patternGradient, values]
  }
}

struct AttentionMaskOperation: SingleOutputOperation {
  let layout: AttentionLayout
  let heads: Int

  func masked(_ scores: Tensor, with value: Double) throws -> Tensor {
    let result = try scores.detached.affine(1, 0)
    let row = try Tensor.zeros([0, heads, 1], dtype: scores.dtype)
    AttentionParts(unchecked: row, layout).lend { attention in
      withMemory(result) { vitro_attention_mask(&attention, value, $0) }
    }
    return result
  }

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] { [try masked(gradient, with: 0)] }
}

extension AttentionParts {
  /// A layout alone, for what reads no queries and keys.
  fileprivate init(unchecked row: Tensor, _ layout: AttentionLayout) {
    (queries, keys, values, past, scale) = (row, row, row, nil, 1)
    self.layout = layout
  }
}

struct RotateOperation: SingleOutputOperation {
  let cosines, sines: Tensor
  let adjacent: Bool

  func turned(_ x: Tensor, sign: Double) throws -> Tensor {
    let result = try Tensor(uninitialized: x.shape, x.dtype)
    withMemory(x, cosines, sines, result) {
      vitro_rotate(
        x.dtype.kernel, $0, $1, $2, $3, Int64(x.shape[0]), Int64(x.shape[1]), Int64(x.shape[2]),
        Int64(2 * cosines.shape[1]), adjacent, sign)
    }
    return result
  }

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] { [try turned(gradient, sign: -1)] }
}
