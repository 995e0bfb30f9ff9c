internal import CVitroKernels
internal import VitroCore

/// Changes of shape and order. Reshapes share memory; permutations, flips and expansions make a new contiguous array. All are differentiable.
extension Tensor {
  /// The same elements in another shape.
  ///
  /// One length may be −1: it takes what is left.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the number of elements differs.
  public func reshaped(_ shape: [Int]) throws -> Tensor {
    if shape == self.shape { return self }
    var target = shape
    if let free = shape.firstIndex(of: -1) {
      target[free] = 1
      guard !target.contains(where: { $0 < 0 }) else {
        throw VitroError(.shape, "reshaped", "\(shape) has more than one length to be found, from \(self.shape)")
      }
      _ = try Shapes.byteCount(target, dtype)
      let others = target.product
      guard others > 0, count % others == 0 else {
        throw VitroError(.shape, "reshaped", "\(self.shape) does not divide into \(shape)")
      }
      target[free] = count / others
    }
    _ = try Shapes.byteCount(target, dtype)
    guard target.product == count else {
      throw VitroError(
        .shape, "reshaped", "\(self.shape) has \(count) elements, \(shape) would have \(target.product)")
    }
    return try view(shape: target).recorded(from: self, ReshapeOperation(shape: self.shape))
  }

  /// All elements along one axis.
  public func flattened() throws -> Tensor { try reshaped([count]) }

  /// The axes from `axis` on merged into one.
  public func flattened(from axis: Int) throws -> Tensor {
    let axis = try Shapes.axis(axis, rank: rank, "flattened")
    return try reshaped(shape[..<axis] + [Array(shape[axis...]).product])
  }

  /// A new axis of length 1 at a position; −1 puts it last.
  public func expandingAxis(_ axis: Int) throws -> Tensor {
    let position = try Shapes.axis(axis, rank: rank + 1, "expandingAxis")
    var target = shape
    target.insert(1, at: position)
    return try reshaped(target)
  }

  /// The shape without an axis of length 1.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the axis has another length.
  public func droppingAxis(_ axis: Int) throws -> Tensor {
    let position = try Shapes.axis(axis, rank: rank, "droppingAxis")
    guard shape[position] == 1 else {
      throw VitroError(.shape, "droppingAxis", "axis \(axis) of \(shape) has length \(shape[position]), expected 1")
    }
    var target = shape
    target.remove(at: position)
    return try reshaped(target)
  }

  /// The axes in another order: axis i of the result is axis `order[i]` of this.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when `order` does not name each axis once.
  public func permuted(_ order: [Int]) throws -> Tensor {
    let resolved = try order.map { try Shapes.axis($0, rank: rank, "permuted") }
    guard resolved.sorted() == Array(0..<rank) else {
      throw VitroError(.argument, "permuted", "\(order) does not name each of the \(rank) axes once")
    }
    if resolved == Array(0..<rank) { return self }
    let strides = Shapes.strides(shape)
    let result = try copied(shape: resolved.map { shape[$0] }, strides: resolved.map { strides[$0] })
    return try result.recorded(
      from: self, PermuteOperation(inverse: resolved.indices.sorted { resolved[$0] < resolved[$1] }))
  }

  /// Two axes exchanged; the last two by default.
  public func transposed(_ a: Int = -2, _ b: Int = -1) throws -> Tensor {
    let first = try Shapes.axis(a, rank: rank, "transposed")
    let second = try Shapes.axis(b, rank: rank, "transposed")
    var order = Array(0..<rank)
    order.swapAt(first, second)
    return try permuted(order)
  }

  /// Repeated along new leading axes and along axes of length 1 until the shape is reached.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the shape does not broadcast to the target.
  public func expanded(to target: [Int]) throws -> Tensor {
    if target == shape { return self }
    guard target.count >= rank, try Shapes.broadcast(shape, target, "expanded") == target else {
      throw VitroError(.shape, "expanded", "\(shape) does not expand to \(target)")
    }
    let result = try copied(shape: target, strides: Shapes.broadcastStrides(shape, to: target))
    return try result.recorded(from: self, ExpandOperation(shape: shape))
  }

  /// The elements in reverse order along the given axes.
  public func flipped(axes: [Int]) throws -> Tensor {
    let axes = try Shapes.axes(axes, rank: rank, "flipped")
    if count == 0 { return self }
    var strides = Shapes.strides(shape)
    var start = 0
    for axis in axes {
      start += (shape[axis] - 1) * strides[axis]
      strides[axis].negate()
    }
    let result = try copied(shape: shape, strides: strides, start: start)
    return try result.recorded(from: self, FlipOperation(axes: axes))
  }

  /// Repeated whole, `counts[i]` times along axis i.
  public func tiled(_ counts: [Int]) throws -> Tensor {
    guard counts.count == rank, counts.allSatisfy({ $0 >= 0 }) else {
      throw VitroError(.argument, "tiled", "\(counts) gives no count for each axis of \(shape)")
    }
    let (lengths, overflow) = zip(shape, counts).reduce(into: ([Int](), false)) { found, axis in
      let (length, overflow) = axis.0.multipliedReportingOverflow(by: axis.1)
      found.0.append(length)
      found.1 = found.1 || overflow
    }
    guard !overflow else { throw VitroError(.shape, "tiled", "\(shape) repeated \(counts) times overflows") }
    _ = try Shapes.byteCount(lengths, dtype)
    var result = self
    for (axis, times) in counts.enumerated() where times != 1 {
      var split = result.shape
      split.insert(1, at: axis)
      var repeated = split
      repeated[axis] = times
      var merged = result.shape
      merged[axis] *= times
      result = try result.reshaped(split).expanded(to: repeated).reshaped(merged)
    }
    return result
  }

  /// A strided view of this memory, copied into a new array.
  func copied(shape: [Int], strides: [Int], start: Int = 0) throws -> Tensor {
    let result = try Tensor(uninitialized: shape, dtype)
    withMemory(self, result) { source, target in
      shape.withInt64s { lengths in
        strides.withInt64s { steps in
          vitro_copy_strided(
            Int64(dtype.byteWidth), source + start * dtype.byteWidth, target, Int32(shape.count), lengths, steps)
        }
      }
    }
    return result
  }
}

struct ReshapeOperation: SingleOutputOperation {
  let shape: [Int]
  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] { [try gradient.reshaped(shape)] }
}

struct PermuteOperation: SingleOutputOperation {
  let inverse: [Int]
  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] { [try gradient.permuted(inverse)] }
}

struct ExpandOperation: SingleOutputOperation {
  let shape: [Int]
  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] { [try gradient.summed(to: shape)] }
}

struct FlipOperation: SingleOutputOperation {
  let axes: [Int]
  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] { [try gradient.flipped(axes: axes)] }
}
