internal import VitroCore
internal import VitroFormats

extension ONNXReader {
  /// `a + b + …`, of values or of a value and a constant.
  mutating func sum(_ node: Node) throws -> Operand {
    let (first, second) = (try required(node, 0), operand(node, 1))
    if node.inputs.count == 2, let second {
      if case .constant(let array, let origin) = second {
        return try addConstant(floats(array, origin, node), origin, factor: 1, to: first, node)
      }
      if case .constant(let array, let origin) = first {
        return try addConstant(floats(array, origin, node), origin, factor: 1, to: second, node)
      }
    }
    return try combine(Add(), node)
  }

  /// `a − b`.
  mutating func difference(_ node: Node) throws -> Operand {
    let (first, second) = (try required(node, 0), try required(node, 1))
    if case .constant(let array, let origin) = second {
      return try addConstant(floats(array, origin, node), origin, factor: -1, to: first, node)
    }
    if case .constant(let array, let origin) = first {
      return try addConstant(floats(array, origin, node), origin, factor: 1, to: second, scale: -1, node)
    }
    let name = freshName(name(of: node))
    let negative = try add(Scale(factor: -1), named: freshName("\(name).negative"), to: second, for: node)
    return try add(Add(), first, negative, named: name, node)
  }

  /// `a·b`, of values or of a value and a number.
  mutating func product(_ node: Node) throws -> Operand {
    let (first, second) = (try required(node, 0), try required(node, 1))
    if case .constant = second { return try scaled(first, by: second, node) { $0 } }
    if case .constant = first { return try scaled(second, by: first, node) { $0 } }
    return try combine(Multiply(), node)
  }

  /// `a/b` for a number b.
  mutating func quotient(_ node: Node) throws -> Operand {
    let divisor = try required(node, 1)
    guard case .constant = divisor else {
      throw refusal(node, "its divisor is computed, expected a constant", found: "a value", expected: "a number")
    }
    return try scaled(required(node, 0), by: divisor, node) { 1 / $0 }
  }

  /// `x < 0 ? slope·x : x` with one slope.
  mutating func parametricRelu(_ node: Node) throws -> Operand {
    let slopes = try constant(required(node, 1), node, "slope").array
    guard let slope = try uniform(slopes) else {
      throw refusal(
        node, "its slopes \(slopes.shape) differ, expected one", found: "\(slopes.shape)", expected: "one slope")
    }
    return try apply(Activation(.leakyRelu, parameter: slope), node)
  }

  /// `max(0, min(1, α·x + β))`.
  mutating func hardSigmoid(_ node: Node) throws -> Operand {
    let (alpha, beta) = (try number(node, "alpha", default: 0.2), try number(node, "beta", default: 0.5))
    if abs(alpha - 1 / 6) < 1e-7, beta == 0.5 { return try apply(Activation(.hardSigmoid), node) }
    let name = freshName(name(of: node))
    let inner = try add(
      Scale(factor: alpha, offset: beta), named: freshName("\(name).scale"), to: required(node, 0), for: node)
    return try clip(inner, from: 0, to: 1, named: name, node)
  }

  /// `min(max(x, low), high)`; either bound may be missing.
  mutating func clip(_ node: Node) throws -> Operand {
    func bound(_ index: Int, _ name: String) throws -> Double? {
      // Before version 11 the bounds were settings; exporters write the largest number for none.
      let given =
        try operand(node, index).map { try scalar($0, node, name) }
        ?? (node.attributes[name] == nil ? nil : try number(node, name, default: 0))
      guard let given, abs(given) < Double(Float.greatestFiniteMagnitude) else { return nil }
      return given
    }
    return try clip(
      required(node, 0), from: bound(1, "min"), to: bound(2, "max"), named: freshName(name(of: node)), node)
  }

  /// The larger, or the smaller, of several values or numbers: `max(a, b) = a + relu(b − a)`.
  mutating func extremum(_ node: Node, isMaximum: Bool) throws -> Operand {
    let name = freshName(name(of: node))
    var result = try required(node, 0)
    guard node.inputs.count > 1 else { return try add(Activation(.identity), named: name, to: result, for: node) }
    for index in node.inputs.indices.dropFirst() {
      let other = try required(node, index)
      let part = index == node.inputs.count - 1 ? name : freshName("\(name).\(index)")
      switch (result, other) {
      case (.value, .constant):
        let bound = try scalar(other, node, "bound")
        result = try clip(result, from: isMaximum ? bound : nil, to: isMaximum ? nil : bound, named: part, node)
      case (.constant, .value):
        let bound = try scalar(result, node, "bound")
        result = try clip(other, from: isMaximum ? bound : nil, to: isMaximum ? nil : bound, named: part, node)
      default:
        let (sign, first, second) = isMaximum ? (1.0, result, other) : (-1.0, other, result)
        // max: a + relu(b − a); min: a − relu(a − b).
        let negative = try add(Scale(factor: -1), named: freshName("\(part).negative"), to: first, for: node)
        let gap = try add(Add(), second, negative, named: freshName("\(part).gap"), node)
        var rise = try add(Activation(.relu), named: freshName("\(part).relu"), to: gap, for: node)
        if sign < 0 { rise = try add(Scale(factor: -1), named: freshName("\(part).fall"), to: rise, for: node) }
        result = try add(Add(), result, rise, named: part, node)
      }
    }
    return result
  }

  /// `high − relu(high − low − relu(x − low))`, which gives the bounds themselves however large x is.
  private mutating func clip(
    _ operand: Operand, from low: Double?, to high: Double?, named name: String, _ node: Node
  ) throws -> Operand {
    func step(_ layer: some Layer, _ part: String, to operand: Operand, reader: inout ONNXReader) throws -> Operand {
      try reader.add(layer, named: reader.freshName("\(name).\(part)"), to: operand, for: node)
    }
    guard low != nil || high != nil else { return try add(Activation(.identity), named: name, to: operand, for: node) }
    var result = operand
    if let low {
      if low != 0 { result = try step(Scale(factor: 1, offset: -low), "above", to: result, reader: &self) }
      guard high != nil || low != 0 else { return try add(Activation(.relu), named: name, to: result, for: node) }
      result = try step(Activation(.relu), "relu", to: result, reader: &self)
    }
    guard let high else { return try add(Scale(factor: 1, offset: low ?? 0), named: name, to: result, for: node) }
    result = try step(Scale(factor: -1, offset: high - (low ?? 0)), "below", to: result, reader: &self)
    result = try step(Activation(.relu), "relu", to: result, reader: &self)
    return try add(Scale(factor: -1, offset: high), named: name, to: result, for: node)
  }

  private mutating func scaled(
    _ operand: Operand, by constant: Operand, _ node: Node, _ factor: (Double) -> Double
  ) throws -> Operand {
    let (array, origin) = try self.constant(constant, node, "factor")
    _ = try broadcast(array, value(operand, node).shape, node)
    guard let number = try uniform(array), factor(number).isFinite else {
      throw refusal(
        node, "'\(origin)' \(array.shape) is not one finite number", found: "\(array.shape)", expected: "one number")
    }
    return try add(Scale(factor: factor(number)), named: freshName(name(of: node)), to: operand, for: node)
  }

  private func floats(_ array: RawArray, _ origin: String, _ node: Node) throws -> RawArray {
    try constant(.constant(array, origin: origin), node, "constant").array
  }

  private mutating func combine(_ layer: some Layer, _ node: Node) throws -> Operand {
    let values = try node.inputs.indices.map { try value(required(node, $0), node) }
    // A length that is not known could be the 1 of the other, or meet it.
    let shapes = values.map(\.shape)
    let isSafe = shapes.allSatisfy { shape in
      shape.count == shapes[0].count && zip(shape, shapes[0]).allSatisfy { $0 == $1 || $0 > 1 || $1 > 1 }
    }
    guard isSafe else {
      throw refusal(node, "its values are \(shapes)", found: "\(shapes)", expected: "values of one shape")
    }
    return try add(
      layer, named: freshName(name(of: node)), reading: values.map(\.name), shapes: values.map(\.shape), for: node)
  }

  private mutating func add(
    _ layer: Add, _ first: Operand, _ second: Operand, named name: String, _ node: Node
  ) throws -> Operand {
    let (a, b) = (try value(first, node), try value(second, node))
    return try add(layer, named: name, reading: [a.name, b.name], shapes: [a.shape, b.shape], for: node)
  }
}
