import Testing
import VitroCore
import VitroFitting
import VitroTensor

/// Divisions that keep groups whole, over many random data sets.
@Suite struct GroupSplitsTests {
  private struct Rows {
    var groups: [Int]
    var labels: [Int]

    /// 400 rows of 3 classes in groups of 1 to about 12, numbered with gaps.
    init(seed: UInt64) throws {
      var stream = RandomStream(seed: seed, "rows")
      let draws = try stream.uniform([800], dtype: .float64).doubles
      groups = (0..<400).map { Int(draws[$0] * draws[$0] * 90) * 7 - 20 }
      labels = (0..<400).map { draws[400 + $0] < 0.6 ? 5 : draws[400 + $0] < 0.9 ? 1 : 9 }
    }
  }

  @Test(arguments: 0..<20) func groupsStayWholeAndClassesKeepTheirShares(seed: Int) throws {
    let rows = try Rows(seed: UInt64(seed))
    let shares = [0.6, 0.25, 0.15]
    let parts = try Splits.grouped(groups: rows.groups, labels: rows.labels, shares: shares, seed: UInt64(seed))
    #expect(parts.flatMap(\.self).sorted() == Array(0..<400))
    #expect(parts.allSatisfy { $0 == $0.sorted() })
    for (first, second) in [(0, 1), (0, 2), (1, 2)] {
      #expect(Set(parts[first].map { rows.groups[$0] }).isDisjoint(with: parts[second].map { rows.groups[$0] }))
    }
    for label in [5, 1, 9] {
      let total = rows.labels.count { $0 == label }
      for (part, share) in zip(parts, shares) {
        let got = Double(part.count { rows.labels[$0] == label })
        #expect(abs(got - share * Double(total)) <= max(4, 0.08 * Double(total)), "class \(label)")
      }
    }
    let again = try Splits.grouped(groups: rows.groups, labels: rows.labels, shares: shares, seed: UInt64(seed))
    #expect(again == parts)
  }

  @Test func labelsMakeTheDivisionMoreEven() throws {
    var (plain, stratified) = (0.0, 0.0)
    for seed in 0..<20 as Range<UInt64> {
      let rows = try Rows(seed: seed)
      func deviation(_ parts: [[Int]]) -> Double {
        [5, 1, 9].reduce(0) { sum, label in
          let total = Double(rows.labels.count { $0 == label })
          return sum + parts.reduce(0) { $0 + abs(Double($1.count { rows.labels[$0] == label }) - total / 2) / total }
        }
      }
      plain += deviation(try Splits.grouped(groups: rows.groups, shares: [1, 1], seed: seed))
      stratified += deviation(try Splits.grouped(groups: rows.groups, labels: rows.labels, shares: [1, 1], seed: seed))
    }
    #expect(stratified < plain / 2, "\(stratified) against \(plain)")
  }

  @Test func foldsTestEachGroupOnce() throws {
    let rows = try Rows(seed: 3)
    let folds = try Splits.folds(5, groups: rows.groups, labels: rows.labels, seed: 1)
    #expect(folds.flatMap(\.test).sorted() == Array(0..<400))
    for fold in folds {
      #expect((fold.training + fold.test).sorted() == Array(0..<400))
      #expect(Set(fold.training.map { rows.groups[$0] }).isDisjoint(with: fold.test.map { rows.groups[$0] }))
      #expect(abs(fold.test.count - 80) <= 10)
    }
    #expect(try Splits.folds(5, groups: rows.groups, labels: rows.labels, seed: 2).map(\.test) != folds.map(\.test))
  }

  @Test func noPartIsEmptyWhileThereAreGroups() throws {
    for groups in 3...6 {
      let parts = try Splits.grouped(groups: Array(0..<groups), shares: [0.98, 0.01, 0.01], seed: 0)
      #expect(parts.allSatisfy { !$0.isEmpty }, "\(groups) groups: \(parts)")
    }
  }

  @Test func theImpossibleIsRefused() {
    #expect(throws: VitroError.self) { try Splits.grouped(groups: [4, 4, 7], shares: [1, 1, 1], seed: 0) }
    #expect(throws: VitroError.self) { try Splits.grouped(groups: [4, 5], labels: [1], shares: [1, 1], seed: 0) }
    #expect(throws: VitroError.self) { try Splits.grouped(groups: [4, 5], shares: [1, 0], seed: 0) }
    #expect(throws: VitroError.self) { try Splits.grouped(groups: [], shares: [1, 1], seed: 0) }
    #expect(throws: VitroError.self) { try Splits.folds(1, groups: [1, 2], seed: 0) }
    #expect(throws: VitroError.self) { try Splits.folds(Int.max, groups: [1, 2], seed: 0) }
    #expect(throws: VitroError.self) { try Splits.stratified(labels: [0, 1, 2], shares: [0.6, 0.2, 0.2], seed: 0) }
    #expect(throws: VitroError.self) { try Splits.random(rows: 2, shares: [1, 1, 1], seed: 0) }
    #expect(throws: VitroError.self) { try Splits.random(rows: -1, shares: [1], seed: 0) }
  }
}
