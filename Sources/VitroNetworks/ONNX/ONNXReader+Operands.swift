internal import VitroCore
internal import VitroFormats
internal import VitroTensor

extension ONNXReader {
  /// An error that blames the file.
  func refusal(
    _ message: String, code: VitroError.Code = .unsupported, field: String, found: String, expected: String,
    hint: String? = nil
  ) -> VitroError {
    VitroError(
      code, "reading \(file)", message, hint: hint,
      details: ["file": file, "field": field, "found": found, "expected": expected])
  }

  /// An error that blames a node.
  func refusal(_ node: Node, _ message: String, found: String, expected: String) -> VitroError {
    var error = refusal(
      "node '\(name(of: node))' (\(node.operation)): \(message)", field: "node '\(name(of: node))'", found: found,
      expected: expected, hint: "These operators are read: \(Self.listing).")
    error.details["operator"] = node.operation
    return error
  }

  /// What an input of a node stands for; nothing when it is left out.
  func operand(_ node: Node, _ index: Int) -> Operand? {
    guard node.inputs.indices.contains(index), !node.inputs[index].isEmpty else { return nil }
    return operands[node.inputs[index]]
  }

  /// What an input of a node stands for.
  func required(_ node: Node, _ index: Int) throws -> Operand {
    guard let operand = operand(node, index) else {
      throw refusal(
        node, "its input \(index) is missing", found: "\(node.inputs.count) inputs", expected: "\(index + 1)")
    }
    return operand
  }

  /// The name and the shape of a value.
  func value(_ operand: Operand, _ node: Node) throws -> (name: String, shape: [Int]) {
    switch operand {
    case .value(let name, let shape): return (name, shape)
    case .constant(_, let origin):
      throw refusal(node, "'\(origin)' is a constant, expected a value", found: origin, expected: "a value")
    }
  }

  /// An array of real numbers.
  func constant(_ operand: Operand, _ node: Node, _ what: String) throws -> (array: RawArray, origin: String) {
    guard case .constant(let array, let origin) = operand else {
      throw refusal(node, "its \(what) is computed, expected a constant", found: "a value", expected: "a constant")
    }
    guard array.dtype.isFloatingPoint else {
      throw refusal(
        node, "its \(what) is \(array.dtype), expected real numbers", found: "\(array.dtype)", expected: "floats")
    }
    return (array, origin)
  }

  /// A single number, where all elements of a constant are equal.
  func uniform(_ array: RawArray) throws -> Double? {
    guard array.count > 0 else { return nil }
    let numbers = try Tensor(array).cast(to: .float64)
    let first = try numbers.flattened().slice(axis: 0, 0..<1).doubles[0]
    guard try array.count == 1 || numbers.doubles.allSatisfy({ $0 == first }) else { return nil }
    return array.dtype == .float32 ? Float(first).decimal : first
  }

  /// A constant that must be one number.
  func scalar(_ operand: Operand, _ node: Node, _ what: String) throws -> Double {
    let array = try constant(operand, node, what).array
    guard array.count == 1, let number = try uniform(array) else {
      throw refusal(node, "its \(what) is \(array.shape), expected one number", found: "\(array.shape)", expected: "[]")
    }
    return number
  }

  /// A number among a node's settings; the shortest decimal number that the file's float32 stands for.
  func number(_ node: Node, _ name: String, default standard: Double) throws -> Double {
    switch node.attributes[name] {
    case nil: return standard
    case .float(let value): return value.decimal
    default: throw refusal(node, "'\(name)' is no number", found: "another type", expected: "a float")
    }
  }

  /// A whole number among a node's settings.
  func integer(_ node: Node, _ name: String, default standard: Int) throws -> Int {
    switch node.attributes[name] {
    case nil: return standard
    case .int(let value): return value
    default: throw refusal(node, "'\(name)' is no whole number", found: "another type", expected: "an int")
    }
  }

  /// An axis counted from the front, the batch being 0.
  func axis(_ node: Node, default standard: Int?, rank: Int) throws -> Int {
    guard node.attributes["axis"] != nil || standard != nil else {
      throw refusal(node, "it names no axis", found: "none", expected: "an axis")
    }
    let axis = try integer(node, "axis", default: standard ?? 0)
    guard (-rank..<rank).contains(axis) else {
      throw refusal(node, "its axis is \(axis) of \(rank)", found: "\(axis)", expected: "\(-rank) to \(rank - 1)")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// The shape of a constant against a value, without leading axes of length 1.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the sum of both would have another shape than the value.
  func broadcast(_ array: RawArray, _ shape: [Int], _ node: Node) throws -> [Int] {
    let trimmed = Array(array.shape.drop { $0 == 1 })
    let fits =
      array.shape.count <= shape.count + 1 && trimmed.count <= shape.count
      && zip(trimmed.reversed(), shape.reversed()).allSatisfy { $0 == 1 || $0 == $1 }
    guard fits else {
      throw refusal(
        node, "a constant \(array.shape) does not fit a value [batch]\(shape.isEmpty ? "" : " + \(shape)")",
        found: "\(array.shape)", expected: "\(shape)")
    }
    return trimmed
  }
}

extension Float {
  /// The shortest decimal number that rounds to this one: 0.1 rather than 0.10000000149.
  var decimal: Double { Double(description) ?? Double(self) }
}

extension ONNXModel.Node {
  /// The array of a `Constant`, in any of the forms that it may have.
  var constantArray: RawArray? {
    guard operation == "Constant", domain.isEmpty else { return nil }
    if case .tensor(let array) = attributes["value"] { return array }
    if case .float(let number) = attributes["value_float"] { return try? Tensor(number).raw }
    if case .floats(let numbers) = attributes["value_floats"] { return try? Tensor(numbers).raw }
    if case .int(let number) = attributes["value_int"] { return try? Tensor(Int64(number)).raw }
    if case .ints(let numbers) = attributes["value_ints"] { return try? Tensor(numbers.map { Int64($0) }).raw }
    // An empty list does not say of what.
    if case .floats(let numbers) = attributes["value_ints"], numbers.isEmpty { return try? Tensor([Int64]()).raw }
    return nil
  }
}
