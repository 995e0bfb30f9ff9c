internal import CVitroKernels
public import VitroCore

/// Reading and writing by integer indices (int64 or int32; negative ones count from the end). Gradients flow to the values, never to the indices.
extension Tensor {
  /// The parts of an axis at the given indices: with indices of shape J, the axis is replaced by J.
  ///
  /// `result[…, j, …] = self[…, indices[j], …]`. With `axis: 0` this is an embedding look-up. The gradient adds up where an index
  /// repeats, in order.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when an index leaves the axis.
  public func gather(_ indices: Tensor, axis: Int = 0) throws -> Tensor {
    let axis = try Shapes.axis(axis, rank: rank, "gather")
    let positions = try indices.positions(on: shape[axis], "gather")
    let (outer, length, inner) = Shapes.split(shape, at: axis)
    let result = try Tensor(
      uninitialized: shape[..<axis] + indices.shape + shape[(axis + 1)...], dtype)
    withMemory(self, positions, result) {
      vitro_gather(
        Int64(dtype.byteWidth), $0, $1.int64s, $2, Int64(outer), Int64(length), Int64(positions.count), Int64(inner))
    }
    return try result.recorded(from: self, GatherOperation(shape: shape, axis: axis, positions: positions))
  }

  /// One element for each index: `result[o, k, i] = self[o, indices[o, k, i], i]`, as `torch.take_along_dim`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when other axes differ or an index leaves the axis.
  public func takeAlong(_ indices: Tensor, axis: Int = -1) throws -> Tensor {
    let axis = try Shapes.axis(axis, rank: rank, "takeAlong")
    let positions = try alongPositions(indices, axis, "takeAlong")
    let (outer, length, inner) = Shapes.split(shape, at: axis)
    let result = try Tensor(uninitialized: indices.shape, dtype)
    withMemory(self, positions, result) {
      vitro_take_along(
        Int64(dtype.byteWidth), $0, $1.int64s, $2, Int64(outer), Int64(length), Int64(indices.shape[axis]),
        Int64(inner))
    }
    return try result.recorded(
      from: self, TakeAlongOperation(shape: shape, axis: axis, positions: positions))
  }

  /// This tensor with `values` added at indices along an axis: `result[…, indices[j], …] += values[…, j, …]`, in order of j.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when shapes do not fit, an index leaves the axis, or the type is not float32, float64 or int64.
  public func scatterAdd(_ values: Tensor, at indices: Tensor, axis: Int = 0) throws -> Tensor {
    let axis = try Shapes.axis(axis, rank: rank, "scatterAdd")
    try Self.requireSameType(self, values, "scatterAdd")
    guard dtype.isComputing || dtype == .int64 else {
      throw VitroError(.dtype, "scatterAdd", "the tensor is \(dtype)", hint: "Convert it with cast(to: .float32).")
    }
    let expected = shape[..<axis] + indices.shape + shape[(axis + 1)...]
    guard values.shape == Array(expected) else {
      throw VitroError(.shape, "scatterAdd", "the values are \(values.shape), expected \(Array(expected))")
    }
    let positions = try indices.positions(on: shape[axis], "scatterAdd")
    let (outer, length, inner) = Shapes.split(shape, at: axis)
    let result = try copied(shape: shape, strides: Shapes.strides(shape))
    withMemory(values, positions, result) {
      vitro_scatter_add(
        dtype.kernel, $0, $1.int64s, $2, Int64(outer), Int64(length), Int64(positions.count), Int64(inner))
    }
    guard dtype.isComputing else { return result }
    return try result.recorded(from: self, values, ScatterAddOperation(axis: axis, indices: indices))
  }

  /// This tensor with `values` written at indices along an axis: `result[o, indices[o, k, i], i] = values[o, k, i]`;
  /// the last of equal indices wins.
  ///
  /// Not differentiable.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when shapes do not fit or an index leaves the axis.
  public func puttingAlong(_ values: Tensor, at indices: Tensor, axis: Int = -1) throws -> Tensor {
    let axis = try Shapes.axis(axis, rank: rank, "puttingAlong")
    try Self.requireSameType(self, values, "puttingAlong")
    guard values.shape == indices.shape else {
      throw VitroError(.shape, "puttingAlong", "the values are \(values.shape), the indices \(indices.shape)")
    }
    let positions = try alongPositions(indices, axis, "puttingAlong")
    let (outer, length, inner) = Shapes.split(shape, at: axis)
    let result = try copied(shape: shape, strides: Shapes.strides(shape))
    withMemory(values, positions, result) {
      vitro_put_along(
        Int64(dtype.byteWidth), $0, $1.int64s, $2, Int64(outer), Int64(length), Int64(indices.shape[axis]),
        Int64(inner))
    }
    return result
  }

  /// Indices as vectors with a single 1: `[…]` → `[… , count]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when an index is not in 0 ..< count.
  public func oneHot(count: Int, dtype: DType = .float32) throws -> Tensor {
    let positions = try positions(on: count, "oneHot").expandingAxis(-1)
    return try Tensor.zeros(shape + [count], dtype: dtype)
      .puttingAlong(.ones(shape + [1], dtype: dtype), at: positions)
  }

  /// Indices as int64, counted from the front, checked against the length of their axis.
  func positions(on length: Int, _ operation: String) throws -> Tensor {
    guard dtype == .int64 || dtype == .int32 || dtype == .uint8 else {
      throw VitroError(.dtype, operation, "the indices are \(dtype), expected int64 or int32")
    }
    let wide = try detached.cast(to: .int64)
    if count == 0 { return wide }
    var (smallest, largest) = (Int64(0), Int64(0))
    withMemory(wide) { vitro_index_range($0.int64s, Int64(count), &smallest, &largest) }
    guard largest < length, smallest >= -length else {
      let wrong = largest >= length ? largest : smallest
      throw VitroError(
        .argument, operation, "index \(wrong) leaves an axis of length \(length)",
        details: ["found": "\(wrong)", "expected": "\(-length) ..< \(length)"])
    }
    if smallest >= 0 { return wide }
    let length = try Tensor.full([], Double(length), dtype: .int64)
    return try wide.isLess(than: 0).select(wide + length, wide)
  }

  private func alongPositions(_ indices: Tensor, _ axis: Int, _ operation: String) throws -> Tensor {
    var expected = shape
    if indices.rank == rank { expected[axis] = indices.shape[axis] }
    guard indices.shape == expected else {
      throw VitroError(
        .shape, operation, "the indices are \(indices.shape), the tensor \(shape); they may differ on axis \(axis) only"
      )
    }
    return try indices.positions(on: shape[axis], operation)
  }
}

struct GatherOperation: SingleOutputOperation {
  let shape: [Int]
  let axis: Int
  let positions: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let (outer, length, inner) = Shapes.split(shape, at: axis)
    let result = try Tensor.zeros(shape, dtype: gradient.dtype)
    withMemory(gradient, positions, result) {
      vitro_scatter_add(
        gradient.dtype.kernel, $0, $1.int64s, $2, Int64(outer), Int64(length), Int64(positions.count), Int64(inner))
    }
    return [result]
  }
}

struct TakeAlongOperation: SingleOutputOperation {
  let shape: [Int]
  let axis: Int
  let positions: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let (outer, length, inner) = Shapes.split(shape, at: axis)
    let result = try Tensor.zeros(shape, dtype: gradient.dtype)
    withMemory(gradient, positions, result) {
      vitro_put_along_add(
        gradient.dtype.kernel, $0, $1.int64s, $2, Int64(outer), Int64(length), Int64(positions.shape[axis]),
        Int64(inner))
    }
    return [result]
  }
}

struct ScatterAddOperation: SingleOutputOperation {
  let axis: Int
  let indices: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    [wants[0] ? gradient : nil, wants[1] ? try gradient.gather(indices, axis: axis) : nil]
  }
}
