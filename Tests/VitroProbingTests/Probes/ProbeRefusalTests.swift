import Testing
import VitroCore
import VitroFitting
import VitroTensor

@testable import VitroProbing

@Suite struct ProbeRefusalTests {
  private let features: Tensor
  private let labels: [Int]

  init() throws { (features, labels, _) = try Planted.classes(rows: 60, width: 4, signal: 2) }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  private func divided(_ labels: [Int], count: Int) throws -> ProbeParts {
    try Planted.parts(ProbeRows(features, .classes(labels, count: count)))
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity]) func aFeatureThatIsNotFiniteIsNamed(_ value: Double) throws {
    let whole = try features.doubles
    for place in 0..<240 {
      var values = whole
      values[place] = value
      let broken = try Tensor(values, shape: [60, 4])
      let found = message { _ = try ProbeRows(broken, .classes(labels, count: 2)) }
      #expect(found.contains("feature \(place % 4) of row \(place / 4) is"))
    }
  }

  @Test func oneClassAloneIsRefusedWhereverItIs() {
    for only in 0..<2 {
      let found = message { _ = try divided([Int](repeating: only, count: 60), count: 2) }
      #expect(found.contains("all 36 training rows are of class \(only)"))
    }
    let late = (0..<60).map { $0 < 36 ? 0 : 1 }
    #expect(message { _ = try divided(late, count: 2) }.contains("all 36 training rows are of class 0"))
  }

  @Test func classesWithoutTrainingRowsAreNamed() {
    for row in 36..<60 {
      var labels = labels
      labels[row] = 2
      let found = message { _ = try divided(labels, count: 3) }
      #expect(found.contains("class 2 has no row in the training part"))
    }
    // The parts need not come from one matrix, so their classes may differ though each is in range.
    let found = message {
      let train = try ProbeRows(features, .classes(labels, count: 2))
      let other = try ProbeRows(features, .classes(labels.map { $0 * 2 }, count: 3))
      _ = try ProbeParts(train: train, validation: other, test: train)
    }
    #expect(found.contains("the validation part has classes (3), the training part classes (2)"))
  }

  @Test func fewerRowsThanClassesAreRefused() {
    for count in 37...60 {
      let found = message { _ = try divided((0..<60).map { $0 % count }, count: count) }
      #expect(found.contains("fewer rows (36) than classes (\(count))"))
    }
  }

  @Test func labelsOutOfRangeAreNamed() {
    for row in 0..<60 {
      for wrong in [-1, 2, Int.min, Int.max] {
        var labels = labels
        labels[row] = wrong
        let found = message { _ = try ProbeRows(features, .classes(labels, count: 2)) }
        #expect(found.contains("the label of row \(row) is \(wrong), expected 0 ..< 2"))
      }
    }
    #expect(message { _ = try ProbeRows(features, .classes(labels, count: 1)) }.contains("there are 1 classes"))
    #expect(message { _ = try ProbeRows(features, .classes([0, 1], count: 2)) }.contains("2 targets for 60 rows"))
  }

  @Test func tablesThatCannotBeTargetsAreRefused() throws {
    let table = try Tensor((0..<120).map { Double($0 % 3 == 0 ? 1 : 0) }, shape: [60, 2])
    for place in 0..<120 {
      var values = try table.doubles
      values[place] = 0.5
      let broken = try Tensor(values, shape: [60, 2])
      let found = message { _ = try ProbeRows(features, .multiLabel(broken)) }
      #expect(found.contains("label \(place % 2) of row \(place / 2) is 0.5, expected 0 or 1"))
      values[place] = .nan
      let undefined = try Tensor(values, shape: [60, 2])
      #expect(
        message { _ = try ProbeRows(features, .values(undefined)) }.contains("value \(place % 2) of row \(place / 2)"))
    }
    let constant = try Tensor((0..<120).map { Double($0 % 2) * Double($0) }, shape: [60, 2])
    #expect(
      message { _ = try Planted.parts(ProbeRows(features, .values(constant))) }.contains("output 0 is 0.0 in all 36"))
    let cube = try Tensor.zeros([60, 2, 2])
    #expect(message { _ = try ProbeRows(features, .values(cube)) }.contains("expected [rows, outputs]"))
  }

  @Test func shapesThatDoNotFitAreRefused() throws {
    #expect(message { _ = try ProbeRows(Tensor.zeros([0, 4]), .classes([], count: 2)) }.contains("nothing to probe"))
    #expect(message { _ = try ProbeRows(Tensor.zeros([4]), .classes(labels, count: 2)) }.contains("[rows, width]"))
    let rows = try ProbeRows(features, .classes(labels, count: 2))
    let narrow = try ProbeRows(features.slice(axis: 1, 0..<3), .classes(labels, count: 2))
    #expect(message { _ = try ProbeParts(train: rows, validation: narrow, test: rows) }.contains("3 features"))
    #expect(message { _ = try rows.rows([60]) }.contains("row 60 of 60"))
    #expect(message { _ = try rows.rows([]) }.contains("nothing to probe"))
    #expect(
      message { _ = try ProbeRows(features, .classes(labels, count: 2), groups: [1]) }.contains("1 groups for 60 rows"))
    let fit = try Probe().fit(rows, validation: rows)
    #expect(message { _ = try fit.predictions(narrow.features) }.contains("the probe reads [rows, 4]"))
  }

  @Test(arguments: ProbeKind.allCases) func aKindThatCannotReadATargetNamesThoseThatCan(_ kind: ProbeKind) throws {
    let rows = try ProbeRows(features, .values(features.slice(axis: 1, 0..<1)))
    let found = message { _ = try Probe(ProbeSettings(kind)).run(Planted.parts(rows)) }
    #expect(kind == .ridge || kind == .mlp ? found == "no error" : found.contains("'ridge', 'mlp'"))
    let classes = try divided(labels, count: 2)
    let code = message { _ = try Probe(ProbeSettings(kind)).onlineCode(classes.train, validation: classes.validation) }
    #expect(kind.givesProbabilities ? code == "no error" : code.contains("'logistic', 'lda', 'mlp', 'kSparse'"))
  }

  @Test func settingsThatCannotWorkAreRefused() throws {
    let parts = try divided(labels, count: 2)
    let broken: [(ProbeSettings, String)] = [
      (ProbeSettings(strengths: []), "no strengths"), (ProbeSettings(strengths: [1, 0]), "a strength is 0.0"),
      (ProbeSettings(strengths: [.nan]), "a strength is nan"), (ProbeSettings(neurons: 0), "0 neurons"),
      (ProbeSettings(hiddenUnits: 0), "0 hidden units"), (ProbeSettings(tolerance: 0), "the tolerance is 0.0"),
      (ProbeSettings(hiddenUnits: .max), "hidden units"),
      (ProbeSettings(.massMean, metric: .withinClass(ridge: -1)), "the ridge is -1.0"),
      (ProbeSettings(.lda, shrinkage: .fixed(2)), "the shrinkage is 2.0"),
    ]
    for (settings, expected) in broken {
      #expect(message { _ = try Probe(settings).run(parts) }.contains(expected))
    }
    #expect(message { _ = try Probe().repeated(parts, seeds: [1]) }.contains("two or more different"))
    #expect(message { _ = try Probe().crossValidated(parts.train, folds: 1) }.contains("1 folds"))
    #expect(message { _ = try Probe().crossValidated(parts.train, folds: 37) }.contains("37 folds"))
    let wide = try ProbeRows(
      Tensor.ones([4, 9000]) * Tensor(Array(0..<4).map(Float.init)).expandingAxis(1), .classes([0, 1, 0, 1], count: 2))
    #expect(message { _ = try Probe(ProbeSettings(.lda)).fit(wide, validation: wide) }.contains("9000 × 9000"))
  }

  @Test(arguments: ProbeKind.allCases) func aFitStopsOnRequest(_ kind: ProbeKind) throws {
    struct Stopping: Observer {
      func update(_ progress: ProgressUpdate) {}
      var shouldStop: Bool { true }
    }
    let error = #expect(throws: VitroError.self) {
      try Probe(ProbeSettings(kind)).run(divided(labels, count: 2), observer: Stopping())
    }
    #expect(error?.code == .interrupted)
  }

  @Test(arguments: ProbeKind.allCases) func featuresThatDoNotVaryReadNothing(_ kind: ProbeKind) throws {
    let rows = try ProbeRows(Tensor.ones([60, 4], dtype: .float64), .classes(labels, count: 2))
    let shrunk = ProbeSettings(kind, shrinkage: .fixed(0.5))
    do {
      let result = try Probe(shrunk).run(Planted.parts(rows))
      #expect(result.scores.value.value == 0.5)
      #expect(result.control.selectivity.contains(0))
    } catch let error as VitroError {
      // A covariance of nothing but zeros has no inverse.
      #expect(kind == .lda && error.code == .numerical, "\(kind): \(error)")
    }
  }
}
