internal import VitroCore
internal import VitroFormats
internal import VitroTensor

/// Operators of transformers that have layers.
extension ONNXReader {
  /// Rows of a constant table for tokens, or one position of a sequence.
  mutating func gathering(_ node: Node) throws -> Operand {
    let axis = try integer(node, "axis", default: 0)
    if case .constant(let table, let origin) = try required(node, 0), axis == 0 {
      let (tokens, shape) = try value(required(node, 1), node)
      guard table.dtype.isFloatingPoint, table.shape.count == 2, table.shape.allSatisfy({ $0 > 0 }) else {
        throw refusal(node, "its table is \(table.shape)", found: "\(table.shape)", expected: "[tokens, width]")
      }
      let name = layerName(node, weight: origin)
      let dtype = self.dtype
      let ties = try keep("weight", of: name, form: Form(origin: origin, shape: .matrix), count: table.count) {
        try Tensor(table).cast(to: dtype)
      }
      let layer = Embedding(table.shape[0], table.shape[1])
      return try add(layer, named: name, reading: [tokens], shapes: [shape], ties: ties, for: node)
    }
    let shape = try value(required(node, 0), node).shape
    guard case .constant(let index, _) = try required(node, 1), index.count == 1, index.shape.isEmpty,
      axis == 1 || axis == -shape.count, !shape.isEmpty
    else {
      throw refusal(node, "it reads several positions", found: "axis \(axis)", expected: "one position of axis 1")
    }
    return try apply(Pick(Tensor(index).ints[0]), node)
  }

  /// Layer normalization over the last axis.
  mutating func layerNormalization(_ node: Node) throws -> Operand {
    let (input, shape) = try value(required(node, 0), node)
    let axis = try integer(node, "axis", default: -1)
    let (weight, origin) = try constant(required(node, 1), node, "scale")
    guard axis == -1 || axis == shape.count, shape.count >= 1, weight.shape.count == 1,
      case .constant(let shift, let shiftOrigin)? = operand(node, 2), shift.shape == weight.shape
    else {
      throw refusal(
        node, "it normalizes from axis \(axis) of \(shape)", found: "axis \(axis)", expected: "the last axis")
    }
    let width = weight.shape[0]
    let layer = LayerNorm(width, epsilon: try number(node, "epsilon", default: 1e-5))
    _ = try fitting(node) { try layer.outputShape(of: [shape]) }
    let name = layerName(node, weight: origin)
    let dtype = self.dtype
    var ties: [String: String] = [:]
    for (parameter, array, origin) in [("weight", weight, origin), ("bias", shift, shiftOrigin)] {
      let form = Form(origin: origin, shape: .vector([width]))
      ties.merge(try keep(parameter, of: name, form: form, count: width) { try Tensor(array).cast(to: dtype) }) { $1 }
    }
    return try add(layer, named: name, reading: [input], shapes: [shape], ties: ties, for: node)
  }

  /// GELU, by the error function or by tanh.
  mutating func gelu(_ node: Node) throws -> Operand {
    if case .string("tanh") = node.attributes["approximate"] { return try apply(Activation(.geluTanh), node) }
    return try apply(Activation(.gelu), node)
  }

  /// The axes of an example in another order.
  mutating func transposition(_ node: Node) throws -> Operand {
    let rank = try value(required(node, 0), node).shape.count + 1
    guard case .ints(let order)? = node.attributes["perm"], order.first == 0, order.sorted() == Array(0..<rank) else {
      throw refusal(node, "it moves the batch", found: "another order", expected: "an order that begins with 0")
    }
    return try apply(Permute(order.dropFirst().map { $0 - 1 }), node)
  }

  /// Axes of length 1 that come or go.
  mutating func unitAxes(_ node: Node, areAdded: Bool) throws -> Operand {
    let shape = try value(required(node, 0), node).shape
    let axes = try wholeNumbers(node, "axes", operand: 1)
    let full = [-1] + shape
    let rank = full.count + (areAdded ? axes.count : 0)
    let resolved = Set(axes.map { $0 < 0 ? $0 + rank : $0 })
    guard resolved.count == axes.count, resolved.allSatisfy({ (1..<rank).contains($0) }), rank <= 8,
      areAdded || resolved.allSatisfy({ full[$0] == 1 })
    else { throw refusal(node, "its axes are \(axes) of \(shape)", found: "\(axes)", expected: "axes of an example") }
    var rest = full.makeIterator()
    let target =
      areAdded
      ? (0..<rank).map { resolved.contains($0) ? 1 : rest.next() ?? 1 }
      : full.indices.filter { !resolved.contains($0) }.map { full[$0] }
    guard target.dropFirst().count(where: { $0 == -1 }) <= 1, !shape.isEmpty else {
      throw refusal(node, "several lengths of \(shape) are unknown", found: "\(shape)", expected: "one at most")
    }
    return try apply(Reshape(Array(target.dropFirst())), node)
  }

  /// Whole numbers that are a setting or a constant.
  func wholeNumbers(_ node: Node, _ name: String, operand index: Int) throws -> [Int] {
    if case .ints(let values)? = node.attributes[name] { return values }
    guard case .constant(let array, _)? = operand(node, index), !array.dtype.isFloatingPoint, array.count <= 64 else {
      throw refusal(node, "its \(name) are computed, or left out", found: "no constant", expected: "a constant")
    }
    return try Tensor(array).ints
  }

  /// Blames the node for what a layer or an operator says of it.
  func fitting<Result>(_ node: Node, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as VitroError where error.code != .memory && error.details["operator"] == nil {
      throw refusal(node, error.message, found: error.details["found"] ?? error.message, expected: "operands that fit")
    }
  }
}
