internal import VitroCore

/// gA = Re V⁻ᴴ·(VᴴG' ∘ F̄ + diag gλ)·Vᴴ, with G' the gradient of the vectors that is left when their norms and phases are held.
struct GeneralEigenOperation: Operation {
  let values, vectors: ComplexPair
  /// The row of each vector's real component, `[… , 1, n]`.
  let leading: Tensor

  func pullback(_ gradients: [Tensor?], wants: [Bool]) throws -> [Tensor?] {
    if vectors.re.count == 0 { return [try vectors.re.zerosLike()] }
    let adjoint = try vectors.adjoint()
    var inner = ComplexPair(
      re: try .diagonal(from: gradients[0] ?? values.re.zerosLike()),
      im: try .diagonal(from: gradients[1] ?? values.im.zerosLike()))
    if gradients[2] != nil || gradients[3] != nil {
      let ofVectors = ComplexPair(
        re: try gradients[2] ?? vectors.re.zerosLike(), im: try gradients[3] ?? vectors.im.zerosLike())
      let held = try holdingGauge(ofVectors)
      inner = try inner + (adjoint.matmul(held) * inverseGaps().conjugated())
    }
    let right = try inner.matmul(adjoint)
    let factors = try LUFactors(of: adjoint.embedded(), "gradient of eigen")
    try requireBasis(factors)
    let n = values.re.shape.last!
    let solution = try factors.solve(.concatenate([right.re, right.im], axis: -2))
    return [try solution.slice(axis: -2, 0..<n)]
  }

  /// A vector v moves by dv = u + d·v, with u in the span of the others; the number d keeps its norm 1 and its leading component real:
  /// Re d = −Re vᴴu, Im d = −Im u_p/v_p.
  private func holdingGauge(_ g: ComplexPair) throws -> ComplexPair {
    // gᴴ·v for each column.
    let re = try (g.re * vectors.re + g.im * vectors.im).sum(axes: [-2], keepingAxes: true)
    let im = try (g.re * vectors.im - g.im * vectors.re).sum(axes: [-2], keepingAxes: true)
    let phase = try im / vectors.re.takeAlong(leading, axis: -2)
    let onLeading = try vectors.re.zerosLike().puttingAlong(phase, at: leading, axis: -2)
    return ComplexPair(re: try g.re - vectors.re * re, im: try g.im - vectors.im * re + onLeading)
  }

  /// F_ij = 1/(λj − λi), and 0 for values that are equal up to rounding.
  private func inverseGaps() throws -> ComplexPair {
    let magnitude = try (values.re.square() + values.im.square()).sqrt()
    let rounding = Double(values.re.shape.last!) * values.re.dtype.epsilon
    let floor = try magnitude.max(axes: [-1], keepingAxes: true).expandingAxis(-1) * rounding
    return try (values.map { try $0.expandingAxis(-2) } - values.map { try $0.expandingAxis(-1) })
      .reciprocal(above: floor)
  }

  private func requireBasis(_ factors: LUFactors) throws {
    let rounding = Double(values.re.shape.last!) * values.re.dtype.epsilon
    guard try factors.zeroPivot != nil || factors.pivotRatio() <= rounding else { return }
    throw VitroError(
      .numerical, "gradient of eigen", "the eigenvectors of a matrix \(vectors.re.shape) are linearly dependent",
      hint: "The matrix is defective up to rounding; there its eigenvalues have no derivative.")
  }
}
