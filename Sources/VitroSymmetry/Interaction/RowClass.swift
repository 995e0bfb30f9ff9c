internal import VitroCore
internal import VitroGroups

/// The points whose rows of P_V are ± that of the first point of an orbit: where every vector of V has the same coordinate up to a sign.
///
/// The elements that carry the first point there form a subgroup S ≥ H, and |v| for all v ∈ V is constant on the cosets of S: span{|v| : v ∈ V} is spanned by the
/// indicators of the translates of this class, because absolute values of functionals that are pairwise not proportional are linearly independent.
/// Rows are compared exactly.
struct RowClass {
  /// The suborbits of the class, with their signs.
  let suborbits: [(suborbit: Int, sign: Int)]
  /// The order of S.
  let order: Int

  /// The class of one orbit; `nil` when V vanishes there.
  init?(_ layer: LayerRepresentation, _ places: [Int], orbit: Int) {
    let sums = layer.sums[orbit]
    let simples = places.map { layer.simples[$0] }
    guard simples.contains(where: { sums.multiplicity(of: $0) > 0 }) else { return nil }
    let values = layer.projector(places, orbit: orbit)
    var members = [(suborbit: 0, sign: 1)]
    var points = 1
    for suborbit in values.indices.dropFirst() {
      // Rounding is far below this; what is nearer than it is decided exactly.
      for sign in [1, -1] where abs(values[suborbit] - Double(sign) * values[0]) < 1e-6 * values[0] {
        guard sums.isProportional(suborbit, sign: sign, in: simples) else { continue }
        members.append((suborbit, sign))
        points += sums.sizes[suborbit]
      }
    }
    suborbits = members
    order = points * sums.stabilizerOrder
  }

  /// Whether the indicator of the class (with signs: the signed indicator) has a component in a simple, exactly.
  func reaches(_ simple: Int, _ sums: OrbitSums, signed: Bool) -> Bool {
    sums.multiplicity(of: simple) > 0
      && sums.occurrences(of: simple, suborbits.map { ($0.suborbit, signed ? $0.sign : 1) }, order: order) > 0
  }
}
