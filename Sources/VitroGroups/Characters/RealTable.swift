internal import VitroCore

/// The simple real representations of a finite group, exactly.
///
/// A complex character χ of indicator 1 is one itself (type ℝ, commutant ℝ); of indicator 0, χ + χ̄ is (type ℂ); of indicator −1, 2χ is (type ℍ).
///
/// ```swift
/// let table = try RealTable(Group("C4"))
/// let names = table.simples.map(\.name)  // L0, L1, L2
/// let types = table.simples.map(\.type)  // R, C, R
/// ```
public struct RealTable: Sendable {
  /// The complex table.
  public let table: CharacterTable
  /// The simples: those of named families in the usual order, others by dimension.
  public let simples: [Simple]
  /// ψ(C) of each simple, `[simples, classes]`.
  let values: [Double]

  /// The group.
  public var group: Group { table.group }
  /// The classes; columns of the table.
  public var classes: ConjugacyClasses { table.classes }
  /// How many simples there are.
  public var count: Int { simples.count }
  /// The number of the trivial representation.
  public var trivial: Int { simples.firstIndex { $0.characters == [0] } ?? 0 }

  /// A simple real representation.
  public struct Simple: Sendable, Hashable {
    /// `L3` of C_n, `E1` of D_n, `(3,1)` of S_n, `L(1,2)` of products of cyclic groups; `3R_0` (dimension, type, a number) of others.
    public var name: String
    /// Its dimension over ℝ.
    public var dimension: Int
    /// Its commutant.
    public var type: Commutant
    /// The irreducible complex characters in it: one, or two that are conjugate.
    public var characters: [Int]
    /// χ(1) of one of them.
    public var degree: Int
    /// The classes that act as the identity.
    public var kernel: [Int]
    /// How many elements act as the identity.
    public var kernelOrder: Int
    /// The classes that act as 1 or −1.
    public var signKernel: [Int]
  }

  /// The division algebra of all maps that commute with a simple real representation.
  public enum Commutant: String, Sendable, Hashable, Codable, CaseIterable, CustomStringConvertible {
    /// The real numbers.
    case real = "R"
    /// The complex numbers.
    case complex = "C"
    /// The quaternions.
    case quaternionic = "H"

    /// Its dimension over ℝ: 1, 2 or 4.
    public var dimension: Int { self == .real ? 1 : self == .complex ? 2 : 4 }
    /// `R`, `C` or `H`.
    public var description: String { rawValue }
    /// `ℝ`, `ℂ` or `ℍ`.
    public var symbol: String { self == .real ? "ℝ" : self == .complex ? "ℂ" : "ℍ" }
  }

  /// The real table of a group.
  ///
  /// - Throws: as ``CharacterTable/init(_:atMost:)``.
  public init(_ group: Group, atMost limit: Int = 1_000_000) throws {
    self.init(try CharacterTable(group, atMost: limit))
  }

  /// The real table that a complex one gives.
  public init(_ table: CharacterTable) {
    self.table = table
    let classes = table.classes
    var simples: [Simple] = []
    for character in 0..<table.count where character <= table.conjugates[character] {
      let conjugate = table.conjugates[character]
      let degree = table.degrees[character]
      let type: Commutant = [1: .real, 0: .complex][table.indicators[character]] ?? .quaternionic
      let kernel = table.kernel(of: character)
      let half = classes.exponent.isMultiple(of: 2) ? classes.exponent / 2 : -1
      let negative = (0..<classes.count).filter { table.eigenvalues.isScalar(character, $0, exponent: half) }
      simples.append(
        Simple(
          name: "", dimension: degree * (type == .real ? 1 : 2), type: type,
          characters: type == .complex ? [character, conjugate] : [character], degree: degree, kernel: kernel,
          kernelOrder: kernel.reduce(0) { $0 + classes.sizes[$1] }, signKernel: (kernel + negative).sorted()))
    }
    self.simples = SimpleNames(table).named(simples)
    let parts = table.eigenvalues.realParts()
    values = self.simples.flatMap { simple in
      (0..<classes.count).map { number in
        parts[simple.characters[0] * classes.count + number] * (simple.type == .real ? 1 : 2)
      }
    }
  }

  /// The real character ψ of a simple at a class, in floating point.
  @inline(__always)
  public func value(of simple: Int, at number: Int) -> Double { values[simple * classes.count + number] }

  /// The real character ψ of a simple at a class, exactly.
  public func exactValue(of simple: Int, at number: Int) -> Cyclotomic {
    let simple = simples[simple]
    let value = table.value(of: simple.characters[0], at: number)
    return simple.type == .real ? value : value + value.conjugate
  }

  /// Whether one kernel lies in another: ker L ⊆ ker K.
  public func kernel(of simple: Int, isWithinKernelOf other: Int) -> Bool {
    Set(simples[simple].kernel).isSubset(of: simples[other].kernel)
  }
}
