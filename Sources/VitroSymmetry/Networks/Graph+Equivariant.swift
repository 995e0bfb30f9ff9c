internal import VitroCore
public import VitroGroups
public import VitroNetworks

extension Graph {
  /// A network whose layers are functions on sets of one group, with every weight tied by it.
  ///
  /// Fun(X₀)^c₀ → Fun(X₁)^c₁ → …: an ``/VitroNetworks/EquivariantLinear`` layer with bias between neighbours, and an activation after each but the last. The nodes are
  /// `layer1`, `relu1`, `layer2`, …; values are `[points, channels]`.
  ///
  /// ```swift
  /// let elements = try Group("D4").elements()
  /// let corners = GSet.natural(elements.group)
  /// let graph = try Graph.equivariant([corners, .regular(elements), corners], channels: [1, 8, 1])
  /// let network = try Network(graph, seed: 0)  // commutes with the turns and reflections of a square
  /// ```
  ///
  /// - Parameters:
  ///   - sets: The sets of the layers, the input's first.
  ///   - channels: How many functions each layer has.
  ///   - activation: What is applied to every coordinate; permutations keep every such function equivariant.
  ///   - name: The network's name.
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when there is not a number of channels for each of two or more sets of one group.
  public static func equivariant(
    _ sets: [GSet], channels: [Int], activation: Activation.Function = .relu, name: String = "equivariant"
  ) throws -> Graph {
    guard sets.count >= 2, sets.count == channels.count, channels.allSatisfy({ $0 >= 1 }) else {
      throw VitroError(
        .argument, "an equivariant network", "\(sets.count) sets and \(channels) channels are given",
        hint: "Give at least two sets, and a number of channels for each.")
    }
    var graph = Graph(name, inputs: [.init("input", shape: [sets[0].count, channels[0]])])
    var last = "input"
    for layer in 1..<sets.count {
      let labels = try OrbitLabels(Orbitals(from: sets[layer - 1], to: sets[layer]))
      graph.add(
        "layer\(layer)", EquivariantLinear(labels, inputs: channels[layer - 1], outputs: channels[layer]), reading: last
      )
      last = "layer\(layer)"
      guard layer < sets.count - 1 else { break }
      graph.add("\(activation.rawValue)\(layer)", Activation(activation), reading: last)
      last = "\(activation.rawValue)\(layer)"
    }
    graph.outputs = [last]
    return graph
  }
}
