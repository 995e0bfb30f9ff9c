internal import VitroCore
internal import VitroTensor

/// Values made of nothing but their shape, and values repeated.
///
/// A small file could ask for any amount of memory here; ``ONNXOperation/compute(_:spend:)`` asks for the shape first.
extension ONNXOperator {
  static let filling: [String: ONNXOperator] = [
    "ConstantOfShape": ONNXOperator(
      1...1, type: .array("value", .float32),
      shape: { outline in
        let operand = try outline.operand(0)
        guard let values = operand.values else {
          return try operand.unknownLengths(outline.operation)
        }
        return values
      }
    ) { call in
      let shape = try call.operand(0).ints
      guard case .array(let literal)? = call.operation.settings["value"] else { return try .zeros(shape) }
      let value = try literal.tensor().computable()
      guard value.count == 1 else { throw call.operation.refusal("its value is \(value.shape), expected one number") }
      return try value.reshaped([]).expanded(to: shape)
    },
    "Range": ONNXOperator(
      3...3,
      shape: { outline in
        let (start, limit, step) = (try outline.operand(0), try outline.operand(1), try outline.operand(2))
        guard let start = start.reals?.first, let limit = limit.reals?.first, let step = step.reals?.first else {
          return [-1]
        }
        return [try steps(start, limit, step, outline.operation)]
      }
    ) { call in
      let (start, limit, step) = (try call.operand(0).item(), try call.operand(1).item(), try call.operand(2).item())
      let count = try steps(start, limit, step, call.operation)
      return try Tensor((0..<count).map { start + Double($0) * step }).cast(to: call.operand(0).computable().dtype)
    },
    "Expand": ONNXOperator(
      2...2,
      shape: { outline in
        let target = try outline.operand(1)
        guard let wanted = target.values else {
          guard let own = try outline.shape(0), let wanted = try target.unknownLengths(outline.operation) else {
            return nil
          }
          return own.count > wanted.count ? own.map { _ in -1 } : wanted
        }
        guard wanted.allSatisfy({ $0 >= 0 }) else {
          throw outline.operation.refusal("\(wanted) is no shape", code: .argument)
        }
        return try ONNXSketch.broadcast([outline.shape(0), wanted], outline.operation.operation)
      }
    ) { call in
      let x = try call.operand(0)
      let shape = try ONNXSketch.broadcast([x.shape, call.operand(1).ints], call.operation.operation) ?? []
      return try x.expanded(to: shape)
    },
    "Tile": ONNXOperator(
      2...2,
      shape: { outline in
        guard let shape = try outline.shape(0) else { return nil }
        guard let counts = try outline.operand(1).values else { return shape.map { _ in -1 } }
        guard counts.count == shape.count, counts.allSatisfy({ $0 >= 0 }) else {
          throw outline.operation.refusal("it repeats \(shape) \(counts) times", code: .shape)
        }
        return try zip(shape, counts).map { try ONNXSketch.product([$0, $1]) }
      }
    ) { call in try call.operand(0).tiled(call.operand(1).ints) },
    "EyeLike": ONNXOperator(1...1, type: .named("dtype"), shape: same) { call in
      let x = try call.operand(0)
      let type = try call.operation.elementType("dtype") ?? x.computable().dtype
      guard x.rank == 2 else {
        throw call.operation.refusal("its value is \(x.shape), expected two axes", code: .shape)
      }
      let (rows, columns) = (x.shape[0], x.shape[1])
      let shift = try call.operation.integer("k")
      var ones = [UInt8](repeating: 0, count: rows * columns)
      for row in 0..<rows where (0..<columns).contains(row + shift) { ones[row * columns + row + shift] = 1 }
      return try Tensor(ones, shape: x.shape).cast(to: type)
    },
    "OneHot": ONNXOperator(
      3...3, type: .operand(2),
      shape: { outline in
        guard var shape = try outline.shape(0) else { return nil }
        let axis = try outline.operation.axis(outline.operation.integer("axis", default: -1), rank: shape.count + 1)
        let depth = try outline.operand(1)
        shape.insert(
          depth.values?.first ?? depth.reals?.first.map { Swift.max(ONNXSketch.whole($0), 0) } ?? -1, at: axis)
        return shape
      }
    ) { call in
      let (indices, values) = (try call.operand(0).cast(to: .int64), try call.operand(2).computable())
      let depth = Swift.max(ONNXSketch.whole(try call.operand(1).item()), 0)
      let axis = try call.operation.axis(call.operation.integer("axis", default: -1), rank: indices.rank + 1)
      guard values.count == 2 else { throw call.operation.refusal("it takes \(values.shape) values, expected two") }
      let length = try Tensor(Int64(depth))
      let counted = try indices.isLess(than: 0).select(indices + length, indices)
      // What is no place of the axis stays off everywhere.
      var tail = [Int](repeating: 1, count: indices.rank + 1)
      tail[axis] = depth
      let hot = try counted.expandingAxis(axis).isEqual(to: Tensor.range(0..<depth).reshaped(tail))
      return try hot.select(values.select(at: 1), values.select(at: 0))
    },
  ]

  private static func steps(_ start: Double, _ limit: Double, _ step: Double, _ operation: ONNXOperation) throws -> Int
  {
    let count = ((limit - start) / step).rounded(.up)
    guard step != 0, count.isFinite, count < 1e12 else {
      throw operation.refusal("it goes from \(start) to \(limit) in steps of \(step)", code: .argument)
    }
    return Swift.max(0, Int(count))
  }
}
