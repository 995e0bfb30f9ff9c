import Testing
import VitroFitting

@Suite struct SplitsTests {
  private let labels = (0..<103).map { $0 % 10 == 0 ? 2 : $0 % 2 }

  private func isPartition(_ parts: [[Int]], of rows: Int) -> Bool { parts.flatMap(\.self).sorted() == Array(0..<rows) }

  @Test func stratifiedPartsHoldTheirShareOfEachClass() throws {
    let shares = [0.6, 0.2, 0.2]
    let parts = try Splits.stratified(labels: labels, shares: shares, seed: 3)
    #expect(isPartition(parts, of: labels.count))
    for label in 0..<3 {
      let total = Double(labels.count { $0 == label })
      for (part, share) in zip(parts, shares) {
        #expect(abs(Double(part.count { labels[$0] == label }) - share * total) <= 1)
      }
    }
    #expect(try Splits.stratified(labels: labels, shares: shares, seed: 3) == parts)
    #expect(try Splits.stratified(labels: labels, shares: shares, seed: 4) != parts)
  }

  @Test func noGroupStandsInTwoParts() throws {
    let groups = (0..<103).map { $0 * $0 % 17 }
    let parts = try Splits.grouped(groups: groups, shares: [0.7, 0.3], seed: 1)
    #expect(isPartition(parts, of: 103))
    #expect(Set(parts[0].map { groups[$0] }).isDisjoint(with: parts[1].map { groups[$0] }))
    #expect(abs(parts[0].count - 72) <= 8)
    #expect(throws: (any Error).self) { try Splits.grouped(groups: [1, 1, 1], shares: [1, 1], seed: 0) }
  }

  @Test func everyRowIsTestedOnce() throws {
    let folds = try Splits.folds(5, labels: labels, seed: 9)
    #expect(isPartition(folds.map(\.test), of: 103))
    for fold in folds {
      #expect(isPartition([fold.training, fold.test], of: 103))
      #expect(fold.test.count == 20 || fold.test.count == 21)
    }
    let groups = (0..<103).map { $0 / 4 }
    let byGroup = try Splits.folds(4, groups: groups, seed: 9)
    #expect(isPartition(byGroup.map(\.test), of: 103))
    for fold in byGroup {
      #expect(Set(fold.training.map { groups[$0] }).isDisjoint(with: fold.test.map { groups[$0] }))
    }
    #expect(throws: (any Error).self) { try Splits.folds(1, labels: labels, seed: 0) }
    #expect(throws: (any Error).self) { try Splits.folds(200, labels: labels, seed: 0) }
  }
}
