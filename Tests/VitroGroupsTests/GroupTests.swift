import BigInt
import Testing
import VitroCore

@testable import VitroGroups

struct GroupTests {
  @Test func `Products act on the left`() throws {
    let turn = try Permutation(oneLine: [2, 3, 1])
    let swap = try Permutation(cycles: "(1 2)", degree: 3)
    #expect((turn * swap).description == "(1 3)")
    #expect((swap * turn).description == "(2 3)")
    #expect(turn * turn.inverse == .identity(3))
    #expect(try Permutation(cycles: "(1 5, 2)(3 4)").images == [4, 0, 3, 2, 1])
  }

  @Test(arguments: [
    ("C1", 1), ("C12", 12), ("D1", 2), ("D2", 4), ("D7", 14), ("S1", 1), ("S2", 2), ("S10", 3_628_800), ("A3", 3),
    ("A7", 2520), ("Q8", 8), ("F20", 20), ("F21", 21), ("F(7:2)", 14), ("PSL(2,4)", 60), ("PSL(2,8)", 504),
    ("PSL(2,9)", 360), ("PSL(2,31)", 14880), ("M11", 7920), ("M12", 95040), ("M24", 244_823_040), ("C4xC4", 16),
    ("S3xC2", 12), ("D4xQ8xC3", 192), ("PSL(2,27)", 9828), ("L2(25)", 7800),
  ]) func `Families have their orders`(_ name: String, _ order: Int) throws {
    #expect(try Group(name).order == BigInt(order))
  }

  @Test func `Deep chains are quick and exact`() throws {
    let factorial = (1...60).reduce(BigInt(1)) { $0 * BigInt($1) }
    #expect(try Group("S60").order == factorial)
    #expect(try Group("A60").order == factorial / 2)
    // The cube of Rubik: 48 facelets.
    let cube = try [
      "(1,3,8,6)(2,5,7,4)(9,33,25,17)(10,34,26,18)(11,35,27,19)",
      "(9,11,16,14)(10,13,15,12)(1,17,41,40)(4,20,44,37)(6,22,46,35)",
      "(17,19,24,22)(18,21,23,20)(6,25,43,16)(7,28,42,13)(8,30,41,11)",
      "(25,27,32,30)(26,29,31,28)(3,38,43,19)(5,36,45,21)(8,33,48,24)",
      "(33,35,40,38)(34,37,39,36)(3,9,46,32)(2,12,47,29)(1,14,48,27)",
      "(41,43,48,46)(42,45,47,44)(14,22,30,38)(15,23,31,39)(16,24,32,40)",
    ].map { try Permutation(cycles: $0, degree: 48) }
    let group = try Group(cube)
    #expect("\(group.order)" == "43252003274489856000")
    #expect(try !group.contains(Permutation(cycles: "(1 2)", degree: 48)))
    #expect(try group.contains(cube[0] * cube[3] * cube[2].inverse))
  }

  @Test(arguments: ["S4", "D5", "Q8", "F20", "C3xS3", "A5", "PSL(2,7)"])
  func `Elements form the group that their permutations do`(_ name: String) throws {
    let elements = try Group(name).elements()
    #expect(elements.permutation(0).isIdentity)
    #expect(Set((0..<elements.count).map { elements.permutation($0) }).count == elements.count)
    for left in stride(from: 0, to: elements.count, by: 7) {
      #expect(elements.permutation(elements.inverse(left)) == elements.permutation(left).inverse)
      #expect(elements.number(of: elements.permutation(left)) == left)
      for right in stride(from: 0, to: elements.count, by: 5) {
        let product = elements.product(left, right)
        #expect(elements.permutation(product) == elements.permutation(left) * elements.permutation(right))
        #expect(elements.multiplicationTableEntry(left, right) == product)
      }
    }
    for (generator, row) in elements.group.generators.enumerated().map({ ($1, elements.leftProducts[$0]) }) {
      #expect(row.indices.allSatisfy { elements.permutation(Int(row[$0])) == generator * elements.permutation($0) })
    }
  }

  @Test func `Long chains are refused in bounded time`() throws {
    // C₂ ≀ C_m has a base of m points; two generators.
    let m = 2000
    let swap = Array([2, 1] + (3...2 * m).map { $0 })
    let turn = (1...2 * m).map { ($0 + 1) % (2 * m) + 1 }
    let error = #expect(throws: VitroError.self) { try Group(generators: [swap, turn]) }
    #expect(error?.code == .unsupported)
    #expect(
      try Group(generators: [[2, 1] + (3...60).map { $0 }, (1...60).map { ($0 + 1) % 60 + 1 }]).order == BigInt(30)
        << 30)
  }

  @Test func `Large subsets are as good as small ones`() throws {
    let elements = try Group("S5").elements()
    let large = try GSet("subsets:4", of: elements)
    #expect(large.count == 5 && large.labels?[0] == "{2,3,4,5}")
    let thirty = try GSet.subsets(of: Group("S30"), size: 29)
    #expect(thirty.count == 30)
    #expect(try GSet.subsets(of: Group("S30"), size: 30).count == 1)
  }

  @Test func `Devices and pipes are no files of permutations`() {
    #expect(throws: VitroError.self) { try Group(file: "/dev/zero") }
    #expect(throws: VitroError.self) { try Group(file: "/dev/null") }
  }

  @Test func `A group given by other generators is the same group`() throws {
    // S5 from a transposition and a 4-cycle times …: random words of its elements.
    let group = try Group(generators: [[2, 1, 3, 4, 5], [1, 3, 4, 5, 2], [5, 2, 3, 4, 1]])
    #expect(group.order == 120)
    let table = try CharacterTable(group)
    #expect(table.degrees == [1, 1, 4, 4, 5, 5, 6])
  }

  @Test func `What is no group is refused with the reason`() throws {
    func message(_ body: () throws -> Void) -> String {
      do {
        try body()
        return ""
      } catch { return "\(error)" }
    }
    #expect(message { _ = try Group(generators: [[2, 2, 1]]) }.contains("two points go to 2"))
    #expect(message { _ = try Group(generators: [[2, 3, 4]]) }.contains("goes to 4"))
    #expect(message { _ = try Group(generators: [[.min, 1]]) }.contains("expected a point from 1 to 2"))
    #expect(message { _ = try Group(generators: [[2, 1], [1, 2, 3]]) }.contains("different points"))
    #expect(message { _ = try Group(generators: []) }.contains("no generators"))
    #expect(message { _ = try Group("X9") }.contains("no group named 'X9'"))
    #expect(message { _ = try Group("C0") }.contains("no group named"))
    #expect(message { _ = try Group("PSL(2,6)") }.contains("not a power of a prime"))
    #expect(message { _ = try CharacterTable(Group("S12")) }.contains("479001600 elements"))
    #expect(message { _ = try Group("F(9:8)") }.contains("not a prime"))
    #expect(message { _ = try Group("F(4:3)") }.contains("not a prime"))
    #expect(message { _ = try Group("A4096xA4096") }.contains("8192 points"))
    #expect(message { _ = try Group(generators: Array(repeating: [2, 1], count: 300)) }.contains("300 generators"))
    #expect(message { _ = try Permutation(images: [.max]) }.contains("expected a point"))
    #expect(message { _ = try CharacterTable(Group("C7xC8xC9xC11xC13")) }.contains("72072, expected at most 2048"))
    #expect(message { _ = try GSet("regular*regular", of: Group("S7").elements()) }.contains("more than"))
    #expect(message { _ = try Cyclotomic(parsing: "E(99991)+E(99989)") }.contains("not a sum"))
    #expect(message { _ = try Cyclotomic(parsing: "99999999999999999999") }.contains("not a sum"))
    #expect(message { _ = try Permutation(cycles: "(1 2)(2 3)") }.contains("occurs twice"))
    #expect(message { _ = try Permutation(cycles: "(1 2") }.contains("does not end"))
    let s3 = try Group("S3")
    let elements = try s3.elements()
    #expect(message { _ = try GSet(s3, actions: [[1, 0], [1, 0]]) }.contains("does not act"))
    #expect(message { _ = try GSet("subsets:4", of: elements) }.contains("no 4 different"))
    #expect(message { _ = try GSet("tripels:2", of: elements) }.contains("no set named"))
    #expect(
      message { _ = try GSet.cosets(of: Group("A4").elements(), subgroup: [Permutation(oneLine: [2, 1, 3, 4])]) }
        .contains("does not belong"))
  }

  @Test func `Thousands of broken names and cycles throw and nothing else`() {
    var random = SplitMix(state: 7)
    let alphabet = Array("CDSAQFMPL0123456789x(),: E^*-+é∞")
    for _ in 0..<5000 {
      let text = String((0..<random.below(9)).map { _ in alphabet[random.below(alphabet.count)] })
      _ = try? Group.Family(text)
      _ = try? Permutation(cycles: text)
      _ = try? Cyclotomic(parsing: text)
    }
  }
}

extension GroupElements {
  fileprivate func multiplicationTableEntry(_ left: Int, _ right: Int) -> Int {
    Int(multiplicationTable()[left * count + right])
  }
}
