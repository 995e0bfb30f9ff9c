internal import CVitroKernels
internal import VitroCore

/// Arithmetic on shapes: axes, strides, broadcasting.
enum Shapes {
  /// The largest number of axes that the kernels take.
  static let maximumRank = Int(vitro_max_rank)

  /// The bytes that a tensor needs, after checking that no arithmetic on its shape can overflow.
  ///
  /// An axis of length 0 does not excuse the others: strides and partial products are computed of them too.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a length is negative, the size overflows, or there are too many axes.
  static func byteCount(_ shape: [Int], _ dtype: DType) throws -> Int {
    guard shape.count <= maximumRank else {
      throw VitroError(
        .shape, "tensor of shape \(shape)", "it has \(shape.count) axes, and at most \(maximumRank) are possible",
        hint: "Merge axes with reshaped.")
    }
    let bytes = try RawArray.byteCount(dtype: dtype, shape: shape)
    if bytes == 0 { _ = try RawArray.byteCount(dtype: dtype, shape: shape.map { max($0, 1) }) }
    return bytes
  }

  /// The distance in elements between neighbours along each axis of a contiguous array.
  static func strides(_ shape: [Int]) -> [Int] {
    var result = [Int](repeating: 1, count: shape.count)
    var stride = 1
    for axis in shape.indices.reversed() {
      result[axis] = stride
      stride *= shape[axis]
    }
    return result
  }

  /// An axis counted from the front, given one counted from the front or (negative) from the back.
  static func axis(_ axis: Int, rank: Int, _ operation: String) throws -> Int {
    let resolved = axis < 0 ? axis + rank : axis
    guard resolved >= 0, resolved < rank else {
      throw VitroError(
        .argument, operation, "axis \(axis) does not exist",
        hint: rank == 0 ? "The tensor is a scalar." : "The tensor has \(rank) axes: \(-rank) to \(rank - 1).")
    }
    return resolved
  }

  /// Axes counted from the front, in order, without repetition.
  ///
  /// `nil` means all.
  static func axes(_ axes: [Int]?, rank: Int, _ operation: String) throws -> [Int] {
    guard let axes else { return Array(0..<rank) }
    let resolved = try axes.map { try axis($0, rank: rank, operation) }.sorted()
    for (left, right) in zip(resolved, resolved.dropFirst()) where left == right {
      throw VitroError(.argument, operation, "axis \(left) is named twice in \(axes)")
    }
    return resolved
  }

  /// The shape that two shapes broadcast to: aligned at the last axis, lengths equal or 1.
  static func broadcast(_ a: [Int], _ b: [Int], _ operation: String) throws -> [Int] {
    if a == b { return a }
    let rank = max(a.count, b.count)
    var result = [Int](repeating: 1, count: rank)
    for back in 1...max(rank, 1) where rank > 0 {
      let left = back <= a.count ? a[a.count - back] : 1
      let right = back <= b.count ? b[b.count - back] : 1
      guard left == right || left == 1 || right == 1 else {
        throw VitroError(
          .shape, operation, "\(a) and \(b) do not broadcast: axis \(-back) has \(left) against \(right)",
          hint: "Lengths must be equal or 1, counted from the last axis.",
          details: ["left": "\(a)", "right": "\(b)"])
      }
      result[rank - back] = left == 1 ? right : left
    }
    return result
  }

  /// The strides that read an array of `shape` as one of `target`: 0 along broadcast axes.
  static func broadcastStrides(_ shape: [Int], to target: [Int]) -> [Int] {
    let own = strides(shape)
    let missing = target.count - shape.count
    return target.indices.map { axis in
      axis < missing || shape[axis - missing] == 1 ? 0 : own[axis - missing]
    }
  }

  /// The axes of `target` that were broadcast from `shape`.
  static func broadcastAxes(_ shape: [Int], to target: [Int]) -> [Int] {
    let missing = target.count - shape.count
    return target.indices.filter { $0 < missing || (shape[$0 - missing] == 1 && target[$0] != 1) }
  }

  /// A shape seen around one axis: what lies before, its length, what lies after.
  static func split(_ shape: [Int], at axis: Int) -> (outer: Int, length: Int, inner: Int) {
    (Array(shape[..<axis]).product, shape[axis], Array(shape[(axis + 1)...]).product)
  }
}
