internal import VitroCore

extension Tensor {
  /// The Moore–Penrose pseudoinverse A⁺ = V·diag(1/s)·Uᵀ over singular values above `tolerance · s_max`: `[… , m, n]` → `[… , n, m]`.
  ///
  /// Differentiable (Golub & Pereyra, 1973) along changes that keep the rank; at a matrix without full rank A⁺ is not continuous along
  /// others.
  ///
  /// - Parameter tolerance: max(m, n)·ε by default, with ε the type's rounding step.
  /// - Throws: ``/VitroCore/VitroError`` when the matrices are not finite, the tolerance is negative, or the iteration does not converge.
  /// - Complexity: O(m·n·min(m, n)) a matrix.
  public func pseudoinverse(tolerance: Double? = nil) throws -> Tensor {
    let tolerance = try relativeTolerance(tolerance, "pseudoinverse")
    let (u, s, vh) = try detached.decomposedSingular("pseudoinverse", vectors: true)
    let inverse = try s.reciprocal(above: s.largest(times: tolerance)).expandingAxis(-1)
    let result = try (vh * inverse).matmul(u, transposeA: true, transposeB: true)
    return try result.recorded(from: self, PseudoinverseOperation(a: detached, inverse: result))
  }
}

/// With P = A⁺: dP = −P·dA·P + P·Pᵀ·dAᵀ·(I − A·P) + (I − P·A)·dAᵀ·Pᵀ·P.
struct PseudoinverseOperation: SingleOutputOperation {
  let a, inverse: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let p = inverse
    let turned = try gradient.transposed()
    // Pᵀ·G·Pᵀ
    let inside = try p.matmul(gradient, transposeA: true).matmul(p, transposeB: true)
    // Gᵀ·P·Pᵀ, and what of it lies outside A's columns
    let left = try turned.matmul(p).matmul(p, transposeB: true)
    let outsideColumns = try left - a.matmul(p.matmul(left))
    // Pᵀ·P·Gᵀ, and what of it lies outside A's rows
    let right = try p.matmul(p.matmul(turned), transposeA: true)
    let outsideRows = try right - right.matmul(p).matmul(a)
    return [try outsideColumns + outsideRows - inside]
  }
}
