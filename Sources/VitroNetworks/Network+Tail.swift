internal import VitroCore

extension Network {
  /// The part of the network after a value, as a network of its own whose input is that value.
  ///
  /// A convnet as a whole spells no short formula; its last layers may.
  ///
  /// Nodes and parameters keep their names, but for a parameter that belonged to a node before the value: it belongs to the first node that uses it.
  ///
  /// - Parameter tap: The network's input, or a node.
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when there is no such value or no output depends on it; `unsupported` when what comes after also reads what
  ///   came before.
  public func tail(from tap: String) throws -> Network {
    guard let shape = try shape(at: tap) else { throw failure("'\(tap)' is a value inside a layer") }
    var dependent: Set<String> = [tap]
    for node in graph.nodes where node.inputs.contains(where: dependent.contains) { dependent.insert(node.name) }
    let outputs = graph.outputs.filter { dependent.contains($0) && $0 != tap }
    guard !outputs.isEmpty else { throw failure("no output depends on '\(tap)'") }

    var needed = Set(outputs)
    let inputs = Set(graph.inputs.map(\.name))
    for node in graph.nodes.reversed() where needed.contains(node.name) && node.name != tap {
      needed.formUnion(node.inputs)
    }
    needed.remove(tap)
    if let other = needed.intersection(inputs).sorted().first {
      throw VitroError(
        .unsupported, "the part of '\(graph.name)' after '\(tap)'",
        "it also depends on the input '\(other)' past '\(tap)'",
        hint: "Begin at a value that everything after it goes through.", details: ["found": other, "expected": tap])
    }

    var result = Graph(
      graph.name, inputs: [Graph.Input(tap, shape: shape)], nodes: graph.nodes.filter { needed.contains($0.name) },
      outputs: outputs, metadata: graph.metadata)
    result.metadata["inputs"] = nil
    result.metadata["box"] = nil
    let sources = Self.adopt(&result)
    var network = try Network(uninitialized: result, instances: instances, dtype: parameters.dtype)
    for name in network.parameters.names {
      try network.parameters.set(name, to: parameters.value(named: sources[name] ?? name))
    }
    return network
  }

  /// Gives parameters whose node is gone to the first node that is tied to them.
  ///
  /// - Returns: for each such parameter's new name the old one.
  private static func adopt(_ graph: inout Graph) -> [String: String] {
    var owned = Set(graph.nodes.flatMap { node in node.layer.parameters.map { "\(node.name).\($0.name)" } })
    for node in graph.nodes { for own in node.ties.keys { owned.remove("\(node.name).\(own)") } }
    var adopted: [String: String] = [:]
    for number in graph.nodes.indices {
      for (own, owner) in graph.nodes[number].ties.sorted(by: { $0.key < $1.key }) where !owned.contains(owner) {
        graph.nodes[number].ties[own] = adopted[owner]
        if adopted[owner] == nil { adopted[owner] = "\(graph.nodes[number].name).\(own)" }
      }
    }
    return Dictionary(uniqueKeysWithValues: adopted.map { ($1, $0) })
  }

  private func failure(_ message: String) -> VitroError {
    VitroError(.argument, "the part of '\(graph.name)' after a value", message, hint: "Name a node's output.")
  }
}
