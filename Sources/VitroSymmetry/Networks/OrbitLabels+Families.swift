internal import VitroNetworks

extension OrbitLabels {
  /// C_h × C_w on the torus of h × w points: the orbit of (y, x) is the shift from y to x, row by row.
  static func torus(_ height: Int, _ width: Int) throws -> OrbitLabels {
    let count = height * width
    var labels: [Int] = []
    labels.reserveCapacity(count * count)
    for y in 0..<count {
      for x in 0..<count {
        let down = (x / width - y / width + height) % height
        let right = (x % width - y % width + width) % width
        labels.append(down * width + right)
      }
    }
    return try OrbitLabels(
      rows: count, columns: count, labels: labels, biasLabels: [Int](repeating: 0, count: count))
  }

  /// C_n on its n points: the orbit of (y, x) is x − y.
  static func cyclic(_ n: Int) throws -> OrbitLabels { try torus(1, n) }

  /// S_n on n points: the same point, or two different ones.
  static func symmetric(_ n: Int) throws -> OrbitLabels {
    try OrbitLabels(
      rows: n, columns: n, labels: (0..<n * n).map { $0 / n == $0 % n || n == 1 ? 0 : 1 },
      biasLabels: [Int](repeating: 0, count: n))
  }
}
