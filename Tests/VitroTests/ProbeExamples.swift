import Testing
import Vitro

/// The samples of probes on rows of features.
@Suite struct ProbeExamples {
  private let activations: Tensor
  private let labels: [Int]
  private let words = (0..<300).map { $0 % 25 }

  init() throws {
    var stream = RandomStream(seed: 0, "activations")
    labels = (0..<300).map { $0 % 25 % 2 }
    let shift = try Tensor(labels.map { Double($0) * 3 }).expandingAxis(1)
    activations = try stream.normal([300, 6], dtype: .float64) + shift
  }

  @Test func targetsAndParts() throws {
    // docs:ProbeTarget
    let sentiment = ProbeTarget.classes([0, 1, 1, 0], count: 2)
    let topics = ProbeTarget.multiLabel(try Tensor(rows: [[1.0, 0], [1, 1], [0, 1], [0, 0]]))
    let length = ProbeTarget.values(try Tensor(rows: [[3.5], [1], [4], [2.5]]))
    // docs:end
    #expect([sentiment, topics, length].map(\.rowCount) == [4, 4, 4])
    #expect([sentiment, topics, length].map(\.outputCount) == [2, 2, 1])
    let labels = (0..<300).map { $0 % 3 }
    // docs:ProbeRows
    let rows = try ProbeRows(activations, .classes(labels, count: 3), types: words)
    let first = try rows.rows(Array(0..<100))
    // docs:end
    #expect(first.count == 100 && first.types == Array(words[..<100]))
    // docs:ProbeParts
    let split = try Splits.stratified(labels: labels, shares: [0.6, 0.2, 0.2], seed: 0)
    let parts = try ProbeParts(rows, train: split[0], validation: split[1], test: split[2])
    // docs:end
    #expect([parts.train.count, parts.validation.count, parts.test.count] == [180, 60, 60])
  }

  @Test func aProbeWithItsControl() throws {
    // docs:probing rows
    let split = try Splits.stratified(labels: labels, shares: [0.6, 0.2, 0.2], seed: 0)
    let rows = try ProbeRows(activations, .classes(labels, count: 2), types: words)
    let parts = try ProbeParts(rows, train: split[0], validation: split[1], test: split[2])
    let result = try Probe(ProbeSettings(.logistic)).run(parts)
    print(result.scores.value, result.control.selectivity, result.control.pValue, result.baseline)
    // docs:end
    #expect(result.scores.value.value > 0.95)
    try details(result)
    try settings(parts)
    try fits(parts)
    try codes(parts)
    try repetitions(rows)
    // docs:ControlledProbe
    let again = try Probe(ProbeSettings(.logistic)).run(parts)
    let accuracy = again.scores[.accuracy]  // on the test part, with its interval
    let selectivity = again.control.selectivity  // how much of it is not the probe's own doing
    let majority = again.baseline  // the score of always answering the most frequent class
    // docs:end
    #expect(accuracy == result.scores.value && selectivity == result.control.selectivity && majority > 0.4)
  }

  private func details(_ result: ControlledProbe) throws {
    // docs:ControlTask
    let control = result.control.task
    print(control.explanation)  // what was done, in a sentence
    print(control.ceiling ?? 1)  // the largest accuracy that learning types by heart can reach, chance aside
    // docs:end
    #expect(control.rule == .byType && control.ceiling == 1)
  }

  private func settings(_ parts: ProbeParts) throws {
    do {
      // docs:ProbeSettings
      var settings = ProbeSettings(.kSparse)
      settings.neurons = 4
      let result = try Probe(settings).run(parts)
      // docs:end
      #expect(result.fit.neurons?[0].count == 4)
    }
    // docs:SparsityCurve
    let curve = try Probe().sparsityCurve(parts, neurons: [1, 2, 4])
    for (neurons, result) in zip(curve.neurons, curve.results) { print(neurons, result.scores.value.value) }
    // docs:end
    #expect(curve.results.map { $0.fit.neurons?[0].count } == [1, 2, 4])
    // docs:Probe
    let probe = Probe(ProbeSettings(.logistic, seed: 1))
    let result = try probe.run(parts)  // never without its control
    print(result.scores[.accuracy]?.value ?? 0, result.control.selectivity.value)
    // docs:end
    #expect(result.fit.settings.seed == 1)
  }

  private func fits(_ parts: ProbeParts) throws {
    // docs:ProbeFit
    let fit = try Probe(ProbeSettings(.logistic)).fit(parts.train, validation: parts.validation)
    let direction = fit.linearModels?[0].weights  // in the coordinates of the raw features
    let answers = try fit.predictions(parts.test.features).classes
    // docs:end
    #expect(direction?.shape == [1, 6] && answers.count == 60)
    // docs:ProbeScores
    let scores = try fit.scores(parts.test)
    if let area = scores[.auc] { print(area.value, area.low, area.high) }
    // docs:end
    #expect(scores[.auc] != nil)
    let unseen = parts.test.features
    // docs:ProbePredictions
    let predictions = try fit.predictions(unseen)
    let classes = try predictions.classes  // the class of each row
    let probabilities = try predictions.probabilities()  // [rows, classes]
    // docs:end
    #expect(classes == answers && probabilities.shape == [60, 2])
  }

  private func codes(_ parts: ProbeParts) throws {
    // docs:OnlineCode
    let codes = try Probe().onlineCode(parts.train, validation: parts.validation)
    print(codes.task.compression, codes.control.compression)  // times shorter than without features
    // docs:end
    #expect(codes.task.compression > codes.control.compression)
  }

  private func repetitions(_ rows: ProbeRows) throws {
    // docs:RepeatedProbe
    let folds = try Probe().crossValidated(rows, folds: 5)
    print(folds.score.value, folds.score.low, folds.score.high, folds.caveat)
    // docs:end
    #expect(folds.results.count == 5)
  }

  @Test func manyQuestions() throws {
    // docs:BinomialTest
    let p = try BinomialTest.probability(ofAtLeast: 9, trials: 10)  // 11/1024, of nine or ten heads
    let paired = try BinomialTest.signTest([1, 1, 1, 0], against: [0, 0, 0, 0])  // 1/8: three of three that differ
    // docs:end
    #expect(abs(p - 11.0 / 1024) < 1e-15 && abs(paired - 0.125) < 1e-15)
    // docs:MultipleComparisons
    let adjusted = try MultipleComparisons.holm([0.01, 0.04, 0.03])  // [0.03, 0.06, 0.06]
    let found = try MultipleComparisons.holdAfterHolm([0.01, 0.04, 0.03], level: 0.05)  // 1: the first alone
    // docs:end
    #expect(zip(adjusted, [0.03, 0.06, 0.06]).allSatisfy { abs($0 - $1) < 1e-15 } && found == 1)
  }
}
