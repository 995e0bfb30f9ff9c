internal import VitroCore

/// Triangles of the matrices on the last two axes `[… , m, n]`, zeros elsewhere. Both are differentiable.
extension Tensor {
  /// What lies on and below a diagonal: elements (i, j) with j − i ≤ `diagonal`.
  ///
  /// 0 is the main one, −1 the one below it.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there are fewer than two axes.
  public func lowerTriangle(_ diagonal: Int = 0) throws -> Tensor {
    try requireMatrices("lowerTriangle")
    return try triangle(lower: true, diagonal).recorded(from: self, TriangleOperation(lower: true, diagonal: diagonal))
  }

  /// What lies on and above a diagonal: elements (i, j) with j − i ≥ `diagonal`.
  ///
  /// 0 is the main one, 1 the one above it.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there are fewer than two axes.
  public func upperTriangle(_ diagonal: Int = 0) throws -> Tensor {
    try requireMatrices("upperTriangle")
    return try triangle(lower: false, diagonal)
      .recorded(from: self, TriangleOperation(lower: false, diagonal: diagonal))
  }

  func triangle(lower: Bool, _ diagonal: Int) throws -> Tensor {
    let result = try detached.writableCopy()
    let (rows, columns) = (shape[rank - 2], shape[rank - 1])
    // Beyond the corners every diagonal is like the next.
    let diagonal = Swift.min(Swift.max(diagonal, -rows - 1), columns + 1)
    withMemory(result) { memory in
      for row in 0..<(columns == 0 ? 0 : count / columns) {
        let line = memory + row * columns * dtype.byteWidth
        let column = row % rows + diagonal
        let cleared =
          lower
          ? Swift.min(Swift.max(column + 1, 0), columns)..<columns : 0..<Swift.min(Swift.max(column, 0), columns)
        (line + cleared.lowerBound * dtype.byteWidth).initializeMemory(
          as: UInt8.self, repeating: 0, count: cleared.count * dtype.byteWidth)
      }
    }
    return result
  }
}

struct TriangleOperation: SingleOutputOperation {
  let lower: Bool
  let diagonal: Int

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    [try gradient.triangle(lower: lower, diagonal)]
  }
}
