internal import VitroCore
internal import VitroTensor

/// Reductions over axes, and positions of what is largest.
extension ONNXOperator {
  private typealias Reduction = @Sendable (_ x: Tensor, _ axes: [Int], _ keeps: Bool) throws -> Tensor

  static let reductions: [String: ONNXOperator] = [
    "ReduceSum": reduction { try $0.sum(axes: $1, keepingAxes: $2) },
    "ReduceMean": reduction { x, axes, keeps in
      x.dtype.isComputing
        ? try x.mean(axes: axes, keepingAxes: keeps)
        : try x.cast(to: .float64).mean(axes: axes, keepingAxes: keeps).cast(to: x.dtype)
    },
    "ReduceMax": reduction { try $0.max(axes: $1, keepingAxes: $2) },
    "ReduceMin": reduction { try $0.min(axes: $1, keepingAxes: $2) },
    "ReduceProd": reduction { x, axes, keeps in
      x.dtype.isComputing
        ? try x.product(axes: axes, keepingAxes: keeps)
        : try x.cast(to: .float64).product(axes: axes, keepingAxes: keeps).cast(to: x.dtype)
    },
    "ReduceL1": real { try $0.abs().sum(axes: $1, keepingAxes: $2) },
    "ReduceL2": real { try $0.norm(axes: $1, keepingAxes: $2) },
    "ReduceSumSquare": real { try $0.square().sum(axes: $1, keepingAxes: $2) },
    "ReduceLogSum": real { try $0.sum(axes: $1, keepingAxes: $2).log() },
    "ReduceLogSumExp": real { x, axes, keeps in
      guard !axes.isEmpty else { return x }
      // The largest is taken out first, so that nothing overflows.
      let largest = try x.detached.max(axes: axes, keepingAxes: true)
      let isFinite = try largest.abs().isLess(than: .infinity)
      let shift = try isFinite.select(largest, .full([], 0, dtype: x.dtype))
      let sum = try (x - shift).exp().sum(axes: axes, keepingAxes: true).log() + shift
      return keeps ? sum : try sum.reshaped(x.shape.indices.filter { !axes.contains($0) }.map { x.shape[$0] })
    },
  ]

  static let positions: [String: ONNXOperator] = [
    "ArgMax": ONNXOperator(1...1, type: .fixed(.int64), shape: argumentShape) { try argument($0, largest: true) },
    "ArgMin": ONNXOperator(1...1, type: .fixed(.int64), shape: argumentShape) { try argument($0, largest: false) },
    "TopK": ONNXOperator(
      1...2, outputs: 2, type: .byOutput([.operand(0), .fixed(.int64)]),
      shape: { outline in
        guard var shape = try outline.shape(0) else { return nil }
        let axis = try outline.operation.axis(outline.operation.integer("axis", default: -1), rank: shape.count)
        shape[axis] = try topCount(outline).map { Swift.max($0, 0) } ?? -1
        return shape
      }
    ) { call in
      let x = try call.operand(0)
      let count = try call.optional(1)?.ints.first ?? call.operation.integer("k")
      let (values, positions) = try (x.dtype == .uint8 ? x.cast(to: .int64) : x.computable()).top(
        count, axis: call.operation.integer("axis", default: -1), largest: call.operation.flag("largest", default: true)
      )
      return call.operation.output == 0 ? try values.cast(to: x.computable().dtype) : positions
    },
    "CumSum": ONNXOperator(2...2, shape: same) { call in
      let x = try call.operand(0)
      guard let axis = try call.operand(1).ints.first else { throw call.operation.refusal("it names no axis") }
      let resolved = try call.operation.axis(axis, rank: x.rank)
      let isReversed = try call.operation.flag("reverse")
      let wide = x.dtype.isComputing ? x : try x.cast(to: .int64)
      let sums = try wide.cumulativeSum(axis: resolved, reversed: isReversed)
      return try (call.operation.flag("exclusive") ? sums - wide : sums).cast(to: x.dtype)
    },
    "NonZero": ONNXOperator(
      1...1, type: .fixed(.int64), shape: { outline in try outline.shape(0).map { [$0.count, -1] } }
    ) { call in
      let x = try call.operand(0)
      let flat = try x.cast(to: .bool).cast(to: .uint8).flattened().ints
      let places = flat.indices.filter { flat[$0] != 0 }
      var rest = places
      var rows: [[Int]] = []
      for length in x.shape.reversed() {
        rows.append(rest.map { $0 % length })
        rest = rest.map { $0 / length }
      }
      return try Tensor(rows.reversed().flatMap(\.self), shape: [x.rank, places.count])
    },
  ]

  private static func topCount(_ outline: ONNXOutline) throws -> Int? {
    guard let operand = outline.optional(1) else { return try outline.operation.integer("k") }
    return operand.values?.first
  }

  private static func real(_ run: @escaping Reduction) -> ONNXOperator {
    reduction { x, axes, keeps in
      x.dtype.isComputing ? try run(x, axes, keeps) : try run(x.cast(to: .float64), axes, keeps).cast(to: x.dtype)
    }
  }

  private static func reduction(_ run: @escaping Reduction) -> ONNXOperator {
    ONNXOperator(1...2, shape: reductionShape) { call in
      var x = try call.operand(0).computable()
      let type = x.dtype
      if !x.dtype.isComputing { x = try x.cast(to: .int64) }
      var axes = try call.numbers("axes", operand: 1)
      if axes?.isEmpty ?? true {
        if try call.operation.flag("noop_with_empty_axes") { return x }
        axes = nil
      }
      let resolved = try axes.map { try call.operation.axes($0, rank: x.rank) } ?? Array(0..<x.rank)
      return try run(x, resolved.sorted(), call.operation.flag("keepdims", default: true)).cast(to: type)
    }
  }

  private static let reductionShape: Shape = { outline in
    guard let shape = try outline.shape(0) else { return nil }
    let keeps = try outline.operation.flag("keepdims", default: true)
    guard let given = try outline.numbers("axes", operand: 1) else {
      if try outline.operation.flag("noop_with_empty_axes") { return shape }
      return keeps ? shape.map { _ in 1 } : []
    }
    guard let given else { return keeps ? shape.map { _ in -1 } : nil }
    if given.isEmpty, try outline.operation.flag("noop_with_empty_axes") { return shape }
    let axes = given.isEmpty ? Array(shape.indices) : try outline.operation.axes(given, rank: shape.count)
    return shape.indices.compactMap { axes.contains($0) ? (keeps ? 1 : nil) : shape[$0] }
  }

  private static let argumentShape: Shape = { outline in
    guard var shape = try outline.shape(0) else { return nil }
    let axis = try outline.operation.axis(outline.operation.integer("axis"), rank: shape.count)
    if try outline.operation.flag("keepdims", default: true) { shape[axis] = 1 } else { shape.remove(at: axis) }
    return shape
  }

  private static func argument(_ call: ONNXCall, largest: Bool) throws -> Tensor {
    var x = try call.operand(0).computable().detached
    if x.dtype == .uint8 || x.dtype == .bool { x = try x.cast(to: .int64) }
    let axis = try call.operation.axis(call.operation.integer("axis"), rank: x.rank)
    let keeps = try call.operation.flag("keepdims", default: true)
    guard try call.operation.flag("select_last_index") else {
      return try largest ? x.argmax(axis: axis, keepingAxis: keeps) : x.argmin(axis: axis, keepingAxis: keeps)
    }
    let back = try x.flipped(axes: [axis])
    let position =
      try largest ? back.argmax(axis: axis, keepingAxis: keeps) : back.argmin(axis: axis, keepingAxis: keeps)
    return try Tensor(Int64(x.shape[axis] - 1)) - position
  }
}
