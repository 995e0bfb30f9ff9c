import Foundation
import Testing
import VitroFitting
import VitroTensor

@Suite struct ScoresTests {
  private let scores = (0..<30).map { Double($0 * 7 % 10) / 10 }
  private let positives = (0..<30).map { $0 * $0 % 5 < 2 }

  @Test func theAreaUnderTheCurveCountsTiesByHalf() throws {
    #expect(abs(try Scores.rocAUC(positives: positives, scores: scores) - 0.4166666666666667) < 1e-15)
    #expect(try Scores.rocAUC(positives: [true, false], scores: [1, 1]) == 0.5)
    #expect(try Scores.rocAUC(positives: [true, false, false], scores: [2, 1, 0]) == 1)
    #expect(throws: (any Error).self) { try Scores.rocAUC(positives: [true, true], scores: [1, 2]) }
    #expect(throws: (any Error).self) { try Scores.rocAUC(positives: [true, false], scores: [.nan, 2]) }
  }

  @Test func agreementIsScoredAsByScikitLearn() throws {
    let truth = (0..<30).map { $0 * 5 % 3 }
    let guess = (0..<30).map { ($0 * $0 + $0 / 4) % 3 }
    let found = try ClassificationScores(labels: truth, predictions: guess, classCount: 3)
    #expect(abs(found.macroF1 - 0.45959595959595956) < 1e-15)
    #expect(abs(found.balancedAccuracy - 0.4666666666666666) < 1e-15)
    #expect(found.count == 30)
    #expect(found.confusion.flatMap(\.self).reduce(0, +) == 30)
    #expect(abs(found.majorityAccuracy - 1.0 / 3) < 1e-15)
    let binary = try ClassificationScores(
      labels: positives.map { $0 ? 1 : 0 }, predictions: scores.map { $0 > 0.45 ? 1 : 0 }, classCount: 2)
    #expect(abs(binary.f1 - 0.5454545454545454) < 1e-15)
    #expect(throws: (any Error).self) { try ClassificationScores(labels: [], predictions: [], classCount: 2) }
    #expect(throws: (any Error).self) { try ClassificationScores(labels: [0], predictions: [2], classCount: 2) }
  }

  @Test func lossAndVarianceExplainedAreThoseOfScikitLearn() throws {
    let probabilities = try Tensor(rows: scores.map { [1 - ($0 * 0.8 + 0.1), $0 * 0.8 + 0.1] })
    let loss = try Scores.logLoss(labels: positives.map { $0 ? 1 : 0 }, probabilities: probabilities)
    #expect(abs(loss - 0.9463713229600279) < 1e-13)
    let x = try Fixture.data(rows: 40, features: 5, classes: 2, signal: 0.2).x
    let slopes = try x.matmul(Tensor([1.0, 2, 3, 4, 5])).doubles
    let targets = try Tensor(
      rows: (0..<40).map { [slopes[$0] + Fixture.noise($0, 99), Fixture.noise($0, 98) + 3] })
    let explained = try Scores.rSquared(targets: targets, predictions: targets * 0.9 + 0.1)
    #expect(abs(explained - 0.7332704522675095) < 1e-12)
  }
}

@Suite struct IntervalTests {
  /// scipy.stats.binomtest; 81 of 263 and 15 of 148 are also in Newcombe (1998), table I.
  @Test(arguments: [
    (0, 10, [0, 0.27753279986288926, 0, 0.30849710781876294]),
    (1, 10, [0.017876213095072896, 0.4041500267952385, 0.0025285785444625728, 0.44501611702819543]),
    (81, 263, [0.2552885198782742, 0.36620957698280004, 0.25273674558504267, 0.36762192260134746]),
    (15, 148, [0.06238639953073629, 0.16048724172330803, 0.05784401008344801, 0.16165049034947895]),
    (29, 29, [0.8830302015002592, 1, 0.8805551309302788, 1]),
    (950, 1000, [0.9346861797557491, 0.9618697376072511, 0.9346095120845064, 0.9626646023953394]),
  ]) func binomialIntervalsAreThosePublished(_ successes: Int, _ trials: Int, _ ends: [Double]) throws {
    let wilson = try Estimate.wilson(successes: successes, trials: trials)
    let exact = try Estimate.clopperPearson(successes: successes, trials: trials)
    for (found, expected) in zip([wilson.low, wilson.high, exact.low, exact.high], ends) {
      #expect(abs(found - expected) < 1e-11)
    }
    #expect(wilson.contains(wilson.value) && exact.contains(exact.value))
  }

  @Test func impossibleCountsAreRefused() {
    for (successes, trials) in [(1, 0), (-1, 3), (4, 3)] {
      #expect(throws: (any Error).self) { try Estimate.wilson(successes: successes, trials: trials) }
      #expect(throws: (any Error).self) { try Estimate.clopperPearson(successes: successes, trials: trials) }
    }
  }

  @Test func normalQuantilesAreExactToTheLastDigits() {
    let expected = [
      (1e-10, -6.361340902404056), (0.001, -3.090232306167813), (0.025, -1.9599639845400545),
      (0.3, -0.5244005127080409), (0.9, 1.2815515655446004), (0.975, 1.959963984540054),
    ]
    for (probability, quantile) in expected {
      #expect(abs(NormalDistribution.quantile(probability) - quantile) < 1e-13 * abs(quantile))
    }
    #expect(NormalDistribution.quantile(0) == -.infinity)
    #expect(NormalDistribution.quantile(2).isNaN)
  }

  @Test func theBootstrapFindsTheSpreadOfAMean() throws {
    let values = (0..<400).map { Fixture.noise($0, 7) }
    func mean(_ rows: [Int]) -> Double { rows.reduce(0) { $0 + values[$1] } / Double(rows.count) }
    let interval = try Bootstrap.interval(rows: 400, resamples: 2000, seed: 5, statistic: mean)
    let spread = 1.96 * (1 / 12.0 / 400).squareRoot()
    #expect(abs((interval.high - interval.low) / (2 * spread) - 1) < 0.1)
    #expect(interval.contains(interval.value))
    #expect(try Bootstrap.interval(rows: 400, resamples: 2000, seed: 5, statistic: mean) == interval)
    let groups = (0..<400).map { $0 / 100 }
    let grouped = try Bootstrap.interval(rows: 400, groups: groups, resamples: 200, seed: 5) { rows in
      #expect(rows.count == 400)
      return mean(rows)
    }
    #expect(grouped != interval)
  }
}
