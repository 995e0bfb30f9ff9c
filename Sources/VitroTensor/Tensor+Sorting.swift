internal import CVitroKernels
internal import VitroCore

/// Order along an axis. Gradients flow to the values through their positions.
extension Tensor {
  /// The elements in order along an axis, and where each came from (int64).
  ///
  /// Stable; NaN last when ascending.
  ///
  /// - Complexity: O(n log n) along the axis.
  public func sorted(axis: Int = -1, descending: Bool = false) throws -> (values: Tensor, positions: Tensor) {
    try ordered(axis, "sorted", keep: nil) { rows, length, source, values, positions in
      vitro_sort(dtype.kernel, source, values, positions, rows, length, descending)
    }
  }

  /// The positions that sort an axis (int64).
  public func sortedPositions(axis: Int = -1, descending: Bool = false) throws -> Tensor {
    try detached.sorted(axis: axis, descending: descending).positions
  }

  /// The `count` largest (or smallest) elements along an axis, in order, and where they came from (int64).
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the axis has fewer elements.
  /// - Complexity: O(n log count) along the axis.
  public func top(
    _ count: Int, axis: Int = -1, largest: Bool = true
  ) throws -> (values: Tensor, positions: Tensor) {
    let resolved = try Shapes.axis(axis, rank: rank, "top")
    guard count >= 0, count <= shape[resolved] else {
      throw VitroError(.argument, "top", "\(count) elements are asked of an axis that has \(shape[resolved])")
    }
    return try ordered(resolved, "top", keep: count) { rows, length, source, values, positions in
      vitro_top(dtype.kernel, source, values, positions, rows, length, Int64(count), largest)
    }
  }

  private func ordered(
    _ axis: Int, _ name: String, keep: Int?,
    _ kernel: (
      Int64, Int64, UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutablePointer<Int64>
    ) -> Void
  ) throws -> (values: Tensor, positions: Tensor) {
    let axis = try Shapes.axis(axis, rank: rank, name)
    guard dtype.isComputing || dtype == .int32 || dtype == .int64 else {
      throw VitroError(.dtype, name, "the tensor is \(dtype)", hint: "Convert it with cast(to: .int32).")
    }
    let last = axis == rank - 1 ? detached : try detached.transposed(axis, -1)
    let length = last.shape[rank - 1]
    var target = last.shape
    target[rank - 1] = keep ?? length
    let values = try Tensor(uninitialized: target, dtype)
    let positions = try Tensor(uninitialized: target, .int64)
    withMemory(last, values, positions) {
      kernel(Int64(Array(target.dropLast()).product), Int64(length), $0, $1, $2.int64s)
    }
    let back = axis == rank - 1 ? positions : try positions.transposed(axis, -1)
    guard dtype.isComputing, node != nil else {
      return (axis == rank - 1 ? values : try values.transposed(axis, -1), back)
    }
    return (try takeAlong(back, axis: axis), back)
  }
}
