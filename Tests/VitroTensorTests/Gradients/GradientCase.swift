import Testing
import VitroCore
import VitroTensor

/// One line of the table of differentiable functions: inputs and a function of them.
struct GradientCase: Sendable, CustomTestStringConvertible {
  /// The operation's public name first, then what is special about this line.
  let name: String
  /// Drawn anew at each use.
  let points: @Sendable () throws -> [Tensor]
  let function: @Sendable ([Tensor]) throws -> [Tensor]
  var tolerance = 1e-6

  var testDescription: String { name }

  /// Of large inputs few elements are tried: each costs several evaluations.
  var elements: Int { get throws { try points().contains { $0.count > 10_000 } ? 3 : 16 } }

  /// A function with several outputs of inputs uniform on a range.
  init(
    _ name: String, _ shapes: [[Int]], in range: ClosedRange<Double> = -2...2, tolerance: Double = 1e-6,
    outputs function: @escaping @Sendable ([Tensor]) throws -> [Tensor]
  ) {
    self.name = "\(name) \(shapes)"
    self.tolerance = tolerance
    self.function = function
    points = {
      try shapes.enumerated().map { index, shape in
        var random = RandomStream(seed: 11, name, index)
        return try random.uniform(shape, low: range.lowerBound, high: range.upperBound, dtype: .float64)
      }
    }
  }

  /// A function with one output.
  init(
    _ name: String, _ shapes: [[Int]], in range: ClosedRange<Double> = -2...2, tolerance: Double = 1e-6,
    _ function: @escaping @Sendable ([Tensor]) throws -> Tensor
  ) {
    self.init(name, shapes, in: range, tolerance: tolerance, outputs: { [try function($0)] })
  }
}

extension GradientCase {
  /// An input that no tape watches.
  static func constant(_ shape: [Int], in range: ClosedRange<Double> = -2...2) throws -> Tensor {
    var random = RandomStream(seed: 12, "constant")
    return try random.uniform(shape, low: range.lowerBound, high: range.upperBound, dtype: .float64)
  }

  /// Shapes that elementwise functions are tried on: scalar, empty, one, prime, mixed, and large enough for several threads.
  static let shapes: [[Int]] = [[], [0], [1], [7], [2, 0, 3], [3, 1, 5], [100_003]]

  /// All lines.
  static let all: [GradientCase] =
    elementwise + arithmetic + choices + reductions + products + einsums + windows + indexing + order + rows + cells
    + shapeChanges + parts + attention
}
