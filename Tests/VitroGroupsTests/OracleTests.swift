import BigInt
import Foundation
import Testing
import VitroCore

@testable import VitroGroups

/// A line of `group_oracles.jsonl`: what GAP 4.12.1 says of a group and an action.
struct Oracle: Decodable, CustomTestStringConvertible {
  var group: String
  var order: Int
  var gens: [[Int]]
  var action: String
  var points: Int
  var class_reps: [[Int]]
  var class_sizes: [Int]
  var class_orders: [Int]
  var irr: [[Value]]
  var fs: [Int]
  var kernel_orders: [Int]
  var mult: [Int]
  var rank: Int

  var testDescription: String { "\(group), \(action)" }

  /// A whole number or a text such as `E(3)^2`.
  struct Value: Decodable {
    var number: Cyclotomic

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let whole = try? container.decode(Int.self) {
        number = Cyclotomic(whole)
      } else {
        number = try Cyclotomic(parsing: container.decode(String.self))
      }
    }
  }

  /// 49 actions of well-known groups, and 40 groups from GAP's libraries by random generators (`groups.g`).
  static let all = read("group_oracles") + read("unseen_groups")

  private static func read(_ name: String) -> [Oracle] {
    guard let url = Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "jsonl"),
      let text = try? String(contentsOf: url, encoding: .utf8)
    else { return [] }
    return text.split(separator: "\n").compactMap { try? JSONDecoder().decode(Oracle.self, from: Data($0.utf8)) }
  }
}

struct OracleTests {
  @Test func `All 89 group actions are here`() { #expect(Oracle.all.count == 89) }

  @Test(arguments: Oracle.all) func `Tables, indicators, kernels, multiplicities and ranks are GAP's`(
    _ oracle: Oracle
  ) throws {
    let group = try Group(generators: oracle.gens, name: oracle.group)
    #expect(group.order == oracle.order)
    guard oracle.order < 1_000_000 else {
      #expect(throws: VitroError.self) { try CharacterTable(group) }
      return
    }
    let elements = try group.elements()
    let table = try CharacterTable(elements)
    let columns = try oracle.class_reps.map { images in
      let number = try #require(elements.number(of: try Permutation(oneLine: images)))
      return Int(table.classes.label[number])
    }
    #expect(Set(columns).count == oracle.class_sizes.count && table.count == oracle.class_sizes.count)
    #expect(columns.map { table.classes.sizes[$0] } == oracle.class_sizes)
    #expect(columns.map { table.classes.orders[$0] } == oracle.class_orders)

    let kernels = (0..<table.count).map { table.kernel(of: $0).reduce(0) { $0 + table.classes.sizes[$1] } }
    let set = try GSet(
      ["natural": "natural", "subsets": "subsets:2", "ordered pairs": "tuples:2", "regular": "regular"][oracle.action]
        ?? "",
      of: elements)
    #expect(set.count == oracle.points)
    #expect(try Orbitals(from: set, to: set).count == oracle.rank)
    let real = RealTable(table)
    let sums = try OrbitSums.all(of: set, real)
    var multiplicities = [Int](repeating: -1, count: table.count)
    for (number, simple) in real.simples.enumerated() {
      let sum = sums.reduce(0) { $0 + $1.multiplicity(of: number) }
      for character in simple.characters { multiplicities[character] = sum * (simple.type == .quaternionic ? 2 : 1) }
    }
    // Rows as a set: each with everything GAP says of it.
    struct Row: Hashable {
      var values: [Cyclotomic]
      var indicator: Int
      var kernel: Int
      var multiplicity: Int
    }
    let ours = (0..<table.count).map { character in
      Row(
        values: columns.map { table.value(of: character, at: $0) }, indicator: table.indicators[character],
        kernel: kernels[character], multiplicity: multiplicities[character])
    }
    let theirs = oracle.irr.indices.map {
      Row(
        values: oracle.irr[$0].map(\.number), indicator: oracle.fs[$0], kernel: oracle.kernel_orders[$0],
        multiplicity: oracle.mult[$0])
    }
    #expect(Set(ours).count == ours.count)
    #expect(Set(ours) == Set(theirs))
    // Σ m²·dim End is the number of orbits on pairs, exactly.
    let commutant = real.simples.indices.reduce(0) { result, number in
      let multiplicity = sums.reduce(0) { $0 + $1.multiplicity(of: number) }
      return result + multiplicity * multiplicity * real.simples[number].type.dimension
    }
    #expect(commutant == oracle.rank)
  }
}
