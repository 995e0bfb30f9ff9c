internal import VitroCore
public import VitroTensor

/// `Fun(X)` as a sum of simple real representations, with an explicit orthonormal basis.
///
/// Isotypic parts come from characters alone: their projectors are constant on orbitals, and a pivoted Cholesky factor of a projector is an
/// orthonormal basis of its image. Within a part a random symmetric map of the commutant separates the copies (its eigenspaces are simple
/// for all three types), and a second one aligns them, so that all copies of a simple have the same matrices. How many blocks there are and how large
/// is known beforehand; a split that does not show them is redone.
///
/// ```swift
/// let elements = try Group("S3").elements()
/// let layer = try Decomposition(.regular(elements), RealTable(CharacterTable(elements)))
/// let copies = layer.parts.map(\.multiplicity)  // [1, 2, 1]: of (3), (2,1) and (1,1,1)
/// let residual = layer.certificate.residual  // below 1e-14
/// ```
public struct Decomposition: Sendable {
  /// The set.
  public let set: GSet
  /// The simples of the group.
  public let table: RealTable
  /// The parts that occur, in the order of the table.
  public let parts: [Part]
  /// The orbits on pairs.
  public let orbitals: Orbitals
  /// What was checked.
  public let certificate: DecompositionCertificate

  /// An isotypic part: all copies of one simple.
  public struct Part: Sendable {
    /// Which simple of the table.
    public var simple: Int
    /// How often it occurs.
    public var multiplicity: Int
    /// An orthonormal basis of each copy, `[points, dimension]`, float64; aligned, so that every group element has one matrix on all.
    public var copies: [Tensor]

    /// An orthonormal basis of the whole part, `[points, multiplicity · dimension]`.
    public func basis() throws -> Tensor { try Tensor.concatenate(copies, axis: 1) }
  }

  /// The most points that are decomposed.
  public static let mostPoints = 4096

  /// Decomposes.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` when set and table belong to different groups, `unsupported` for more than ``mostPoints``
  ///   points, `numerical` when no split passes its checks, with the
  ///   residuals found.
  /// - Complexity: O(n²·generators) for orbitals, O(n·k²) a part of dimension k, O(n²·k) where copies are split.
  public init(_ set: GSet, _ table: RealTable) throws {
    try set.checkGroup(of: table)
    guard set.count <= Self.mostPoints else {
      throw VitroError(
        .unsupported, "decomposing \(set.name)", "it has \(set.count) points, expected at most \(Self.mostPoints)",
        hint: "Characters, multiplicities and graphs of such a set can be had without a basis.")
    }
    let orbitals = try Orbitals(from: set, to: set)
    let sums = try OrbitSums.all(of: set, table)
    var parts: [Part] = []
    for simple in 0..<table.count {
      let multiplicity = sums.reduce(0) { $0 + $1.multiplicity(of: simple) }
      guard multiplicity > 0 else { continue }
      let basis = try IsotypicBasis(sums, simple, orbitals, table).columns
      parts.append(Part(simple: simple, multiplicity: multiplicity, copies: [basis]))
    }
    let splitter = CopySplitter(orbitals: orbitals)
    parts = try parts.map { part in
      guard part.multiplicity > 1 else { return part }
      var part = part
      part.copies = try splitter.split(
        part.copies[0], dimension: table.simples[part.simple].dimension, name: table.simples[part.simple].name)
      return part
    }
    try self.init(set: set, table: table, parts: parts, orbitals: orbitals)
  }

  /// A decomposition from bases of one's own, which are checked.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`numerical`) when a check fails: a basis that is not orthonormal, a part that the group does not keep,
  ///   traces that are not the character's, dimensions that do not add up.
  public init(set: GSet, table: RealTable, parts: [Part], orbitals: Orbitals) throws {
    self.set = set
    self.table = table
    self.parts = parts
    self.orbitals = orbitals
    certificate = try DecompositionCertificate(set, table, parts, orbitals)
    try certificate.require(of: set)
  }

  /// The simple that a part has copies of.
  public func simple(_ part: Part) -> RealTable.Simple { table.simples[part.simple] }

  /// All bases side by side: an orthogonal matrix `[points, points]` whose columns go through the parts, their copies, their basis vectors.
  public func basis() throws -> Tensor { try Tensor.concatenate(parts.flatMap(\.copies), axis: 1) }
}

/// An orthonormal basis of an isotypic part, orbit by orbit.
struct IsotypicBasis {
  /// `[points, dimension · multiplicity]`.
  let columns: Tensor

  init(_ sums: [OrbitSums], _ simple: Int, _ orbitals: Orbitals, _ table: RealTable) throws {
    let n = orbitals.rows
    let dimension = table.simples[simple].dimension
    let ranks = sums.map { $0.multiplicity(of: simple) * dimension }
    let width = ranks.reduce(0, +)
    var result = [Double](repeating: 0, count: n * width)
    var start = 0
    for (orbit, rank) in zip(sums, ranks) where rank > 0 {
      let values = orbit.projector(of: simple)
      // The orbital of a pair within this orbit says the suborbit; those of one orbit of rows are numbered in a row.
      let labels = orbit.points.map { Int(orbitals.labels[orbit.points[0] * n + $0]) }
      let first = labels.min() ?? 0
      var valueOfLabel = [Double](repeating: 0, count: (labels.max() ?? 0) - first + 1)
      for (label, suborbit) in zip(labels, orbit.suborbit) { valueOfLabel[label - first] = values[suborbit] }
      let factor = Self.choleskyFactor(rank: rank, points: orbit.points) { row, column in
        valueOfLabel[Int(orbitals.labels[row * n + column]) - first]
      }
      for (column, vector) in factor.enumerated() {
        for (place, point) in orbit.points.enumerated() { result[point * width + start + column] = vector[place] }
      }
      start += rank
    }
    columns = try Tensor(result, shape: [n, width])
  }

  /// Columns of L with P = L·Lᵀ, P a projector: then LᵀL = 1.
  ///
  /// The trace of what is left is the rank that is left, so the largest diagonal element is never
  /// below 1/n, and pivoting is stable.
  private static func choleskyFactor(
    rank: Int, points: [Int], _ projector: (Int, Int) -> Double
  ) -> [[Double]] {
    var factor: [[Double]] = []
    var diagonal = points.map { projector($0, $0) }
    for _ in 0..<rank {
      // Of equal ones the first, up to rounding, so that bases do not depend on the last bits.
      let largest = diagonal.max() ?? 0
      let pivot = diagonal.firstIndex { $0 >= largest - 1e-9 } ?? 0
      var column = points.map { projector($0, points[pivot]) }
      for known in factor {
        let weight = known[pivot]
        if weight == 0 { continue }
        for place in column.indices { column[place] -= weight * known[place] }
      }
      let scale = 1 / column[pivot].squareRoot()
      for place in column.indices {
        column[place] *= scale
        diagonal[place] -= column[place] * column[place]
      }
      factor.append(column)
    }
    return factor
  }
}
