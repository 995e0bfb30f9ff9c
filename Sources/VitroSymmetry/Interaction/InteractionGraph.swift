internal import VitroCore
internal import VitroGroups

/// Which simples of a layer talk to which through a pointwise activation.
///
/// An edge L → K: the K-component of f(v), v ∈ L, is not identically zero (Gibson, Tubbenhauer, Williamson, arXiv 2408.00949). Existence is decided exactly,
/// never by sampling and never by the size of a weight; of copies, whose bases are in floating point, by rows that are compared with a checked gap.
public struct InteractionGraph: Sendable, Hashable, Codable {
  /// The group's name.
  public var group: String
  /// The set's name.
  public var set: String
  /// The activation's name.
  public var activation: String
  /// Which summands the nodes are.
  public var level: Level
  /// The nodes.
  public var nodes: [Node]
  /// The edges, sources in the order of nodes.
  public var edges: [Edge]
  /// The largest error of a weight: of the part of the Hermite series that is left out; 0 for closed forms.
  public var truncation: Double

  /// Which summands the nodes are; they differ where multiplicities are above one.
  public enum Level: String, Sendable, Hashable, Codable, CaseIterable {
    /// All copies of a simple together: canonical.
    case isotypic
    /// The copies of a given decomposition, one by one.
    case copy
    /// A generic copy as source, all copies together as targets.
    case generic
  }

  /// A node.
  public struct Node: Sendable, Hashable, Codable {
    /// The name: of the simple, with `#2` for the second copy, or of several with `+`.
    public var name: String
    /// The dimension of the summand.
    public var dimension: Int
    /// `R`, `C` or `H`.
    public var type: String
    /// How often the simple occurs in it.
    public var multiplicity: Int
    /// How many group elements act on it as the identity.
    public var kernelOrder: Int
  }

  /// An edge.
  public struct Edge: Sendable, Hashable, Codable {
    /// The source.
    public var from: String
    /// The target.
    public var to: String
    /// E‖P_K f(v)‖²/E‖v‖² for Gaussian v in L, scaled to a mean square of 1 a coordinate: the share of energy that flows.
    public var weight: Double
  }

  /// The targets of a source.
  public func targets(of name: String) -> [String] { edges.filter { $0.from == name }.map(\.to) }

  /// Whether an edge is there.
  public func has(_ from: String, _ to: String) -> Bool { edges.contains { $0.from == from && $0.to == to } }

  /// The weight of an edge, `nil` without one.
  public func weight(_ from: String, _ to: String) -> Double? {
    edges.first { $0.from == from && $0.to == to }?.weight
  }
}

extension LayerRepresentation {
  /// The interaction graph of the isotypic parts, and of sums of them as sources.
  ///
  /// - Parameters:
  ///   - activation: The function.
  ///   - joint: Sums of simples that are sources too, by name.
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for a name that does not occur.
  /// - Complexity: O(suborbits) for each pair of simples.
  public func interactionGraph(
    _ activation: PointwiseActivation, joint: [[String]] = []
  ) throws -> InteractionGraph {
    let sources = simples.indices.map { [$0] } + (try joint.map(places(of:)))
    let flow = GaussianFlow(activation)
    var edges: [InteractionGraph.Edge] = []
    var truncation = 0.0
    for places in sources {
      let source = name(places)
      let targets = reached(from: places, activation)
      let weights = flow.weights(self, places, targets)
      truncation = Swift.max(truncation, weights.truncation)
      for target in simples.indices where targets[target] {
        edges.append(.init(from: source, to: names[target], weight: weights.values[target]))
      }
    }
    let nodes = sources.map(node)
    return InteractionGraph(
      group: table.group.name, set: set.name, activation: activation.name, level: .isotypic, nodes: nodes, edges: edges,
      truncation: truncation)
  }

  /// The places of a sum of different simples.
  private func places(of names: [String]) throws -> [Int] {
    let places = try names.map(place(of:))
    guard !places.isEmpty, Set(places).count == places.count else {
      throw VitroError(
        .argument, "the interaction graph",
        "a sum of simples is '\(names.joined(separator: "+"))', expected different names",
        hint: "Such as \(self.names.prefix(2).joined(separator: "+")).", details: ["field": "joint"])
    }
    return places
  }

  func name(_ places: [Int]) -> String { places.map { names[$0] }.joined(separator: "+") }

  private func node(_ places: [Int]) -> InteractionGraph.Node {
    let own = places.map { table.simples[simples[$0]] }
    let kernel = own.dropFirst().reduce(Set(own[0].kernel)) { $0.intersection($1.kernel) }
    return InteractionGraph.Node(
      name: name(places), dimension: places.reduce(0) { $0 + dimension($1) },
      type: own.map(\.type.rawValue).joined(separator: "+"),
      multiplicity: places.count == 1 ? multiplicities[places[0]] : 1,
      kernelOrder: kernel.reduce(0) { $0 + table.classes.sizes[$1] })
  }

  /// Which parts are reached from a sum of parts.
  func reached(from places: [Int], _ activation: PointwiseActivation) -> [Bool] {
    let parts = activation.parts
    var result = [Bool](repeating: false, count: simples.count)
    if parts.powers.contains(0) || activation(0) != 0 {
      result[simples.firstIndex(of: table.trivial) ?? 0] = true
    }
    if parts.powers.contains(1) { for place in places { result[place] = true } }
    for orbit in sums.indices {
      if parts.hasEvenPart || parts.hasOddPart, let rows = RowClass(self, places, orbit: orbit) {
        for target in simples.indices where !result[target] {
          result[target] =
            parts.hasEvenPart && rows.reaches(simples[target], sums[orbit], signed: false)
            || parts.hasOddPart && rows.reaches(simples[target], sums[orbit], signed: true)
        }
      }
      for power in parts.powers where power > 1 {
        for target in simples.indices where !result[target] {
          result[target] = hadamardPowerMeets(places, power, target, orbit: orbit)
        }
      }
    }
    return result
  }

  /// Whether tr(P_K·P_V^∘m) ≠ 0 on an orbit, P_V^∘m the entrywise power, whose image v ↦ vᵐ spans; exactly.
  private func hadamardPowerMeets(_ places: [Int], _ power: Int, _ target: Int, orbit: Int) -> Bool {
    let source = projector(places, orbit: orbit)
    let other = projectors[target][orbit]
    var sum = 0.0
    var scale = 0.0
    for (suborbit, size) in sums[orbit].sizes.enumerated() {
      let term = Double(size) * other[suborbit] * (0..<power).reduce(1) { product, _ in product * source[suborbit] }
      sum += term
      scale += abs(term)
    }
    // A trace of a product of positive semidefinite matrices; rounding reaches 1e-13 of the terms, so much more is not zero.
    if sum > 1e-6 * scale { return true }
    if scale == 0 { return false }
    return sums[orbit].hasTrace(
      of: simples[target], with: places.map { simples[$0] }, power: power)
  }
}
