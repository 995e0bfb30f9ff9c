internal import VitroCore
internal import VitroGroups

/// Sums of two simples that reach more than paths of single ones do.
public struct JointSources: Sendable, Hashable, Codable {
  /// What pairs reach that neither of their simples reaches by any path.
  public var findings: [Finding]
  /// How many pairs were looked at.
  public var pairs: Int
  /// Whether every target that a pair reaches has the pair's kernel in its own, as the filtration demands.
  public var respectsFiltration: Bool

  /// A pair and what it adds.
  public struct Finding: Sendable, Hashable, Codable {
    /// The two simples.
    public var sources: [String]
    /// The targets that no path from either reaches.
    public var targets: [String]
  }

  /// The most simples whose pairs are all looked at.
  public static let mostSimples = 64

  /// Looks at all pairs of a layer's simples.
  public init(_ layer: LayerRepresentation, _ activation: PointwiseActivation) {
    let count = Swift.min(layer.simples.count, Self.mostSimples)
    let single = layer.simples.indices.map { layer.reached(from: [$0], activation) }
    let closure = Self.transitiveClosure(single)
    let kernels = layer.simples.map { Set(layer.table.simples[$0].kernel) }
    var findings: [Finding] = []
    var pairs = 0
    var respects = true
    for first in 0..<count {
      for second in 0..<first {
        pairs += 1
        let reached = layer.reached(from: [second, first], activation)
        let kernel = kernels[first].intersection(kernels[second])
        respects = respects && layer.simples.indices.allSatisfy { !reached[$0] || kernel.isSubset(of: kernels[$0]) }
        let added = layer.simples.indices.filter { reached[$0] && !closure[first][$0] && !closure[second][$0] }
        guard !added.isEmpty else { continue }
        findings.append(
          Finding(sources: [layer.names[second], layer.names[first]], targets: added.map { layer.names[$0] }))
      }
    }
    self.findings = findings
    self.pairs = pairs
    respectsFiltration = respects
  }

  /// What paths of edges reach, each node itself too.
  static func transitiveClosure(_ edges: [[Bool]]) -> [[Bool]] {
    var closure = edges
    for node in edges.indices { closure[node][node] = true }
    for middle in edges.indices {
      for from in edges.indices where closure[from][middle] {
        for to in edges.indices where closure[middle][to] { closure[from][to] = true }
      }
    }
    return closure
  }
}
