import Testing
import VitroCore

@testable import VitroSymmetry

struct CompositionTaskTests {
  static let groups = [
    TestGroups.cyclic(2), TestGroups.cyclic(7), TestGroups.cyclic(12), TestGroups.dihedral(4), TestGroups.dihedral(5),
    TestGroups.symmetric(3), TestGroups.symmetric(4), TestGroups.quaternions, TestGroups.alternating5,
  ]

  @Test(arguments: groups) func tableAndCharactersFit(_ task: CompositionTask) throws {
    try task.validate()
    let basis = try SimpleBasis(task)
    let products = multiply(
      basis.columns, basis.columns, rows: task.order, inner: task.order, columns: task.order, transposeA: true)
    for index in products.indices {
      #expect(abs(products[index] - (index / task.order == index % task.order ? 1 : 0)) < 1e-10)
    }
    #expect(basis.ranges.map(\.count) == task.simples.map(\.multiplicity))
  }

  /// (gf)(x) = f(g⁻¹x) keeps the energy in every simple.
  @Test(arguments: groups) func translationKeepsTheEnergyOfEverySimple(_ task: CompositionTask) throws {
    let basis = try SimpleBasis(task)
    let function = (0..<task.order).map { Double(($0 * 37 + 11) % 17) }
    let moved = (0..<task.order).map { function[task.product(task.inverse(task.order - 1), $0)] }
    for (before, after) in zip(basis.energies(function, width: 1), basis.energies(moved, width: 1)) {
      #expect(abs(before[0] - after[0]) < 1e-8)
    }
  }

  @Test func aTableThatIsNoGroupIsRefused() {
    var task = TestGroups.symmetric(3)
    task.products[8] = task.products[9]
    #expect(throws: VitroError.self) { try task.validate() }
    var misfit = TestGroups.cyclic(5)
    misfit.simples[1].values.swapAt(1, 2)
    #expect(throws: VitroError.self) { _ = try SimpleBasis(misfit) }
  }

  @Test func cyclicGroupsAreSeen() {
    #expect(TestGroups.cyclic(12).cyclicOrdering?.count == 12)
    #expect(TestGroups.dihedral(5).cyclicOrdering == nil)
    #expect(TestGroups.cyclic(12).isAbelian && !TestGroups.symmetric(3).isAbelian)
  }

  /// S_4 has 30 subgroups, 28 without the trivial one and itself; S_3 has four of its six.
  @Test func subgroupsAreFound() {
    #expect(TestGroups.symmetric(4).smallSubgroups().count == 28)
    #expect(TestGroups.symmetric(3).smallSubgroups().count == 4)
    // A_5 has 59 subgroups.
    #expect(TestGroups.alternating5.smallSubgroups().count == 57)
    #expect(TestGroups.cyclic(31).smallSubgroups().isEmpty)
    #expect(TestGroups.quaternions.smallSubgroups().map(\.order) == [2, 4, 4, 4])
    let areNormal = TestGroups.quaternions.smallSubgroups().map(\.isNormal)
    #expect(areNormal == [true, true, true, true])
  }
}
