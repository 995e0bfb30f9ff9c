public import BigInt
internal import VitroCore

/// A finite group of permutations, from generators.
///
/// Order and membership come from a stabilizer chain (Schreier–Sims) and need no list of elements; what needs one asks ``elements(atMost:)``.
///
/// ```swift
/// let group = try Group("S4")
/// let order = group.order  // 24
/// let same = try Group(generators: [[2, 1, 3, 4], [2, 3, 4, 1]])
/// let isMember = try same.contains(Permutation(oneLine: [4, 3, 2, 1]))  // true
/// ```
public struct Group: Sendable {
  /// What reports call it: `S4`, or the name of the file it came from.
  public let name: String
  /// The named family it belongs to.
  public let family: Family?
  /// The generators, at least one; the identity alone generates the trivial group.
  public let generators: [Permutation]
  let chain: StabilizerChain

  /// The most points a group may act on.
  public static let largestDegree = 4096

  /// The most generators.
  public static let mostGenerators = 256

  static func tooManyPoints(_ degree: Int) -> VitroError {
    VitroError(
      .unsupported, "a group", "it permutes \(degree) points, expected at most \(largestDegree)",
      hint: "Give the same group as permutations of fewer points.")
  }

  /// The named families.
  public indirect enum Family: Sendable, Hashable {
    /// C_n: turns of n points.
    case cyclic(Int)
    /// D_n: turns and reflections of n points, of order 2n.
    case dihedral(Int)
    /// S_n: all permutations of n points.
    case symmetric(Int)
    /// A_n: the even ones.
    case alternating(Int)
    /// Q_8: ±1, ±i, ±j, ±k.
    case quaternion
    /// The Frobenius group of x → ax + b over a prime field, a in the subgroup of that order.
    case frobenius(prime: Int, multipliers: Int)
    /// PSL(2, q) on the projective line.
    case projectiveSpecialLinear(Int)
    /// M_11, M_12, M_24.
    case mathieu(Int)
    /// A direct product; its factors permute separate points.
    case product([Family])
  }

  /// The group that permutations in one-line notation, counted from 1, generate.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when they are not permutations of the same points.
  public init(generators: [[Int]], name: String? = nil) throws {
    try self.init(generators.map { try Permutation(oneLine: $0) }, name: name)
  }

  /// The group that permutations generate.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` when there are none or their degrees differ, `unsupported` for more than
  ///   ``largestDegree`` points.
  public init(_ generators: [Permutation], name: String? = nil, family: Family? = nil) throws {
    guard let degree = generators.first?.degree, degree > 0 else {
      throw VitroError(
        .argument, "a group", "there are no generators", hint: "Give at least one permutation, such as [2, 3, 1].")
    }
    if let other = generators.first(where: { $0.degree != degree }) {
      throw VitroError(
        .argument, "a group",
        "the generators permute different points: one has \(degree), another \(other.degree)",
        hint: "Write every generator on all points; fixed points stand for themselves.")
    }
    guard degree <= Self.largestDegree else {
      throw Self.tooManyPoints(degree)
    }
    guard generators.count <= Self.mostGenerators else {
      throw VitroError(
        .unsupported, "a group", "\(generators.count) generators are given, expected at most \(Self.mostGenerators)",
        hint: "Two often suffice; leave out those that others generate.")
    }
    self.family = family
    self.generators = generators
    let cycles = generators.prefix(4).map(\.description).joined(separator: ", ")
    self.name = name ?? (cycles.count <= 60 ? "⟨\(cycles)⟩" : "a group of permutations of \(degree) points")
    var bound = (1...degree).reduce(BigInt(1)) { $0 * BigInt($1) }
    if degree > 1, generators.allSatisfy(\.isEven) { bound /= 2 }
    chain = try StabilizerChain(generators.map(\.words), degree: degree, bound: bound)
  }

  /// How many points the generators permute.
  public var degree: Int { generators[0].degree }

  /// How many elements there are.
  public var order: BigInt { chain.order }

  /// Whether a permutation belongs to the group.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when it permutes another number of points.
  public func contains(_ permutation: Permutation) throws -> Bool {
    guard permutation.degree == degree else {
      throw VitroError(
        .argument, "\(name)", "a permutation of \(permutation.degree) points is asked for, the group has \(degree)")
    }
    return chain.contains(permutation.words)
  }

  /// Whether all elements commute.
  public var isAbelian: Bool {
    generators.indices.allSatisfy { i in
      generators.indices.prefix(i).allSatisfy { generators[i] * generators[$0] == generators[$0] * generators[i] }
    }
  }
}

extension Permutation {
  /// The images in the width the kernels of the group use.
  var words: [UInt16] { images.map { UInt16($0) } }
}
