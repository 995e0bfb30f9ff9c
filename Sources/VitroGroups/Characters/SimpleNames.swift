internal import Foundation

/// The names of simple representations in the field's words, where the group is of a family that has such.
struct SimpleNames {
  let table: CharacterTable

  init(_ table: CharacterTable) { self.table = table }

  /// The simples with names, in the order that goes with them.
  func named(_ simples: [RealTable.Simple]) -> [RealTable.Simple] {
    let keys: [(name: String, order: [Int])]? =
      switch table.group.family {
      case .cyclic(let n): simples.map { cyclicKey($0, moduli: [n]) }
      case .dihedral(let n) where n > 2: simples.map { dihedralKey($0, n) }
      case .symmetric(let n) where n > 1: symmetricKeys(simples, n)
      case .product(let factors): productKeys(simples, factors)
      default: nil
      }
    guard let keys, Set(keys.map(\.name)).count == simples.count else { return generic(simples) }
    return simples.indices.sorted { keys[$0].order.lexicographicallyPrecedes(keys[$1].order) }.map {
      var simple = simples[$0]
      simple.name = keys[$0].name
      return simple
    }
  }

  private func generic(_ simples: [RealTable.Simple]) -> [RealTable.Simple] {
    var counts: [String: Int] = [:]
    return simples.indices.sorted { (simples[$0].dimension, $0) < (simples[$1].dimension, $1) }.map {
      var simple = simples[$0]
      let kind = "\(simple.dimension)\(simple.type)"
      simple.name = "\(kind)_\(counts[kind, default: 0])"
      counts[kind, default: 0] += 1
      return simple
    }
  }

  /// The class of a generator.
  private func classOfGenerator(_ number: Int) -> Int {
    Int(table.classes.label[Int(table.elements.leftProducts[number][0])])
  }

  /// The exponent k of a linear character at a generator of order n, χ = e^(2πik/n), up to sign for the pair χ, χ̄.
  private func cyclicKey(_ simple: RealTable.Simple, moduli: [Int]) -> (String, [Int]) {
    let keys = simple.characters.map { character in
      moduli.enumerated().map { generator, n -> Int in
        var exponent = 0
        table.eigenvalues.forEach(character, classOfGenerator(generator)) { t, _ in exponent = t }
        return exponent * n / table.classes.exponent
      }
    }
    let key = keys.min { $0.lexicographicallyPrecedes($1) } ?? []
    let name = moduli.count == 1 ? "L\(key[0])" : "L(" + key.map(String.init).joined(separator: ",") + ")"
    return (name, key)
  }

  private func productKeys(_ simples: [RealTable.Simple], _ factors: [Group.Family]) -> [(String, [Int])]? {
    var moduli: [Int] = []
    for factor in factors {
      guard case .cyclic(let n) = factor else { return nil }
      moduli.append(n)
    }
    return simples.map { cyclicKey($0, moduli: moduli) }
  }

  /// A0, A1 (reflections −1), B0, B1 (turn −1), E_k: rotation by 2πk/n.
  private func dihedralKey(_ simple: RealTable.Simple, _ n: Int) -> (String, [Int]) {
    var exponents: [Int] = []
    table.eigenvalues.forEach(simple.characters[0], classOfGenerator(0)) { t, _ in exponents.append(t) }
    let turn = (exponents.min() ?? 0) * n / table.classes.exponent
    if simple.dimension == 1 {
      let isNegative = !table.eigenvalues.isScalar(simple.characters[0], classOfGenerator(1), exponent: 0)
      return ((turn == 0 ? "A" : "B") + (isNegative ? "1" : "0"), [turn == 0 ? 0 : 1, isNegative ? 1 : 0])
    }
    let k = Swift.min(turn, n - turn)
    return ("E\(k)", [2, k])
  }

  private func symmetricKeys(_ simples: [RealTable.Simple], _ n: Int) -> [(String, [Int])]? {
    let types = table.classes.representatives.map { table.elements.permutation($0).cycleType }
    var names: [[Int]: [Int]] = [:]
    for partition in Partitions.all(of: n) {
      names[types.map { Partitions.character(of: partition, at: $0) }] = partition
    }
    var result: [(String, [Int])] = []
    for simple in simples {
      let values = types.indices.map { table.value(of: simple.characters[0], at: $0).integer ?? 0 }
      guard let partition = names[values] else { return nil }
      let name = "(" + partition.map(String.init).joined(separator: ",") + ")"
      result.append((name, partition.map { -$0 }))
    }
    return result
  }
}

/// Partitions of n, and the characters of S_n by them.
enum Partitions {
  /// The partitions of n in reverse lexicographic order, (n) first.
  static func all(of n: Int, largest: Int? = nil) -> [[Int]] {
    if n == 0 { return [[]] }
    return stride(from: Swift.min(n, largest ?? n), through: 1, by: -1).flatMap { first in
      all(of: n - first, largest: first).map { [first] + $0 }
    }
  }

  /// χ^λ on permutations of a cycle type (Murnaghan and Nakayama): rim hooks are taken off, a sign for each row they pass.
  static func character(of partition: [Int], at cycleType: [Int]) -> Int {
    let beta = partition.enumerated().map { $1 + partition.count - 1 - $0 }
    func strip(_ beta: [Int], _ cycles: ArraySlice<Int>) -> Int {
      guard let length = cycles.first else { return 1 }
      var sum = 0
      for (row, value) in beta.enumerated() where value >= length && !beta.contains(value - length) {
        let passed = beta.count { value - length < $0 && $0 < value }
        var rest = beta
        rest[row] = value - length
        sum += (passed.isMultiple(of: 2) ? 1 : -1) * strip(rest, cycles.dropFirst())
      }
      return sum
    }
    return strip(beta, cycleType[...])
  }
}
