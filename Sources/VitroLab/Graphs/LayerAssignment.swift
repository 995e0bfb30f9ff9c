/// The layer of each node: the one it asks for, or the length of the longest path to it.
struct LayerAssignment {
  /// The layer of each node; every layer from 0 to the last has a node.
  private(set) var layers: [Int]

  /// Assigns layers; edges that close a cycle count as if they ran the other way.
  ///
  /// - Complexity: O(nodes + edges).
  init(_ graph: GraphTopology, asked: [Int?]) {
    let asked = asked.map { layer in layer.map { min(max($0, -1_000_000), 1_000_000) } }
    let oriented = graph.pairs.compactMap { from, to -> (Int, Int)? in
      guard let above = asked[from], let below = asked[to] else { return (from, to) }
      return above == below ? nil : above < below ? (from, to) : (to, from)
    }
    let order = Self.acyclic(oriented, count: graph.count)
    layers = Array(repeating: 0, count: graph.count)
    var isSettled = Array(repeating: false, count: graph.count)
    for node in order.nodes {
      if let layer = asked[node] { layers[node] = layer } else if !isSettled[node] { layers[node] = 0 }
      for next in order.below[node] where asked[next] == nil {
        layers[next] = isSettled[next] ? max(layers[next], layers[node] + 1) : layers[node] + 1
        isSettled[next] = true
      }
    }
    let used = Dictionary(uniqueKeysWithValues: zip(Set(layers).sorted(), 0...))
    layers = layers.map { used[$0] ?? 0 }
  }

  /// A topological order of the nodes, and who stands below whom, after every back edge of a depth-first walk is turned.
  private static func acyclic(_ edges: [(Int, Int)], count: Int) -> (nodes: [Int], below: [[Int]]) {
    var outgoing: [[Int]] = Array(repeating: [], count: count)
    var incoming = Array(repeating: 0, count: count)
    for (from, to) in edges {
      outgoing[from].append(to)
      incoming[to] += 1
    }
    enum Mark { case new, open, done }
    var marks = Array(repeating: Mark.new, count: count)
    var below: [[Int]] = Array(repeating: [], count: count)
    var finished: [Int] = []
    var turned: [(Int, Int)] = []
    // Sources first: what comes in stands on top, and cycles are cut where the walk from there meets itself.
    let starts = (0..<count).filter { incoming[$0] == 0 } + (0..<count).filter { incoming[$0] > 0 }
    for start in starts where marks[start] == .new {
      var stack = [(node: start, next: 0)]
      marks[start] = .open
      while let (node, next) = stack.last {
        guard next < outgoing[node].count else {
          marks[node] = .done
          finished.append(node)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let other = outgoing[node][next]
        if marks[other] == .open {
          turned.append((other, node))
          continue
        }
        below[node].append(other)
        if marks[other] == .new {
          marks[other] = .open
          stack.append((other, 0))
        }
      }
    }
    for (from, to) in turned { below[from].append(to) }
    return (finished.reversed(), below)
  }
}
