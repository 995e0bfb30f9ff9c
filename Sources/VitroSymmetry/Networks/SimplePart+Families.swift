internal import Foundation
internal import VitroTensor

extension SimplePart {
  /// The simple parts of the functions on C_h × C_w: the waves of each pair of opposite frequencies.
  ///
  /// Elements are numbered as points, row by row. The wave (k, l) is fixed by the shift (a, b) where ka/h + lb/w is whole.
  static func torus(_ height: Int, _ width: Int) throws -> [SimplePart] {
    let count = height * width
    func phase(_ k: Int, _ l: Int, _ point: Int) -> Int {
      (k * (point / width) % height * width + l * (point % width) % width * height) % count
    }
    var parts: [SimplePart] = []
    for k in 0..<height {
      for l in 0..<width {
        let opposite = ((height - k) % height, (width - l) % width)
        guard (k, l) <= opposite else { continue }
        let isOwnOpposite = (k, l) == opposite
        var values: [Double] = []
        for point in 0..<count {
          let angle = 2 * Double.pi * Double(phase(k, l, point)) / Double(count)
          let scale = ((isOwnOpposite ? 1 : 2) / Double(count)).squareRoot()
          values += isOwnOpposite ? [cos(angle).rounded() * scale] : [cos(angle) * scale, sin(angle) * scale]
        }
        let kernel = Set((0..<count).filter { phase(k, l, $0) == 0 })
        parts.append(
          try SimplePart(
            height == 1 ? "L\(l)" : "L(\(k),\(l))", dimension: isOwnOpposite ? 1 : 2,
            type: isOwnOpposite ? .real : .complex, multiplicity: 1, kernel: kernel, kernelOrder: kernel.count,
            basis: Tensor(values, shape: [count, isOwnOpposite ? 1 : 2])))
      }
    }
    return parts
  }

  /// The simple parts of the functions on C_n: L0, L1, … by frequency.
  static func cyclic(_ n: Int) throws -> [SimplePart] { try torus(1, n) }

  /// The simple parts of the functions on n points under S_n, n ≥ 2: the mean, and the rest.
  ///
  /// Kernels are numbered 0, the identity alone, and 1, any other class.
  static func symmetric(_ n: Int) throws -> [SimplePart] {
    let mean = [Double](repeating: 1 / Double(n).squareRoot(), count: n)
    var rest = [Double](repeating: 0, count: n * (n - 1))
    // Helmert's basis: the first k points against the next.
    for k in 1..<n {
      let scale = 1 / Double(k * (k + 1)).squareRoot()
      for point in 0...k { rest[point * (n - 1) + k - 1] = (point < k ? 1 : -Double(k)) * scale }
    }
    let order = (1...n).reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    return [
      try SimplePart(
        "mean", dimension: 1, type: .real, multiplicity: 1, kernel: [0, 1], kernelOrder: n <= 20 ? order : .max,
        basis: Tensor(mean, shape: [n, 1])),
      try SimplePart(
        "rest", dimension: n - 1, type: .real, multiplicity: 1, kernel: [0], kernelOrder: 1,
        basis: Tensor(rest, shape: [n, n - 1])),
    ]
  }
}
