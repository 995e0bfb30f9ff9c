@testable import VitroNetworks

/// Orbits of groups whose equivariant maps are known by other names.
extension OrbitLabels {
  /// C_n on its own points: the orbit of (y, x) is x − y.
  static func cyclic(_ n: Int) throws -> OrbitLabels {
    try OrbitLabels(
      rows: n, columns: n, labels: (0..<n * n).map { ($0 % n - $0 / n + n) % n },
      biasLabels: [Int](repeating: 0, count: n))
  }

  /// C_h × C_w on a torus of h × w points.
  static func torus(_ h: Int, _ w: Int) throws -> OrbitLabels {
    var labels: [Int] = []
    for y in 0..<h * w {
      for x in 0..<h * w { labels.append((x / w - y / w + h) % h * w + (x % w - y % w + w) % w) }
    }
    return try OrbitLabels(
      rows: h * w, columns: h * w, labels: labels, biasLabels: [Int](repeating: 0, count: h * w))
  }

  /// S_n on n points: the same point, or two different ones.
  static func symmetric(_ n: Int) throws -> OrbitLabels {
    try OrbitLabels(
      rows: n, columns: n, labels: (0..<n * n).map { $0 % n == $0 / n ? 0 : 1 },
      biasLabels: [Int](repeating: 0, count: n))
  }

  /// S_2 on two points of a first kind and one fixed point, to one swapped pair: several orbits for the bias.
  static func mixed() throws -> OrbitLabels {
    try OrbitLabels(rows: 3, columns: 2, labels: [0, 1, 1, 0, 2, 2], biasLabels: [0, 0, 1])
  }
}
