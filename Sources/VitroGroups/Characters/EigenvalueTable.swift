internal import Foundation
internal import VitroCore

/// The values of characters as what they are: sums of χ(1) eigenvalues, each a root of unity.
///
/// For an element g of order o the multiplicities of the eigenvalues ζ_oᵗ are (1/o)·Σ_u χ(gᵘ)·ζ_o^(−tu), whole numbers from 0 to χ(1), which the
/// residues modulo the prime therefore tell exactly.
struct EigenvalueTable: Sendable {
  let classCount: Int
  /// The order of the roots of unity that exponents belong to.
  let exponent: Int
  private let offsets: [Int32]
  private let exponents: [Int32]
  private let multiplicities: [Int32]

  init(_ rows: [[UInt64]], _ classes: ConjugacyClasses, _ field: PrimeField) throws {
    classCount = classes.count
    exponent = classes.exponent
    let root = field.rootOfUnity(order: exponent)
    let byOrder = (0..<classes.count).sorted { (-classes.orders[$0], $0) < (-classes.orders[$1], $1) }
    var offsets: [Int32] = [0]
    var exponents: [Int32] = []
    var multiplicities: [Int32] = []
    var exponentOfPower: [UInt64: Int32]?
    for row in rows {
      var terms = [[(exponent: Int, multiplicity: Int)]?](repeating: nil, count: classes.count)
      if row[0] == 1 {
        // One eigenvalue: the value itself.
        if exponentOfPower == nil {
          var known: [UInt64: Int32] = [:]
          var power: UInt64 = 1
          for t in 0..<exponent {
            known[power] = Int32(t)
            power = field.product(power, root)
          }
          exponentOfPower = known
        }
        for number in 0..<classes.count {
          guard let t = exponentOfPower?[row[number]] else { throw Self.notLifted }
          terms[number] = [(Int(t), 1)]
        }
      } else {
        for number in byOrder where terms[number] == nil {
          let own = try Self.eigenvalues(row, classes, number, field, root: root, exponent: exponent)
          // Powers of the element have powers of its eigenvalues.
          for (u, power) in classes.powers[number].enumerated() where terms[power] == nil {
            var sums: [Int: Int] = [:]
            for (t, multiplicity) in own { sums[t * u % exponent, default: 0] += multiplicity }
            terms[power] = sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
          }
        }
      }
      for list in terms {
        for (t, multiplicity) in list ?? [] {
          exponents.append(Int32(t))
          multiplicities.append(Int32(multiplicity))
        }
        offsets.append(Int32(exponents.count))
      }
    }
    self.offsets = offsets
    self.exponents = exponents
    self.multiplicities = multiplicities
  }

  private static var notLifted: VitroError {
    VitroError(.numerical, "lifting characters", "the eigenvalues of an element do not sum to the degree")
  }

  private static func eigenvalues(
    _ row: [UInt64], _ classes: ConjugacyClasses, _ number: Int, _ field: PrimeField, root: UInt64, exponent: Int
  ) throws -> [(exponent: Int, multiplicity: Int)] {
    let order = classes.orders[number]
    let values = classes.powers[number].map { row[$0] }
    let inverseRoot = field.power(root, UInt64(exponent - exponent / order) % UInt64(exponent))
    var powers = [UInt64](repeating: 1, count: order)
    for t in 1..<Swift.max(order, 1) { powers[t] = field.product(powers[t - 1], inverseRoot) }
    let scale = field.inverse(field.residue(order))
    var result: [(Int, Int)] = []
    var total = 0
    for t in 0..<order where total < Int(row[0]) {
      var sum: UInt64 = 0
      var place = 0
      for value in values {
        sum = (sum + value * powers[place]) % field.prime
        place += t
        if place >= order { place -= order }
      }
      let multiplicity = Int(field.product(sum, scale))
      if multiplicity == 0 { continue }
      result.append((t * (exponent / order), multiplicity))
      total += multiplicity
    }
    guard total == Int(row[0]) else { throw notLifted }
    return result
  }

  /// The eigenvalues of a class under a character: exponent of ζ and multiplicity.
  @inline(__always)
  func forEach(_ character: Int, _ number: Int, _ body: (Int, Int) -> Void) {
    let cell = character * classCount + number
    for place in Int(offsets[cell])..<Int(offsets[cell + 1]) {
      body(Int(exponents[place]), Int(multiplicities[place]))
    }
  }

  /// Whether all eigenvalues are one root of unity.
  func isScalar(_ character: Int, _ number: Int, exponent: Int) -> Bool {
    let cell = character * classCount + number
    return offsets[cell + 1] - offsets[cell] == 1 && Int(exponents[Int(offsets[cell])]) == exponent
  }

  /// The real parts of all values, `[characters, classes]`.
  func realParts() -> [Double] {
    let cosines = (0..<exponent).map { t in
      // Exact where it can be, so that rational values are whole numbers.
      4 * t % exponent == 0
        ? [1.0, 0, -1, 0][4 * t / exponent % 4]
        : 6 * t % exponent == 0
          ? [1.0, 0.5, -0.5, -1, -0.5, 0.5][6 * t / exponent % 6] : cos(2 * .pi * Double(t) / Double(exponent))
    }
    return (0..<offsets.count - 1).map { cell in
      var sum = 0.0
      for place in Int(offsets[cell])..<Int(offsets[cell + 1]) {
        sum += Double(multiplicities[place]) * cosines[Int(exponents[place])]
      }
      return sum
    }
  }
}
