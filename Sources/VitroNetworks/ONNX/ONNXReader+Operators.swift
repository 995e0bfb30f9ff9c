internal import VitroCore
internal import VitroFormats

extension ONNXReader {
  typealias Operation = @Sendable (inout ONNXReader, Node) throws -> Operand

  /// The operators that are read, each with what makes its first output.
  static let operators: [String: Operation] = {
    var all: [String: Operation] = [
      "Constant": { try $0.constant($1) },
      "Gemm": { try $0.gemm($1) },
      "MatMul": { try $0.matmul($1) },
      "Add": { try $0.sum($1) },
      "Sum": { try $0.sum($1) },
      "Sub": { try $0.difference($1) },
      "Mul": { try $0.product($1) },
      "Div": { try $0.quotient($1) },
      "Neg": { try $0.apply(Scale(factor: -1), $1) },
      "LeakyRelu": { reader, node in
        try reader.apply(Activation(.leakyRelu, parameter: reader.number(node, "alpha", default: 0.01)), node)
      },
      "Elu": { reader, node in
        try reader.apply(Activation(.elu, parameter: reader.number(node, "alpha", default: 1)), node)
      },
      "PRelu": { try $0.parametricRelu($1) },
      "HardSigmoid": { try $0.hardSigmoid($1) },
      "Clip": { try $0.clip($1) },
      "Max": { try $0.extremum($1, isMaximum: true) },
      "Min": { try $0.extremum($1, isMaximum: false) },
      "Softmax": { try $0.softmax($1, logarithmic: false) },
      "LogSoftmax": { try $0.softmax($1, logarithmic: true) },
      "Concat": { try $0.concatenation($1) },
      "Flatten": { try $0.flatten($1) },
      "Reshape": { try $0.reshape($1) },
      "Identity": { try $0.identity($1) },
      "Dropout": { try $0.dropout($1) },
      "Conv": { try $0.convolution($1) },
      "BatchNormalization": { try $0.batchNormalization($1) },
      "MaxPool": { try $0.pooling($1, isMaximum: true) },
      "AveragePool": { try $0.pooling($1, isMaximum: false) },
      "GlobalMaxPool": { try $0.globalPooling($1, isMaximum: true) },
      "GlobalAveragePool": { try $0.globalPooling($1, isMaximum: false) },
      "ReduceMean": { try $0.mean($1) },
      "Gather": { try $0.gathering($1) },
      "LayerNormalization": { try $0.layerNormalization($1) },
      "Gelu": { try $0.gelu($1) },
      "Transpose": { try $0.transposition($1) },
      "Unsqueeze": { try $0.unitAxes($1, areAdded: true) },
      "Squeeze": { try $0.unitAxes($1, areAdded: false) },
    ]
    for (function, operation) in functions {
      all[operation] = { try $0.apply(Activation(function), $1) }
    }
    return all
  }()

  /// The functions that need no settings, with ONNX's names for them.
  static let functions: [(function: Activation.Function, operation: String)] = [
    (.relu, "Relu"), (.abs, "Abs"), (.sigmoid, "Sigmoid"), (.tanh, "Tanh"), (.softplus, "Softplus"),
    (.softsign, "Softsign"), (.hardSwish, "HardSwish"), (.exp, "Exp"), (.sin, "Sin"), (.cos, "Cos"),
  ]

  /// The operators that are read, for errors.
  static let listing = Set(operators.keys).union(ONNXOperator.all.keys).sorted().joined(separator: ", ")

  /// Appends a layer of one input under the node's name.
  mutating func apply(_ layer: some Layer, _ node: Node) throws -> Operand {
    try add(layer, named: freshName(name(of: node)), to: required(node, 0), for: node)
  }

  private func constant(_ node: Node) throws -> Operand {
    guard let array = node.constantArray else {
      throw refusal(
        node, "its value is no tensor", found: node.attributes.keys.sorted().joined(separator: ", "), expected: "value")
    }
    return .constant(array, origin: node.outputs.first ?? "")
  }

  private mutating func identity(_ node: Node) throws -> Operand {
    if case .constant(let array, let origin) = try required(node, 0) { return .constant(array, origin: origin) }
    return try apply(Activation(.identity), node)
  }

  private mutating func dropout(_ node: Node) throws -> Operand {
    var ratio = try number(node, "ratio", default: 0.5)
    if let given = operand(node, 1) { ratio = try scalar(given, node, "ratio") }
    if case .constant(let isTraining, _)? = operand(node, 2), isTraining.withBytes({ $0.contains { $0 != 0 } }) {
      throw refusal(node, "it drops features in use, too", found: "training_mode true", expected: "false")
    }
    return try apply(Dropout(ratio), node)
  }

  private mutating func softmax(_ node: Node, logarithmic: Bool) throws -> Operand {
    let rank = try value(required(node, 0), node).shape.count + 1
    // Before version 13 all axes from the given one on were one.
    let axis = try axis(node, default: model.opset < 13 ? 1 : -1, rank: rank)
    guard axis == rank - 1, axis > 0 else {
      throw refusal(node, "its axis is \(axis), expected the last", found: "\(axis)", expected: "\(rank - 1)")
    }
    return try apply(Softmax(logarithmic: logarithmic), node)
  }

  private mutating func concatenation(_ node: Node) throws -> Operand {
    let values = try node.inputs.indices.map { try value(required(node, $0), node) }
    let axis = try axis(node, default: nil, rank: (values.first?.shape.count ?? 0) + 1)
    guard axis > 0 else {
      throw refusal(node, "it joins examples", found: "axis 0", expected: "an axis of features")
    }
    return try add(
      Concatenate(axis: axis - 1), named: freshName(name(of: node)), reading: values.map(\.name),
      shapes: values.map(\.shape), for: node)
  }

  private mutating func flatten(_ node: Node) throws -> Operand {
    let rank = try value(required(node, 0), node).shape.count + 1
    let given = try integer(node, "axis", default: 1)
    let axis = given < 0 ? given + rank : given
    guard axis == 1 else {
      throw refusal(node, "it does not keep the batch", found: "axis \(axis)", expected: "axis 1")
    }
    return try apply(Flatten(), node)
  }

  private mutating func reshape(_ node: Node) throws -> Operand {
    let shape = try value(required(node, 0), node).shape
    guard case .constant(let array, _) = try required(node, 1), array.dtype == .int64, array.shape.count == 1 else {
      throw refusal(node, "its shape is computed, expected a constant", found: "a value", expected: "int64 [rank]")
    }
    var target = array.withBytes { bytes in
      (0..<array.count).map { Int(bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self)) }
    }
    let listed = "\(target)"
    if try integer(node, "allowzero", default: 0) == 0 {
      for (index, length) in target.enumerated() where length == 0 && index > 0 && index <= shape.count {
        target[index] = shape[index - 1]
      }
    }
    let first = target.first ?? 1
    let rest = Array(target.dropFirst())
    // The first axis stays the batch: it is copied, or free and nothing else is, or what the file fixes it to.
    let keepsBatch = first == 0 || first == -1 && !rest.contains(-1) || first == batch
    guard keepsBatch, !target.isEmpty, rest.allSatisfy({ $0 >= -1 }), !shape.contains(-1) else {
      throw refusal(
        node, "the shape \(listed) does not keep the batch of a value [batch] + \(shape)", found: listed,
        expected: "[0, …] or [-1, …] with as many features")
    }
    let layer = Reshape(rest)
    guard let result = try? layer.outputShape(of: [shape]) else {
      throw refusal(node, "\(shape) cannot become \(rest)", found: listed, expected: "\(shape.elementCount) features")
    }
    if result.count == 1 { return try apply(Flatten(), node) }
    return try apply(Reshape(result), node)
  }
}
