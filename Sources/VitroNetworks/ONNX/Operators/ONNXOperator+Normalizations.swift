internal import VitroCore
internal import VitroTensor

/// Normalizations, and functions along an axis.
extension ONNXOperator {
  static let normalizations: [String: ONNXOperator] = [
    "LayerNormalization": ONNXOperator(
      2...3, outputs: 3,
      shape: { outline in
        guard let shape = try outline.shape(0), outline.operation.output > 0 else { return try outline.shape(0) }
        let axis = try outline.operation.axis(outline.operation.integer("axis", default: -1), rank: shape.count)
        return shape[..<axis] + shape[axis...].map { _ in 1 }
      }
    ) { call in
      let x = try call.real(0)
      let axis = try call.operation.axis(call.operation.integer("axis", default: -1), rank: x.rank)
      let axes = Array(axis..<x.rank)
      let epsilon = try call.operation.real("epsilon", default: 1e-5)
      if call.operation.output == 1 { return try x.mean(axes: axes, keepingAxes: true) }
      if call.operation.output == 2 { return try (x.variance(axes: axes, keepingAxes: true) + epsilon).rsqrt() }
      let rows = try x.flattened(from: axis).layerNormalized(epsilon: epsilon).values.reshaped(x.shape)
      let scaled = try rows * call.operand(1).cast(to: x.dtype)
      return try call.optional(2).map { try scaled + $0.cast(to: x.dtype) } ?? scaled
    },
    "BatchNormalization": ONNXOperator(
      5...5, outputs: 5, shape: { try $0.shape($0.operation.output == 0 ? 0 : 1) }
    ) { try batchNormalization($0) },
    "InstanceNormalization": ONNXOperator(3...3, shape: same) { call in
      let x = try call.real(0)
      guard x.rank >= 2 else { throw call.operation.refusal("its value is \(x.shape)", code: .shape) }
      let normalized = try x.normalized(over: Array(2..<x.rank), call.operation.real("epsilon", default: 1e-5))
      return try normalized * x.perChannel(call.operand(1)) + x.perChannel(call.operand(2))
    },
    "GroupNormalization": ONNXOperator(3...3, shape: same) { call in
      let (x, groups) = (try call.real(0), try call.operation.integer("num_groups", default: 1))
      guard x.rank >= 2, groups > 0, x.shape[1] % groups == 0 else {
        throw call.operation.refusal("\(groups) groups do not divide \(x.shape)", code: .shape)
      }
      let each = x.shape[1] / groups
      let grouped = try x.reshaped([x.shape[0], groups, each * x.shape[2...].reduce(1, *)])
      let normalized = try grouped.normalized(over: [2], call.operation.real("epsilon", default: 1e-5)).reshaped(
        x.shape)
      // Up to version 20 there was one factor for each group.
      func factors(_ index: Int) throws -> Tensor {
        let given = try call.operand(index)
        guard given.count != x.shape[1] else { return try x.perChannel(given) }
        return try x.perChannel(given.reshaped([groups, 1]).expanded(to: [groups, each]).flattened())
      }
      return try normalized * factors(1) + factors(2)
    },
    "LpNormalization": ONNXOperator(1...1, shape: same) { call in
      let x = try call.real(0)
      let axis = try call.operation.axis(call.operation.integer("axis", default: -1), rank: x.rank)
      let isAbsolute = try call.operation.integer("p", default: 2) == 1
      let norm = try isAbsolute ? x.abs().sum(axes: [axis], keepingAxes: true) : x.norm(axes: [axis], keepingAxes: true)
      return try norm.isGreater(than: 0).select(x / norm, x)
    },
    "MeanVarianceNormalization": ONNXOperator(1...1, shape: same) { call in
      let x = try call.real(0)
      let axes = try call.operation.axes(call.operation.integers("axes") ?? [0, 2, 3], rank: x.rank).sorted()
      let centred = try x - x.mean(axes: axes, keepingAxes: true)
      return try centred / (centred.square().mean(axes: axes, keepingAxes: true).sqrt() + 1e-9)
    },
    "LRN": ONNXOperator(1...1, shape: same) { call in
      let (x, size) = (try call.real(0), try call.operation.integer("size"))
      guard x.rank >= 2, (1...1 << 20).contains(size) else {
        throw call.operation.refusal("its value is \(x.shape), its size \(size)", code: .argument)
      }
      var (before, after) = (x.shape.map { _ in 0 }, x.shape.map { _ in 0 })
      (before[1], after[1]) = ((size - 1) / 2, size / 2)
      try call.spend(ONNXSketch.count([x.count, size]))
      let squares = try x.square().bordered(before: before, after: after, with: 0)
      let channels = (0..<x.shape[1]).flatMap { Array($0..<$0 + size) }
      let sums = try squares.gather(Tensor(channels, shape: [x.shape[1], size]), axis: 1).sum(axes: [2])
      let scale = try call.operation.real("alpha", default: 1e-4) / Double(size)
      let base = try sums.affine(scale, call.operation.real("bias", default: 1))
      return try x * base.power(-call.operation.real("beta", default: 0.75))
    },
  ]

  static let softmaxes: [String: ONNXOperator] = [
    "Softmax": along { try $0.softmax(axis: $1) },
    "LogSoftmax": along { try $0.logSoftmax(axis: $1) },
    "Hardmax": along { x, axis in
      let places = try x.detached.argmax(axis: axis, keepingAxis: true)
      return try x.zerosLike().puttingAlong(.ones(places.shape, dtype: x.dtype), at: places, axis: axis)
    },
  ]

  private static func along(_ run: @escaping @Sendable (Tensor, Int) throws -> Tensor) -> ONNXOperator {
    ONNXOperator(1...1, shape: same) { call in
      let x = try call.real(0)
      let isOld = call.operation.opset < 13
      let axis = try call.operation.axis(call.operation.integer("axis", default: isOld ? 1 : -1), rank: x.rank)
      guard isOld else { return try run(x, axis) }
      // Before version 13 all axes from the given one on were one.
      return try run(x.flattened(from: axis), axis).reshaped(x.shape)
    }
  }

  private static func batchNormalization(_ call: ONNXCall) throws -> Tensor {
    let x = try call.real(0)
    guard x.rank >= 2 else { throw call.operation.refusal("its value is \(x.shape)", code: .shape) }
    let epsilon = try call.operation.real("epsilon", default: 1e-5)
    var (mean, variance) = (try call.operand(3).cast(to: x.dtype), try call.operand(4).cast(to: x.dtype))
    if try call.operation.flag("training_mode") {
      let axes = x.shape.indices.filter { $0 != 1 }
      let (seen, spread) = (try x.mean(axes: axes), try x.variance(axes: axes))
      let momentum = try call.operation.real("momentum", default: 0.9)
      if call.operation.output == 1 { return try mean * momentum + seen * (1 - momentum) }
      if call.operation.output == 2 { return try variance * momentum + spread * (1 - momentum) }
      (mean, variance) = (seen, spread)
    }
    guard call.operation.output == 0 else {
      throw call.operation.refusal("its result \(call.operation.output) is read")
    }
    let scale = try (variance + epsilon).rsqrt() * call.operand(1).cast(to: x.dtype)
    return try (x - x.perChannel(mean)) * x.perChannel(scale) + x.perChannel(call.operand(2))
  }
}

extension Tensor {
  /// A vector over axis 1, shaped to broadcast over this.
  func perChannel(_ vector: Tensor) throws -> Tensor {
    try vector.cast(to: dtype).reshaped([vector.count] + [Int](repeating: 1, count: Swift.max(rank - 2, 0)))
  }

  fileprivate func normalized(over axes: [Int], _ epsilon: Double) throws -> Tensor {
    let centred = try self - mean(axes: axes, keepingAxes: true)
    return try centred * (centred.square().mean(axes: axes, keepingAxes: true) + epsilon).rsqrt()
  }
}
