import Testing
import VitroCore
import VitroData
import VitroLab
import VitroNetworks
import VitroTensor

/// How data are divided when nobody says how.
@Suite struct PartsTests {
  private func data(_ count: Int, groups: [Int]? = nil, officialTest: [Int]? = nil) throws -> LabeledData {
    try LabeledData(
      "numbers", inputs: Tensor((0..<count).map { Float($0) }), labels: (0..<count).map { $0 % 3 },
      classNames: ["a", "b", "c"], groups: groups, officialTest: officialTest)
  }

  @Test func theOfficialTestPartIsTheTestPart() throws {
    let test = Array(stride(from: 89, through: 1, by: -8))
    let parts = try data(90, officialTest: test).parts(seed: 2)
    #expect(parts.test == test.sorted())
    #expect((parts.train + parts.validation + parts.test).sorted() == Array(0..<90))
    #expect(abs(parts.train.count - 65) <= 1)
    #expect(try data(90, officialTest: test).parts(seed: 2) == parts)
    #expect(try data(90, officialTest: test).parts(seed: 3) != parts)
    #expect(try data(90, officialTest: test).parts(seed: 3).test == parts.test)
  }

  @Test func groupsAreNeverDivided() throws {
    let groups = (0..<90).map { $0 / 5 }
    for test in [nil, Array(70..<90)] {
      let parts = try data(90, groups: groups, officialTest: test).parts(seed: 0)
      let sets = [parts.train, parts.validation, parts.test].map { Set($0.map { groups[$0] }) }
      #expect(sets.map(\.count).reduce(0, +) == 18)
      #expect((parts.train + parts.validation + parts.test).sorted() == Array(0..<90))
    }
    let error = #expect(throws: VitroError.self) {
      try data(90, groups: groups, officialTest: Array(71..<90)).parts(seed: 0)
    }
    #expect(error?.description.contains("group 14") == true)
  }

  /// A source of which only the labels are known.
  private struct Unread: LabeledSource {
    let name = "unread"
    let source: String? = nil
    var labels: [Int]
    let classNames = ["a", "b", "c"]
    var groups: [Int]?
    var officialTest: [Int]?
    let files: [String] = []
    let exampleShape = [1]
    var count: Int { labels.count }
    func subset(_ positions: [Int]) -> Unread { Unread(labels: positions.map { labels[$0] }) }
    func batch(_ indices: [Int]) throws -> Batch { throw VitroError(.unsupported, "reading", "nothing is read") }
  }

  @Test func dividingReadsNoExample() throws {
    for test in [nil, Array(70..<90)] {
      let whole = try data(90, officialTest: test)
      #expect(try Unread(labels: whole.labels, officialTest: test).parts(seed: 4) == whole.parts(seed: 4))
    }
  }

  @Test func tooLittleIsRefused() throws {
    #expect(throws: VitroError.self) { try data(3).parts(seed: 0) }
    #expect(throws: VitroError.self) { try data(90, groups: (0..<90).map { $0 / 45 }).parts(seed: 0) }
  }
}
