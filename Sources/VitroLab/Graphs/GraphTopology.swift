/// A graph by numbers: who is joined with whom, whatever the names.
struct GraphTopology {
  /// The number of nodes.
  let count: Int
  /// The ends of each edge of the figure; none where the figure names a node that there is not.
  let ends: [(from: Int, to: Int)?]

  init(_ figure: GraphFigure) {
    count = figure.nodes.count
    let numbers = Dictionary(zip(figure.nodes.map(\.id), 0...)) { first, _ in first }
    ends = figure.edges.map { edge in
      numbers[edge.from].flatMap { from in numbers[edge.to].map { (from, $0) } }
    }
  }

  init(count: Int, ends: [(from: Int, to: Int)?]) {
    (self.count, self.ends) = (count, ends)
  }

  /// Each joined pair of different nodes once, in the direction and the order of its first edge.
  var pairs: [(from: Int, to: Int)] {
    var seen: Set<Int> = []
    return ends.compactMap(\.self).filter { from, to in
      from != to && seen.insert(min(from, to) * count + max(from, to)).inserted
    }
  }

  /// The neighbours of each node.
  var neighbours: [[Int]] {
    var result: [[Int]] = Array(repeating: [], count: count)
    for (from, to) in pairs {
      result[from].append(to)
      result[to].append(from)
    }
    return result
  }

  /// The parts that no edge joins, the largest first.
  var components: [[Int]] {
    let neighbours = neighbours
    var isSeen = Array(repeating: false, count: count)
    var components: [[Int]] = []
    for start in 0..<count where !isSeen[start] {
      var component = [start]
      isSeen[start] = true
      var next = 0
      while next < component.count {
        for other in neighbours[component[next]] where !isSeen[other] {
          isSeen[other] = true
          component.append(other)
        }
        next += 1
      }
      components.append(component)
    }
    // The sort is stable by the first node, so that equal graphs are drawn equally.
    return components.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
  }
}
