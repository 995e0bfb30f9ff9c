import Foundation
import Testing
import VitroCore
import VitroFitting
import VitroTensor

@testable import VitroProbing

@Suite struct ControlTests {
  @Test func withoutTypesTheTargetsOfEachPartAreShuffled() throws {
    let parts = try Planted.parts(rows: 200, count: 3)
    let controlled = try ControlledParts(parts, seed: 0)
    #expect(controlled.task.rule == .shuffled)
    #expect(controlled.task.ceiling == nil)
    for (shuffled, rows) in [
      (controlled.train, parts.train), (controlled.validation, parts.validation), (controlled.test, parts.test),
    ] {
      guard case .classes(let found, _) = shuffled, case .classes(let labels, _) = rows.target else {
        Issue.record("the control of classes has classes")
        return
      }
      #expect(found != labels)
      #expect(found.sorted() == labels.sorted())
    }
  }

  @Test func aTypeHasOneTargetInAllParts() throws {
    let parts = try Planted.parts(Planted.words(types: 20, rows: 600, width: 8))
    let controlled = try ControlledParts(parts, seed: 1)
    #expect(controlled.task == ControlTask(rule: .byType, ceiling: 1, isDividedAnew: false, reason: nil))
    var ofType: [Int: Int] = [:]
    for (target, rows) in [
      (controlled.train, controlled.parts.train), (controlled.validation, controlled.parts.validation),
      (controlled.test, controlled.parts.test),
    ] {
      guard case .classes(let labels, _) = target, let types = rows.types else {
        Issue.record("the control has classes and types")
        return
      }
      for (type, label) in zip(types, labels) {
        #expect(ofType[type, default: label] == label)
        ofType[type] = label
      }
    }
    #expect(Set(ofType.values).count == 2)
    guard case .classes(let other, _) = try ControlledParts(parts, seed: 2).train,
      case .classes(let first, _) = controlled.train
    else { return }
    #expect(other != first, "another seed draws other targets")
  }

  @Test func targetsOfTypesFollowTheEmpiricalDistribution() throws {
    let types = Array(0..<4000) + Array(0..<4000) + Array(0..<4000)
    let labels = types.map { $0 % 10 == 0 ? 1 : 0 }
    let rows = try ProbeRows(Tensor.zeros([12_000, 1]), .classes(labels, count: 2), types: types)
    let parts = try ProbeParts(
      rows, train: Array(0..<4000), validation: Array(4000..<8000), test: Array(8000..<12_000))
    guard case .classes(let drawn, _) = try ControlledParts(parts, seed: 0).test else { return }
    // Binomial(4000, 0.1): five standard deviations are 95.
    #expect(abs(drawn.count { $0 == 1 } - 400) < 95)
  }

  @Test func partsWithoutCommonTypesAreDividedAnewInsideTheTrainingPart() throws {
    let words = try Planted.words(types: 30, rows: 900, width: 8)
    let types = try #require(words.types)
    func positions(_ range: Range<Int>) -> [Int] { types.indices.filter { range.contains(types[$0]) } }
    let parts = try ProbeParts(
      words, train: positions(0..<18), validation: positions(18..<24), test: positions(24..<30))
    let controlled = try ControlledParts(parts, seed: 0)
    #expect(controlled.task.isDividedAnew)
    #expect(controlled.task.rule == .byType)
    #expect(try #require(controlled.task.ceiling) > 0.99)
    #expect(
      controlled.parts.train.count + controlled.parts.validation.count + controlled.parts.test.count
        == parts.train.count)
    #expect(Set(controlled.parts.test.types ?? []).isSubset(of: Set(0..<18)))

    let result = try Probe(ProbeSettings(.mlp)).run(parts)
    #expect(result.scores.rows == parts.test.count)
    #expect(result.control.comparison.rows == controlled.parts.test.count)
    #expect(result.control.scores.rows == controlled.parts.test.count)
    let (task, control) = (result.control.comparison.value.value, result.control.scores.value.value)
    #expect(abs(result.control.selectivity.value - (task - control)) < 1e-12, "both on the same division")
    #expect(control > 0.9, "a network learns 18 words by heart")
    #expect(result.control.task.explanation.contains("new division"))
  }

  @Test func typesThatOccurOnceGiveAShuffledControlAndSaySo() throws {
    let (features, labels, _) = try Planted.classes(rows: 100, width: 3, signal: 2)
    let parts = try Planted.parts(ProbeRows(features, .classes(labels, count: 2), types: Array(0..<100)))
    let task = try ControlledParts(parts, seed: 0).task
    #expect(task.rule == .shuffled)
    #expect(task.explanation.contains("most types occur only once"))
  }

  @Test func aMemorizingNetworkIsLessSelectiveThanALine() throws {
    // More words than features: a line cannot give each a label of its own, a wide hidden layer can.
    let parts = try Planted.parts(Planted.words(types: 80, rows: 2400, width: 12))
    let line = try Probe(ProbeSettings(.logistic)).run(parts)
    let network = try Probe(ProbeSettings(.mlp, hiddenUnits: 256)).run(parts)
    #expect(line.scores.value.value > 0.9)
    #expect(network.scores.value.value > 0.9)
    #expect(network.control.scores.value.value > line.control.scores.value.value + 0.1)
    #expect(network.control.selectivity.value < line.control.selectivity.value - 0.05)
  }

  @Test func aControlThatLacksAClassIsStillFitted() throws {
    // Three classes, one of them rare, and few types: the types' random targets may miss it.
    let labels = (0..<300).map { $0 % 50 == 0 ? 2 : $0 % 2 }
    var stream = RandomStream(seed: 1, "noise")
    let rows = try ProbeRows(
      stream.normal([300, 4]), .classes(labels, count: 3), types: (0..<300).map { $0 / 7 % 4 })
    let parts = try Planted.parts(rows)
    for seed in 0..<12 {
      for kind in ProbeKind.allCases {
        let result = try Probe(ProbeSettings(kind, seed: UInt64(seed))).run(parts)
        #expect(result.control.scores.value.value.isFinite)
      }
    }
  }

  @Test func pairedIntervalsAreNarrowerThanTheDifferenceOfTwo() throws {
    let parts = try Planted.parts(rows: 1500, signal: 1)
    let result = try Probe().run(parts)
    let selectivity = result.control.selectivity
    #expect(selectivity.contains(selectivity.value))
    #expect(selectivity.low > 0)
    let grouped = try Planted.parts(
      ProbeRows(
        parts.train.features, parts.train.target, groups: (0..<parts.train.count).map { $0 / 30 }))
    let coarse = try Probe().run(grouped)
    #expect(coarse.scores.groups == Set(grouped.test.groups ?? []).count)
    #expect(coarse.control.pValue > result.control.pValue, "six groups say less than 300 rows")
  }

  @Test func foldsTestEveryRowOnceAndKeepGroupsWhole() throws {
    let (features, labels, _) = try Planted.classes(rows: 240, width: 5, signal: 1.5)
    let rows = try ProbeRows(features, .classes(labels, count: 2), groups: (0..<240).map { $0 / 6 })
    let found = try Probe().crossValidated(rows, folds: 4)
    #expect(found.results.count == 4)
    #expect(found.results.reduce(0) { $0 + $1.scores.rows } == 240)
    #expect(found.results.reduce(0) { $0 + ($1.scores.groups ?? 0) } == 40)
    let plain = try Estimate.mean(of: found.results.map(\.scores.value.value))
    #expect(abs(found.score.value - plain.value) < 1e-12)
    #expect(abs((found.score.high - found.score.low) / (plain.high - plain.low) - (7.0 / 3).squareRoot()) < 1e-9)
    #expect(found.selectivity.low > 0.1)
    #expect(found.caveat.contains("not independent"))
    let values = try ProbeRows(features, .values(features.slice(axis: 1, 0..<1)))
    #expect(try Probe(ProbeSettings(.ridge)).crossValidated(values, folds: 3).score.value > 0.9)
  }

  @Test func seedsDrawOtherControls() throws {
    let parts = try Planted.parts(signal: 2)
    let found = try Probe().repeated(parts, seeds: [1, 2, 3])
    #expect(Set(found.results.map(\.scores.value.value)).count == 1, "a convex fit does not depend on the seed")
    #expect(Set(found.results.map(\.control.scores.value.value)).count > 1)
    #expect(found.score.low == found.score.high)
    #expect(found.caveat.contains("3 seeds"))
  }

  @Test func scoresAndControlsSurviveJSON() throws {
    let result = try Probe().run(Planted.parts(rows: 100))
    let data = try JSONEncoder().encode(result.control)
    #expect(try JSONDecoder().decode(ProbeControl.self, from: data) == result.control)
    let settings = ProbeSettings(.kSparse, metric: .plain, shrinkage: .fixed(0.5))
    #expect(try JSONDecoder().decode(ProbeSettings.self, from: JSONEncoder().encode(settings)) == settings)
    let text = String(decoding: try JSONEncoder().encode(result.scores), as: UTF8.self)
    #expect(text.contains("\"accuracy\":{"), "measures are keys")
  }
}
