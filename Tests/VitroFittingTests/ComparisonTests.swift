import Testing
import VitroCore
import VitroFitting
import VitroTensor

@Suite struct ComparisonTests {
  @Test func holmMultipliesByWhatIsLeft() throws {
    #expect(try MultipleComparisons.holm([]).isEmpty)
    #expect(try MultipleComparisons.holm([0.02]) == [0.02])
    #expect(
      try relativeDifference(MultipleComparisons.holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02]) < 1e-12)
    #expect(try MultipleComparisons.holm([0.6, 0.5, 1]) == [1, 1, 1])
    #expect(try MultipleComparisons.holdAfterHolm([0.01, 0.04, 0.03, 0.005]) == 2)
    #expect(try MultipleComparisons.holdAfterHolm([0.01, 0.04, 0.03, 0.005], level: 0.02) == 1)
    for wrong in [-0.1, 1.1, .nan] {
      #expect(throws: VitroError.self) { try MultipleComparisons.holm([0.5, wrong]) }
      #expect(throws: VitroError.self) { try MultipleComparisons.holdAfterHolm([0.5], level: wrong) }
    }
  }

  @Test func holmKeepsTheOrderAndNeverLowersAPValue() throws {
    for draw in 0..<100 {
      var stream = RandomStream(seed: 0, "p-values", draw)
      let values = stream.draw(words: 1 + draw % 9).map { Double($0) / Double(UInt32.max) }
      let adjusted = try MultipleComparisons.holm(values)
      for i in values.indices {
        #expect(adjusted[i] >= values[i])
        #expect(adjusted[i] <= min(1, values[i] * Double(values.count)) || values.contains { $0 < values[i] })
        for j in values.indices where values[i] <= values[j] { #expect(adjusted[i] <= adjusted[j]) }
      }
    }
  }

  @Test func binomialProbabilitiesAreThoseOfSciPy() throws {
    let expected = [
      (9, 10, 0.5, 0.0107421875), (0, 5, 0.5, 1), (60, 100, 0.5, 0.028443966820490444),
      (7, 20, 0.1, 0.002386089408966118), (900, 1000, 0.85, 2.0389661274727654e-06),
    ]
    for (successes, trials, chance, probability) in expected {
      let found = try BinomialTest.probability(ofAtLeast: successes, trials: trials, chance: chance)
      #expect(abs(found / probability - 1) < 1e-10, "\(successes) of \(trials)")
    }
    for (successes, trials, chance) in [(-1, 2, 0.5), (3, 2, 0.5), (1, 2, 0), (1, 2, .nan), (0, -1, 0.5)] {
      #expect(throws: VitroError.self) {
        try BinomialTest.probability(ofAtLeast: successes, trials: trials, chance: chance)
      }
    }
  }

  @Test func theSignTestLooksOnlyAtPairsThatDiffer() throws {
    let first = [1.0, 1, 1, 0, 1, 0, 1, 1]
    let second = [0.0, 0, 0, 0, 1, 1, 0, 1]
    // Four for the first, one for the second: P(X ≥ 4 of 5) = 6/32.
    #expect(abs(try BinomialTest.signTest(first, against: second) - 6.0 / 32) < 1e-12)
    #expect(abs(try BinomialTest.signTest(second, against: first) - 31.0 / 32) < 1e-12)
    #expect(try BinomialTest.signTest(first, against: first) == 1)
    // By groups: +3, 0 (one for, one against), 0.
    let grouped = try BinomialTest.signTest(first, against: second, groups: [4, 4, 4, 9, 9, 2, 2, 9])
    #expect(abs(grouped - 0.5) < 1e-12)
    #expect(throws: VitroError.self) { try BinomialTest.signTest([1], against: []) }
    #expect(throws: VitroError.self) { try BinomialTest.signTest([1], against: [.nan]) }
    #expect(throws: VitroError.self) { try BinomialTest.signTest([1], against: [0], groups: []) }
  }

  @Test func intervalsOfSeveralStatisticsAreThoseOfEach() throws {
    let values = (0..<40).map { Double($0 * $0 % 11) }
    let mean = { (rows: [Int]) in rows.reduce(0) { $0 + values[$1] } / Double(rows.count) }
    let largest = { (rows: [Int]) in rows.reduce(0) { max($0, values[$1]) } }
    let both = try Bootstrap.intervals(rows: 40, resamples: 200, seed: 3) { [mean($0), largest($0)] }
    #expect(both[0] == (try Bootstrap.interval(rows: 40, resamples: 200, seed: 3, statistic: mean)))
    #expect(both[1] == (try Bootstrap.interval(rows: 40, resamples: 200, seed: 3, statistic: largest)))
  }

  @Test func aModelOfStandardizedFeaturesIsOneOfRawOnes() throws {
    let (x, labels) = try Fixture.data(rows: 60, features: 5, classes: 3, signal: 0.3)
    let raw = try x * Tensor([1.0, 20, 0.1, 3, 1]) + Tensor([0.0, 50, 2, -7, 0])
    let standardizer = try Standardizer(fitting: raw)
    let model = try MassMean().fit(standardizer(raw), labels: labels, classCount: 3)
    let scores = try model.scores(standardizer(raw)).doubles
    #expect(try relativeDifference(model.inRawCoordinates(of: standardizer).scores(raw).doubles, scores) < 1e-10)
    let other = try Standardizer(mean: [0], scale: [1])
    #expect(throws: VitroError.self) { try model.inRawCoordinates(of: other) }
  }
}
