extension LayeredGraph {
  /// The number of pairs of edges that cross between neighbouring layers.
  ///
  /// - Complexity: O(edges · log vertices).
  var crossings: Int {
    layers.indices.dropLast().reduce(0) { $0 + crossings(below: $1) }
  }

  private func crossings(below layer: Int) -> Int {
    let width = layers[layer + 1].count
    var tree = Array(repeating: 0, count: width + 1)
    var (total, seen) = (0, 0)
    for vertex in layers[layer] {
      let ends = down[vertex].map { place[$0] }
      // Edges met before that end farther to the right cross this one.
      for end in ends {
        var (index, upTo) = (end + 1, 0)
        while index > 0 {
          upTo += tree[index]
          index -= index & -index
        }
        total += seen - upTo
      }
      for end in ends {
        var index = end + 1
        while index <= width {
          tree[index] += 1
          index += index & -index
        }
      }
      seen += ends.count
    }
    return total
  }

  /// Reorders layers by the medians of neighbours, up and down, and by swaps of neighbours; keeps the best order met.
  ///
  /// Gansner, Koutsofios, North and Vo (1993), "A technique for drawing directed graphs".
  mutating func reduceCrossings() {
    let edges = down.reduce(0) { $0 + $1.count }
    let sweeps = min(24, max(2, 1_500_000 / max(1, edges + layerOf.count)))
    var best = (count: crossings, layers: layers)
    var idle = 0
    for sweep in 0..<sweeps where best.count > 0 && idle < 8 {
      let isDown = sweep % 2 == 0
      for layer in isDown ? Array(layers.indices.dropFirst()) : layers.indices.dropLast().reversed() {
        sortByMedians(layer, isDown ? up : down, prefersRight: sweep / 2 % 2 == 1)
      }
      if edges <= 6000 { swapNeighbours() }
      let count = crossings
      idle += 1
      if count < best.count { (best, idle) = ((count, layers), 0) }
    }
    for (layer, vertices) in best.layers.enumerated() { setLayer(layer, vertices) }
  }

  private mutating func sortByMedians(_ layer: Int, _ neighbours: [[Int]], prefersRight: Bool) {
    let vertices = layers[layer]
    let movable = vertices.filter { !neighbours[$0].isEmpty }
    let keys = Dictionary(
      uniqueKeysWithValues: movable.map { vertex -> (Int, (median: Double, mean: Double)) in
        let places = neighbours[vertex].map { place[$0] }.sorted()
        return (vertex, (Self.median(places), Double(places.reduce(0, +)) / Double(places.count)))
      })
    let sorted = movable.sorted { a, b in
      guard let first = keys[a], let second = keys[b] else { return false }
      let (left, right) = (place[a], place[b])
      return (first.median, first.mean, prefersRight ? -left : left)
        < (second.median, second.mean, prefersRight ? -right : right)
    }
    // A vertex without neighbours there stays where it is.
    var rest = sorted[...]
    setLayer(layer, vertices.map { neighbours[$0].isEmpty ? $0 : rest.removeFirst() })
  }

  /// The median of the places, between two middle ones nearer to the side where places are denser.
  private static func median(_ places: [Int]) -> Double {
    let middle = places.count / 2
    if places.count % 2 == 1 { return Double(places[middle]) }
    if places.count == 2 { return Double(places[0] + places[1]) / 2 }
    let (left, right) = (places[middle - 1] - places[0], places[places.count - 1] - places[middle])
    if left + right == 0 { return Double(places[middle - 1] + places[middle]) / 2 }
    return Double(places[middle - 1] * right + places[middle] * left) / Double(left + right)
  }

  private mutating func swapNeighbours() {
    for _ in 0..<4 {
      var improved = false
      for layer in layers.indices {
        for index in layers[layer].indices.dropLast() {
          let (a, b) = (layers[layer][index], layers[layer][index + 1])
          let gain = crossings(a, b) - crossings(b, a)
          guard gain > 0 else { continue }
          layers[layer].swapAt(index, index + 1)
          (place[a], place[b]) = (index + 1, index)
          improved = true
        }
      }
      if !improved { return }
    }
  }

  /// The crossings of the edges of two vertices when the first stands left of the second.
  private func crossings(_ left: Int, _ right: Int) -> Int {
    [up, down].reduce(0) { total, neighbours in
      let (first, second) = (neighbours[left].map { place[$0] }.sorted(), neighbours[right].map { place[$0] }.sorted())
      var (sum, below) = (0, 0)
      for end in first {
        while below < second.count, second[below] < end { below += 1 }
        sum += below
      }
      return total + sum
    }
  }
}
