/// Nodes in layers with edges between neighbouring layers only: a long edge passes each layer by a bend of its own.
struct LayeredGraph {
  /// The vertices of each layer from left to right: first come the nodes by number, then bends.
  var layers: [[Int]]
  /// The number of nodes; vertices from there on are bends.
  let nodeCount: Int
  /// The place of each vertex in its layer.
  var place: [Int]
  let layerOf: [Int]
  let up: [[Int]]
  let down: [[Int]]
  /// For each pair of nodes, the vertices from the upper to the lower.
  let chains: [Pair: [Int]]

  struct Pair: Hashable {
    let upper: Int
    let lower: Int
  }

  /// More bends than this are not made; the longest edges then run straight.
  private static let bendLimit = 60_000

  init(_ graph: GraphTopology, layers assigned: [Int]) {
    nodeCount = graph.count
    var layerOf = assigned
    var up: [[Int]] = Array(repeating: [], count: graph.count)
    var down = up
    var chains: [Pair: [Int]] = [:]
    let pairs = graph.pairs.compactMap { from, to -> Pair? in
      if assigned[from] == assigned[to] { return nil }
      return assigned[from] < assigned[to] ? Pair(upper: from, lower: to) : Pair(upper: to, lower: from)
    }
    // Short edges first, so that the limit meets the longest; equal lengths keep their order.
    let lengths = pairs.map { assigned[$0.lower] - assigned[$0.upper] }
    for index in pairs.indices.sorted(by: { (lengths[$0], $0) < (lengths[$1], $1) }) {
      let pair = pairs[index]
      var chain = [pair.upper]
      guard layerOf.count - graph.count + lengths[index] <= Self.bendLimit else {
        chains[pair] = [pair.upper, pair.lower]
        continue
      }
      for layer in (assigned[pair.upper] + 1)..<max(assigned[pair.lower], assigned[pair.upper] + 1)
      where layer < assigned[pair.lower] {
        chain.append(layerOf.count)
        layerOf.append(layer)
        up.append([])
        down.append([])
      }
      chain.append(pair.lower)
      for (a, b) in zip(chain, chain.dropFirst()) {
        down[a].append(b)
        up[b].append(a)
      }
      chains[pair] = chain
    }
    (self.layerOf, self.up, self.down, self.chains) = (layerOf, up, down, chains)
    layers = Array(repeating: [], count: (assigned.max() ?? -1) + 1)
    place = Array(repeating: 0, count: layerOf.count)
    orderByWalk()
  }

  func isBend(_ vertex: Int) -> Bool { vertex >= nodeCount }

  mutating func setLayer(_ layer: Int, _ vertices: [Int]) {
    layers[layer] = vertices
    for (index, vertex) in vertices.enumerated() { place[vertex] = index }
  }

  /// Puts vertices in the order in which a depth-first walk from above meets them: a tree has no crossings then.
  private mutating func orderByWalk() {
    var isSeen = Array(repeating: false, count: layerOf.count)
    for start in layerOf.indices.sorted(by: { (layerOf[$0], $0) < (layerOf[$1], $1) }) where !isSeen[start] {
      var stack = [start]
      while let vertex = stack.popLast() {
        if isSeen[vertex] { continue }
        isSeen[vertex] = true
        place[vertex] = layers[layerOf[vertex]].count
        layers[layerOf[vertex]].append(vertex)
        stack += up[vertex].reversed().filter { !isSeen[$0] }
        stack += down[vertex].reversed().filter { !isSeen[$0] }
      }
    }
  }
}
