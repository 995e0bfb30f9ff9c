internal import CVitroKernels
internal import VitroCore

/// Reductions over chosen axes, or over all of them. The reduced axes vanish, or stay with length 1 when kept.
/// Sums run pairwise in a fixed tree: their error grows with log n and their bits never depend on threads.
extension Tensor {
  /// The sum.
  ///
  /// An empty axis gives 0.
  public func sum(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try reduction(vitro_sum, "sum", axes, keepingAxes) { SumOperation(shape: self.shape, axes: $0) }
  }

  /// The mean.
  ///
  /// An empty axis gives NaN.
  public func mean(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try requireComputing("mean")
    let reduced = try Shapes.axes(axes, rank: rank, "mean").map { shape[$0] }.product
    return try sum(axes: axes, keepingAxes: keepingAxes) / Double(reduced)
  }

  /// The product.
  ///
  /// An empty axis gives 1.
  public func product(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try reduction(vitro_product, "product", axes, keepingAxes) {
      ProductOperation(x: self.detached, axes: $0)
    }
  }

  /// The largest element; NaN if any is.
  ///
  /// The gradient is shared equally by all elements that attain it.
  public func max(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try extremum(vitro_reduce_maximum, "max", axes, keepingAxes)
  }

  /// The smallest element; NaN if any is.
  ///
  /// The gradient is shared equally by all elements that attain it.
  public func min(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try extremum(vitro_reduce_minimum, "min", axes, keepingAxes)
  }

  /// The variance, Σ(x − mean)²/(n − correction), in two passes.
  public func variance(axes: [Int]? = nil, keepingAxes: Bool = false, correction: Double = 0) throws -> Tensor {
    try requireComputing("variance")
    let reduced = try Shapes.axes(axes, rank: rank, "variance").map { shape[$0] }.product
    let centered = try self - mean(axes: axes, keepingAxes: true)
    return try centered.square().sum(axes: axes, keepingAxes: keepingAxes) / (Double(reduced) - correction)
  }

  /// The standard deviation, √variance.
  ///
  /// Its gradient at 0 is 0.
  public func standardDeviation(
    axes: [Int]? = nil, keepingAxes: Bool = false, correction: Double = 0
  ) throws -> Tensor {
    try requireComputing("standardDeviation")
    let reduced = try Shapes.axes(axes, rank: rank, "standardDeviation").map { shape[$0] }.product
    let centered = try self - mean(axes: axes, keepingAxes: true)
    return try centered.norm(axes: axes, keepingAxes: keepingAxes) / (Double(reduced) - correction).squareRoot()
  }

  /// The Euclidean norm, √Σx².
  ///
  /// Its gradient at 0 is 0.
  public func norm(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try requireComputing("norm")
    let kept = try detached.square().sum(axes: axes, keepingAxes: true).sqrt()
    let target = keepingAxes ? kept.shape : try droppingAxes(axes, "norm")
    return try kept.reshaped(target).recorded(from: self, NormOperation(x: detached, norm: kept))
  }

  /// Whether any element of a mask is true, as a mask.
  public func any(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try cast(to: .bool).cast(to: .int64).sum(axes: axes, keepingAxes: keepingAxes).isGreater(than: 0)
  }

  /// The position of the first largest element along an axis, int64; NaN counts as largest.
  public func argmax(axis: Int = -1, keepingAxis: Bool = false) throws -> Tensor {
    try argument(largest: true, "argmax", axis, keepingAxis)
  }

  /// The position of the first smallest element along an axis, int64; NaN counts as smallest.
  public func argmin(axis: Int = -1, keepingAxis: Bool = false) throws -> Tensor {
    try argument(largest: false, "argmin", axis, keepingAxis)
  }

  /// Running sums along an axis, each element included; from the end when `reversed`.
  public func cumulativeSum(axis: Int = -1, reversed: Bool = false) throws -> Tensor {
    let axis = try Shapes.axis(axis, rank: rank, "cumulativeSum")
    guard dtype.isComputing || dtype == .int64 else {
      throw VitroError(.dtype, "cumulativeSum", "the tensor is \(dtype)", hint: "Convert it with cast(to: .float32).")
    }
    let (outer, length, inner) = Shapes.split(shape, at: axis)
    let result = try Tensor(uninitialized: shape, dtype)
    withMemory(self, result) {
      vitro_cumulative_sum(dtype.kernel, $0, $1, Int64(outer), Int64(length), Int64(inner), reversed)
    }
    return try result.recorded(from: self, CumulativeSumOperation(axis: axis, reversed: reversed))
  }

  /// The shape without the given axes.
  func droppingAxes(_ axes: [Int]?, _ operation: String) throws -> [Int] {
    let axes = try Shapes.axes(axes, rank: rank, operation)
    return shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
  }

  private func extremum(_ kind: vitro_reduction, _ name: String, _ axes: [Int]?, _ keep: Bool) throws -> Tensor {
    let resolved = try Shapes.axes(axes, rank: rank, name)
    if let empty = resolved.first(where: { shape[$0] == 0 }) {
      throw VitroError(.shape, name, "axis \(empty) of \(shape) is empty, and nothing is the \(name) of nothing")
    }
    let result = try detached.reduction(kind, name, axes, true) { SumOperation(shape: [], axes: $0) }
    let final = result.view(shape: keep ? result.shape : try droppingAxes(axes, name))
    return try final.recorded(from: self, ExtremumOperation(x: detached, kept: result, axes: resolved))
  }

  private func reduction(
    _ kind: vitro_reduction, _ name: String, _ axes: [Int]?, _ keep: Bool, _ operation: ([Int]) -> some Operation
  ) throws -> Tensor {
    let integersToo = kind == vitro_sum || kind == vitro_reduce_maximum || kind == vitro_reduce_minimum
    guard dtype.isComputing || (integersToo && (dtype == .int32 || dtype == .int64)) else {
      throw VitroError(.dtype, name, "the tensor is \(dtype)", hint: "Convert it with cast(to: .float32).")
    }
    let resolved = try Shapes.axes(axes, rank: rank, name)
    var current = detached
    // Neighbouring axes fall in one pass; from the back, so that earlier axes keep their numbers.
    for group in resolved.runs.reversed() {
      let outer = Array(current.shape[..<group.lowerBound]).product
      let length = Array(current.shape[group]).product
      let inner = Array(current.shape[group.upperBound...]).product
      let shape = current.shape[..<group.lowerBound] + group.map { _ in 1 } + current.shape[group.upperBound...]
      let next = try Tensor(uninitialized: Array(shape), dtype)
      withMemory(current, next) {
        vitro_reduce(kind, dtype.kernel, $0, $1, Int64(outer), Int64(length), Int64(inner))
      }
      current = next
    }
    if !keep { current = current.view(shape: try droppingAxes(axes, name)) }
    return try current.recorded(from: self, operation(resolved))
  }

  private func argument(largest: Bool, _ name: String, _ axis: Int, _ keep: Bool) throws -> Tensor {
    let axis = try Shapes.axis(axis, rank: rank, name)
    let (outer, length, inner) = Shapes.split(shape, at: axis)
    guard length > 0 || outer * inner == 0 else {
      throw VitroError(.shape, name, "axis \(axis) of \(shape) is empty")
    }
    guard dtype.isComputing || dtype == .int32 || dtype == .int64 else {
      throw VitroError(.dtype, name, "the tensor is \(dtype)", hint: "Convert it with cast(to: .int32).")
    }
    var reduced = shape
    if keep { reduced[axis] = 1 } else { reduced.remove(at: axis) }
    let result = try Tensor(uninitialized: reduced, .int64)
    withMemory(self, result) {
      vitro_reduce_argument(largest, dtype.kernel, $0, $1.int64s, Int64(outer), Int64(length), Int64(inner))
    }
    return result
  }
}

extension [Int] {
  /// Stretches of consecutive numbers in a sorted array.
  fileprivate var runs: [Range<Int>] {
    var result: [Range<Int>] = []
    for axis in self {
      if let last = result.last, last.upperBound == axis {
        result[result.count - 1] = last.lowerBound..<axis + 1
      } else {
        result.append(axis..<axis + 1)
      }
    }
    return result
  }
}

struct SumOperation: SingleOutputOperation {
  let shape: [Int]
  let axes: [Int]

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    [try gradient.restoringAxes(axes, of: shape).expanded(to: shape)]
  }
}

struct ProductOperation: SingleOutputOperation {
  let x: Tensor
  let axes: [Int]

  /// Products of all others by running products from both sides, so that zeros need no division.
  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let order = x.shape.indices.filter { !axes.contains($0) } + axes
    let moved = try x.permuted(order)
    let length = axes.map { x.shape[$0] }.product
    let rows = try moved.reshaped([length == 0 ? 0 : moved.count / length, length]).doubles
    var others = [Double](repeating: 1, count: rows.count)
    for start in stride(from: 0, to: rows.count, by: Swift.max(length, 1)) {
      var running = 1.0
      for i in start..<start + length {
        others[i] = running
        running *= rows[i]
      }
      running = 1
      for i in (start..<start + length).reversed() {
        others[i] *= running
        running *= rows[i]
      }
    }
    let back = order.indices.sorted { order[$0] < order[$1] }
    let factors = try Tensor(others, shape: moved.shape).cast(to: x.dtype).permuted(back)
    return [try gradient.restoringAxes(axes, of: x.shape) * factors]
  }
}

struct ExtremumOperation: SingleOutputOperation {
  let x, kept: Tensor
  let axes: [Int]

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let attained = try x.isEqual(to: kept).cast(to: x.dtype)
    let share = try attained / attained.sum(axes: axes, keepingAxes: true).maximum(.ones([], dtype: x.dtype))
    return [try share * gradient.reshaped(kept.shape)]
  }
}

struct NormOperation: SingleOutputOperation {
  let x, norm: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let zero = try Tensor.full([], 0, dtype: x.dtype)
    let scale = try norm.isGreater(than: 0).select(gradient.reshaped(norm.shape) / norm, zero)
    return [try x * scale]
  }
}

struct CumulativeSumOperation: SingleOutputOperation {
  let axis: Int
  let reversed: Bool

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    [try gradient.cumulativeSum(axis: axis, reversed: !reversed)]
  }
}

extension Tensor {
  /// The gradient of a reduction with its lost axes back, at length 1.
  func restoringAxes(_ axes: [Int], of shape: [Int]) throws -> Tensor {
    try reshaped(shape.indices.map { axes.contains($0) ? 1 : shape[$0] })
  }
}
