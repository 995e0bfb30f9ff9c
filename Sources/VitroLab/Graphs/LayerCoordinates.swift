/// Where the vertices of layers stand from left to right, so that long edges run straight down.
///
/// Brandes and Köpf (2001), "Fast and simple horizontal coordinate assignment": four extreme alignments, averaged.
struct LayerCoordinates {
  /// The middle of each vertex.
  private(set) var x: [Double]

  private let graph: LayeredGraph
  private let widths: [Double]
  private let gap: Double
  private let bendGap: Double

  init(_ graph: LayeredGraph, widths: [Double], gap: Double, bendGap: Double) {
    (self.graph, self.widths, self.gap, self.bendGap) = (graph, widths, gap, bendGap)
    x = Array(repeating: 0, count: graph.layerOf.count)
    guard !x.isEmpty else { return }
    let conflicts = Self.conflicts(graph)
    var candidates: [[Double]] = []
    for fromAbove in [true, false] {
      for fromLeft in [true, false] {
        candidates.append(aligned(fromAbove: fromAbove, fromLeft: fromLeft, conflicts))
      }
    }
    let spans = candidates.map(span)
    let narrowest = spans.indices.min { spans[$0].high - spans[$0].low < spans[$1].high - spans[$1].low } ?? 0
    for (index, span) in spans.enumerated() {
      let shift = index % 2 == 0 ? spans[narrowest].low - span.low : spans[narrowest].high - span.high
      for vertex in x.indices { candidates[index][vertex] += shift }
    }
    for vertex in x.indices {
      // The mean of the middle two keeps every distance that all four keep.
      let sorted = candidates.map { $0[vertex] }.sorted()
      x[vertex] = (sorted[1] + sorted[2]) / 2
    }
  }

  private func distance(_ left: Int, _ right: Int) -> Double {
    (widths[left] + widths[right]) / 2 + (graph.isBend(left) && graph.isBend(right) ? bendGap : gap)
  }

  private func span(_ x: [Double]) -> (low: Double, high: Double) {
    var (low, high) = (Double.infinity, -Double.infinity)
    for (vertex, position) in x.enumerated() {
      low = min(low, position - widths[vertex] / 2)
      high = max(high, position + widths[vertex] / 2)
    }
    return (low, high)
  }

  private struct Segment: Hashable {
    let upper: Int
    let lower: Int
  }

  /// Edges that cross a stretch between two bends; the stretch runs straight and they do not.
  private static func conflicts(_ graph: LayeredGraph) -> Set<Segment> {
    var conflicts: Set<Segment> = []
    for layer in graph.layers.indices.dropLast() {
      let lower = graph.layers[layer + 1]
      var (previous, scanned) = (0, 0)
      for (index, vertex) in lower.enumerated() {
        let inner = graph.isBend(vertex) ? graph.up[vertex].first { graph.isBend($0) } : nil
        guard inner != nil || index == lower.count - 1 else { continue }
        let next = inner.map { graph.place[$0] } ?? graph.layers[layer].count - 1
        while scanned <= index {
          for above in graph.up[lower[scanned]]
          where (graph.place[above] < previous || graph.place[above] > next)
            && !(graph.isBend(above) && graph.isBend(lower[scanned]))
          {
            conflicts.insert(Segment(upper: above, lower: lower[scanned]))
          }
          scanned += 1
        }
        previous = next
      }
    }
    return conflicts
  }

  /// One of the four: vertices aligned with their median neighbour above or below, then packed to one side.
  private func aligned(fromAbove: Bool, fromLeft: Bool, _ conflicts: Set<Segment>) -> [Double] {
    let layers = (fromAbove ? graph.layers : graph.layers.reversed()).map { fromLeft ? $0 : $0.reversed() }
    let neighbours = fromAbove ? graph.up : graph.down
    var place = graph.place
    for layer in layers { for (index, vertex) in layer.enumerated() { place[vertex] = index } }
    var root = Array(place.indices)
    var align = root
    for layer in layers {
      var reached = -1
      for vertex in layer {
        let sorted = neighbours[vertex].sorted { place[$0] < place[$1] }
        guard !sorted.isEmpty else { continue }
        for median in Set([(sorted.count - 1) / 2, sorted.count / 2]).sorted() where align[vertex] == vertex {
          let other = sorted[median]
          let segment =
            fromAbove ? Segment(upper: other, lower: vertex) : Segment(upper: vertex, lower: other)
          guard place[other] > reached, !conflicts.contains(segment) else { continue }
          align[other] = vertex
          root[vertex] = root[other]
          align[vertex] = root[vertex]
          reached = place[other]
        }
      }
    }
    let packed = packed(layers, root, fromLeft: fromLeft)
    return fromLeft ? packed : packed.map { -$0 }
  }

  /// Packs blocks as far to one side as their neighbours let them, then back as far as that costs no width.
  private func packed(_ layers: [[Int]], _ root: [Int], fromLeft: Bool) -> [Double] {
    var next: [[(block: Int, distance: Double)]] = Array(repeating: [], count: root.count)
    var waiting = Array(repeating: 0, count: root.count)
    for layer in layers {
      for (left, right) in zip(layer, layer.dropFirst()) {
        next[root[left]].append((root[right], fromLeft ? distance(left, right) : distance(right, left)))
        waiting[root[right]] += 1
      }
    }
    var order = root.indices.filter { root[$0] == $0 && waiting[$0] == 0 }
    var position = Array(repeating: 0.0, count: root.count)
    var index = 0
    while index < order.count {
      let block = order[index]
      for (other, distance) in next[block] {
        position[other] = max(position[other], position[block] + distance)
        waiting[other] -= 1
        if waiting[other] == 0 { order.append(other) }
      }
      index += 1
    }
    for block in order.reversed() {
      let room = next[block].map { position[$0.block] - $0.distance }.min()
      if let room { position[block] = max(position[block], room) }
    }
    return root.map { position[$0] }
  }
}
