internal import Foundation
internal import VitroCore

/// Whether a pointwise activation keeps a representation equivariant: f(ρ(g)v) = ρ(g)f(v) for all v.
///
/// Let M = ρ(g). A row with two entries other than 0 would make f additive, so f must be linear there (or affine, where rows sum to 1). Otherwise every row has one entry m, and f(mx) = m·f(x):
/// for every f that is m = 1 (permutations); for odd f also m = −1 (signed permutations); for f = a·x + b·|x| every m > 0
/// (positive monomial matrices), and with b = 0 every m.
///
/// ```swift
/// let flip = [[[-1.0]]]
/// let relu = Compatibility(try PointwiseActivation("relu"), matrices: flip).isCompatible  // false
/// let tanh = Compatibility(try PointwiseActivation("tanh"), matrices: flip).isCompatible  // true
/// ```
public struct Compatibility: Sendable, Hashable {
  /// Whether the activation commutes with every matrix.
  public let isCompatible: Bool
  /// What the matrices are.
  public let kind: Kind
  /// Why, or why not.
  public let reason: String
  /// What would work, where it does not.
  public let hint: String?

  /// What matrices are, the narrowest that fits.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// One 1 in each row.
    case permutation
    /// One 1 or −1 in each row.
    case signedPermutation = "signed permutation"
    /// One positive entry in each row.
    case positiveMonomial = "positive monomial"
    /// One entry in each row.
    case monomial
    /// Anything else.
    case dense
  }

  /// Checks an activation against the matrices of a group's generators, row by row; entries within 10⁻⁹ of 0, 1 and −1 are those.
  public init(_ activation: PointwiseActivation, matrices: [[[Double]]]) {
    var kind = Kind.permutation
    var worst: (matrix: Int, row: Int)?
    func widen(to wider: Kind, _ matrix: Int, _ row: Int) {
      if Self.rank(wider) > Self.rank(kind) {
        kind = wider
        worst = (matrix, row)
      }
    }
    for (number, matrix) in matrices.enumerated() {
      for (index, row) in matrix.enumerated() {
        let entries = row.filter { abs($0) > 1e-9 }
        if entries.count != 1 {
          widen(to: .dense, number, index)
        } else if abs(entries[0] - 1) > 1e-9 {
          widen(
            to: abs(entries[0] + 1) <= 1e-9 ? .signedPermutation : entries[0] > 0 ? .positiveMonomial : .monomial,
            number, index)
        }
      }
    }
    // Signs in one row and factors in another are monomial together.
    let factors = matrices.joined().flatMap { row in row.filter { abs($0) > 1e-9 } }
    if kind == .positiveMonomial, factors.contains(where: { $0 < 0 }) { kind = .monomial }
    self.kind = kind
    let parts = activation.parts
    let isLinear = parts.powers == [1] && !parts.hasEvenPart && !parts.hasOddPart
    let isOdd = !parts.hasEvenPart && parts.powers.allSatisfy { !$0.isMultiple(of: 2) }
    let keepsMeans = matrices.joined().allSatisfy { abs($0.reduce(0, +) - 1) < 1e-9 }
    let isConstant = parts.powers == [0] && !parts.hasEvenPart && !parts.hasOddPart
    let place = worst.map { "row \($0.row + 1) of the matrix of generator \($0.matrix + 1)" } ?? ""
    var allowed = [Kind.permutation]
    if isOdd { allowed.append(.signedPermutation) }
    if parts.isPositivelyHomogeneous { allowed.append(.positiveMonomial) }
    if isLinear { allowed = Kind.allCases }
    isCompatible = allowed.contains(kind) || isConstant && keepsMeans
    let what = ["permutation", "signed permutation", "positive monomial", "monomial", "dense"][Self.rank(kind)]
    if isCompatible {
      reason =
        isLinear || isConstant
        ? "\(activation.name) is \(isLinear ? "linear: it commutes with every matrix" : "constant, and every row sums to 1")"
        : kind == .permutation
          ? "the matrices are permutations, which commute with every pointwise function"
          : kind == .signedPermutation
            ? "the matrices are signed permutations, and \(activation.name) is odd: f(−x) = −f(x)"
            : "the matrices have one positive entry in each row, and \(activation.name) is a·x + b·|x|: f(mx) = m·f(x) for m > 0"
      hint = nil
      return
    }
    let isSilent = matrices.joined().contains { $0.allSatisfy { abs($0) <= 1e-9 } }
    if isSilent {
      reason = "a row of a matrix is 0, so the matrices represent no group"
      hint = "Give an invertible matrix for each generator."
      return
    }
    reason =
      kind == .dense
      ? "\(place) mixes coordinates, and f(x + y) = f(x) + f(y) holds for linear functions alone"
      : kind == .signedPermutation
        ? "\(place) has −1, and \(activation.name) is not odd: f(−x) ≠ −f(x)"
        : "\(place) has the factor of a \(what) matrix, and f(mx) = m·f(x) does not hold for \(activation.name)"
    hint =
      kind == .dense
      ? "Take a basis that the group permutes: a representation Fun(X), such as the regular one, works with every activation."
      : kind == .signedPermutation
        ? "Odd functions (tanh, sin, hardtanh) work, and every function does on Fun(X ∪ −X), where −1 exchanges x and −x."
        : "Rescaled coordinates make the matrices of a finite group signed permutations; or take Fun(X)."
  }

  private static func rank(_ kind: Kind) -> Int { Kind.allCases.firstIndex(of: kind) ?? 0 }

  /// The error of a network with such a layer.
  public func requireCompatible(_ operation: String) throws {
    guard !isCompatible else { return }
    throw VitroError(.argument, operation, "the activation breaks equivariance: \(reason)", hint: hint)
  }
}
