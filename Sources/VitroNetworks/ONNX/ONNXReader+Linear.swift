internal import VitroCore
internal import VitroFormats
internal import VitroTensor

extension ONNXReader {
  /// `α·x·B + β·C`.
  mutating func gemm(_ node: Node) throws -> Operand {
    guard try integer(node, "transA", default: 0) == 0 else {
      throw refusal(node, "it transposes the value", found: "transA 1", expected: "transA 0")
    }
    let (matrix, origin) = try constant(required(node, 1), node, "matrix")
    let isTransposed = try integer(node, "transB", default: 0) != 0
    let (alpha, beta) = (try number(node, "alpha", default: 1), try number(node, "beta", default: 1))
    let name = layerName(node, weight: origin)
    guard try value(required(node, 0), node).shape.count == 1 else {
      throw refusal(
        node, "its value has several axes, expected one of features", found: "several", expected: "[features]")
    }
    let bias = try operand(node, 2).map { try constant($0, node, "bias") }
    return try linear(
      node, named: name, weight: (matrix, origin), isTransposed: isTransposed, factor: alpha,
      bias: bias.map { ($0.array, $0.origin, beta) })
  }

  /// `x·B` on the last axis.
  mutating func matmul(_ node: Node) throws -> Operand {
    let (matrix, origin) = try constant(required(node, 1), node, "matrix")
    return try linear(
      node, named: layerName(node, weight: origin), weight: (matrix, origin), isTransposed: false, factor: 1, bias: nil
    )
  }

  /// PyTorch calls the matrix of a layer `fc1.weight`; then the layer is called `fc1`.
  mutating func layerName(_ node: Node, weight: String) -> String {
    let layer = weight.hasSuffix(".weight") ? String(weight.dropLast(".weight".count)) : ""
    return freshName(layer.isEmpty || places[layer] != nil ? name(of: node) : layer)
  }

  private mutating func linear(
    _ node: Node, named name: String, weight: (array: RawArray, origin: String), isTransposed: Bool, factor: Double,
    bias: (array: RawArray, origin: String, factor: Double)?
  ) throws -> Operand {
    let shape = weight.array.shape
    guard shape.count == 2, shape.allSatisfy({ $0 > 0 }) else {
      throw refusal(node, "its matrix is \(shape), expected two axes", found: "\(shape)", expected: "[inputs, outputs]")
    }
    let (inputs, outputs) = isTransposed ? (shape[1], shape[0]) : (shape[0], shape[1])
    let dtype = self.dtype
    var ties = try keep(
      "weight", of: name,
      form: Form(origin: weight.origin, factor: factor, shape: isTransposed ? .matrix : .transposed),
      count: weight.array.count
    ) {
      let matrix = try Tensor(weight.array).cast(to: dtype)
      let oriented = isTransposed ? matrix : try matrix.transposed()
      return factor == 1 ? oriented : try oriented * factor
    }
    if let bias {
      ties.merge(try keepBias(bias.array, bias.origin, factor: bias.factor, of: name, width: outputs, node)) { $1 }
    }
    return try add(
      Linear(inputs, outputs, bias: bias != nil), named: name, reading: [value(required(node, 0), node).name],
      shapes: [value(required(node, 0), node).shape], ties: ties, for: node)
  }

  /// Keeps a constant as a bias of a given width.
  mutating func keepBias(
    _ array: RawArray, _ origin: String, factor: Double, of name: String, width: Int, owner: String? = nil, _ node: Node
  ) throws -> [String: String] {
    _ = try broadcast(array, [width], node)
    let dtype = self.dtype
    let form = Form(origin: origin, factor: factor, shape: .vector([width]), owner: owner)
    return try keep("bias", of: name, form: form, count: width) {
      let vector = try Tensor(array).cast(to: dtype).flattened()
      let wide = vector.count == width ? vector : try vector.expanded(to: [width])
      return factor == 1 ? wide : try wide * factor
    }
  }

  /// `scale·x + factor·c` for a constant c: a bias of the layer before, a ``Scale``, or an identity matrix with a bias.
  mutating func addConstant(
    _ array: RawArray, _ origin: String, factor: Double, to operand: Operand, scale: Double = 1, _ node: Node
  ) throws -> Operand {
    let (input, shape) = try value(operand, node)
    let trimmed = try broadcast(array, shape, node)
    // Only a layer whose value nothing else reads may take the constant in.
    let place = node.inputs.contains { isReadOnce($0, input) } ? places[input] ?? -1 : -1
    let layer = place >= 0 ? graph.nodes[place].layer : nil
    if var linear = layer as? Linear, !linear.bias, scale == 1, trimmed.count <= 1 {
      // A parameter may be shared with nodes before it only.
      let owner = place == graph.nodes.count - 1 ? nil : input
      let ties = try keepBias(array, origin, factor: factor, of: input, width: linear.outputs, owner: owner, node)
      linear.bias = true
      graph.nodes[place].layer = linear
      graph.nodes[place].ties.merge(ties) { $1 }
      return operand
    }
    if var convolution = layer as? Conv2d, !convolution.bias, scale == 1, trimmed == [convolution.outputs, 1, 1] {
      let owner = place == graph.nodes.count - 1 ? nil : input
      let flat = try Tensor(array).reshaped([convolution.outputs]).raw
      let ties = try keepBias(flat, origin, factor: factor, of: input, width: convolution.outputs, owner: owner, node)
      convolution.bias = true
      graph.nodes[place].layer = convolution
      graph.nodes[place].ties.merge(ties) { $1 }
      return operand
    }
    if shape.count == 2, trimmed == shape, scale == 1, factor == 1 {
      return try addPositions(array, origin, to: operand, node)
    }
    if let number = try uniform(array) {
      guard number.isFinite else {
        throw refusal(node, "'\(origin)' is \(number)", found: "\(number)", expected: "a finite number")
      }
      if let first = layer as? Scale, first.offset == 0 {
        graph.nodes[place].layer = Scale(factor: scale * first.factor, offset: factor * number)
        return operand
      }
      return try add(
        Scale(factor: scale, offset: factor * number), named: freshName(name(of: node)), to: operand, for: node)
    }
    return try addVector(array, origin, factor: factor, to: operand, scale: scale, node)
  }

  /// A constant vector for each position of a sequence.
  private mutating func addPositions(
    _ array: RawArray, _ origin: String, to operand: Operand, _ node: Node
  ) throws -> Operand {
    let (input, shape) = try value(operand, node)
    let name = layerName(node, weight: origin)
    let dtype = self.dtype
    let ties = try keep("weight", of: name, form: Form(origin: origin, shape: .vector(shape)), count: array.count) {
      try Tensor(array).cast(to: dtype).reshaped(shape)
    }
    return try add(
      PositionalEmbedding(shape[0], shape[1]), named: name, reading: [input], shapes: [shape], ties: ties, for: node)
  }

  private func isReadOnce(_ name: String, _ node: String) -> Bool {
    guard case .value(node, _) = operands[name] else { return false }
    return readers[name] == 1
  }

  private mutating func addVector(
    _ array: RawArray, _ origin: String, factor: Double, to operand: Operand, scale: Double, _ node: Node
  ) throws -> Operand {
    let (_, shape) = try value(operand, node)
    let width = shape.elementCount
    guard !shape.contains(-1), (1...Self.widestIdentity).contains(width) else {
      throw refusal(
        node, "it adds a constant \(array.shape) to \(shape), which no layer before it takes in", found: "\(shape)",
        expected: "a single number, a bias after a matrix, or at most \(Self.widestIdentity) features")
    }
    let name = freshName(name(of: node))
    let flat =
      shape.count == 1 ? operand : try add(Flatten(), named: freshName("\(name).flat"), to: operand, for: node)
    let dtype = self.dtype
    let linearName = shape.count == 1 ? name : freshName("\(name).sum")
    var ties = try keep(
      "weight", of: linearName, form: Form(factor: scale, shape: .identity(width)), count: width * width
    ) {
      try .eye(width, dtype: dtype) * scale
    }
    let form = Form(origin: origin, factor: factor, shape: .vector(shape))
    // As many leading axes of length 1 as the constant has.
    let target = [Int](repeating: 1, count: Swift.max(0, array.shape.count - shape.count)) + shape
    ties.merge(
      try keep("bias", of: linearName, form: form, count: width) {
        try Tensor(array).cast(to: dtype).expanded(to: target).flattened() * factor
      }
    ) { $1 }
    let (input, flatShape) = try value(flat, node)
    let sum = try add(
      Linear(width, width), named: linearName, reading: [input], shapes: [flatShape], ties: ties, for: node)
    return shape.count == 1 ? sum : try add(Reshape(shape), named: name, to: sum, for: node)
  }
}
