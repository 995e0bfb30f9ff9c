internal import CVitroKernels
internal import VitroCore

/// Parts of tensors and tensors made of parts. A slice along the leading axis shares memory; the rest is copied. All are differentiable.
extension Tensor {
  /// The elements of a range along an axis; every `step`-th of them.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the range leaves the axis.
  public func slice(axis: Int = 0, _ range: Range<Int>, step: Int = 1) throws -> Tensor {
    let axis = try Shapes.axis(axis, rank: rank, "slice")
    guard range.lowerBound >= 0, range.upperBound <= shape[axis] else {
      throw VitroError(.argument, "slice", "\(range) leaves axis \(axis) of \(shape), which has \(shape[axis])")
    }
    guard step >= 1 else { throw VitroError(.argument, "slice", "step is \(step), expected 1 or more") }
    if step == 1, range.count == shape[axis] { return self }
    var target = shape
    let step = Swift.min(step, Swift.max(range.count, 1))
    target[axis] = (range.count + step - 1) / step
    var strides = Shapes.strides(shape)
    let start = range.lowerBound * strides[axis]
    let result: Tensor
    if step == 1, shape[..<axis].allSatisfy({ $0 == 1 }) {
      result = view(shape: target, offset: offset + (target.product == 0 ? 0 : start))
    } else {
      strides[axis] *= step
      result = try copied(shape: target, strides: strides, start: target.product == 0 ? 0 : start)
    }
    return try result.recorded(
      from: self, SliceOperation(shape: shape, axis: axis, start: range.lowerBound, step: step))
  }

  /// The part at one index along an axis, without that axis.
  ///
  /// Negative indices count from the end.
  public func select(axis: Int = 0, at index: Int) throws -> Tensor {
    let axis = try Shapes.axis(axis, rank: rank, "select")
    let position = index < 0 ? index + shape[axis] : index
    guard position >= 0, position < shape[axis] else {
      throw VitroError(.argument, "select", "index \(index) leaves axis \(axis) of \(shape)")
    }
    return try slice(axis: axis, position..<position + 1).droppingAxis(axis)
  }

  /// Consecutive parts of the given lengths along an axis.
  ///
  /// One entry on the tape serves all parts: splitting a sequence into its steps costs one pass backward.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the lengths do not add up.
  public func split(axis: Int = 0, lengths: [Int]) throws -> [Tensor] {
    let axis = try Shapes.axis(axis, rank: rank, "split")
    var rest = shape[axis]
    for length in lengths where rest >= 0 { rest = length < 0 ? -1 : rest - length }
    guard rest == 0 else {
      throw VitroError(
        .shape, "split", "the lengths \(lengths) do not add up to axis \(axis) of \(shape), which has \(shape[axis])")
    }
    var start = 0
    let parts = try lengths.map { length in
      defer { start += length }
      return try detached.slice(axis: axis, start..<start + length)
    }
    return try Self.recorded(
      parts, from: [self], SplitOperation(axis: axis, shapes: parts.map(\.shape), dtype: dtype))
  }

  /// The parts at every index of an axis, without that axis.
  public func unstacked(axis: Int = 0) throws -> [Tensor] {
    let axis = try Shapes.axis(axis, rank: rank, "unstacked")
    return try split(axis: axis, lengths: [Int](repeating: 1, count: shape[axis])).map { try $0.droppingAxis(axis) }
  }

  /// Tensors joined along an axis that exists.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there are none, or when other axes or types differ.
  public static func concatenate(_ parts: [Tensor], axis: Int = 0) throws -> Tensor {
    guard let first = parts.first else {
      throw VitroError(.argument, "concatenate", "there are no tensors to join")
    }
    let axis = try Shapes.axis(axis, rank: first.rank, "concatenate")
    var target = first.shape
    target[axis] = 0
    for (index, part) in parts.enumerated() {
      var expected = first.shape
      if part.rank == first.rank { expected[axis] = part.shape[axis] }
      guard part.shape == expected, part.dtype == first.dtype else {
        throw VitroError(
          .shape, "concatenate",
          "part \(index) is \(part.dtype) \(part.shape), part 0 \(first.dtype) \(first.shape); they may differ on axis \(axis) only"
        )
      }
      target[axis] += part.shape[axis]
    }
    let result = try Tensor(uninitialized: target, first.dtype)
    let strides = Shapes.strides(target)
    var start = 0
    for part in parts where part.count > 0 {
      result.write(part, strides: strides, start: start * strides[axis])
      start += part.shape[axis]
    }
    return try result.recorded(
      from: parts, ConcatenateOperation(axis: axis, lengths: parts.map { $0.shape[axis] }))
  }

  /// Tensors of one shape joined along a new axis.
  public static func stack(_ parts: [Tensor], axis: Int = 0) throws -> Tensor {
    guard let first = parts.first else { throw VitroError(.argument, "stack", "there are no tensors to join") }
    let axis = try Shapes.axis(axis, rank: first.rank + 1, "stack")
    return try concatenate(parts.map { try $0.expandingAxis(axis) }, axis: axis)
  }

  /// Surrounded by `before[i]` and `after[i]` elements of a constant along each axis i.
  public func padded(before: [Int], after: [Int], with value: Double = 0) throws -> Tensor {
    guard before.count == rank, after.count == rank, (before + after).allSatisfy({ (0...1 << 46).contains($0) }) else {
      throw VitroError(.argument, "padded", "\(before) and \(after) do not give two counts for each axis of \(shape)")
    }
    let target = shape.indices.map { before[$0] + shape[$0] + after[$0] }
    let result = try Tensor.full(target, value, dtype: dtype)
    let strides = Shapes.strides(target)
    if count > 0 { result.write(self, strides: strides, start: zip(before, strides).map(*).reduce(0, +)) }
    return try result.recorded(from: self, PadOperation(before: before, shape: shape))
  }

  /// Writes a tensor into a strided part of this one, which the caller has made.
  func write(_ part: Tensor, strides: [Int], start: Int) {
    withMemory(part, self) { source, target in
      part.shape.withInt64s { lengths in
        strides.withInt64s { steps in
          vitro_scatter_strided(
            Int64(dtype.byteWidth), source, target + start * dtype.byteWidth, Int32(part.rank), lengths, steps)
        }
      }
    }
  }
}

struct SliceOperation: SingleOutputOperation {
  let shape: [Int]
  let axis, start, step: Int

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let result = try Tensor.zeros(shape, dtype: gradient.dtype)
    var strides = Shapes.strides(shape)
    let offset = start * strides[axis]
    strides[axis] *= step
    if gradient.count > 0 { result.write(gradient, strides: strides, start: offset) }
    return [result]
  }
}

struct SplitOperation: Operation {
  let axis: Int
  let shapes: [[Int]]
  let dtype: DType

  func pullback(_ gradients: [Tensor?], wants: [Bool]) throws -> [Tensor?] {
    let parts = try zip(gradients, shapes).map { try $0 ?? .zeros($1, dtype: dtype) }
    return [try .concatenate(parts, axis: axis)]
  }
}

struct ConcatenateOperation: SingleOutputOperation {
  let axis: Int
  let lengths: [Int]

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    try gradient.split(axis: axis, lengths: lengths)
  }
}

struct PadOperation: SingleOutputOperation {
  let before, shape: [Int]

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let strides = Shapes.strides(gradient.shape)
    return [try gradient.copied(shape: shape, strides: strides, start: zip(before, strides).map(*).reduce(0, +))]
  }
}
