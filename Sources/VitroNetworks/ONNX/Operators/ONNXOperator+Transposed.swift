internal import VitroCore
internal import VitroTensor

/// Transposed convolution: a convolution of a value that zeros have been put into.
extension ONNXOperator {
  /// The paddings of a transposed convolution, and what it gives.
  private struct Spread {
    let stride, dilation, kernel, before, outputs: [Int]
    let groups: Int

    init(_ operation: ONNXOperation, lengths: [Int], weights: [Int]) throws {
      let rank = lengths.count
      func numbers(_ name: String, default standard: Int, least: Int = 1) throws -> [Int] {
        let values = try operation.integers(name) ?? [Int](repeating: standard, count: rank)
        guard values.count == rank, values.allSatisfy({ (least...1 << 20).contains($0) }) else {
          throw operation.refusal("\(name) \(values) does not fit \(rank) axes", code: .argument)
        }
        return values
      }
      guard weights.count == rank + 2, weights[2...].allSatisfy({ (1...1 << 20).contains($0) }),
        lengths.allSatisfy({ $0 != 0 && $0 <= 1 << 40 })
      else { throw operation.refusal("filters \(weights) do not fit \(rank) axes", code: .shape) }
      kernel = Array(weights[2...])
      stride = try numbers("strides", default: 1)
      dilation = try numbers("dilations", default: 1)
      groups = try operation.integer("group", default: 1)
      let extra = try numbers("output_padding", default: 0, least: 0)
      let rule = try operation.text("auto_pad", default: "NOTSET")
      let wanted = try operation.integers("output_shape")
      let (stride, dilation, kernel) = (stride, dilation, kernel)
      let full = (0..<rank).map { (axis: Int) -> Int in
        let reach: Int = (kernel[axis] - 1) * dilation[axis] + 1
        return (lengths[axis] - 1) * stride[axis] + reach + extra[axis]
      }
      if wanted != nil || rule.hasPrefix("SAME") {
        let target = wanted.map { Array($0.suffix(rank)) } ?? (0..<rank).map { lengths[$0] * stride[$0] }
        guard target.count == rank, target.allSatisfy({ $0 > 0 && $0 <= 1 << 40 }) || lengths.contains(-1) else {
          throw operation.refusal("its output is to be \(target)", code: .argument)
        }
        outputs = target
        before = zip(full, target).map { full, target in
          let total = Swift.max(0, full - target)
          return rule == "SAME_UPPER" ? total / 2 : total - total / 2
        }
      } else {
        let pads = try operation.integers("pads") ?? [Int](repeating: 0, count: 2 * rank)
        guard pads.count == 2 * rank, pads.allSatisfy({ (0...1 << 20).contains($0) }) else {
          throw operation.refusal("pads \(pads) does not fit \(rank) axes", code: .argument)
        }
        before = Array(pads[..<rank])
        outputs = (0..<rank).map { (axis: Int) -> Int in full[axis] - pads[axis] - pads[rank + axis] }
      }
      guard lengths.contains(-1) || outputs.allSatisfy({ $0 > 0 }) else {
        throw operation.refusal("it would give \(outputs)", code: .shape)
      }
    }
  }

  static let transposedShape: Shape = { outline in
    guard let shape = try outline.shape(0), let weights = try outline.shape(1), !weights.contains(-1) else {
      return nil
    }
    guard shape.count >= 3, weights.count == shape.count else {
      throw outline.operation.refusal("filters \(weights) do not fit \(shape)", code: .shape)
    }
    let spread = try Spread(outline.operation, lengths: Array(shape[2...]), weights: weights)
    guard (1...1 << 20).contains(spread.groups), weights[0] % spread.groups == 0,
      shape[1] == -1 || shape[1] == weights[0]
    else { throw outline.operation.refusal("filters \(weights) do not fit \(shape)", code: .shape) }
    let outputs = zip(shape[2...], spread.outputs).map { $0 == -1 ? -1 : $1 }
    return [shape[0], try ONNXSketch.count([weights[1], spread.groups])] + outputs
  }

  static func transposedConvolution(_ call: ONNXCall) throws -> Tensor {
    var x = try call.real(0)
    let weights = try call.operand(1).cast(to: x.dtype)
    let spread = try Spread(call.operation, lengths: Array(x.shape[2...]), weights: weights.shape)
    let (rank, groups) = (x.rank - 2, spread.groups)
    for axis in 0..<rank where spread.stride[axis] > 1 {
      // Zeros between the elements.
      let (length, stride) = (x.shape[2 + axis], spread.stride[axis])
      try call.spend(ONNXSketch.count([x.count, stride]))
      var after = [Int](repeating: 0, count: x.rank + 1)
      after[3 + axis] = stride - 1
      var merged = x.shape
      merged[2 + axis] = length * stride
      x = try x.expandingAxis(3 + axis).padded(before: after.map { _ in 0 }, after: after).reshaped(merged)
        .slice(axis: 2 + axis, 0..<(length - 1) * stride + 1)
    }
    var (before, after) = ([0, 0], [0, 0])
    for axis in 0..<rank {
      let reach = (spread.kernel[axis] - 1) * spread.dilation[axis]
      before.append(reach - spread.before[axis])
      after.append(spread.outputs[axis] + reach - before[2 + axis] - x.shape[2 + axis])
    }
    let target = zip(x.shape, zip(before, after).map(+)).map { Swift.max($0 + $1, 0) }
    try call.spend(ONNXSketch.count(target) - x.count)
    x = try x.bordered(before: before, after: after, with: 0)
    let each = [weights.shape[0] / groups, weights.shape[1]]
    let order = [0, 2, 1] + (3..<3 + rank)
    let filters = try weights.reshaped([groups] + each + spread.kernel).permuted(order)
      .reshaped([groups * each[1], each[0]] + spread.kernel).flipped(axes: Array(2..<2 + rank))
    let settings: [String: ONNXSetting] = [
      "group": .integer(Int64(groups)), "dilations": .integers(spread.dilation.map { Int64($0) }),
    ]
    let inner = ONNXOperation("Conv", opset: call.operation.opset, settings: settings, operands: [])
    return try named("Conv").run(
      ONNXCall(operation: inner, operands: [x, filters, call.optional(2)], spend: call.spend))
  }
}
