internal import VitroCore

/// A graph made ready to run: names resolved to numbers, shapes and connections checked, taps interned.
///
/// Values are numbered: first the inputs, then one for each node. Taps are numbered in the order in which they are reached.
final class Plan: Sendable {
  struct Step: Sendable {
    let layer: any Layer
    let inputs: [Int]
    let parameters: [Int]
    let firstInnerTap: Int
    let outputTap: Int
  }

  struct ParameterEntry: Sendable {
    let name: String
    let spec: ParameterSpec
  }

  let steps: [Step]
  let inputCount: Int
  let outputs: [Int]
  let shapes: [[Int]]
  let tapNames: [String]
  let tapNumbers: [String: Int]
  /// The step that reaches a tap; −1 for the network's inputs.
  let stepOfTap: [Int]
  let parameters: [ParameterEntry]
  /// The number of elements of all parameters of one instance.
  let parameterElements: Int

  init(_ graph: Graph) throws {
    func failure(_ message: String, hint: String? = nil) -> VitroError {
      VitroError(.argument, "network '\(graph.name)'", message, hint: hint)
    }
    var values: [String: Int] = [:]
    var shapes: [[Int]] = []
    var tapNames: [String] = []
    var stepOfTap: [Int] = []
    guard !graph.inputs.isEmpty else { throw failure("it has no input") }
    for input in graph.inputs {
      guard values[input.name] == nil else { throw failure("two inputs are named '\(input.name)'") }
      guard
        input.shape == Graph.unknownShape
          || input.shape.count < 8 && input.shape.allSatisfy({ $0 >= -1 && $0 <= 1 << 30 })
      else {
        throw failure("input '\(input.name)' has the impossible shape \(input.shape)")
      }
      values[input.name] = shapes.count
      shapes.append(input.shape)
      tapNames.append(input.name)
      stepOfTap.append(-1)
    }

    var parameters: [ParameterEntry] = []
    var parameterNumbers: [String: Int] = [:]
    var steps: [Step] = []
    let allNames = Set(graph.nodes.map(\.name))
    for (number, node) in graph.nodes.enumerated() {
      for name in [node.name, node.tap].compactMap(\.self) {
        guard !name.isEmpty, name.count <= 256, !name.contains(where: { $0.isWhitespace || $0 == "/" }) else {
          throw failure("node \(number) has the name '\(name.prefix(256))'", hint: "Use letters, digits, . _ -")
        }
      }
      guard values[node.name] == nil else { throw failure("two nodes are named '\(node.name)'") }
      let inputs = try node.inputs.map { name in
        if let value = values[name] { return value }
        if allNames.contains(name) {
          throw failure(
            "node '\(node.name)' reads '\(name)', which runs later or reads it in turn",
            hint: "Order nodes so that each reads earlier ones."
          )
        }
        throw VitroError.unknownName(
          name, kind: "input or node", known: values.keys.sorted(), operation: "node '\(node.name)'")
      }
      guard Self.hasPossibleSizes(node.layer) else {
        throw failure("node '\(node.name)' has an impossible number among its settings: \(node.layer)")
      }
      do {
        let given = inputs.map { shapes[$0] }
        let isKnown = given.allSatisfy { $0 != Graph.unknownShape && $0 != Graph.scalarShape }
        guard isKnown || type(of: node.layer).takesAnyShape else {
          throw VitroError(
            .shape, type(of: node.layer).kind,
            "it reads a value without axes, or of which not even their number is known")
        }
        let shape = try node.layer.outputShape(of: given)
        if shape != Graph.unknownShape, shape != Graph.scalarShape {
          _ = try RawArray.byteCount(dtype: .float64, shape: shape.map { $0 == -1 ? 1 : $0 })
        }
        shapes.append(shape)
      } catch var error as VitroError {
        error.operation = "node '\(node.name)' (\(error.operation))"
        throw error
      }
      let numbers = try node.layer.parameters.map { spec in
        let name = node.ties[spec.name] ?? "\(node.name).\(spec.name)"
        if node.ties[spec.name] != nil {
          guard let number = parameterNumbers[name] else {
            throw VitroError.unknownName(
              name, kind: "parameter", known: parameterNumbers.keys.sorted(), operation: "node '\(node.name)'")
          }
          guard parameters[number].spec.shape == spec.shape else {
            throw VitroError(
              .shape, "node '\(node.name)'", "'\(name)' is \(parameters[number].spec.shape), expected \(spec.shape)")
          }
          return number
        }
        guard parameterNumbers[name] == nil else { throw failure("two parameters are named '\(name)'") }
        _ = try RawArray.byteCount(dtype: .float64, shape: spec.shape)
        parameterNumbers[name] = parameters.count
        parameters.append(ParameterEntry(name: name, spec: spec))
        return parameters.count - 1
      }
      let firstInner = tapNames.count
      tapNames += node.layer.innerTaps.map { "\(node.name).\($0)" }
      tapNames.append(node.tap ?? node.name)
      stepOfTap += [Int](repeating: steps.count, count: tapNames.count - firstInner)
      values[node.name] = shapes.count - 1
      steps.append(
        Step(
          layer: node.layer, inputs: inputs, parameters: numbers, firstInnerTap: firstInner,
          outputTap: tapNames.count - 1))
    }

    guard !graph.outputs.isEmpty else { throw failure("it names no output") }
    outputs = try graph.outputs.map { name in
      guard let value = values[name] else {
        throw VitroError.unknownName(
          name, kind: "output", known: graph.nodes.map(\.name), operation: "network '\(graph.name)'")
      }
      return value
    }
    var numbers: [String: Int] = [:]
    for (number, name) in tapNames.enumerated() {
      guard numbers.updateValue(number, forKey: name) == nil else { throw failure("two taps are named '\(name)'") }
    }
    self.steps = steps
    inputCount = graph.inputs.count
    self.shapes = shapes
    self.tapNames = tapNames
    tapNumbers = numbers
    self.stepOfTap = stepOfTap
    self.parameters = parameters
    parameterElements = parameters.reduce(0) { min($0 + $1.spec.shape.elementCount, 1 << 40) }
  }

  /// Whether all whole numbers of a layer are so small that its arithmetic on shapes cannot overflow.
  private static func hasPossibleSizes(_ value: Any) -> Bool {
    if let number = value as? Int { return abs(Int64(clamping: number.magnitude)) <= 1 << 31 }
    return Mirror(reflecting: value).children.allSatisfy { hasPossibleSizes($0.value) }
  }

  func tap(named name: String) throws -> Int {
    guard let number = tapNumbers[name] else {
      throw VitroError.unknownName(name, kind: "tap", known: tapNames, operation: "tapping the network")
    }
    return number
  }
}
