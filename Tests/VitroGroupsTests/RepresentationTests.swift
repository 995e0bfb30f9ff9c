import Testing
import VitroCore
import VitroTensor

@testable import VitroGroups

struct CyclotomicTests {
  @Test func `Sums of roots of unity have one form`() throws {
    #expect(Cyclotomic(dense: [1, 1, 1]).isZero)
    #expect(Cyclotomic(root: 1, of: 2) == Cyclotomic(-1))
    #expect(Cyclotomic(root: 2, of: 4) == Cyclotomic(-1))
    #expect(Cyclotomic(root: 2, of: 6) == Cyclotomic(root: 1, of: 3))
    #expect(Cyclotomic(root: 1, of: 6) == -Cyclotomic(root: 2, of: 3))
    #expect("\(Cyclotomic(root: 1, of: 6))" == "-E(3)^2")
    let golden = Cyclotomic(root: 1, of: 5) + Cyclotomic(root: 4, of: 5)
    #expect("\(golden)" == "E(5)+E(5)^4")
    #expect((golden * golden + golden).integer == 1)
    #expect(try Cyclotomic(parsing: "-2*E(8)^3 + 5") == Cyclotomic([3: -2, 0: 5], of: 8))
  }

  @Test func `The form agrees with floating point and is unique for random sums`() throws {
    var random = SplitMix(state: 3)
    for n in [1, 2, 3, 4, 8, 9, 12, 15, 16, 18, 27, 30, 36, 45, 60, 105] {
      for _ in 0..<20 {
        let dense = (0..<n).map { _ in random.below(7) - 3 }
        let value = Cyclotomic(dense: dense)
        let real = dense.indices.reduce(0.0) { $0 + Double(dense[$1]) * Cyclotomic(root: $1, of: n).real }
        let imaginary = dense.indices.reduce(0.0) { $0 + Double(dense[$1]) * Cyclotomic(root: $1, of: n).imaginary }
        #expect(abs(value.real - real) < 1e-9 && abs(value.imaginary - imaginary) < 1e-9)
        // The same number said in another way: a relation added, or more roots.
        var other = [Int](repeating: 0, count: 6 * n)
        for (exponent, coefficient) in dense.enumerated() { other[6 * exponent] = coefficient }
        let shift = random.below(6 * n)
        for j in 0..<3 { other[(shift + j * 2 * n) % (6 * n)] += 4 }
        #expect(Cyclotomic(dense: other) == value)
        #expect(try Cyclotomic(parsing: "\(value)") == value)
        #expect((value - value).isZero)
        #expect(Cyclotomic.vanishes(dense) == (abs(real) + abs(imaginary) < 1e-9))
      }
    }
  }
}

struct CharacterTests {
  static let names = [
    "C1", "C2", "C7", "C12", "C30", "D3", "D4", "D5", "D6", "D9", "S3", "S4", "S5", "S6", "A4", "A5", "A6", "Q8", "F20",
    "F21",
    "F(13:3)", "PSL(2,7)", "PSL(2,8)", "PSL(2,11)", "PSL(2,13)", "M11", "C2xC2", "C4xC4", "C3xS3", "D4xC2", "Q8xC3",
    "S3xS3", "D59",
  ]

  @Test(arguments: names) func `Tables satisfy every identity exactly`(_ name: String) throws {
    let table = try CharacterTable(Group(name))
    let (classes, order) = (table.classes, table.elements.count)
    #expect(classes.sizes.reduce(0, +) == order)
    #expect(table.degrees.reduce(0) { $0 + $1 * $1 } == order)
    #expect(table.degrees[0] == 1 && (0..<classes.count).allSatisfy { table.value(of: 0, at: $0).integer == 1 })
    let values = (0..<table.count).map { row in (0..<classes.count).map { table.value(of: row, at: $0) } }
    // Columns: Σ_χ χ(C)·χ̄(C′) = |G|/|C| where C = C′, else 0.
    for a in 0..<classes.count {
      for b in 0...a where classes.count <= 20 || a == b || (a + b).isMultiple(of: 5) {
        var sum = Cyclotomic(0)
        for row in values { sum = sum + row[a] * row[b].conjugate }
        #expect(sum.integer == (a == b ? order / classes.sizes[a] : 0))
      }
    }
    // Frobenius and Schur: Σ ν(χ)·χ(1) counts the square roots of 1.
    let involutions = (0..<classes.count).reduce(0) { $0 + (classes.power($1, 2) == 0 ? classes.sizes[$1] : 0) }
    #expect(zip(table.indicators, table.degrees).reduce(0) { $0 + $1.0 * $1.1 } == involutions)
    for (row, conjugate) in table.conjugates.enumerated() {
      #expect(values[conjugate] == values[row].map(\.conjugate))
    }
  }

  @Test func `Young's names of S5 go with Murnaghan and Nakayama's characters`() throws {
    let table = try RealTable(Group("S5"))
    #expect(table.simples.map(\.name) == ["(5)", "(4,1)", "(3,2)", "(3,1,1)", "(2,2,1)", "(2,1,1,1)", "(1,1,1,1,1)"])
    #expect(table.simples.map(\.dimension) == [1, 4, 5, 6, 5, 4, 1])
  }

  @Test func `Names of dihedral and cyclic simples are the usual ones`() throws {
    #expect(try RealTable(Group("D6")).simples.map(\.name) == ["A0", "A1", "B0", "B1", "E1", "E2"])
    #expect(try RealTable(Group("D5")).simples.map(\.name) == ["A0", "A1", "E1", "E2"])
    #expect(try RealTable(Group("C6")).simples.map(\.name) == ["L0", "L1", "L2", "L3"])
    #expect(try RealTable(Group("C2xC3")).simples.map(\.name) == ["L(0,0)", "L(0,1)", "L(1,0)", "L(1,1)"])
    let quaternion = try RealTable(Group("Q8"))
    #expect(quaternion.simples.map(\.name) == ["1R_0", "1R_1", "1R_2", "1R_3", "4H_0"])
  }
}

struct DecompositionTests {
  static let cases = [
    "C1 regular", "C8 regular", "C12 natural", "D4 regular", "D6 natural", "S4 regular", "S4 tuples:2", "S4 subsets:2",
    "S5 regular", "Q8 regular", "A4 regular", "A5 natural", "C4xC4 regular", "S3xC2 regular", "S4 natural+subsets:2",
    "S4 natural*natural", "F20 regular", "F21 regular", "Q8xC3 regular", "PSL(2,7) natural+natural",
  ]

  static func decomposition(_ name: String) throws -> Decomposition {
    let words = name.split(separator: " ").map(String.init)
    let elements = try Group(words[0]).elements()
    return try Decomposition(GSet(words[1], of: elements), RealTable(CharacterTable(elements)))
  }

  @Test(arguments: cases) func `Parts are invariant, orthogonal, aligned, and as many as orbits say`(
    _ name: String
  ) throws {
    let result = try Self.decomposition(name)
    #expect(result.certificate.residual < 1e-11)
    #expect(result.certificate.commutantDimension == result.orbitals.count)
    // f → f̂ → f, and energies add up.
    var stream = RandomStream(seed: 1, "signals")
    let signals = try stream.normal([3, result.set.count], dtype: .float64)
    let again = try result.inverseFourierTransform(result.fourierTransform(signals))
    #expect(try (again - signals).abs().max().item() < 1e-12)
    let energy = try (signals * signals).sum().item() / 3
    #expect(try abs(result.energies(signals).reduce(0, +) - energy) < 1e-10 * energy)
    var sum = try signals * 0
    for part in result.parts { sum = try sum + result.projection(signals, to: part) }
    #expect(try (sum - signals).abs().max().item() < 1e-12)
  }

  @Test(arguments: cases) func `Commutants have their imaginary units`(_ name: String) throws {
    let result = try Self.decomposition(name)
    for part in result.parts {
      let simple = result.simple(part)
      let units = try result.imaginaryUnits(of: part)
      #expect(units.count == simple.type.dimension - 1)
      let identity = try Tensor.eye(simple.dimension, dtype: .float64)
      for (number, unit) in units.enumerated() {
        #expect(try (unit.matmul(unit) + identity).abs().max().item() < 1e-10)
        for other in units.prefix(number) {
          #expect(try (unit.matmul(other) + other.matmul(unit)).abs().max().item() < 1e-10)
        }
      }
    }
  }

  @Test func `The regular representations of C1024 and S6 come with certificates`() throws {
    let cyclic = try Self.decomposition("C1024 regular")
    #expect(cyclic.parts.count == 513 && cyclic.certificate.residual <= 1e-9)
    let symmetric = try Self.decomposition("S6 regular")
    #expect(symmetric.parts.reduce(0) { $0 + $1.multiplicity } == 76 && symmetric.certificate.residual <= 1e-9)
  }

  @Test func `A broken decomposition is refused`() throws {
    let good = try Self.decomposition("S4 regular")
    func refused(_ change: (inout [Decomposition.Part]) throws -> Void) throws -> String {
      var parts = good.parts
      try change(&parts)
      do {
        _ = try Decomposition(set: good.set, table: good.table, parts: parts, orbitals: good.orbitals)
        return ""
      } catch { return "\(error)" }
    }
    #expect(try refused { _ in } == "")
    // A basis vector moved by a millionth.
    #expect(
      try refused { parts in
        var values = try parts[1].copies[0].doubles
        values[0] += 1e-6
        parts[1].copies[0] = try Tensor(values, shape: parts[1].copies[0].shape)
      }.contains("BᵀB"))
    // Two copies mixed by a rotation of single vectors: orthonormal, but no longer invariant.
    #expect(
      try refused { parts in
        let number = try #require(parts.firstIndex { $0.multiplicity > 1 })
        var (a, b) = (try parts[number].copies[0].doubles, try parts[number].copies[1].doubles)
        let shape = parts[number].copies[0].shape
        for row in 0..<shape[0] {
          let (x, y) = (a[row * shape[1]], b[row * shape[1]])
          (a[row * shape[1]], b[row * shape[1]]) = (0.6 * x + 0.8 * y, 0.6 * y - 0.8 * x)
        }
        parts[number].copies[0] = try Tensor(a, shape: shape)
        parts[number].copies[1] = try Tensor(b, shape: shape)
      }.contains("gB"))
    // Two simples of one dimension exchanged: everything holds but the character.
    #expect(
      try refused { parts in
        let number = try #require(
          parts.indices.first { index in
            parts.indices.contains {
              $0 > index && good.simple(parts[$0]).dimension == good.simple(parts[index]).dimension
            }
          })
        let other = try #require(
          parts.indices.first {
            $0 > number && good.simple(parts[$0]).dimension == good.simple(parts[number]).dimension
          })
        (parts[number].copies, parts[other].copies) = (parts[other].copies, parts[number].copies)
      }.contains("traces"))
    #expect(try refused { $0.removeLast() }.contains("dimensions"))
  }

  @Test func `Equivariant maps are found by their orbits`() throws {
    let elements = try Group("S4").elements()
    let (points, pairs) = (GSet.natural(elements.group), try GSet.subsets(of: elements.group, size: 2))
    let orbitals = try Orbitals(from: points, to: pairs)
    #expect(orbitals.count == 2 && orbitals.rows == 6 && orbitals.columns == 4)
    // Burnside: (1/|G|)·Σ fix_X·fix_Y.
    let fixed = (0..<elements.count).reduce(0) { sum, element in
      let (a, b) = (points.action(of: element, elements), pairs.action(of: element, elements))
      return sum + a.indices.count { a[$0] == $0 } * b.indices.count { b[$0] == $0 }
    }
    #expect(fixed == elements.count * orbitals.count)
    let torus = try GSet("regular", of: Group("C3xC4").elements())
    #expect(try Orbitals(from: torus, to: torus).count == 12)
    #expect(try Orbitals(from: torus, to: torus).sizes == Array(repeating: 12, count: 12))
  }
}
