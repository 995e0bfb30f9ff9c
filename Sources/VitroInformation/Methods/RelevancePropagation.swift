internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// Layer-wise relevance propagation (Bach et al., 2015) under the ε-rule: the target handed back from layer to layer, conserved but for what biases and ε take.
///
/// `R_i = x_i · ∂T/∂x_i` in a linearized run (``/VitroNetworks/RunMode/linearized(epsilon:)``): attention through values alone (Ali et al., 2022), normalizations with a
/// fixed scale, recurrent gates fixed and all to the signal (Arras et al., 2017), products in equal parts (Achtibat et al., 2024).
public struct RelevancePropagation: AttributionMethod {
  /// `lrp`.
  public static let name = "lrp"
  /// Relevance propagation.
  public static let title = "ε-LRP"
  /// What is computed.
  public static let abstract = "relevance handed back layer by layer, ε-rule (Bach et al., 2015; Arras et al., 2017)"
  /// For and against.
  public static let isSigned = true
  /// What stabilizes sums.
  public var epsilon = 1e-3

  /// With ε = 0.001.
  public init() {}

  /// Networks with a layer that no rule covers; values that words reach only through what relevance holds fixed, such as queries, keys, and a normalization's scale.
  public func reasonUndefined(_ target: AttributionTarget, in network: WordNetwork) throws -> String? {
    let end = target.tap(in: network)
    let way = RelevanceWay(network, to: end)
    if let node = way.nodes.first(where: { !$0.layer.isLinearizable }) {
      return "no rule says how relevance goes back through '\(node.name)' (\(type(of: node.layer).kind))"
    }
    return way.isOpen ? nil : "relevance holds fixed that through which words reach '\(end)'"
  }

  /// Goes back once.
  public func scores(_ question: AttributionQuestion) throws -> [[Double]] {
    guard epsilon >= 0, epsilon.isFinite else {
      throw VitroError(.argument, "propagating relevance", "ε is \(epsilon), expected 0 or more")
    }
    return try scores(question) { batch in
      let back = try batch.gradients(at: batch.vectors, mode: .linearized(epsilon: epsilon))
      return try (back.gradients * batch.vectors).sum(axes: [2])
    }
  }
}

/// The way of words to a value.
private struct RelevanceWay {
  /// The nodes through which they reach it.
  private(set) var nodes: [Graph.Node] = []
  /// Whether relevance comes back from it to them.
  private(set) var isOpen = true

  init(_ network: WordNetwork, to end: String) {
    let graph = network.network.graph
    let names = network.network.tapNames
    let places = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let last = places[end] ?? names.count
    var (reached, handed): (Set<String>, Set<String>) = ([network.entry], [network.entry])
    for node in graph.nodes {
      let tap = node.tap ?? node.name
      if tap == network.entry {
        reached.insert(node.name)
        handed.insert(node.name)
      }
      guard node.inputs.contains(where: reached.contains) else { continue }
      // A value inside a node stands before the node's output.
      let inner = node.layer.innerTaps.map { "\(node.name).\($0)" }
      let first = (inner.compactMap { places[$0] } + [places[tap] ?? 0]).min() ?? 0
      guard first <= last else { continue }
      reached.insert(node.name)
      nodes.append(node)
      let count = node.inputs.count
      let isHanded = node.inputs.enumerated().contains {
        handed.contains($1) && node.layer.handsRelevance(to: $0, of: count)
      }
      if isHanded { handed.insert(node.name) }
      if tap == end || inner.contains(end) {
        isOpen = isHanded && !node.layer.fixedTaps.contains { "\(node.name).\($0)" == end }
      }
    }
  }
}
