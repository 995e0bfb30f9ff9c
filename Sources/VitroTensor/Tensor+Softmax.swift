internal import CVitroKernels
internal import VitroCore

/// Softmax and its relatives, stable for large values. Types: float32 and float64; all differentiable.
extension Tensor {
  /// exp(xᵢ)/Σ exp(x) along an axis.
  ///
  /// Where all are −∞ the result is 0.
  public func softmax(axis: Int = -1) throws -> Tensor {
    try alongLast(axis, "softmax") { x in
      let y = try x.rowwise { vitro_softmax(x.dtype.kernel, $0, $1, $2, $3) }
      return try y.recorded(from: x, SoftmaxOperation(y: y, logarithmic: false))
    }
  }

  /// xᵢ − log Σ exp(x) along an axis.
  public func logSoftmax(axis: Int = -1) throws -> Tensor {
    try alongLast(axis, "logSoftmax") { x in
      let y = try x.rowwise { vitro_log_softmax(x.dtype.kernel, $0, $1, $2, $3) }
      return try y.recorded(from: x, SoftmaxOperation(y: y, logarithmic: true))
    }
  }

  /// log Σ exp(x) along an axis, which is dropped or kept with length 1.
  public func logSumExp(axis: Int = -1, keepingAxis: Bool = false) throws -> Tensor {
    let resolved = try Shapes.axis(axis, rank: rank, "logSumExp")
    let kept = try alongLast(resolved, "logSumExp") { x in
      let y = try Tensor(uninitialized: x.shape.dropLast() + [1], x.dtype)
      let length = x.shape[x.rank - 1]
      withMemory(x, y) { vitro_log_sum_exp(x.dtype.kernel, $0, $1, Int64(y.count), Int64(length)) }
      return try y.recorded(from: x, LogSumExpOperation(x: x.detached))
    }
    return keepingAxis ? kept : try kept.droppingAxis(resolved)
  }

  /// Cross entropy with whole-number labels, one for each row: −log softmax(x)[label].
  ///
  /// x `[… , classes]`, labels `[…]` int64 or int32, result `[…]` in nats. Rows whose label is `ignoring` give 0.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the shapes do not fit or a label is not a class.
  public func crossEntropy(labels: Tensor, ignoring: Int? = nil) throws -> Tensor {
    try requireComputing("crossEntropy")
    guard rank >= 1, labels.shape == Array(shape.dropLast()) else {
      throw VitroError(.shape, "crossEntropy", "the labels are \(labels.shape), the scores \(shape)")
    }
    let classes = shape[rank - 1]
    let labels = try labels.classes(below: classes, ignoring: ignoring)
    let loss = try Tensor(uninitialized: labels.shape, dtype)
    let probabilities = try Tensor(uninitialized: shape, dtype)
    let skip = Int64(ignoring ?? .min)
    withMemory(self, labels, loss, probabilities) {
      vitro_cross_entropy(dtype.kernel, $0, $1.int64s, skip, $2, $3, Int64(loss.count), Int64(classes))
    }
    return try loss.recorded(
      from: self, CrossEntropyOperation(labels: labels, ignored: skip, probabilities: probabilities))
  }

  /// Labels as int64, checked to be in 0 ..< count where they are not `ignoring`.
  private func classes(below count: Int, ignoring: Int?) throws -> Tensor {
    guard dtype == .int64 || dtype == .int32 || dtype == .uint8 else {
      throw VitroError(.dtype, "crossEntropy", "the labels are \(dtype), expected int64 or int32")
    }
    let labels = try detached.cast(to: .int64)
    let ignored = try labels.isEqual(to: Tensor(ignoring ?? -1))
    let isClass = try labels.isAtLeast(0).select(labels.isLess(than: Tensor(count)), .full([], 0, dtype: .bool))
    let isWrong = try (ignoring == nil ? isClass : ignored.select(ignored, isClass)).not()
    guard try isWrong.any().item() == 0 else {
      let wrong = try labels.flattened().select(axis: 0, at: Int(isWrong.cast(to: .int32).flattened().argmax().item()))
      throw VitroError(
        .argument, "crossEntropy", "label \(try wrong.ints[0]) is none of \(count) classes",
        hint: ignoring == nil ? "Rows without a label can be left out with 'ignoring'." : nil,
        details: ["found": "\(try wrong.ints[0])", "expected": "0 ..< \(count)"])
    }
    return labels
  }

  /// Runs a function of the last axis along another one.
  func alongLast(_ axis: Int, _ name: String, _ body: (Tensor) throws -> Tensor) throws -> Tensor {
    try requireComputing(name)
    let axis = try Shapes.axis(axis, rank: rank, name)
    return axis == rank - 1 ? try body(self) : try body(transposed(axis, -1)).transposed(axis, -1)
  }

  private func rowwise(
    _ kernel: (UnsafeMutableRawPointer, UnsafeMutableRawPointer, Int64, Int64) -> Void
  ) throws -> Tensor {
    let result = try Tensor(uninitialized: shape, dtype)
    let length = shape[rank - 1]
    withMemory(self, result) { kernel($0, $1, Int64(length == 0 ? 0 : count / length), Int64(length)) }
    return result
  }
}

struct SoftmaxOperation: SingleOutputOperation {
  let y: Tensor
  let logarithmic: Bool

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let result = try Tensor(uninitialized: y.shape, y.dtype)
    let length = y.shape[y.rank - 1]
    let rows = Int64(length == 0 ? 0 : y.count / length)
    let kernel = logarithmic ? vitro_log_softmax_gradient : vitro_softmax_gradient
    withMemory(y, gradient, result) { kernel(y.dtype.kernel, $0, $1, $2, rows, Int64(length)) }
    return [result]
  }
}

struct LogSumExpOperation: SingleOutputOperation {
  let x: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] { [try x.softmax() * gradient] }
}

struct CrossEntropyOperation: SingleOutputOperation {
  let labels: Tensor
  let ignored: Int64
  let probabilities: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let result = try Tensor(uninitialized: probabilities.shape, probabilities.dtype)
    let classes = Int64(probabilities.shape[probabilities.rank - 1])
    withMemory(probabilities, labels, gradient, result) {
      vitro_cross_entropy_gradient(
        gradient.dtype.kernel, $0, $1.int64s, ignored, $2, $3, Int64(gradient.count), classes)
    }
    return [result]
  }
}
