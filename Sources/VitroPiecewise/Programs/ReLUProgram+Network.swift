internal import VitroCore
public import VitroNetworks
internal import VitroTensor

extension ReLUProgram {
  /// Reads the function that a network's weights spell: in real arithmetic, with every weight taken as the exact number that it is.
  ///
  /// What the network computes in float32 differs from it by rounding only. Layers read: `linear`, `activation` (identity, relu, leakyRelu, abs,
  /// hardSigmoid), `add`, `concatenate`, `scale`, `flatten`, `reshape`, `dropout` (none at inference).
  ///
  /// - Parameters:
  ///   - network: One network with one input.
  ///   - output: The tap to read, the network's first output where `nil`.
  ///   - names: Names for the inputs; by default the network's own, or `x`, or `x1 x2 …`.
  /// - Throws: ``/VitroCore/VitroError``: `unsupported` with the node's name for a layer that is not piecewise linear, `numerical` for weights that
  ///   are not finite.
  public init(_ network: Network, output: String? = nil, names: [String]? = nil) throws {
    let graph = network.graph
    let operation = "reading '\(graph.name)' as a piecewise-linear function"
    guard network.instances == nil else {
      throw VitroError(
        .unsupported, operation, "it holds \(network.instances ?? 0) networks", hint: "Pick one with instance(_:).")
    }
    guard graph.inputs.count == 1, let input = graph.inputs.first, input.shape.allSatisfy({ $0 > 0 }) else {
      throw VitroError(
        .unsupported, operation, "its inputs are \(graph.inputs.map(\.shape)), expected one of a fixed shape")
    }
    let width = input.shape.reduce(1, *)
    let wanted = output ?? graph.outputs.first ?? ""
    let known = graph.inputs.map(\.name) + graph.nodes.map(\.name)
    guard known.contains(wanted) else {
      throw VitroError.unknownName(wanted, kind: "value", known: known, operation: operation)
    }
    self.init(inputs: try Self.inputNames(names, graph: graph, width: width, operation: operation))
    var values: [String: [AffineForm<Scalar>]] = [input.name: (0..<width).map { AffineForm(source: $0) }]
    for node in graph.nodes where values[wanted] == nil {
      let reads = node.inputs.compactMap { values[$0] }
      values[node.name] = try apply(node, to: reads, network: network, operation: operation)
    }
    outputs = values[wanted] ?? []
    self = pruned
  }

  private static func inputNames(
    _ given: [String]?, graph: Graph, width: Int, operation: String
  ) throws -> [String] {
    if let given {
      guard given.count == width else {
        throw VitroError(.argument, operation, "\(given.count) names are given for \(width) inputs")
      }
      return given
    }
    if let own = graph.metadata["inputs"]?.split(separator: ",").map(String.init), own.count == width { return own }
    return width == 1 ? ["x"] : (1...width).map { "x\($0)" }
  }

  private mutating func apply(
    _ node: Graph.Node, to reads: [[AffineForm<Scalar>]], network: Network, operation: String
  ) throws -> [AffineForm<Scalar>] {
    let isSingle = network.parameters.dtype == .float32
    /// A setting as the number that the network computes with.
    func setting(_ value: Double) throws -> Scalar {
      let used = isSingle ? Double(Float(value)) : value
      guard used.isFinite else {
        throw VitroError(.numerical, operation, "'\(node.name)' has a setting that is not finite: \(value)")
      }
      return Scalar(weight: used)
    }
    switch node.layer {
    case let linear as Linear:
      return try apply(linear, node, to: reads[0], network: network, operation: operation)
    case let activation as Activation:
      return try reads[0].map { form in
        switch activation.function {
        case .identity: return form
        case .relu: return addReLU(of: form)
        case .leakyRelu:
          let slope = try setting(activation.parameter ?? 0.01)
          return form * slope + addReLU(of: form) * (1 - slope)
        case .abs: return addReLU(of: form) * 2 - form
        case .hardSigmoid:
          let three = AffineForm<Scalar>(constant: 3)
          return (addReLU(of: form + three) - addReLU(of: form - three)) * (1 / (6 as Scalar))
        default:
          throw Self.refusal(of: "'\(node.name)' is a \(activation.function.rawValue)", operation)
        }
      }
    case is Add: return try combined(reads, node, operation)
    case let concatenate as Concatenate where concatenate.axis == 0 || concatenate.axis == -1:
      return reads.flatMap { $0 }
    case let scale as Scale:
      let (factor, offset) = (try setting(scale.factor), AffineForm(constant: try setting(scale.offset)))
      return reads[0].map { $0 * factor + offset }
    case is Flatten, is Reshape, is Dropout: return reads[0]
    default: throw Self.refusal(of: "'\(node.name)' is a \(type(of: node.layer).kind) layer", operation)
    }
  }

  private func combined(
    _ reads: [[AffineForm<Scalar>]], _ node: Graph.Node, _ operation: String
  ) throws -> [AffineForm<Scalar>] {
    guard let first = reads.first, reads.allSatisfy({ $0.count == first.count }) else {
      throw Self.refusal(of: "'\(node.name)' adds values of several lengths", operation)
    }
    return first.indices.map { index in reads.dropFirst().reduce(first[index]) { $0 + $1[index] } }
  }

  private func apply(
    _ layer: Linear, _ node: Graph.Node, to read: [AffineForm<Scalar>], network: Network, operation: String
  ) throws -> [AffineForm<Scalar>] {
    func parameter(_ name: String) throws -> [Double] {
      let full = node.ties[name] ?? "\(node.name).\(name)"
      let values = try network.parameters.value(named: full).doubles
      guard values.allSatisfy(\.isFinite) else {
        throw VitroError(.numerical, operation, "'\(full)' holds values that are not finite")
      }
      return values
    }
    guard read.count == layer.inputs else {
      throw Self.refusal(of: "'\(node.name)' runs along an axis of \(read.count) values", operation)
    }
    let weights = try parameter("weight")
    let biases = layer.bias ? try parameter("bias") : Array(repeating: 0, count: layer.outputs)
    let isPlain = read.allSatisfy { $0.terms.count == 1 && $0.constant == 0 && $0.terms[0].weight == 1 }
    return (0..<layer.outputs).map { row in
      var terms: [AffineForm<Scalar>.Term] = []
      var constant = Scalar(weight: biases[row])
      for column in 0..<layer.inputs {
        let weight = weights[row * layer.inputs + column]
        guard weight != 0 else { continue }
        let factor = Scalar(weight: weight)
        if isPlain {
          terms.append(.init(source: read[column].terms[0].source, weight: factor))
        } else {
          constant += factor * read[column].constant
          for term in read[column].terms {
            terms.append(.init(source: term.source, weight: factor * term.weight))
          }
        }
      }
      return AffineForm(terms: terms, constant: constant)
    }
  }

  private static func refusal(of what: String, _ operation: String) -> VitroError {
    VitroError(
      .unsupported, operation, "\(what), which is not a sum of ReLUs",
      hint: "Piecewise-linear layers can be read: linear, relu, leakyRelu, abs, hardSigmoid, add, concatenate, scale. "
        + "A value before that layer can be chosen as the output.")
  }
}
