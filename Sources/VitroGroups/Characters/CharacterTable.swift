internal import VitroCore

/// The irreducible complex characters of a finite group, exactly.
///
/// Burnside's class sums are split modulo a prime and lifted to sums of roots of unity (Dixon 1967, Schneider 1990); those of an
/// abelian group are written down directly. Nothing is rounded.
///
/// ```swift
/// let table = try CharacterTable(Group("S3"))
/// let degrees = table.degrees  // [1, 1, 2]
/// let value = table.value(of: 2, at: 0)  // 2
/// ```
public struct CharacterTable: Sendable {
  /// The group.
  public var group: Group { elements.group }
  /// Its elements.
  public let elements: GroupElements
  /// Their classes; columns of the table.
  public let classes: ConjugacyClasses
  /// χ(1) of each character; rows are sorted by degree, the trivial character first.
  public let degrees: [Int]
  /// The Frobenius–Schur indicator (1/|G|)·Σ χ(g²) of each: 1 real, 0 complex, −1 quaternionic.
  public let indicators: [Int]
  /// Which character is the complex conjugate of each.
  public let conjugates: [Int]
  /// The prime field that the table was found in.
  let field: PrimeField
  /// χ(C) modulo the prime, `[characters, classes]`.
  let residues: [UInt64]
  /// χ(C) as eigenvalues of a matrix of C: sums of roots of unity of order `exponent`.
  let eigenvalues: EigenvalueTable

  /// How many characters there are: as many as classes.
  public var count: Int { degrees.count }

  /// The most classes of a group that is not abelian: splitting takes their cube.
  public static let mostClasses = 1024

  /// The table of a group.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) for a group with more elements than are listed, or more than ``mostClasses`` classes.
  /// - Complexity: O(|G|) for the classes, O(r³) a class sum for r classes, few of which are needed.
  public init(_ group: Group, atMost limit: Int = 1_000_000) throws { try self.init(group.elements(atMost: limit)) }

  /// The table of a group whose elements are listed.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) for more than ``mostClasses`` classes.
  public init(_ elements: GroupElements) throws {
    let classes = try ConjugacyClasses(elements)
    guard classes.count <= Self.mostClasses || elements.group.isAbelian else {
      throw VitroError(
        .unsupported, "the characters of \(elements.group.name)",
        "it has \(classes.count) classes, expected at most \(Self.mostClasses) of a group that does not commute",
        hint: "Orbits and maps of such a group can be had without characters.")
    }
    let field = PrimeField(exponent: classes.exponent, order: elements.count)
    let rows: [[UInt64]] =
      elements.group.isAbelian
      ? AbelianCharacters(elements, classes, field).rows
      : try Self.lifted(ClassAlgebra(elements, classes, field))
    // Degree 1 and all values 1 comes first; otherwise any fixed order will do.
    let sorted = rows.sorted { a, b in
      (a[0], a.contains { $0 != 1 } ? 1 : 0) != (b[0], b.contains { $0 != 1 } ? 1 : 0)
        ? (a[0], a.contains { $0 != 1 } ? 1 : 0) < (b[0], b.contains { $0 != 1 } ? 1 : 0)
        : b.lexicographicallyPrecedes(a)
    }
    self.elements = elements
    self.classes = classes
    self.field = field
    degrees = sorted.map { Int($0[0]) }
    residues = sorted.flatMap { $0 }
    eigenvalues = try EigenvalueTable(sorted, classes, field)
    let places = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
    conjugates = sorted.map { row in
      places[classes.orders.indices.map { row[classes.inverse($0)] }] ?? 0
    }
    let order = field.inverse(field.residue(elements.count))
    indicators = sorted.map { row in
      var sum: UInt64 = 0
      for number in 0..<classes.count {
        sum = field.sum(sum, field.product(field.residue(classes.sizes[number]), row[classes.power(number, 2)]))
      }
      let indicator = field.product(sum, order)
      return indicator == field.prime - 1 ? -1 : Int(indicator)
    }
  }

  /// Characters modulo the prime from central characters: d² = |G| / Σ ω(C)·ω(C⁻¹)/|C|, χ(C) = d·ω(C)/|C|.
  private static func lifted(_ algebra: ClassAlgebra) throws -> [[UInt64]] {
    let (classes, field) = (algebra.classes, algebra.field)
    let order = algebra.elements.count
    let inverseSizes = classes.sizes.map { field.inverse(field.residue($0)) }
    return try algebra.centralCharacters().map { central in
      var norm: UInt64 = 0
      for number in 0..<classes.count {
        let term = field.product(central[number], central[classes.inverse(number)])
        norm = field.sum(norm, field.product(term, inverseSizes[number]))
      }
      let square = field.product(field.residue(order), field.inverse(norm))
      let degree = (1...order).lazy.prefix { $0 * $0 <= order }
        .first { order.isMultiple(of: $0) && field.residue($0 * $0) == square }
      guard let degree else {
        throw VitroError(
          .numerical, "the characters of \(algebra.elements.group.name)", "a character has no whole degree")
      }
      return classes.sizes.indices.map { number in
        field.product(field.product(UInt64(degree), central[number]), inverseSizes[number])
      }
    }
  }

  /// χ(C), exactly.
  public func value(of character: Int, at number: Int) -> Cyclotomic {
    var terms: [Int: Int] = [:]
    eigenvalues.forEach(character, number) { exponent, multiplicity in terms[exponent, default: 0] += multiplicity }
    return Cyclotomic(terms, of: classes.exponent)
  }

  /// The class numbers on which a character takes its degree: its kernel, a normal subgroup.
  public func kernel(of character: Int) -> [Int] {
    (0..<classes.count).filter { eigenvalues.isScalar(character, $0, exponent: 0) }
  }
}
