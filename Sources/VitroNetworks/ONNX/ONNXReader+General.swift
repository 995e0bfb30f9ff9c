internal import VitroCore
internal import VitroFormats
internal import VitroTensor

/// Operators without a layer of their own: each becomes an ``ONNXOperation``.
extension ONNXReader {
  /// The most elements by which a constant that is computed while reading exceeds those it is made of.
  private static let largestGrowth = 1 << 20

  /// Computes a node whose operands are all constants.
  ///
  /// - Returns: whether it was one.
  mutating func fold(_ node: Node, _ rule: ONNXOperator) throws -> Bool {
    guard rule.folds, !node.inputs.isEmpty, node.operation != "Identity" else { return false }
    var tensors: [Tensor?] = []
    for (index, name) in node.inputs.enumerated() {
      if name.isEmpty {
        tensors.append(nil)
        continue
      }
      guard case .constant(let array, _)? = operand(node, index) else { return false }
      tensors.append(Tensor(array))
    }
    guard tensors.contains(where: { $0 != nil }), rule.inputs.contains(tensors.count) else { return false }
    var results: [(String, RawArray)] = []
    for (number, output) in node.outputs.enumerated() where !output.isEmpty && readers[output] != nil {
      guard number < rule.outputs else { throw unmade(node, output) }
      let operation = ONNXOperation(
        node.operation, opset: model.opset, output: number, settings: settings(node),
        operands: tensors.map { _ in .missing })
      var left = Self.largestGrowth
      let result = try? operation.compute(tensors) { growth in
        left -= growth
        guard left >= 0 else { throw VitroError(.memory, node.operation, "its result is large") }
      }
      // What cannot be computed here is told when it stands in the network, or is never asked for.
      guard let result else { return false }
      try spend(result.count * result.dtype.byteWidth, on: output)
      results.append((output, result.raw))
    }
    let isLearned = node.inputs.contains { input in
      guard case .constant(let array, let origin)? = operands[input] else { return false }
      return array.dtype.isFloatingPoint && isWeight(origin)
    }
    for (output, array) in results {
      operands[output] = .constant(array, origin: output)
      if isLearned, array.dtype.isFloatingPoint { initializers.insert(output) }
    }
    return true
  }

  /// Appends an operation for each result of a node that something reads.
  mutating func addOperations(_ node: Node, _ rule: ONNXOperator) throws {
    for (name, attribute) in node.attributes {
      guard ONNXSetting(attribute) == nil else { continue }
      var kind = "a number that is not finite, or a large array"
      if case .unread(let found) = attribute { kind = "a \(found)" }
      throw refusal(node, "its setting '\(name)' is \(kind)", found: kind, expected: "a number, a text or an array")
    }
    let node = castNode(node)
    let base = name(of: node)
    for (number, output) in node.outputs.enumerated() where !output.isEmpty && (number == 0 || readers[output] != nil) {
      guard number < rule.outputs else { throw unmade(node, output) }
      try addOperation(
        node, node.operation == "Cast" ? ONNXOperator.named("Cast") : rule, output: number,
        named: freshName(number == 0 ? base : "\(base).\(number)"))
    }
  }

  /// A conversion to the type of another operand, as one to that type: half precision is known here alone.
  private func castNode(_ node: Node) -> Node {
    guard node.operation == "CastLike", node.inputs.count == 2,
      let input = model.inputs.first(where: { $0.name == node.inputs[1] })
    else { return node }
    var cast = node
    cast.operation = "Cast"
    cast.inputs = [node.inputs[0]]
    cast.attributes = ["to": .int(Int(ONNXElementType.code(named: input.elementType)))]
    return cast
  }

  private mutating func addOperation(_ node: Node, _ rule: ONNXOperator, output: Int, named name: String) throws {
    var (reading, shapes, ties, kinds) = ([String](), [[Int]](), [String: String](), [DType?]())
    var operands: [ONNXOperation.Operand] = []
    var sketches: [ONNXSketch?] = []
    var taken: Set<String> = []
    for index in node.inputs.indices {
      switch operand(node, index) {
      case nil:
        operands.append(.missing)
        sketches.append(nil)
        kinds.append(nil)
      case .value(let value, let shape)?:
        operands.append(.value)
        reading.append(value)
        shapes.append(shape)
        sketches.append(wholeShapes[value].map { ONNXSketch(shape: $0) } ?? ONNXSketch(example: shape))
        kinds.append(types[value] ?? nil)
      case .constant(let array, let origin)?:
        kinds.append(array.dtype.isFloatingPoint ? dtype : array.dtype)
        sketches.append(try ONNXSketch(Tensor(array)))
        guard array.count > (array.dtype.isFloatingPoint ? 1 : ONNXLiteral.maximumCount) else {
          operands.append(.literal(try literal(array)))
          continue
        }
        let parameter = parameterName(origin, index, &taken)
        ties.merge(try keepWhole(array, origin, parameter, of: name, node)) { $1 }
        operands.append(
          .parameter(
            parameter, shape: array.shape, type: array.dtype.isFloatingPoint ? dtype : array.dtype,
            isTrained: array.dtype.isFloatingPoint && isWeight(origin)))
      }
    }
    try requireOneType(node, kinds)
    let plain = ONNXOperation(
      node.operation, opset: model.opset, output: output, settings: settings(node), operands: operands)
    guard rule.inputs.contains(operands.count) else {
      throw refusal(
        node, "it has \(operands.count) operands, expected \(rule.inputs.lowerBound) to \(rule.inputs.upperBound)",
        found: "\(operands.count)", expected: "\(rule.inputs.lowerBound)")
    }
    let whole = try fitting(node) { try rule.shape(ONNXOutline(operation: plain, operands: sketches)) }
    let example = ONNXSketch(shape: whole).example
    let own = try fitting(node) { try plain.outputShape(of: shapes) }
    let layer =
      own == example
      ? plain
      : ONNXOperation(
        node.operation, opset: model.opset, output: output, settings: plain.settings, operands: operands,
        result: example)
    let result = try fitting(node) {
      // Settings that name a type, and operands that are no numbers, are refused here.
      (
        try rule.type(of: layer, operands: kinds),
        try add(layer, named: name, reading: reading, shapes: shapes, ties: ties, for: node)
      )
    }
    types[name] = .some(result.0)
    wholeShapes[name] = .some(whole)
    self.operands[node.outputs[output]] = result.1
    needsBatch = true
  }

  /// Operators whose operands are all of one type; of `Where` the last two are.
  private static let agreeing: Set<String> = [
    "Add", "Concat", "Div", "Einsum", "Equal", "Gemm", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "MatMul",
    "Max",
    "Mean", "Min", "Mod", "Mul", "Sub", "Sum", "Where",
  ]

  private func requireOneType(_ node: Node, _ kinds: [DType?]) throws {
    guard Self.agreeing.contains(node.operation) else { return }
    let known = kinds.dropFirst(node.operation == "Where" ? 1 : 0).compactMap(\.self)
    guard let first = known.first, let other = known.first(where: { $0.isFloatingPoint != first.isFloatingPoint })
    else {
      return
    }
    throw refusal(
      node, "its operands are \(first) and \(other), expected one type", found: "\(other)", expected: "\(first)")
  }

  /// An output of a constant, as a node of its own.
  mutating func node(forConstant array: RawArray, origin: String, named wanted: String) throws -> String {
    let node = Node("Identity", name: wanted, inputs: [wanted], outputs: [wanted])
    operands[wanted] = .constant(array, origin: origin)
    try addOperations(node, ONNXOperator.named("Identity"))
    guard case .value(let name, _)? = operands[wanted] else { throw unmade(node, wanted) }
    return name
  }

  /// The settings of a node that Vitro reads.
  func settings(_ node: Node) -> [String: ONNXSetting] {
    var settings = node.attributes.compactMapValues { ONNXSetting($0) }
    // Before version 18 the outputs themselves said into how many parts a value falls.
    if node.operation == "Split", settings["num_outputs"] == nil {
      settings["num_outputs"] = .integer(Int64(node.outputs.count))
    }
    return settings
  }

  private func literal(_ array: RawArray) throws -> ONNXLiteral {
    let tensor = Tensor(array)
    return try ONNXLiteral(array.dtype.isFloatingPoint ? tensor.cast(to: dtype) : tensor)
  }

  /// Constants in nodes are part of what is computed; arrays of the file are what was learned.
  private func isWeight(_ origin: String) -> Bool { initializers.contains(origin) }

  /// What an array is called within its node: the last part of its own name, if that says something.
  private func parameterName(_ origin: String, _ index: Int, _ taken: inout Set<String>) -> String {
    let last =
      origin.split(whereSeparator: { $0 == "." || $0 == "/" || $0 == ":" || $0.isWhitespace }).last.map(String.init)
      ?? ""
    let isName = last.first?.isLetter ?? false && !last.contains(where: \.isNumber) && last.count <= 64
    var name = isName ? last : "operand\(index)"
    while !taken.insert(name).inserted { name += "_\(index)" }
    return name
  }

  private mutating func keepWhole(
    _ array: RawArray, _ origin: String, _ parameter: String, of name: String, _ node: Node
  ) throws -> [String: String] {
    let dtype = self.dtype
    if !array.dtype.isFloatingPoint {
      let farthest = try Tensor(array).cast(to: .float64).abs().max().item()
      guard farthest <= (dtype == .float64 ? 9e15 : 16_777_216) else {
        throw refusal(
          node, "'\(origin)' \(array.shape) holds whole numbers up to \(farthest), which \(dtype) does not hold",
          found: "\(farthest)", expected: "at most 16777216")
      }
    }
    let shape: Form.Shape = array.dtype.isFloatingPoint ? .matrix : .numbers
    let form = Form(origin: origin, shape: shape, owner: isWeight(origin) ? nil : "a constant")
    return try keep(parameter, of: name, form: form, count: array.count) { try Tensor(array).cast(to: dtype) }
  }

  private func unmade(_ node: Node, _ output: String) -> VitroError {
    refusal(node, "its output '\(output)' is read, which is not computed", found: output, expected: "its first outputs")
  }
}
