import Foundation

@testable import VitroSymmetry

/// Small groups with their characters, made by hand.
enum TestGroups {
  static func cyclic(_ n: Int) -> CompositionTask {
    let frequencies = 0...n / 2
    return CompositionTask(
      name: "C_\(n)", order: n, products: (0..<n * n).map { Int32(($0 / n + $0 % n) % n) },
      inverses: (0..<n).map { Int32((n - $0) % n) },
      simples: frequencies.map { k in
        let isReal = k == 0 || 2 * k == n
        let kernel = (0..<n).count { $0 * k % n == 0 }
        return .init(
          name: "L_\(k)", dimension: isReal ? 1 : 2, degree: 1, type: isReal ? "R" : "C", kernelOrder: kernel,
          values: (0..<n).map { (isReal ? 1 : 2) * cos(2 * .pi * Double($0 * k % n) / Double(n)) })
      })
  }

  /// Element i < n is rᶦ, element n + i is rᶦs.
  static func dihedral(_ n: Int) -> CompositionTask {
    func product(_ g: Int, _ h: Int) -> Int {
      let (i, j) = (g % n, h % n)
      let rotation = g < n ? (i + j) % n : (i + n - j) % n
      return rotation + ((g < n) == (h < n) ? 0 : n)
    }
    let order = 2 * n
    let products = (0..<order * order).map { Int32(product($0 / order, $0 % order)) }
    var characters: [(String, Int, [Double])] = [
      ("A0", 1, Array(repeating: 1, count: order)), ("A1", 1, (0..<order).map { $0 < n ? 1 : -1 }),
    ]
    if n % 2 == 0 {
      characters.append(("B0", 1, (0..<order).map { $0 % n % 2 == 0 ? 1 : -1 }))
      characters.append(("B1", 1, (0..<order).map { ($0 % n % 2 == 0) == ($0 < n) ? 1 : -1 }))
    }
    for k in 1...max(1, (n - 1) / 2) {
      characters.append(("E\(k)", 2, (0..<order).map { $0 < n ? 2 * cos(2 * .pi * Double($0 * k) / Double(n)) : 0 }))
    }
    return CompositionTask(
      name: "D_\(n)", order: order, products: products, inverses: inverses(products, order),
      simples: characters.map { simple($0.0, $0.1, $0.2) })
  }

  /// The permutations of n ≤ 4 things, the identity first.
  static func symmetric(_ n: Int) -> CompositionTask {
    func permutations(_ rest: [Int]) -> [[Int]] {
      rest.isEmpty ? [[]] : rest.flatMap { first in permutations(rest.filter { $0 != first }).map { [first] + $0 } }
    }
    let elements = permutations(Array(0..<n))
    let order = elements.count
    let numbers = Dictionary(uniqueKeysWithValues: elements.enumerated().map { ($1, $0) })
    let products = (0..<order * order).map { index in
      Int32(numbers[(0..<n).map { elements[index / order][elements[index % order][$0]] }] ?? 0)
    }
    /// The lengths of an element's cycles, the longest first.
    func type(_ permutation: [Int]) -> [Int] {
      var (seen, lengths) = (Set<Int>(), [Int]())
      for start in permutation.indices where !seen.contains(start) {
        var (place, length) = (start, 0)
        while seen.insert(place).inserted {
          place = permutation[place]
          length += 1
        }
        lengths.append(length)
      }
      return lengths.sorted(by: >)
    }
    func fixed(_ permutation: [Int]) -> Double { Double(permutation.indices.count { permutation[$0] == $0 }) }
    func sign(_ permutation: [Int]) -> Double { type(permutation).count { $0 % 2 == 0 } % 2 == 0 ? 1 : -1 }
    var simples = [
      simple("trivial", 1, elements.map { _ in 1 }), simple("sign", 1, elements.map(sign)),
      simple("standard", n - 1, elements.map { fixed($0) - 1 }),
    ]
    if n == 4 {
      simples.append(simple("standard⊗sign", 3, elements.map { (fixed($0) - 1) * sign($0) }))
      let two: [[Int]: Double] = [[1, 1, 1, 1]: 2, [2, 2]: 2, [3, 1]: -1]
      simples.append(simple("(2,2)", 2, elements.map { two[type($0)] ?? 0 }))
    }
    return CompositionTask(
      name: "S_\(n)", order: order, products: products, inverses: inverses(products, order), simples: simples)
  }

  /// The even permutations of five things.
  static var alternating5: CompositionTask {
    let all = (0..<3125).map { number in [625, 125, 25, 5, 1].map { number / $0 % 5 } }
    let elements = all.filter { permutation in
      guard Set(permutation).count == 5 else { return false }
      let inversions = (0..<5).flatMap { j in (0..<j).map { permutation[$0] > permutation[j] } }
      return inversions.count { $0 } % 2 == 0
    }
    let numbers = Dictionary(uniqueKeysWithValues: elements.enumerated().map { ($1, $0) })
    func product(_ g: Int, _ h: Int) -> Int { numbers[(0..<5).map { elements[g][elements[h][$0]] }] ?? 0 }
    let products = (0..<3600).map { Int32(product($0 / 60, $0 % 60)) }
    let inverses = inverses(products, 60)
    let turn = numbers[[1, 2, 3, 4, 0]] ?? 0
    let turns = Set((0..<60).map { product(product($0, turn), Int(inverses[$0])) })
    /// The characters' values on the identity, double transpositions, 3-cycles, and the two classes of 5-cycles.
    func values(_ table: [Double]) -> [Double] {
      elements.indices.map { g in
        switch elements[g].indices.count(where: { elements[g][$0] == $0 }) {
        case 5: table[0]
        case 1: table[1]
        case 2: table[2]
        default: turns.contains(g) ? table[3] : table[4]
        }
      }
    }
    let golden = (1 + 5.0.squareRoot()) / 2
    return CompositionTask(
      name: "A_5", order: 60, products: products, inverses: inverses,
      simples: [
        simple("1", 1, values([1, 1, 1, 1, 1])), simple("3a", 3, values([3, -1, 0, golden, 1 - golden])),
        simple("3b", 3, values([3, -1, 0, 1 - golden, golden])), simple("4", 4, values([4, 0, 1, -1, -1])),
        simple("5", 5, values([5, 1, -1, 0, 0])),
      ])
  }

  private static func simple(_ name: String, _ dimension: Int, _ values: [Double]) -> CompositionTask.Simple {
    .init(
      name: name, dimension: dimension, degree: dimension, type: "R",
      kernelOrder: values.count { abs($0 - Double(dimension)) < 1e-9 }, values: values)
  }

  private static func inverses(_ products: [Int32], _ order: Int) -> [Int32] {
    (0..<order).map { g in Int32((0..<order).first { products[g * order + $0] == 0 } ?? 0) }
  }

  /// The quaternion group: ±1, ±i, ±j, ±k in this order; its four-dimensional simple is of type ℍ.
  static var quaternions: CompositionTask {
    // Units 1, i, j, k: the product's unit and sign.
    let table = [
      [(0, 1), (1, 1), (2, 1), (3, 1)], [(1, 1), (0, -1), (3, 1), (2, -1)], [(2, 1), (3, -1), (0, -1), (1, 1)],
      [(3, 1), (2, 1), (1, -1), (0, -1)],
    ]
    func product(_ g: Int, _ h: Int) -> Int {
      let (unit, sign) = table[g / 2][h / 2]
      let signs = sign * (g % 2 == 0 ? 1 : -1) * (h % 2 == 0 ? 1 : -1)
      return 2 * unit + (signs == 1 ? 0 : 1)
    }
    let products = (0..<64).map { Int32(product($0 / 8, $0 % 8)) }
    func linear(_ name: String, _ trivialUnits: Set<Int>) -> CompositionTask.Simple {
      simple(name, 1, (0..<8).map { trivialUnits.contains($0 / 2) ? 1 : -1 })
    }
    return CompositionTask(
      name: "Q_8", order: 8, products: products, inverses: inverses(products, 8),
      simples: [
        linear("1", [0, 1, 2, 3]), linear("i", [0, 1]), linear("j", [0, 2]), linear("k", [0, 3]),
        .init(
          name: "H", dimension: 4, degree: 2, type: "H", kernelOrder: 1, values: [4, -4, 0, 0, 0, 0, 0, 0]),
      ])
  }
}
