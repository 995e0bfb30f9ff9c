internal import VitroCore
internal import VitroFormats
internal import VitroTensor

/// Operators without a layer of their own: each becomes an ``ONNXOperation``.
extension ONNXReader {
  /// The most elements of a constant that is computed from others while reading.
  private static let largestFolded = 1 << 22

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
      guard case .constant(let array, _)? = operand(node, index), array.count <= Self.largestFolded else { return false }
      tensors.append(Tensor(array))
    }
    guard tensors.contains(where: { $0 != nil }), rule.inputs.contains(tensors.count) else { return false }
    var results: [(String, RawArray)] = []
    for (number, output) in node.outputs.enumerated() where !output.isEmpty && readers[output] != nil {
      guard number < rule.outputs else { throw unmade(node, output) }
      let operation = ONNXOperation(
        node.operation, opset: model.opset, output: number, settings: settings(node),
        operands: tensors.map { _ in .missing })
      var left = Self.largestFolded
      let result = try? operation.compute(tensors) { growth in
        left -= growth
        guard left >= 0 else { throw VitroError(.memory, node.operation, "its result is large") }
      }
      // What cannot be computed here is told when it stands in the network, or is never asked for.
      guard let result, result.count <= Self.largestFolded else { return false }
      try spend(result.count * result.dtype.byteWidth, on: output)
      results.append((output, result.raw))
    }
    for (output, array) in results { operands[output] = .constant(array, origin: output) }
    return true
  }

  /// Appends an operation for each result of a node that something reads.
  mutating func addOperations(_ node: Node, _ rule: ONNXOperator) throws {
    for (name, attribute) in node.attributes {
      if case .unread(let kind) = attribute {
        throw refusal(node, "its setting '\(name)' is a \(kind)", found: kind, expected: "a number, a text or an array")
      }
    }
    let base = name(of: node)
    for (number, output) in node.outputs.enumerated() where !output.isEmpty && (number == 0 || readers[output] != nil) {
      guard number < rule.outputs else { throw unmade(node, output) }
      try addOperation(node, rule, output: number, named: freshName(number == 0 ? base : "\(base).\(number)"))
    }
  }

  private mutating func addOperation(_ node: Node, _ rule: ONNXOperator, output: Int, named name: String) throws {
    var (reading, shapes, ties, kinds) = ([String](), [[Int]](), [String: String](), [DType?]())
    var operands: [ONNXOperation.Operand] = []
    var taken: Set<String> = []
    for index in node.inputs.indices {
      switch operand(node, index) {
      case nil:
        operands.append(.missing)
        kinds.append(nil)
      case .value(let value, let shape)?:
        operands.append(.value)
        reading.append(value)
        shapes.append(shape)
        kinds.append(types[value] ?? nil)
      case .constant(let array, let origin)?:
        kinds.append(array.dtype.isFloatingPoint ? dtype : array.dtype)
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
    let layer = ONNXOperation(
      node.operation, opset: model.opset, output: output, settings: settings(node), operands: operands)
    let result = try fitting(node) {
      // Settings that name a type, and operands that are no numbers, are refused here.
      (
        try rule.type(of: layer, operands: kinds),
        try add(layer, named: name, reading: reading, shapes: shapes, ties: ties, for: node)
      )
    }
    types[name] = .some(result.0)
    self.operands[node.outputs[output]] = result.1
    needsBatch = true
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
  func settings(_ node: Node) -> [String: ONNXSetting] { node.attributes.compactMapValues { ONNXSetting($0) } }

  private func literal(_ array: RawArray) throws -> ONNXLiteral {
    let tensor = Tensor(array)
    return try ONNXLiteral(array.dtype.isFloatingPoint ? tensor.cast(to: dtype) : tensor)
  }

  /// Constants in nodes are part of what is computed; arrays of the file are what was learned.
  private func isWeight(_ origin: String) -> Bool { initializers.contains(origin) }

  /// What an array is called within its node: the last part of its own name, if that says something.
  private func parameterName(_ origin: String, _ index: Int, _ taken: inout Set<String>) -> String {
    let last = origin.split(whereSeparator: { $0 == "." || $0 == "/" || $0 == ":" || $0.isWhitespace }).last.map(String.init) ?? ""
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
