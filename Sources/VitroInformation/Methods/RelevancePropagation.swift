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

  /// Networks with a layer that no rule covers.
  public func reasonUndefined(_ target: AttributionTarget, in network: WordNetwork) throws -> String? {
    let end: String
    switch target {
    case .feature(let feature): end = feature.tap
    case .answer: end = network.answer
    }
    for node in try network.nodes(to: end) where !node.layer.isLinearizable {
      return "no rule says how relevance goes back through '\(node.name)' (\(type(of: node.layer).kind))"
    }
    return nil
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

extension WordNetwork {
  /// The nodes through which the entry reaches a value.
  fileprivate func nodes(to end: String) throws -> [Graph.Node] {
    let nodes = network.graph.nodes
    let names = network.tapNames
    guard let last = names.firstIndex(of: end) else { return nodes }
    let places = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var reached: Set<String> = [entry]
    var result: [Graph.Node] = []
    for node in nodes {
      let tap = node.tap ?? node.name
      if tap == entry { reached.insert(node.name) }
      guard node.inputs.contains(where: reached.contains) else { continue }
      // A value inside a node stands before the node's output.
      let first = (network.innerTaps(of: node).compactMap { places[$0] } + [places[tap] ?? 0]).min() ?? 0
      guard first <= last else { continue }
      reached.insert(node.name)
      result.append(node)
    }
    return result
  }
}

extension Network {
  fileprivate func innerTaps(of node: Graph.Node) -> [String] { node.layer.innerTaps.map { "\(node.name).\($0)" } }
}
