import Foundation
import Testing
import VitroCore
import VitroData
import VitroFitting
import VitroLab
import VitroNetworks
import VitroTensor

@testable import VitroProbing

@Suite struct NetworkProbingTests {
  @Test func everyKindReadsThePlantedClassWhereItBecomesLinear() throws {
    try withPlanted { planted in
      var study = try planted.study()
      study.probes = ProbeKind.allCases
      (study.neurons, study.hidden) = (2, 32)
      let facts = try planted.run(study).facts
      let readings = try NetworkReading.all(facts)
      #expect(readings.count == 4 * ProbeKind.allCases.count)
      #expect(readings.map(\.tap).prefix(7).last == "hidden", "in the order of the network")
      for reading in readings {
        #expect(abs(reading.control - 0.5) < 0.17, "\(reading.kind) at \(reading.tap): nothing to read")
        #expect(abs(reading.selectivity - (reading.accuracy - reading.control)) < 1e-9)
      }
      for kind in ProbeKind.allCases {
        func accuracy(_ tap: String) -> Double? { readings.first { $0.tap == tap && $0.kind == kind }?.accuracy }
        let (input, relu) = (try #require(accuracy("input")), try #require(accuracy("relu")))
        if kind.isLinear { #expect(input < 0.65, "\(kind) at the input") } else { #expect(input > 0.85) }
        if kind != .kSparse { #expect(relu > 0.9, "\(kind) at the ReLU") }
      }
      guard case .object(let sparsity)? = facts["sparsity"], case .array(let points)? = sparsity["points"] else {
        Issue.record("k-sparse probes have a curve")
        return
      }
      #expect(points.count == 1 || points.count == 3, "sizes 1, 2 and 4, or the one number of the output")
      #expect(try planted.report().sections.map(\.id) == ["probes", "sparsity", "readings"])
    }
  }

  @Test(arguments: [(3, 1), (0, 3)]) func severalDivisionsHaveIntervalsAndACaveat(folds: Int, repeats: Int) throws {
    try withPlanted { planted in
      var study = try planted.study()
      (study.folds, study.repeats, study.code, study.raw, study.balanced) = (folds, repeats, true, true, true)
      (study.probes, study.taps, study.mostRows) = ([.lda, .massMean], ["in*", "relu"], 200)
      let readings = try NetworkReading.all(planted.run(study).facts)
      #expect(readings.map(\.tap) == ["input", "input", "relu", "relu"])
      #expect(readings.map { $0.compression != nil } == [true, false, true, false], "a mass-mean probe has no code")
      let lda = try #require(readings.first { $0.tap == "relu" })
      #expect(lda.accuracy > 0.9 && lda.low <= lda.accuracy && lda.accuracy <= lda.high && lda.pValue < 0.01)
      #expect(try #require(lda.compression) > 1.3)
      let report = try planted.report()
      let notes = report.sections.flatMap(\.blocks).compactMap { block in
        if case .note(.caveat, let text) = block { text.plainText } else { nil }
      }
      #expect(notes.contains { $0.contains(folds > 0 ? "Folds are not independent" : "Divisions are not independent") })
      #expect(report.sections.map(\.id) == ["probes", "code", "readings"])
    }
  }

  @Test func groupsAreNeverDividedAndAreTheTypesOfTheControl() throws {
    try withPlanted(groups: 60) { planted in
      let readings = try NetworkReading.all(planted.run(planted.study()).facts)
      #expect(try #require(readings.first { $0.tap == "relu" }).accuracy > 0.9)
      guard case .text(let method)? = try planted.report().sections[0].blocks.first else {
        Issue.record("the report begins with how it was done")
        return
      }
      #expect(method.plainText.contains("belong to 60 groups"))
      #expect(method.plainText.contains("gives each type one target"))
      let data = try LabeledData.load(planted.dataPath)
      for folds in [0, 4] {
        let divisions = try ProbeDivisions(data, folds: folds, repeats: 1, mostRows: nil, seed: 3)
        let groups = try #require(data.groups)
        for part in divisions.parts {
          let sets = [part.train, part.validation, part.test].map { Set($0.map { groups[$0] }) }
          #expect(sets[0].isDisjoint(with: sets[1]) && sets[0].isDisjoint(with: sets[2]))
          #expect(sets[1].isDisjoint(with: sets[2]))
        }
      }
    }
  }

  @Test func anInterruptedRunGoesOnToTheSameResult() throws {
    try withPlanted { planted in
      var study = try planted.study()
      study.probes = [.logistic, .mlp, .kSparse]
      let whole = try planted.run(study).facts
      for asked in [3, 40, 400] {
        do {
          _ = try planted.lab.run(RunConfiguration(study), observer: StoppingObserver(after: asked))
          Issue.record("asked \(asked) times, the run should have stopped")
        } catch let error as VitroError {
          #expect(error.code == .interrupted)
          let id = try #require(error.details["run"])
          _ = try planted.lab.resume(id, observer: SilentObserver())
          #expect(try planted.lab.store.facts(of: id) == whole)
          let checkpoints = planted.lab.store.directory(of: id).appending(path: "checkpoints")
          #expect(!FileManager.default.fileExists(atPath: checkpoints.path), "activations are removed")
        }
      }
    }
  }

  @Test func whatIsKeptIsNotDoneAgain() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "vitro-kept-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let kept = KeptReadings(directory: folder)
    _ = try kept.value(for: "a") { [1.5, .nan] }
    let again = try kept.value(for: "a") { [Double]() }
    #expect(again.count == 2 && again[0] == 1.5 && again[1].isNaN)
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      try Data("{".utf8).write(to: folder.appending(path: file))
    }
    let anew = try kept.value(for: "a") { [2.5] }
    #expect(anew == [2.5], "a damaged file is written anew")
  }

  @Test func whatCannotBeProbedIsNamedWithItsReason() throws {
    try withPlanted(hiddenWeight: .infinity) { planted in
      let facts = try planted.run(planted.study()).facts
      #expect(try NetworkReading.all(facts).map(\.tap) == ["input"])
      #expect("\(facts["skipped"] ?? .null)".contains("NaN or infinite"))
    }
    try withPlanted { planted in
      var study = try planted.study()
      study.widest = 3
      let facts = try planted.run(study).facts
      #expect(try NetworkReading.all(facts).map(\.tap) == ["input", "output"])
      #expect("\(facts["skipped"] ?? .null)".contains("4 features, more than 3: --widest 4"))
      study.widest = 1
      study.taps = ["hidden"]
      #expect(throws: VitroError.self) { try planted.run(study) }
    }
  }

  @Test func labelsNeedNotBeThoseOfTheNetwork() throws {
    try withPlanted { planted in
      var study = try planted.study()
      study.data = try planted.write(name: "thirds", rows: 300) { x, y in
        x < -0.33 ? "low" : x < 0.33 ? "middle" : "high"
      }
      let readings = try NetworkReading.all(planted.run(study).facts)
      #expect(try #require(readings.first { $0.tap == "input" }).accuracy > 0.9)
      #expect(try #require(readings.first { $0.tap == "output" }).accuracy < 0.75, "one number tells no thirds of x")
    }
  }

  @Test func classesWithoutTrainingExamplesAreLeftOutAndNamed() throws {
    var data = try LabeledData(
      "rare", inputs: .zeros([40, 2]), labels: (0..<40).map { $0 == 39 ? 2 : $0 % 2 }, classNames: ["a", "b", "c"],
      officialTest: Array(30..<40))
    let rare = try ProbeDivisions(data, folds: 0, repeats: 1, mostRows: nil, seed: 0)
    #expect(rare.unseen == [2: 1] && rare.classes == [0, 1] && rare.rows == Array(0..<39))
    data.officialTest = nil
    let few = try ProbeDivisions(data.subset(Array(0..<39)), folds: 0, repeats: 1, mostRows: 10, seed: 0)
    #expect(few.parts[0].train.count == 10 && Set(few.parts[0].train.map { data.labels[$0] }) == [0, 1])
  }

  @Test func pValuesOfDivisionsAreCombinedWithoutIndependence() {
    #expect(TapReading.combined([0.02]) == 0.02)
    #expect(abs(TapReading.combined([0.9, 0.01, 0.03]) - 0.045) < 1e-12)
    #expect(TapReading.combined([0.5, 0.6, 0.7, 0.8]) == 1)
  }

  @Test func whatCannotWorkIsRefusedBeforeWorkStarts() throws {
    try withPlanted { planted in
      func refuses(_ words: String, _ change: (inout NetworkProbing) throws -> Void) throws {
        var study = try planted.study()
        try change(&study)
        do {
          _ = try planted.run(study)
          Issue.record("'\(words)' is refused")
        } catch let error as VitroError {
          #expect("\(error)".contains(words), "\(error)")
        }
      }
      try refuses("NETWORK is missing") { $0.network = nil }
      try refuses("--data is missing") { $0.data = nil }
      try refuses("is not there") { $0.network = planted.folder.path + "/networc" }
      try refuses("no kind of probe") { $0.probes = [] }
      try refuses("'lda' is named twice") { $0.probes = [.lda, .logistic, .lda] }
      try refuses("1 fold") { $0.folds = 1 }
      try refuses("name one of them") { ($0.folds, $0.repeats) = (2, 2) }
      try refuses("needs probabilities") { ($0.code, $0.probes) = (true, [.ridge]) }
      try refuses("Did you mean 'relu'?") { $0.taps = ["reluu"] }
      try refuses("no tap matches 'conv*'") { $0.taps = ["conv*"] }
      try refuses("one class") { $0.data = try planted.write(name: "one", rows: 50) { _, _ in "same" } }
      try refuses("the network takes [2]") { $0.data = "digits" }
      try refuses("budget is") {
        $0.disk = 1; $0.data = try planted.write(name: "many", rows: 40_000) { x, _ in x < 0 ? "a" : "b" }
      }
    }
  }

  // MARK: Planted truth

  private func withPlanted(
    groups: Int? = nil, hiddenWeight: Float = 1, _ body: (PlantedNetwork) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "vitro-network-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(PlantedNetwork(folder, groups: groups, hiddenWeight: hiddenWeight))
  }
}
