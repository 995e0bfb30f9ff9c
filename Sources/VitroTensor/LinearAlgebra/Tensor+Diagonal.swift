internal import VitroCore

/// Diagonals of the matrices on the last two axes. All are differentiable.
extension Tensor {
  /// The diagonal of each matrix: `[… , m, n]` → `[… , min(m, n)]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there are fewer than two axes.
  public func diagonal() throws -> Tensor {
    try requireMatrices("diagonal")
    let (rows, columns) = (shape[rank - 2], shape[rank - 1])
    let length = Swift.min(rows, columns)
    let strides = Array(Shapes.strides(shape).dropLast(2)) + [columns + 1]
    let result = try copied(shape: shape.dropLast(2) + [length], strides: strides)
    return try result.recorded(from: self, DiagonalOperation(shape: shape))
  }

  /// Matrices with the given diagonals and zeros elsewhere: `[… , n]` → `[… , n, n]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the tensor is a scalar.
  public static func diagonal(from values: Tensor) throws -> Tensor {
    guard let length = values.shape.last else {
      throw VitroError(.shape, "diagonal", "the values are a scalar, expected [… , n]")
    }
    let result = try values.detached.spreadOnDiagonal(of: values.shape + [length])
    return try result.recorded(from: values, FromDiagonalOperation())
  }

  /// The sum of the diagonal of each matrix: `[… , n, n]` → `[…]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the matrices are not square or not of numbers that add.
  public func trace() throws -> Tensor {
    try requireMatrices("trace")
    guard shape[rank - 1] == shape[rank - 2] else {
      throw VitroError(.shape, "trace", "the shape is \(shape), expected square matrices")
    }
    return try diagonal().sum(axes: [-1])
  }

  func spreadOnDiagonal(of shape: [Int]) throws -> Tensor {
    let result = try Tensor.zeros(shape, dtype: dtype)
    let strides = Array(Shapes.strides(shape).dropLast(2)) + [(shape.last ?? 0) + 1]
    if count > 0 { result.write(self, strides: strides, start: 0) }
    return result
  }

  func requireMatrices(_ operation: String) throws {
    guard rank >= 2 else {
      throw VitroError(.shape, operation, "the shape is \(shape), expected [… , m, n]")
    }
  }
}

struct DiagonalOperation: SingleOutputOperation {
  let shape: [Int]

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    [try gradient.spreadOnDiagonal(of: shape)]
  }
}

struct FromDiagonalOperation: SingleOutputOperation {
  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] { [try gradient.diagonal()] }
}
