internal import VitroCore
public import VitroTensor

/// An isotypic part of the functions on a set of points: all copies of one simple representation.
///
/// The parts of a set are orthogonal, and together they are all functions on it.
///
/// ```swift
/// let mean = try SimplePart(
///   "trivial", dimension: 1, type: .real, multiplicity: 1, kernel: [0, 1, 2, 3], kernelOrder: 4,
///   basis: Tensor([0.5, 0.5, 0.5, 0.5], shape: [4, 1]))
/// let energy = try mean.energy(of: Tensor([1.0, 2, 3, 4], shape: [1, 4, 1]))  // 25 of 30
/// ```
public struct SimplePart: Sendable {
  /// What commutes with a simple real representation.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// The real numbers.
    case real = "R"
    /// The complex numbers.
    case complex = "C"
    /// The quaternions.
    case quaternionic = "H"
  }

  /// What the simple representation is called.
  public let name: String
  /// Its dimension over the real numbers.
  public let dimension: Int
  /// What commutes with it.
  public let type: Kind
  /// How many copies of it the functions on the points hold.
  public let multiplicity: Int
  /// The elements, or the conjugacy classes, that act as the identity, by numbers that all parts share.
  public let kernel: Set<Int>
  /// How many elements act as the identity.
  public let kernelOrder: Int
  /// An orthonormal basis, float64 `[points, dimension · multiplicity]`.
  public let basis: Tensor

  /// Creates a part from its basis.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`shape`) when the basis has not `dimension · multiplicity` columns.
  public init(
    _ name: String, dimension: Int, type: Kind, multiplicity: Int, kernel: Set<Int>, kernelOrder: Int, basis: Tensor
  ) throws {
    guard basis.rank == 2, basis.shape[1] == dimension * multiplicity, basis.shape[0] >= 1 else {
      throw VitroError(
        .shape, "isotypic part '\(name)'",
        "the basis is \(basis.shape), expected [points, \(dimension * multiplicity)]",
        details: ["found": "\(basis.shape)", "expected": "[points, \(dimension * multiplicity)]"])
    }
    self.name = name
    self.dimension = dimension
    self.type = type
    self.multiplicity = multiplicity
    self.kernel = kernel
    self.kernelOrder = kernelOrder
    self.basis = try basis.detached.cast(to: .float64)
  }

  /// The number of points.
  public var points: Int { basis.shape[0] }

  /// The orthogonal projection on the part, `[points, points]`.
  public var projection: Tensor { get throws { try basis.matmul(basis, transposeB: true) } }

  /// The part of values, `[… , points, channels]` in their own type.
  public func part(of values: Tensor) throws -> Tensor { try projection.cast(to: values.dtype).matmul(values) }

  /// The values without the part: the simple representation is cut out.
  public func cut(from values: Tensor) throws -> Tensor { try values - part(of: values) }

  /// The sum of squares of the part, over all examples, points and channels of `[… , points, channels]`.
  public func energy(of values: Tensor) throws -> Double {
    try basis.matmul(values.cast(to: .float64), transposeA: true).square().sum().item()
  }
}

extension [SimplePart] {
  /// Which parts can hold nothing when only the parts `live` of a signal do: those whose kernel does not hold the common kernel of the live ones.
  ///
  /// Let N be the common kernel of the live parts, a normal subgroup. A signal of these parts is fixed by N, so it is a function of the
  /// orbits of N; equivariant linear maps, biases and pointwise functions keep it one. What is fixed by N is the sum of the parts K with
  /// N ⊆ ker K, so all others stay zero at any depth.
  ///
  /// - Returns: For each part, whether it stays zero.
  /// - Complexity: O(parts · kernel).
  public func silent(given live: [Int]) -> [Bool] {
    guard let first = live.first else { return map { _ in false } }
    let common = live.dropFirst().reduce(self[first].kernel) { $0.intersection(self[$1].kernel) }
    return map { !common.isSubset(of: $0.kernel) }
  }
}
