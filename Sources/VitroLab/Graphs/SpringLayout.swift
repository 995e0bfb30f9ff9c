import Foundation

/// Nodes at distances as the paths between them are long.
///
/// Stress majorization by stochastic gradient descent (Zheng, Pawar and Goodman 2018), from a fixed start; of large
/// graphs only the paths to forty landmarks count (Ortmann, Klimenta and Brandes 2016).
enum SpringLayout {
  private static let exactLimit = 600
  private static let landmarks = 40
  private static let rounds = 30

  /// The places of the nodes of a connected graph, an edge being about 1 long.
  ///
  /// - Complexity: O(nodes²) up to 600 nodes, O(40 nodes + edges) beyond, each thirty times.
  static func positions(_ neighbours: [[Int]]) -> [GraphPoint] {
    let count = neighbours.count
    guard count > 1 else { return [GraphPoint(x: 0, y: 0)].filter { _ in count == 1 } }
    var random = SplitMix(state: UInt64(count))
    var points = (0..<count).map { _ in
      GraphPoint(x: random.unit() * Double(count).squareRoot(), y: random.unit() * Double(count).squareRoot())
    }
    var terms = terms(neighbours)
    let longest = terms.map(\.distance).max() ?? 1
    // Steps shrink from ones that move the most distant pair all the way to ones that move a near pair by a tenth.
    let decay = log(0.1 / (longest * longest)) / Double(rounds - 1)
    for round in 0..<rounds {
      let step = longest * longest * exp(decay * Double(round))
      for index in terms.indices.dropFirst().reversed() {
        terms.swapAt(index, Int(random.next() % UInt64(index + 1)))
      }
      for term in terms {
        var (dx, dy) = (points[term.a].x - points[term.b].x, points[term.a].y - points[term.b].y)
        var length = (dx * dx + dy * dy).squareRoot()
        if length < 1e-6 { (dx, dy, length) = (1e-6, random.unit() * 1e-6, 1e-6) }
        let share = min(1, step / (term.distance * term.distance)) * (length - term.distance) / (2 * length)
        points[term.a].x -= share * dx
        points[term.a].y -= share * dy
        points[term.b].x += share * dx
        points[term.b].y += share * dy
      }
    }
    return points
  }

  private struct Term {
    var a: Int
    var b: Int
    var distance: Double
  }

  private static func terms(_ neighbours: [[Int]]) -> [Term] {
    let count = neighbours.count
    if count <= exactLimit {
      return (0..<count).flatMap { start in
        let distances = distances(from: start, neighbours)
        return ((start + 1)..<max(count, start + 1)).map { Term(a: start, b: $0, distance: Double(distances[$0])) }
      }
    }
    var terms = neighbours.indices.flatMap { node in
      neighbours[node].filter { $0 > node }.map { Term(a: node, b: $0, distance: 1) }
    }
    // Each landmark is the node farthest from those before it.
    var nearest = Array(repeating: Int.max, count: count)
    var landmark = 0
    for _ in 0..<landmarks {
      let distances = distances(from: landmark, neighbours)
      terms += distances.indices.filter { distances[$0] > 1 }.map {
        Term(a: landmark, b: $0, distance: Double(distances[$0]))
      }
      for node in 0..<count { nearest[node] = min(nearest[node], distances[node]) }
      landmark = nearest.indices.max { (nearest[$0], $1) < (nearest[$1], $0) } ?? 0
    }
    return terms
  }

  private static func distances(from start: Int, _ neighbours: [[Int]]) -> [Int] {
    var distances = Array(repeating: -1, count: neighbours.count)
    distances[start] = 0
    var queue = [start]
    var next = 0
    while next < queue.count {
      let node = queue[next]
      for other in neighbours[node] where distances[other] < 0 {
        distances[other] = distances[node] + 1
        queue.append(other)
      }
      next += 1
    }
    return distances.map { $0 < 0 ? neighbours.count : $0 }
  }
}

/// Steele, Lea and Flood's SplitMix64: enough for shuffling, the same everywhere.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
