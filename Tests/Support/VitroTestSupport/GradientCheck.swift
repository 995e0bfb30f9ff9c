public import Testing
internal import VitroCore
public import VitroTensor

/// Checks reverse-mode gradients of a function against central differences.
///
/// The output is projected on fixed random weights w, and the gradient of Σ w·f(x) is compared, element by element, with
/// differences of the function itself:
///
/// ```swift
/// @Test func matrixProductsHaveTheRightGradients() throws {
///   var random = RandomStream(seed: 1, "matmul")
///   let a = try random.normal([3, 4], dtype: .float64)
///   let b = try random.normal([4, 2], dtype: .float64)
///   try checkGradient(at: [a, b]) { try $0[0].matmul($0[1]) }
/// }
/// ```
///
/// Each difference is extrapolated from two steps (Richardson), which leaves an error of fourth order; of several step sizes the one
/// whose estimate is most certain counts, whatever the gradient under test says. So a kink near a point is found out by its
/// uncertainty, and avoided by a smaller step. Everything is deterministic.
///
/// The check also records an issue when the function gives other values while a tape watches than without one, when a gradient has not
/// its point's shape and type, and when anything is not finite.
///
/// - Parameters:
///   - points: The inputs, float64; integer inputs belong into the closure. Empty tensors are fine: only their gradients' shapes are checked.
///   - tolerance: The largest allowed relative error, |g − d| / max(|g|, |d|, 1% of the largest |d| at this input).
///   - elements: How many elements of each input are tried; of larger inputs, that many random ones.
///   - function: What is differentiated, of float64 points in their order to a float64 tensor of any shape. It must not depend on
///     anything else that changes from call to call.
/// - Throws: What `function` throws.
public func checkGradient(
  at points: [Tensor], tolerance: Double = 1e-6, elements: Int = 64,
  sourceLocation: SourceLocation = #_sourceLocation, of function: @escaping ([Tensor]) throws -> Tensor
) throws {
  try checkGradient(at: points, tolerance: tolerance, elements: elements, sourceLocation: sourceLocation) {
    [try function($0)]
  }
}

/// Checks reverse-mode gradients of a function with several outputs, all of them together, against central differences.
///
/// Outputs that are not float64 (positions, masks) are not looked at. See ``checkGradient(at:tolerance:elements:sourceLocation:of:)``.
///
/// - Throws: What `function` throws.
public func checkGradient(
  at points: [Tensor], tolerance: Double = 1e-6, elements: Int = 64,
  sourceLocation: SourceLocation = #_sourceLocation, of function: @escaping ([Tensor]) throws -> [Tensor]
) throws {
  guard points.allSatisfy({ $0.dtype == .float64 }) else {
    Issue.record("checkGradient takes float64 points; they are \(points.map(\.dtype))", sourceLocation: sourceLocation)
    return
  }
  let check = try GradientCheck(points, tolerance: tolerance, elements: elements, function: function)
  for complaint in try check.complaints() { Issue.record(Comment(rawValue: complaint), sourceLocation: sourceLocation) }
}

/// The gradients of Σ w·f(x), found in two ways.
struct GradientCheck {
  let points: [Tensor]
  let tolerance: Double
  let elements: Int
  let function: ([Tensor]) throws -> [Tensor]

  /// The outputs where the tape does not look, and the weights on which they are projected.
  private let outputs: [Tensor]
  private let weights: [Tensor]

  init(_ points: [Tensor], tolerance: Double, elements: Int, function: @escaping ([Tensor]) throws -> [Tensor]) throws {
    self.points = points.map(\.detached)
    self.tolerance = tolerance
    self.elements = elements
    self.function = function
    outputs = try function(self.points).filter { $0.dtype == .float64 }
    weights = try outputs.enumerated().map { index, output in
      var random = RandomStream(seed: 0, "weights of a gradient check", index)
      return try random.uniform(output.shape, low: 0.5, high: 1.5, dtype: .float64)
        * random.bernoulli(output.shape, probability: 0.5).cast(to: .float64).affine(2, -1)
    }
  }

  /// What is wrong, in sentences; nothing when all is well.
  func complaints() throws -> [String] {
    guard !outputs.isEmpty else { return ["the function has no float64 output"] }
    guard outputs.allSatisfy(\.isFinite) else { return ["the function is not finite at the point"] }
    let (watched, gradients) = try reverse()
    var found: [String] = []
    if !zip(watched, outputs).allSatisfy({ $0.isIdentical(to: $1) }) {
      found.append("the function gives other values while a tape watches")
    }
    for (input, (point, gradient)) in zip(points, gradients).enumerated() {
      guard gradient.shape == point.shape, gradient.dtype == point.dtype else {
        found.append(
          "input \(input): the gradient is \(gradient.dtype) \(gradient.shape), the point \(point.dtype) \(point.shape)"
        )
        continue
      }
      found += try compare(input, gradient)
    }
    return found
  }

  private func reverse() throws -> (outputs: [Tensor], gradients: [Tensor]) {
    try Tape.record { tape in
      let watched = points.map { tape.watch($0) }
      let outputs = try function(watched).filter { $0.dtype == .float64 }
      var total = try Tensor.zeros([], dtype: .float64)
      for (output, weight) in zip(outputs, weights) { total = try total + (output * weight).sum() }
      return (outputs.map(\.detached), try tape.gradients(of: total, at: watched))
    }
  }

  private func compare(_ input: Int, _ gradient: Tensor) throws -> [String] {
    let shape = points[input].shape
    let reverse = try gradient.doubles
    let differences = try chosen(of: reverse.count, input).map { ($0, try difference(input, $0)) }
    let largest = differences.map { abs($0.1.value) }.max() ?? 0
    // Below this, differences are rounding.
    let magnitude = try zip(outputs, weights).map { try ($0 * $1).abs().sum().item() }.reduce(0, +)
    let floor = max(largest * 0.01, magnitude * 1e-6, .leastNormalMagnitude)
    let wrong = differences.compactMap { position, difference -> (error: Double, text: String)? in
      let found = reverse[position]
      let error = abs(found - difference.value) / max(abs(found), abs(difference.value), floor)
      guard !(error <= tolerance) else { return nil }
      let place = "\(indices(position, shape))"
      return (
        error.isNaN ? .infinity : error,
        "at \(place) reverse mode gives \(found), central differences \(difference.value) "
          + "± \(difference.uncertainty), relative error \(error)"
      )
    }
    guard !wrong.isEmpty else { return [] }
    let worst = wrong.sorted { $0.error > $1.error }.prefix(3).map(\.text).joined(separator: "; ")
    return [
      "gradient of input \(input) \(shape): \(wrong.count) of \(differences.count) elements differ by more than "
        + "\(tolerance): \(worst)"
    ]
  }

  /// The elements that are tried: all, or as many random ones as are asked for.
  private func chosen(of count: Int, _ input: Int) -> [Int] {
    if count <= elements { return Array(0..<count) }
    var random = RandomStream(seed: 0, "elements of a gradient check", input)
    return random.permutation(count).prefix(elements).sorted()
  }

  /// The derivative by one element, from the step that gives it with the least uncertainty.
  private func difference(_ input: Int, _ position: Int) throws -> (value: Double, uncertainty: Double) {
    var values = try points[input].doubles
    let center = values[position]
    func projected(_ shift: Double) throws -> Double {
      values[position] = center + shift
      var moved = points
      moved[input] = try Tensor(values, shape: points[input].shape)
      let changed = try function(moved).filter { $0.dtype == .float64 }
      // Each output's change first: the common part, which may be large, falls out.
      return try zip(changed, zip(outputs, weights)).map { try (($0 - $1.0) * $1.1).sum().item() }.reduce(0, +)
    }
    func central(_ step: Double) throws -> Double { try (projected(step) - projected(-step)) / (2 * step) }

    var best = (value: Double.nan, uncertainty: Double.infinity)
    for size in [1e-3, 1e-4, 1e-5] {
      let step = size * max(1, abs(center))
      let (coarse, fine) = try (central(step), central(step / 2))
      // The extrapolation takes away the leading term of the error, which is a third of their difference.
      let uncertainty = abs(fine - coarse) / 3
      if uncertainty < best.uncertainty { best = ((4 * fine - coarse) / 3, uncertainty) }
      if uncertainty <= 0.1 * tolerance * abs(fine) { break }
    }
    return best
  }

  private func indices(_ position: Int, _ shape: [Int]) -> [Int] {
    var rest = position
    return shape.reversed().map { length in
      defer { rest /= length }
      return rest % length
    }.reversed()
  }
}
