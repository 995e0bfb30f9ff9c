internal import VitroCore
internal import VitroTensor

/// Values with a border.
extension ONNXOperator {
  static let padding: [String: ONNXOperator] = [
    "Pad": ONNXOperator(
      1...4,
      shape: { outline in
        guard let shape = try outline.shape(0) else { return nil }
        let axes = try outline.numbers("axes", operand: 3)
        guard case .some(let pads?) = try outline.numbers("pads", operand: 1) else { return shape.map { _ in -1 } }
        if case .some(nil) = axes { return shape.map { _ in -1 } }
        let (before, after) = try borders(pads, axes ?? nil, rank: shape.count, outline.operation)
        return try shape.indices.map { axis in
          guard shape[axis] != -1 else { return -1 }
          let length = shape[axis] + before[axis] + after[axis]
          guard length >= 0 else { throw outline.operation.refusal("it takes \(pads) off \(shape)", code: .shape) }
          return length
        }
      }
    ) { call in
      let x = try call.operand(0).computable()
      guard let pads = try call.numbers("pads", operand: 1) else { throw call.operation.missing(1) }
      let (before, after) = try borders(pads, call.numbers("axes", operand: 3), rank: x.rank, call.operation)
      switch try call.operation.text("mode", default: "constant") {
      case "constant":
        let value = try call.number(2) ?? call.operation.real("value", default: 0)
        return try x.bordered(before: before, after: after, with: value)
      case "reflect": return try x.extended(before, after, call.operation) { reflected($0, $1) }
      case "edge": return try x.extended(before, after, call.operation) { Swift.min(Swift.max($0, 0), $1 - 1) }
      case "wrap": return try x.extended(before, after, call.operation) { (($0 % $1) + $1) % $1 }
      case let mode: throw call.operation.refusal("its mode is '\(mode)'")
      }
    }
  ]

  /// Counts before and after each axis; negative ones take something off.
  private static func borders(
    _ pads: [Int], _ axes: [Int]?, rank: Int, _ operation: ONNXOperation
  ) throws -> (before: [Int], after: [Int]) {
    let axes = try operation.axes(axes ?? Array(0..<rank), rank: rank)
    guard pads.count == 2 * axes.count else {
      throw operation.refusal("\(pads) does not give two counts for each of \(axes.count) axes", code: .shape)
    }
    var (before, after) = ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank))
    for (index, axis) in axes.enumerated() {
      before[axis] = pads[index]
      after[axis] = pads[index + axes.count]
    }
    return (before, after)
  }

  /// A position beyond the ends, mirrored at them as often as it takes.
  private static func reflected(_ position: Int, _ length: Int) -> Int {
    guard length > 1 else { return 0 }
    let period = 2 * (length - 1)
    let rest = ((position % period) + period) % period
    return rest < length ? rest : period - rest
  }
}

extension Tensor {
  /// Surrounded by a constant; negative counts take something off.
  func bordered(before: [Int], after: [Int], with value: Double) throws -> Tensor {
    var inner = self
    for axis in shape.indices where before[axis] < 0 || after[axis] < 0 {
      let start = Swift.min(Swift.max(0, -before[axis]), shape[axis])
      let end = shape[axis] + Swift.min(0, after[axis])
      inner = try inner.slice(axis: axis, start..<Swift.max(start, end))
    }
    return try inner.padded(before: before.map { Swift.max($0, 0) }, after: after.map { Swift.max($0, 0) }, with: value)
  }

  /// Continued beyond its ends by elements of its own.
  fileprivate func extended(
    _ before: [Int], _ after: [Int], _ operation: ONNXOperation, _ place: (_ position: Int, _ length: Int) -> Int
  ) throws -> Tensor {
    var result = self
    for axis in shape.indices where before[axis] != 0 || after[axis] != 0 {
      let length = shape[axis]
      guard length > 0 else { throw operation.refusal("\(shape) has nothing to continue", code: .shape) }
      let end = Swift.max(-before[axis], length + after[axis])
      result = try result.gather(Tensor((-before[axis]..<end).map { place($0, length) }), axis: axis)
    }
    return result
  }
}
