import VitroTensor

/// The deterministic data of Tests/References/fitting.py.
enum Fixture {
  /// A number in [−0.5, 0.5) from two indices.
  static func noise(_ i: Int, _ j: Int) -> Double {
    var h = UInt32(truncatingIfNeeded: i &* 2_654_435_761 &+ j &* 2_246_822_519 &+ 3_266_489_917)
    h = (h ^ (h >> 15)) &* 2_246_822_519
    h = (h ^ (h >> 13)) &* 3_266_489_917
    h ^= h >> 16
    return Double(h) / 4_294_967_296 - 0.5
  }

  /// Rows whose classes differ by `signal` in some features; with `imbalance` most are of class 0.
  static func data(
    rows: Int, features: Int, classes: Int, signal: Double, imbalance: Int = 1
  ) throws -> (x: Tensor, labels: [Int]) {
    let labels = (0..<rows).map { $0 % imbalance != 0 ? 0 : $0 / imbalance % classes }
    var values: [Double] = []
    for i in 0..<rows {
      for j in 0..<features {
        values.append(noise(i, j) * Double(1 + j % 3) + (j % classes == labels[i] ? signal : 0))
      }
    }
    return (try Tensor(values, shape: [rows, features]), labels)
  }

  static func rowWeights(_ rows: Int) -> [Double] { (0..<rows).map { 1 + Double($0 % 4) / 2 } }
}

/// The largest difference of two lists, relative to the largest expected element.
func relativeDifference(_ found: [Double], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  let scale = expected.reduce(1e-300) { max($0, abs($1)) }
  return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
}
