internal import VitroCore
internal import VitroTensor

/// Shapes as values, and other shapes for the same elements.
extension ONNXOperator {
  static let shaping: [String: ONNXOperator] = [
    "Shape": ONNXOperator(
      1...1, type: .fixed(.int64),
      shape: { outline in try outline.shape(0).map { [try range($0.count, outline.operation).count] } ?? [-1] }
    ) { call in
      let shape = try call.operand(0).shape
      return try Tensor(Array(shape[range(shape.count, call.operation)]).map { Int64($0) })
    },
    "Size": ONNXOperator(1...1, type: .fixed(.int64), shape: { _ in [] }) { try Tensor(Int64($0.operand(0).count)) },
    "Reshape": ONNXOperator(2...2, shape: reshapedShape) { call in
      let x = try call.operand(0)
      guard let shape = try reshaped(x.shape, call.numbers("", operand: 1) ?? [], call.operation) else {
        throw call.operation.missing(1)
      }
      return try x.reshaped(shape)
    },
    "Flatten": ONNXOperator(
      1...1,
      shape: { outline in
        guard let shape = try outline.shape(0) else { return [-1, -1] }
        let axis = try flattened(shape.count, outline.operation)
        return [try ONNXSketch.product(shape[..<axis]), try ONNXSketch.product(shape[axis...])]
      }
    ) { call in
      let x = try call.operand(0)
      let axis = try flattened(x.rank, call.operation)
      return try x.reshaped([ONNXSketch.product(x.shape[..<axis]), ONNXSketch.product(x.shape[axis...])])
    },
    "Squeeze": ONNXOperator(
      1...2,
      shape: { outline in
        guard let shape = try outline.shape(0) else { return nil }
        switch try outline.numbers("axes", operand: 1) {
        case .some(let axes?): return try squeezed(shape, axes, outline.operation)
        case .some(nil): return nil
        case nil: return shape.contains(-1) ? nil : try squeezed(shape, nil, outline.operation)
        }
      }
    ) { call in
      let x = try call.operand(0)
      return try x.reshaped(squeezed(x.shape, call.numbers("axes", operand: 1), call.operation))
    },
    "Unsqueeze": ONNXOperator(
      1...2,
      shape: { outline in
        guard let shape = try outline.shape(0), case .some(let axes?) = try outline.numbers("axes", operand: 1) else {
          return nil
        }
        return try unsqueezed(shape, axes, outline.operation)
      }
    ) { call in
      let x = try call.operand(0)
      guard let axes = try call.numbers("axes", operand: 1) else { throw call.operation.missing(1) }
      return try x.reshaped(unsqueezed(x.shape, axes, call.operation))
    },
    "Transpose": ONNXOperator(
      1...1,
      shape: { outline in
        guard let shape = try outline.shape(0) else { return nil }
        return try order(shape.count, outline.operation).map { shape[$0] }
      }
    ) { call in
      let x = try call.operand(0)
      return try x.permuted(order(x.rank, call.operation))
    },
    "DepthToSpace": ONNXOperator(1...1, shape: blockShape(grows: true)) { call in
      let (x, size) = (try call.operand(0), try blockSize(call.operation))
      let (n, c, h, w) = (x.shape[0], x.shape[1] / (size * size), x.shape[2], x.shape[3])
      let isColumnFirst = try call.operation.text("mode", default: "DCR") == "CRD"
      let split = isColumnFirst ? [n, c, size, size, h, w] : [n, size, size, c, h, w]
      let order = isColumnFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]
      return try x.reshaped(split).permuted(order).reshaped([n, c, h * size, w * size])
    },
    "SpaceToDepth": ONNXOperator(1...1, shape: blockShape(grows: false)) { call in
      let (x, size) = (try call.operand(0), try blockSize(call.operation))
      let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2] / size, x.shape[3] / size)
      return try x.reshaped([n, c, h, size, w, size]).permuted([0, 3, 5, 1, 2, 4])
        .reshaped([n, c * size * size, h, w])
    },
  ]

  /// The axes that `Shape` gives.
  private static func range(_ rank: Int, _ operation: ONNXOperation) throws -> Range<Int> {
    func bound(_ name: String, _ standard: Int) throws -> Int {
      let given = try operation.integer(name, default: standard)
      return Swift.min(Swift.max(given < 0 ? given + rank : given, 0), rank)
    }
    let start = try bound("start", 0)
    return start..<Swift.max(start, try bound("end", rank))
  }

  private static func flattened(_ rank: Int, _ operation: ONNXOperation) throws -> Int {
    let axis = try operation.integer("axis", default: 1)
    return axis == rank ? rank : try operation.axis(axis, rank: Swift.max(rank, 1))
  }

  private static let reshapedShape: Shape = { outline in
    let target = try outline.operand(1)
    guard let wanted = target.values else {
      return try target.unknownLengths(outline.operation)
    }
    return try reshaped(outline.shape(0), wanted, outline.operation)
  }

  /// The lengths asked for: 0 copies one, −1 takes what is left.
  private static func reshaped(_ shape: [Int]?, _ wanted: [Int], _ operation: ONNXOperation) throws -> [Int]? {
    let copies = try !operation.flag("allowzero")
    var result = try wanted.enumerated().map { axis, length in
      guard length == 0, copies else { return length }
      guard let shape else { return -1 }
      guard axis < shape.count else {
        throw operation.refusal("\(wanted) copies axis \(axis) of \(shape)", code: .shape)
      }
      return shape[axis]
    }
    guard wanted.count <= 12, wanted.allSatisfy({ $0 >= -1 }), wanted.count(where: { $0 == -1 }) <= 1 else {
      throw operation.refusal("\(wanted) is no shape", code: .argument)
    }
    guard let shape, let free = wanted.firstIndex(of: -1) else { return result }
    // Lengths that are copied fall out on both sides, whether they are known or not.
    var (given, others) = (shape, result)
    others.remove(at: free)
    for (axis, length) in wanted.enumerated().reversed() where length == 0 && copies && axis != free {
      given.remove(at: axis)
      others.remove(at: axis > free ? axis - 1 : axis)
    }
    guard !given.contains(-1), !others.contains(-1) else { return result }
    let (count, known) = (try ONNXSketch.count(given), try ONNXSketch.count(others))
    guard known > 0, count % known == 0 else {
      if given.contains(0), known == 0 { result[free] = 0; return result }
      throw operation.refusal("\(shape) does not divide into \(wanted)", code: .shape)
    }
    result[free] = count / known
    return result
  }

  private static func squeezed(_ shape: [Int], _ axes: [Int]?, _ operation: ONNXOperation) throws -> [Int] {
    let dropped = try axes.map { try operation.axes($0, rank: shape.count) } ?? shape.indices.filter { shape[$0] == 1 }
    for axis in dropped where shape[axis] != 1 && shape[axis] != -1 {
      throw operation.refusal("axis \(axis) of \(shape) has not length 1", code: .shape)
    }
    return shape.indices.filter { !dropped.contains($0) }.map { shape[$0] }
  }

  private static func unsqueezed(_ shape: [Int], _ axes: [Int], _ operation: ONNXOperation) throws -> [Int] {
    guard shape.count + axes.count <= 12 else { throw operation.refusal("it makes more than 12 axes", code: .shape) }
    let added = try operation.axes(axes, rank: shape.count + axes.count)
    var rest = shape.makeIterator()
    return (0..<shape.count + axes.count).map { added.contains($0) ? 1 : rest.next() ?? 1 }
  }

  private static func order(_ rank: Int, _ operation: ONNXOperation) throws -> [Int] {
    let order = try operation.integers("perm") ?? Array((0..<rank).reversed())
    guard order.sorted() == Array(0..<rank) else {
      throw operation.refusal("the order \(order) does not name each of \(rank) axes once", code: .shape)
    }
    return order
  }

  private static func blockSize(_ operation: ONNXOperation) throws -> Int {
    let size = try operation.integer("blocksize")
    guard (1...1 << 15).contains(size) else { throw operation.refusal("its blocks have size \(size)", code: .argument) }
    return size
  }

  private static func blockShape(grows: Bool) -> Shape {
    { outline in
      let size = try blockSize(outline.operation)
      guard let shape = try outline.shape(0) else { return [-1, -1, -1, -1] }
      guard shape.count == 4 else {
        throw outline.operation.refusal("its value is \(shape), expected four axes", code: .shape)
      }
      let divided = grows ? [shape[1]] : [shape[2], shape[3]]
      guard divided.allSatisfy({ $0 == -1 || $0 % (grows ? size * size : size) == 0 }) else {
        throw outline.operation.refusal("blocks of \(size) do not divide \(shape)", code: .shape)
      }
      func times(_ length: Int, _ factor: Int) throws -> Int {
        length == -1 ? -1 : try ONNXSketch.count([length, factor])
      }
      func over(_ length: Int, _ factor: Int) -> Int { length == -1 ? -1 : length / factor }
      return grows
        ? [shape[0], over(shape[1], size * size), try times(shape[2], size), try times(shape[3], size)]
        : [shape[0], try times(shape[1], size * size), over(shape[2], size), over(shape[3], size)]
    }
  }
}
