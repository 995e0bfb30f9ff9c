internal import VitroCore

extension ONNXOperation: Codable {
  private enum Key: String, CodingKey { case `operator`, opset, output, settings, operands, result }

  /// Reads an operation.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    self.init(
      try container.decode(String.self, forKey: .operator), opset: try container.decode(Int.self, forKey: .opset),
      output: try container.decode(Int.self, forKey: .output),
      settings: try container.decode([String: ONNXSetting].self, forKey: .settings),
      operands: try container.decode([Operand].self, forKey: .operands),
      result: try container.decodeIfPresent([Int].self, forKey: .result))
  }

  /// Writes the operation.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(operation, forKey: .operator)
    try container.encode(opset, forKey: .opset)
    try container.encode(output, forKey: .output)
    try container.encode(settings, forKey: .settings)
    try container.encode(operands, forKey: .operands)
    try container.encodeIfPresent(result, forKey: .result)
  }
}

extension ONNXOperation.Operand: Codable {
  private enum Key: String, CodingKey { case from, name, shape, type, isTrained, array }
  private enum Source: String, Codable { case value, parameter, array, none }

  /// Reads an operand: `from` says what it is.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    switch try container.decode(Source.self, forKey: .from) {
    case .value: self = .value
    case .none: self = .missing
    case .array: self = .literal(try container.decode(ONNXLiteral.self, forKey: .array))
    case .parameter:
      self = .parameter(
        try container.decode(String.self, forKey: .name), shape: try container.decode([Int].self, forKey: .shape),
        type: try container.decode(DType.self, forKey: .type),
        isTrained: try container.decode(Bool.self, forKey: .isTrained))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .value: try container.encode(Source.value, forKey: .from)
    case .missing: try container.encode(Source.none, forKey: .from)
    case .literal(let literal):
      try container.encode(Source.array, forKey: .from)
      try container.encode(literal, forKey: .array)
    case .parameter(let name, let shape, let type, let isTrained):
      try container.encode(Source.parameter, forKey: .from)
      try container.encode(name, forKey: .name)
      try container.encode(shape, forKey: .shape)
      try container.encode(type, forKey: .type)
      try container.encode(isTrained, forKey: .isTrained)
    }
  }
}
