internal import Foundation
internal import VitroCore
internal import VitroTensor

/// What was checked of a decomposition, in numbers.
public struct DecompositionCertificate: Sendable, Hashable, Codable {
  /// The largest element of BᵀB − 1.
  public var orthogonality: Double
  /// The largest element of gB − B(BᵀgB) over all copies B and generators g.
  public var invariance: Double
  /// The largest difference between a trace tr(BᵀgB) and the character.
  public var traces: Double
  /// The largest difference between the matrices of two copies of one simple.
  public var alignment: Double
  /// Σ m²·dim End over all simples.
  public var commutantDimension: Int
  /// The number of orbits on pairs, which it must be.
  public var orbitals: Int
  /// Σ m·dim, and the number of points, which it must be.
  public var dimension: Int
  /// The number of points.
  public var points: Int
  /// Whether traces were compared on every class, or on the generators only.
  public var comparesAllClasses: Bool

  /// The largest of all residuals.
  public var residual: Double { [orthogonality, invariance, traces, alignment].max() ?? 0 }

  /// What residuals must stay below; sums of n doubles have less.
  public static let tolerance = 1e-9

  init(_ set: GSet, _ table: RealTable, _ parts: [Decomposition.Part], _ orbitals: Orbitals) throws {
    let n = set.count
    points = n
    self.orbitals = orbitals.count
    dimension = parts.reduce(0) { $0 + $1.copies.reduce(0) { $0 + ($1.rank == 2 ? $1.shape[1] : 0) } }
    commutantDimension = parts.reduce(0) {
      $0 + $1.multiplicity * $1.multiplicity * table.simples[$1.simple].type.dimension
    }
    for part in parts {
      guard part.copies.count == part.multiplicity,
        part.copies.allSatisfy({ $0.shape == [n, table.simples[part.simple].dimension] })
      else {
        throw VitroError(
          .shape, "a decomposition of \(set.name)",
          "the part of \(table.simples[part.simple].name) has copies \(part.copies.map(\.shape)), expected \(part.multiplicity) of [\(n), \(table.simples[part.simple].dimension)]"
        )
      }
    }
    let classWork = Double(table.classes.count) * Double(n) * Double(n)
    comparesAllClasses = classWork <= 3e8
    let basis = try Tensor.concatenate(parts.flatMap(\.copies), axis: 1)
    let gram = try basis.transposed().matmul(basis) - Tensor.eye(basis.shape[1], dtype: .float64)
    orthogonality = try gram.abs().max().item()
    var (invariance, traces, alignment) = (0.0, 0.0, 0.0)
    let elements = table.table.elements
    for (generator, action) in set.actions.enumerated() {
      // (g·f)(g·x) = f(x): row g·x of gB is row x of B.
      let order = try Tensor(Permutation(unchecked: action).inverse.images)
      let number = Int(table.classes.label[Int(elements.leftProducts[generator][0])])
      for part in parts {
        var first: Tensor?
        for copy in part.copies {
          let moved = try copy.gather(order)
          let matrix = try copy.transposed().matmul(moved)
          let rest = try moved - copy.matmul(matrix)
          invariance = Swift.max(invariance, try rest.abs().max().item())
          let trace = try matrix.trace().item()
          traces = Swift.max(traces, abs(trace - table.value(of: part.simple, at: number)))
          if let first {
            alignment = Swift.max(alignment, try (matrix - first).abs().max().item())
          } else {
            first = matrix
          }
        }
      }
    }
    if comparesAllClasses {
      traces = Swift.max(traces, try Self.largestTraceError(set, table, parts))
    }
    self.invariance = invariance
    self.traces = traces
    self.alignment = alignment
  }

  private static func largestTraceError(
    _ set: GSet, _ table: RealTable, _ parts: [Decomposition.Part]
  ) throws -> Double {
    let elements = table.table.elements
    let actions = table.classes.representatives.map { set.action(of: $0, elements) }
    var worst = 0.0
    for part in parts {
      let dimension = table.simples[part.simple].dimension
      for copy in part.copies {
        let values = try copy.doubles
        for (number, action) in actions.enumerated() {
          var trace = 0.0
          values.withUnsafeBufferPointer { values in
            for point in action.indices {
              let (from, to) = (point * dimension, action[point] * dimension)
              for column in 0..<dimension { trace += values[to + column] * values[from + column] }
            }
          }
          worst = Swift.max(worst, abs(trace - table.value(of: part.simple, at: number)))
        }
      }
    }
    return worst
  }

  /// Refuses a decomposition that fails a check.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`numerical`) that says which.
  func require(of set: GSet) throws {
    func fail(_ reason: String) -> VitroError {
      VitroError(
        .numerical, "the decomposition of \(set.name)", reason,
        hint: "It is refused: not every part is what it claims to be.")
    }
    guard dimension == points else { throw fail("its parts have \(dimension) dimensions, the set \(points) points") }
    guard commutantDimension == orbitals else {
      throw fail("Σ m²·dim End is \(commutantDimension), but there are \(orbitals) orbits on pairs")
    }
    for (name, value) in [
      ("BᵀB − 1", orthogonality), ("gB − BBᵀgB", invariance), ("traces − characters", traces),
      ("the difference of aligned copies", alignment),
    ] where !(value <= Self.tolerance) {
      throw fail("\(name) reaches \(value), expected at most \(Self.tolerance)")
    }
  }
}
