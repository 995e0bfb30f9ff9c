internal import CVitroKernels
internal import VitroCore

extension Tensor {
  /// The matrix product over the last two axes; leading axes broadcast.
  ///
  /// `op(a) [… , m, k] · op(b) [… , k, n] = [… , m, n]`, with `op` the transpose of the last two axes when asked: nothing is copied for
  /// it. A vector on the left is a row, on the right a column, and its axis is dropped from the result, as in NumPy.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the inner axes differ, leading axes do not broadcast, or the types differ.
  /// - Complexity: O(batch · m · n · k); the right operand is read once for all leading axes that it lacks.
  public func matmul(_ other: Tensor, transposeA: Bool = false, transposeB: Bool = false) throws -> Tensor {
    try Self.requireSameType(self, other, "matmul")
    try requireComputing("matmul")
    guard rank > 0, other.rank > 0 else {
      throw VitroError(.shape, "matmul", "the shapes are \(shape) and \(other.shape)", hint: "Scalars multiply with *.")
    }
    if rank == 1 || other.rank == 1 {
      let left = rank == 1 ? try expandingAxis(transposeA ? 1 : 0) : self
      let right = other.rank == 1 ? try other.expandingAxis(transposeB ? 0 : 1) : other
      var result = try left.matmul(right, transposeA: transposeA, transposeB: transposeB)
      if other.rank == 1 { result = try result.droppingAxis(-1) }
      if rank == 1 { result = try result.droppingAxis(other.rank == 1 ? -1 : -2) }
      return result
    }
    let product = try MatrixProduct(self, other, transposeA, transposeB)
    let result = try Tensor(uninitialized: product.shape, dtype)
    product.run(self, other, into: result)
    return try result.recorded(
      from: self, other,
      MatmulOperation(
        shapeA: shape, shapeB: other.shape, a: other.isTracked ? detached : nil, b: isTracked ? other.detached : nil,
        transposeA: transposeA, transposeB: transposeB))
  }

  /// `x · wᵀ + b`: x `[… , in]`, weight `[out, in]`, bias `[out]`, result `[… , out]`, as `torch.nn.functional.linear`.
  ///
  /// With an instance axis, weight `[instances, out, in]`, bias `[instances, out]` and x `[instances, … , in]`, or `[1, … , in]` for an
  /// input that all instances share.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the shapes do not fit.
  public func linear(weight: Tensor, bias: Tensor? = nil) throws -> Tensor {
    guard weight.rank == 2 || weight.rank == 3, rank >= weight.rank - 1, shape.last == weight.shape.last,
      weight.rank == 2 || shape[0] == weight.shape[0] || shape[0] == 1
    else {
      throw VitroError(
        .shape, "linear", "the input is \(shape), the weight \(weight.shape)",
        hint: "Expected [… , in] with weight [out, in], or both with the same leading instance axis.")
    }
    let out = weight.shape[weight.rank - 2]
    var product: Tensor
    if weight.rank == 3 {
      let rows = try reshaped([shape[0], Array(shape[1..<Swift.max(rank - 1, 1)]).product, shape[rank - 1]])
      product = try rows.matmul(weight, transposeB: true)
    } else {
      product = try reshaped([Array(shape.dropLast()).product, shape[rank - 1]]).matmul(weight, transposeB: true)
    }
    if let bias {
      guard bias.shape == Array(weight.shape.dropLast()) else {
        throw VitroError(.shape, "linear", "the bias is \(bias.shape), the weight \(weight.shape)")
      }
      product = try product.adding(bias: weight.rank == 3 ? bias.expandingAxis(1) : bias)
    }
    let leading = weight.rank == 3 ? [weight.shape[0]] + shape[1..<rank - 1] : Array(shape.dropLast())
    return try product.reshaped(leading + [out])
  }

  /// Adds a broadcast term to a value that nothing else holds, in place.
  private func adding(bias: Tensor) throws -> Tensor {
    try Self.requireSameType(self, bias, "linear")
    Self.apply(vitro_add, detached, bias, into: detached)
    guard node != nil || bias.node != nil else { return self }
    return try detached.recorded(from: self, bias, BiasOperation(shape: bias.shape))
  }

  /// The outer product of two vectors: `[m]`, `[n]` → `[m, n]`.
  public func outer(_ other: Tensor) throws -> Tensor {
    try reshaped([count, 1]) * other.reshaped([1, other.count])
  }

  /// The sum of products of two vectors of equal length.
  public func dot(_ other: Tensor) throws -> Tensor {
    guard rank == 1, shape == other.shape else {
      throw VitroError(.shape, "dot", "the shapes are \(shape) and \(other.shape), expected two vectors of one length")
    }
    return try (self * other).sum()
  }
}

/// The plan of a matrix product: how the batch is laid out.
private struct MatrixProduct {
  let m, n, k: Int
  let shape: [Int]
  let transposeA, transposeB: Bool
  private let batchShape: [Int]

  init(_ a: Tensor, _ b: Tensor, _ transposeA: Bool, _ transposeB: Bool) throws {
    let (rowsA, columnsA) = (a.shape[a.rank - 2], a.shape[a.rank - 1])
    let (rowsB, columnsB) = (b.shape[b.rank - 2], b.shape[b.rank - 1])
    m = transposeA ? columnsA : rowsA
    k = transposeA ? rowsA : columnsA
    n = transposeB ? rowsB : columnsB
    let inner = transposeB ? columnsB : rowsB
    guard k == inner else {
      let left = "\(a.shape)\(transposeA ? "ᵀ" : "")"
      let right = "\(b.shape)\(transposeB ? "ᵀ" : "")"
      throw VitroError(
        .shape, "matmul", "the inner axes differ: \(left) · \(right) (\(k) against \(inner))",
        details: ["left": "\(a.shape)", "right": "\(b.shape)"])
    }
    batchShape = try Shapes.broadcast(Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)), "matmul")
    shape = batchShape + [m, n]
    self.transposeA = transposeA
    self.transposeB = transposeB
  }

  func run(_ a: Tensor, _ b: Tensor, into c: Tensor) {
    if c.count == 0 { return }
    let leadingA = Int64(Swift.max(a.shape[a.rank - 1], 1))
    let leadingB = Int64(Swift.max(b.shape[b.rank - 1], 1))
    withMemory(a, b, c) { pointerA, pointerB, pointerC in
      if b.rank == 2, !transposeA {
        // One matrix on the right serves all: the leading axes of the left are more rows.
        let left = vitro_matrix(
          data: pointerA, leading: leadingA, batch_stride: 0, batch_offsets: nil, transposed: false)
        let right = vitro_matrix(
          data: pointerB, leading: leadingB, batch_stride: 0, batch_offsets: nil, transposed: transposeB)
        return vitro_matmul(
          c.dtype.kernel, 1, Int64(batchShape.product * m), Int64(n), Int64(k), 1, left, right, 0, pointerC,
          Int64(Swift.max(n, 1)), 0)
      }
      withOffsets(of: a) { strideA, offsetsA in
        withOffsets(of: b) { strideB, offsetsB in
          let left = vitro_matrix(
            data: pointerA, leading: leadingA, batch_stride: strideA, batch_offsets: offsetsA, transposed: transposeA)
          let right = vitro_matrix(
            data: pointerB, leading: leadingB, batch_stride: strideB, batch_offsets: offsetsB, transposed: transposeB)
          vitro_matmul(
            c.dtype.kernel, Int64(batchShape.product), Int64(m), Int64(n), Int64(k), 1, left, right, 0, pointerC,
            Int64(Swift.max(n, 1)), Int64(m * n))
        }
      }
    }
  }

  /// Where each matrix of an operand stands: at a regular stride, or at offsets when it is broadcast along some axes only.
  private func withOffsets(of operand: Tensor, _ body: (Int64, UnsafePointer<Int64>?) -> Void) {
    let own = Array(operand.shape.dropLast(2))
    let size = operand.shape[operand.rank - 2] * operand.shape[operand.rank - 1]
    if own == batchShape { return body(Int64(size), nil) }
    if own.product == 1 { return body(0, nil) }
    var offsets = [0]
    for (length, stride) in zip(batchShape, Shapes.broadcastStrides(own, to: batchShape)) {
      offsets = offsets.flatMap { base in (0..<length).map { base + $0 * stride * size } }
    }
    offsets.withInt64s { body(0, $0) }
  }
}

struct BiasOperation: SingleOutputOperation {
  let shape: [Int]
  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    [gradient, wants[1] ? try gradient.summed(to: shape) : nil]
  }
}

struct MatmulOperation: SingleOutputOperation {
  let shapeA, shapeB: [Int]
  /// Each operand is kept for the other's gradient.
  let a, b: Tensor?
  let transposeA, transposeB: Bool

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    [
      wants[0] ? try gradientOfLeft(gradient, b!) : nil,
      wants[1] ? try gradientOfRight(gradient, a!) : nil,
    ]
  }

  private func gradientOfLeft(_ g: Tensor, _ b: Tensor) throws -> Tensor {
    let result =
      transposeA
      ? try b.matmul(g, transposeA: transposeB, transposeB: true)
      : try g.matmul(b, transposeB: !transposeB)
    return try result.summed(to: shapeA)
  }

  private func gradientOfRight(_ g: Tensor, _ a: Tensor) throws -> Tensor {
    if shapeB.count == 2, !transposeA, a.rank > 2 {
      // The sum over the leading axes is part of one product.
      let rows = try a.reshaped([Array(a.shape.dropLast()).product, a.shape[a.rank - 1]])
      let gradients = try g.reshaped([rows.shape[0], g.shape[g.rank - 1]])
      return transposeB ? try gradients.matmul(rows, transposeA: true) : try rows.matmul(gradients, transposeA: true)
    }
    let result =
      transposeB
      ? try g.matmul(a, transposeA: true, transposeB: transposeA)
      : try a.matmul(g, transposeA: !transposeA)
    return try result.summed(to: shapeB)
  }
}
