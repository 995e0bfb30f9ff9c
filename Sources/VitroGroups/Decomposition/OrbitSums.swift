internal import Foundation
internal import VitroCore

/// What characters say of one orbit of a set: for each suborbit, how many elements of each class carry the first point there.
///
/// The projector to the isotypic part of a simple L is constant on orbitals: P_L[x₀, y] = d/(|G|·|Δ|)·Σ_C N_Δ(C)·χ_L(C) for y in the suborbit Δ of x₀, with
/// N_Δ(C) = #{g ∈ C : g·x₀ ∈ Δ} and χ_L the sum of L's complex characters. Everything exact about `Fun(X)` follows from these whole numbers.
public struct OrbitSums: Sendable {
  /// The points of the orbit; the first is x₀.
  public let points: [Int]
  /// The suborbit of each of these points, its orbit under the stabilizer of x₀, {x₀} being number 0.
  public let suborbit: [Int]
  /// How many points each suborbit has.
  public let sizes: [Int]
  /// For each suborbit the classes that lead there, and with how many elements.
  let counts: [[(number: Int, count: Int)]]
  let table: RealTable

  /// The sums of all orbits of a set.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) for an orbit of more than 8192 points that is not regular.
  /// - Complexity: O(|G|) an orbit, besides its suborbits.
  public static func all(of set: GSet, _ table: RealTable) throws -> [OrbitSums] {
    try set.orbits.map { try OrbitSums($0, of: set, table) }
  }

  init(_ orbit: GSet.Orbit, of set: GSet, _ table: RealTable) throws {
    let elements = table.table.elements
    let length = orbit.points.count
    points = orbit.points
    self.table = table
    var places = [Int32](repeating: -1, count: set.count)
    for (place, point) in orbit.points.enumerated() { places[point] = Int32(place) }
    if length == elements.count {
      suborbit = Array(0..<length)
      sizes = [Int](repeating: 1, count: length)
    } else {
      guard length <= 8192 else {
        throw VitroError(
          .unsupported, "the set \(set.name)", "it has an orbit of \(length) points, expected at most 8192",
          hint: "The regular set has no such bound.")
      }
      let actions = set.actions.map { action in orbit.points.map { places[action[$0]] } }
      let rows = actions.map { $0.map { Int($0) } }
      let own = GSet.Orbit(
        points: Array(0..<length), parentPlaces: orbit.parentPlaces, generators: orbit.generators)
      let transport = OrbitTransport(own, rows, actions, columns: length)
      suborbit = transport.suborbit.map { Int($0) }
      sizes = transport.suborbitSizes
    }
    let classCount = table.classes.count
    let images = set.images(of: orbit.points[0], elements)
    if length == elements.count {
      var counts = [[(number: Int, count: Int)]](repeating: [], count: length)
      for (element, image) in images.enumerated() {
        counts[suborbit[Int(places[image])]].append((Int(table.classes.label[element]), 1))
      }
      self.counts = counts
    } else {
      var dense = [Int32](repeating: 0, count: sizes.count * classCount)
      for (element, image) in images.enumerated() {
        dense[suborbit[Int(places[image])] * classCount + Int(table.classes.label[element])] += 1
      }
      counts = sizes.indices.map { suborbit in
        (0..<classCount).compactMap { number in
          let count = Int(dense[suborbit * classCount + number])
          return count == 0 ? nil : (number, count)
        }
      }
    }
  }

  /// How many elements fix the first point.
  public var stabilizerOrder: Int { table.table.elements.count / points.count }

  /// How often a simple occurs in `Fun` of the orbit, exactly.
  ///
  /// (1/|H|)·Σ_{h ∈ H} χ(h) is a whole number from 0 to χ(1), told by its residue.
  public func multiplicity(of simple: Int) -> Int {
    let fixed = occurrences(of: simple, [(0, 1)], order: stabilizerOrder)
    return table.simples[simple].type == .quaternionic ? fixed / 2 : fixed
  }

  /// How often a character ε: S → ±1 of a subgroup S, a union of cosets of the stabilizer, occurs in one of a simple's complex characters, exactly.
  ///
  /// (1/|S|)·Σ_{g ∈ S} ε(g)·χ(g), a whole number from 0 to χ(1), told by its residue.
  ///
  /// - Parameters:
  ///   - simple: The simple.
  ///   - suborbits: The suborbits that S carries x₀ to, with the signs ε.
  ///   - order: The order of S.
  public func occurrences(of simple: Int, _ suborbits: [(suborbit: Int, sign: Int)], order: Int) -> Int {
    let (field, classCount) = (table.table.field, table.classes.count)
    let row = table.simples[simple].characters[0] * classCount
    var sum: UInt64 = 0
    for (suborbit, sign) in suborbits {
      var part: UInt64 = 0
      for (number, count) in counts[suborbit] {
        part = (part + UInt64(count) % field.prime * table.table.residues[row + number]) % field.prime
      }
      sum = sign > 0 ? field.sum(sum, part) : field.difference(sum, part)
    }
    return Int(field.product(sum, field.inverse(field.residue(order))))
  }

  /// P_L[x₀, y] for y in each suborbit.
  ///
  /// - Complexity: O(classes that lead there) a suborbit.
  public func projector(of simple: Int) -> [Double] {
    // The projector sums χ, or χ + χ̄; ψ of a quaternionic simple is 2χ.
    let share = table.simples[simple].type == .quaternionic ? 0.5 : 1
    let scale = share * Double(table.simples[simple].degree) / Double(table.table.elements.count)
    return counts.indices.map { suborbit in
      var sum = 0.0
      for (number, count) in counts[suborbit] { sum += Double(count) * table.value(of: simple, at: number) }
      return sum * scale / Double(sizes[suborbit])
    }
  }

  /// Whether P_V[x₀, y] = sign·P_V[x₀, x₀] for a sum V of isotypic parts and y in a suborbit, exactly.
  ///
  /// Both sides times |G|·|Δ| are sums of roots of unity with whole coefficients; their difference is brought to the Zumbroich basis.
  public func isProportional(_ suborbit: Int, sign: Int, in simples: [Int]) -> Bool {
    let exponent = table.classes.exponent
    var terms = [Int](repeating: 0, count: exponent)
    func add(_ place: Int, times factor: Int) {
      for simple in simples {
        let degree = table.simples[simple].degree
        for character in table.simples[simple].characters {
          for (number, count) in counts[place] {
            table.table.eigenvalues.forEach(character, number) { t, multiplicity in
              terms[t] += factor * degree * count * multiplicity
            }
          }
        }
      }
    }
    add(suborbit, times: 1)
    add(0, times: -sign * sizes[suborbit])
    return Cyclotomic.vanishes(terms)
  }

  /// Whether tr(P_K·P_V^∘m) ≠ 0 over the orbit, P_V^∘m the entrywise power of the projector to a sum V of isotypic parts; exactly.
  ///
  /// On a regular orbit it is, up to a factor, how often χ_K occurs in (Σ d·χ_V)ᵐ, a whole number of at most |G|ᵐ. Elsewhere, times (|G|·lcm|Δ|)ᵐ⁺¹, it
  /// is a whole cyclotomic number, and so are its conjugates, which are traces of the same kind: were it not zero, their product would be a whole number other
  /// than 0, below a bound that follows from the sizes. In both cases it is zero when it vanishes modulo primes whose product exceeds the bound.
  ///
  /// - Complexity: O(suborbits) a prime; the bits of the bound over 29 primes.
  public func hasTrace(of simple: Int, with simples: [Int], power: Int) -> Bool {
    let exponent = table.classes.exponent
    let order = table.table.elements.count
    var remaining = Double(power) * log2(Double(order)) + 1
    if points.count < order {
      let bits = log2(Double(order)) + log2(Double(sizes.reduce(1, leastCommonMultiple)))
      let conjugates = Double(table.conjugateCount(of: [simple] + simples))
      remaining = conjugates * (Double(power + 1) * bits + log2(Double(points.count)))
    }
    var field = PrimeField(exponent: exponent, order: 1 << 57)
    while remaining > 0 {
      if trace(of: simple, with: simples, power: power, field) != 0 { return true }
      remaining -= log2(Double(field.prime))
      field = PrimeField(exponent: exponent, after: field)
    }
    return false
  }

  /// The trace modulo a prime, times a power of |G|.
  private func trace(of simple: Int, with simples: [Int], power: Int, _ field: PrimeField) -> UInt64 {
    let exponent = table.classes.exponent
    let root = field.rootOfUnity(order: exponent)
    var powers: [UInt64] = [1]
    for _ in 1..<Swift.max(exponent, 2) { powers.append(field.product(powers[powers.count - 1], root)) }
    func entries(_ simples: [Int]) -> [UInt64] {
      counts.indices.map { suborbit in
        var sum: UInt64 = 0
        for simple in simples {
          for character in table.simples[simple].characters {
            for (number, count) in counts[suborbit] {
              let weight = field.residue(count * table.simples[simple].degree)
              table.table.eigenvalues.forEach(character, number) { t, multiplicity in
                sum = (sum + weight * field.product(field.residue(multiplicity), powers[t])) % field.prime
              }
            }
          }
        }
        return field.product(sum, field.inverse(field.residue(sizes[suborbit])))
      }
    }
    let (own, other) = (entries([simple]), entries(simples))
    var trace: UInt64 = 0
    for (suborbit, size) in sizes.enumerated() {
      let term = field.product(own[suborbit], field.power(other[suborbit], UInt64(power)))
      trace = field.sum(trace, field.product(field.residue(size), term))
    }
    return trace
  }
}

extension RealTable {
  /// How many conjugates a tuple of simples has under the Galois group, χ ↦ χ(gᵃ) for a coprime to the exponent.
  func conjugateCount(of simples: [Int]) -> Int {
    let units = (1...Swift.max(classes.exponent, 1)).filter { greatestCommonDivisor($0, classes.exponent) == 1 }
    let images = units.map { unit in
      simples.flatMap { simple -> [UInt64] in
        let rows = self.simples[simple].characters.map { character in
          (0..<classes.count).map { table.residues[character * classes.count + classes.power($0, unit)] }
        }
        // The two characters of a complex simple may change places.
        return rows.min { $0.lexicographicallyPrecedes($1) } ?? []
      }
    }
    return Set(images).count
  }
}
