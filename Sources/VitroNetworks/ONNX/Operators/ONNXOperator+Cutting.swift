internal import VitroCore
internal import VitroTensor

/// Parts of values, and values made of parts.
extension ONNXOperator {
  static let cutting: [String: ONNXOperator] = [
    "Concat": ONNXOperator(
      1...4096,
      shape: { outline in
        let shapes = outline.operands.compactMap { $0?.shape ?? nil }
        guard shapes.count == outline.operands.count, let first = shapes.first else { return nil }
        let axis = try outline.operation.axis(outline.operation.integer("axis"), rank: first.count)
        guard shapes.allSatisfy({ $0.count == first.count }) else {
          throw outline.operation.refusal("its operands are \(shapes)", code: .shape)
        }
        return first.indices.map { i in
          i == axis ? ONNXSketch.sum(shapes.map { $0[i] }) : shapes.map { $0[i] }.max() ?? -1
        }
      }
    ) { call in
      let all = try call.all()
      return try .concatenate(all, axis: call.operation.integer("axis"))
    },
    "Split": ONNXOperator(
      1...2, outputs: 4096,
      shape: { outline in
        guard var shape = try outline.shape(0) else { return nil }
        let axis = try outline.operation.axis(outline.operation.integer("axis"), rank: shape.count)
        var given = try outline.operation.integers("split")
        if given == nil, let operand = outline.optional(1) {
          guard let values = operand.values else {
            shape[axis] = -1
            return shape
          }
          given = values
        }
        shape[axis] = shape[axis] == -1 ? -1 : try part(shape[axis], given, outline.operation).count
        return shape
      }
    ) { call in
      let x = try call.operand(0)
      let axis = try call.operation.axis(call.operation.integer("axis"), rank: x.rank)
      let range = try part(x.shape[axis], call.numbers("split", operand: 1), call.operation)
      return try x.slice(axis: axis, range)
    },
    "Slice": ONNXOperator(
      1...5,
      shape: { outline in
        guard let shape = try outline.shape(0) else { return nil }
        guard case .some(let starts?) = try outline.numbers("starts", operand: 1),
          case .some(let ends?) = try outline.numbers("ends", operand: 2)
        else { return shape.map { _ in -1 } }
        let (axes, steps) = (try outline.numbers("axes", operand: 3), try outline.numbers("steps", operand: 4))
        if case .some(nil) = axes { return shape.map { _ in -1 } }
        if case .some(nil) = steps { return shape.map { _ in -1 } }
        var result = shape
        for cut in try cuts(shape, starts, ends, axes ?? nil, steps ?? nil, outline.operation) {
          result[cut.axis] = shape[cut.axis] == -1 ? -1 : cut.count
        }
        return result
      }
    ) { call in
      var x = try call.operand(0)
      guard let starts = try call.numbers("starts", operand: 1), let ends = try call.numbers("ends", operand: 2) else {
        throw call.operation.missing(1)
      }
      let (axes, steps) = (try call.numbers("axes", operand: 3), try call.numbers("steps", operand: 4))
      for cut in try cuts(x.shape, starts, ends, axes, steps, call.operation) {
        guard cut.step < 0 else {
          x = try x.slice(axis: cut.axis, cut.start..<Swift.max(cut.start, cut.end), step: cut.step)
          continue
        }
        // Backward: what lies between, turned around.
        let low = cut.count == 0 ? 0 : cut.start + (cut.count - 1) * cut.step
        x = try x.slice(axis: cut.axis, cut.count == 0 ? 0..<0 : low..<cut.start + 1, step: -cut.step)
          .flipped(axes: [cut.axis])
      }
      return x
    },
    "Trilu": ONNXOperator(1...2, shape: same) { call in
      let (x, diagonal) = (try call.operand(0), ONNXSketch.whole(try call.number(1) ?? 0))
      return try call.operation.flag("upper", default: true) ? x.upperTriangle(diagonal) : x.lowerTriangle(diagonal)
    },
    "Compress": ONNXOperator(
      2...2,
      shape: { outline in
        guard outline.operation.settings["axis"] != nil else { return [-1] }
        guard var shape = try outline.shape(0) else { return nil }
        shape[try outline.operation.axis(outline.operation.integer("axis"), rank: shape.count)] = -1
        return shape
      }
    ) { call in
      let mask = try call.operand(1).cast(to: .bool).cast(to: .uint8).flattened().ints
      let places = try Tensor(mask.indices.filter { mask[$0] != 0 })
      guard call.operation.settings["axis"] != nil else { return try call.operand(0).flattened().gather(places) }
      return try call.operand(0).gather(places, axis: call.operation.integer("axis"))
    },
    "ReverseSequence": ONNXOperator(2...2, shape: same) { call in
      let (x, lengths) = (try call.operand(0), try call.operand(1).ints)
      let batch = try call.operation.axis(call.operation.integer("batch_axis", default: 1), rank: x.rank)
      let time = try call.operation.axis(call.operation.integer("time_axis", default: 0), rank: x.rank)
      return try x.reversed(lengths, batch: batch, time: time, call.operation)
    },
  ]

  /// The part of an axis that a result of `Split` is.
  private static func part(_ length: Int, _ given: [Int]?, _ operation: ONNXOperation) throws -> Range<Int> {
    var lengths = given
    if lengths == nil {
      let count = try operation.integer("num_outputs", default: 1)
      guard (1...4096).contains(count) else { throw operation.refusal("it makes \(count) parts", code: .argument) }
      let each = (length + count - 1) / count
      lengths = (0..<count).map { Swift.max(0, Swift.min(each, length - $0 * each)) }
    }
    guard let lengths, lengths.indices.contains(operation.output), lengths.allSatisfy({ (0...length).contains($0) }),
      lengths.count <= 4096, lengths.reduce(0, +) == length
    else { throw operation.refusal("the lengths \(lengths ?? []) do not split an axis of \(length)", code: .shape) }
    let start = lengths[..<operation.output].reduce(0, +)
    return start..<start + lengths[operation.output]
  }

  private struct Cut {
    let axis, start, end, step: Int
    var count: Int { Swift.max(0, step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step) }
  }

  /// What `Slice` takes of each axis; where a length is unknown, the answer means nothing.
  private static func cuts(
    _ shape: [Int], _ starts: [Int], _ ends: [Int], _ axes: [Int]?, _ steps: [Int]?, _ operation: ONNXOperation
  ) throws -> [Cut] {
    let axes = try operation.axes(axes ?? Array(starts.indices), rank: shape.count)
    let steps = steps ?? starts.map { _ in 1 }
    guard starts.count == axes.count, ends.count == axes.count, steps.count == axes.count, !steps.contains(0) else {
      throw operation.refusal(
        "starts \(starts), ends \(ends), axes \(axes) and steps \(steps) do not fit", code: .argument)
    }
    return axes.indices.map { i in
      let (length, step) = (Swift.max(shape[axes[i]], 0), steps[i])
      let start = starts[i] < 0 ? starts[i] + length : starts[i]
      let end = ends[i] < 0 ? ends[i] + length : ends[i]
      let bounds = step > 0 ? 0...length : -1...Swift.max(length - 1, -1)
      let first = step > 0 ? 0...length : Swift.min(0, length - 1)...Swift.max(length - 1, -1)
      return Cut(
        axis: axes[i], start: Swift.min(Swift.max(start, first.lowerBound), first.upperBound),
        end: Swift.min(Swift.max(end, bounds.lowerBound), bounds.upperBound), step: step)
    }
  }
}

extension Tensor {
  /// The first `lengths[b]` steps of each example b turned around; the rest stays.
  func reversed(_ lengths: [Int], batch: Int, time: Int, _ operation: ONNXOperation) throws -> Tensor {
    guard batch != time, lengths.count == shape[batch], lengths.allSatisfy({ (0...shape[time]).contains($0) }) else {
      throw operation.refusal("the lengths \(lengths.prefix(8)) do not fit \(shape)", code: .shape)
    }
    let order = [batch, time] + shape.indices.filter { $0 != batch && $0 != time }
    let moved = try permuted(order)
    let count = shape[time]
    let places = lengths.enumerated().flatMap { row, length in
      (0..<count).map { row * count + ($0 < length ? length - 1 - $0 : $0) }
    }
    let rows = try moved.reshaped([shape[batch] * count] + moved.shape[2...]).gather(Tensor(places))
    return try rows.reshaped(moved.shape).permuted(order.indices.sorted { order[$0] < order[$1] })
  }
}
