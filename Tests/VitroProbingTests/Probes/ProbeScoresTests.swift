import Testing
import VitroCore
import VitroFitting
import VitroTensor

@testable import VitroProbing

@Suite struct ProbeScoresTests {
  /// Scores as in Tests/References/fitting.py.
  private func score(_ row: Int, _ output: Int) -> Double {
    Double((row * 7 + output * 11 + row * output) % 13) / 4 - 1.5
  }

  private func answers(
    _ meaning: ProbePredictions.Meaning, outputs: Int, areLogOdds: Bool = true
  ) throws -> ProbePredictions {
    let values = (0..<40).flatMap { row in (0..<outputs).map { score(row, $0) } }
    return try ProbePredictions(meaning, scores: Tensor(values, shape: [40, outputs]), areLogOdds: areLogOdds)
  }

  private func scores(_ answers: ProbePredictions, _ target: ProbeTarget, groups: [Int]? = nil) throws -> ProbeScores {
    try ProbeScores(answers, of: ProbeRows(Tensor.zeros([40, 1]), target, groups: groups), seed: 0)
  }

  @Test func scoresOfClassesAreThoseOfScikitLearn() throws {
    let labels = (0..<40).map { ($0 * $0 + $0 / 5) % 3 }
    let found = try scores(answers(.classes, outputs: 3), .classes(labels, count: 3))
    let expected: [(ProbeMetric, Double)] = [
      (.accuracy, 0.325), (.balancedAccuracy, 0.32265512265512264), (.macroF1, 0.32152077807250223),
      (.auc, 0.46476767294008675),
    ]
    for (metric, value) in expected { #expect(abs(try #require(found[metric]).value - value) < 1e-12, "\(metric)") }
    #expect(try found[.accuracy] == Estimate.clopperPearson(successes: 13, trials: 40))
    #expect(found[.error]?.value == 1 - (found[.accuracy]?.value ?? 0))
    #expect(found[.error]?.low == 1 - (found[.accuracy]?.high ?? 0))
  }

  @Test func scoresOfLabelsAreThoseOfScikitLearn() throws {
    let truth = (0..<40).flatMap { row in (0..<2).map { Double((row * row + $0 * row) % 5 < 2 ? 1 : 0) } }
    let found = try scores(answers(.labels, outputs: 2), .multiLabel(Tensor(truth, shape: [40, 2])))
    let expected: [(ProbeMetric, Double)] = [
      (.accuracy, 0.4375), (.balancedAccuracy, 0.4427083333333333), (.macroF1, 0.47120708748615725),
      (.auc, 0.44205729166666674),
    ]
    for (metric, value) in expected { #expect(abs(try #require(found[metric]).value - value) < 1e-12, "\(metric)") }
  }

  @Test func scoresOfValuesAreThoseOfScikitLearn() throws {
    let truth = (0..<40).flatMap { row in (0..<2).map { score(row, $0) * 0.8 + Double(row % 3) / 3 } }
    let found = try scores(answers(.values, outputs: 2), .values(Tensor(truth, shape: [40, 2])))
    #expect(abs(found.value.value - 0.6675577636998915) < 1e-12)
    #expect(found.estimates.count == 1)
  }

  @Test func everyIntervalHoldsItsValue() throws {
    let labels = (0..<40).map { ($0 * $0 + $0 / 5) % 3 }
    for groups in [nil, (0..<40).map { $0 / 4 }] {
      let found = try scores(answers(.classes, outputs: 3), .classes(labels, count: 3), groups: groups)
      #expect(found.estimates.count == 5)
      for (metric, estimate) in found.estimates {
        #expect(estimate.low <= estimate.value && estimate.value <= estimate.high, "\(metric)")
        #expect(estimate.low < estimate.high, "\(metric)")
      }
      #expect(found.groups == groups.map { _ in 10 })
    }
  }

  @Test func groupsThatAgreeWithinWidenTheInterval() throws {
    // Ten groups of forty rows, each all right or all wrong.
    let right = (0..<400).map { $0 / 40 % 2 == 0 ? 1.0 : -1 }
    let answers = try ProbePredictions(
      .classes, scores: Tensor(right.flatMap { [-$0, $0] }, shape: [400, 2]), areLogOdds: true)
    let target = ProbeTarget.classes([Int](repeating: 1, count: 400), count: 2)
    func width(_ groups: [Int]?) throws -> Double {
      let rows = try ProbeRows(Tensor.zeros([400, 1]), target, groups: groups)
      let accuracy = try #require(try ProbeScores(answers, of: rows, seed: 0)[.accuracy])
      return accuracy.high - accuracy.low
    }
    #expect(try width((0..<400).map { $0 / 40 }) > 4 * width(nil))
  }

  @Test func anAreaNeedsTwoSides() throws {
    let target = ProbeTarget.classes([Int](repeating: 0, count: 40), count: 2)
    let found = try scores(answers(.classes, outputs: 2), target)
    #expect(found[.auc] == nil)
    #expect(found[.accuracy] != nil)
    let constant = try Tensor.ones([40, 2])
    #expect(throws: VitroError.self) { try scores(answers(.values, outputs: 2), .values(constant)) }
    #expect(throws: VitroError.self) { try scores(answers(.values, outputs: 2), target) }
    #expect(throws: VitroError.self) { try answers(.values, outputs: 2).classes }
    #expect(throws: VitroError.self) { try answers(.classes, outputs: 2, areLogOdds: false).probabilities() }
  }

  @Test func areasOfDrawsAreThoseOfTheDrawnRows() throws {
    let scores = (0..<30).map { Double($0 * 7 % 10) / 10 }
    let positive = (0..<30).map { $0 * $0 % 5 < 2 }
    let ranked = RankedAnswers(positive, scores)
    for draw in 0..<50 {
      var stream = RandomStream(seed: 1, "draw", draw)
      let rows = stream.draw(words: 30).map { Int($0 % 30) }
      var counts = [Int](repeating: 0, count: 30)
      for row in rows { counts[row] += 1 }
      let expected = try Scores.rocAUC(positives: rows.map { positive[$0] }, scores: rows.map { scores[$0] })
      #expect(abs(ranked.area(counts: counts) - expected) < 1e-12)
    }
  }
}
