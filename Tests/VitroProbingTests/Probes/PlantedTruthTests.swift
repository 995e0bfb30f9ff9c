import Foundation
import Testing
import VitroCore
import VitroFitting
import VitroTensor

@testable import VitroProbing

@Suite struct PlantedTruthTests {
  @Test(arguments: ProbeKind.allCases) func everyKindFindsAPlantedDirection(_ kind: ProbeKind) throws {
    let parts = try Planted.parts(signal: 4)
    let result = try Probe(ProbeSettings(kind, neurons: 12)).run(parts)
    let accuracy = try #require(result.scores[.accuracy])
    // The best possible: the means are 4·√2 apart along some line, Φ(2√2) = 0.998.
    #expect(accuracy.value > 0.95, "\(kind): \(accuracy.value)")
    #expect(accuracy.low < accuracy.value && accuracy.value <= accuracy.high)
    #expect(result.control.scores.value.contains(0.5), "\(kind): \(result.control.scores.value)")
    #expect(result.control.selectivity.low > 0.3)
    #expect(result.control.pValue < 1e-6)
    #expect(abs(result.baseline - 0.5) < 1e-12)
    #expect(result.fit.converged)
  }

  @Test(arguments: [ProbeKind.logistic, .ridge, .massMean, .lda], [true, false])
  func linearKindsGiveTheDirectionInRawCoordinates(_ kind: ProbeKind, _ standardizing: Bool) throws {
    let (noise, labels, directions) = try Planted.classes(rows: 4000, width: 6, signal: 2)
    // Features in other units and elsewhere: weights are per raw unit, so the direction is scaled by the inverse units.
    let units = [1.0, 10, 0.1, 3, 1, 0.5]
    let features = try noise * Tensor(units) + Tensor([0.0, 100, -5, 0, 1, 2])
    let parts = try Planted.parts(ProbeRows(features, .classes(labels, count: 2)))
    let probe = Probe(
      ProbeSettings(kind, standardizing: standardizing, metric: .withinClass(ridge: 1e-6), shrinkage: .none))
    let model = try #require(try probe.fit(parts.train, validation: parts.validation).linearModels?.first)
    let expected = try (directions.slice(1..<2) - directions.slice(0..<1)).doubles
    let found = try zip(model.weights.doubles, units).map { $0 * $1 }
    let cosine =
      zip(found, expected).reduce(0) { $0 + $1.0 * $1.1 }
      / (found.reduce(0) { $0 + $1 * $1 } * expected.reduce(0) { $0 + $1 * $1 }).squareRoot()
    #expect(cosine > 0.98, "\(kind): \(cosine)")
    let scores = try model.scores(parts.test.features).doubles
    let predictions = try probe.fit(parts.train, validation: parts.validation).predictions(parts.test.features)
    #expect(try scores.map { $0 > 0 ? 1 : 0 } == predictions.classes)
  }

  @Test(arguments: ProbeSettings.Ranking.allCases) func plantedNeuronsAreFound(_ ranking: ProbeSettings.Ranking) throws
  {
    var stream = RandomStream(seed: 5, "planted neurons")
    let labels = (0..<900).map { $0 * 7 % 3 }
    var values = try stream.normal([900, 40], dtype: .float64).doubles
    let planted = [4, 17, 31]
    for row in 0..<900 { values[row * 40 + planted[labels[row]]] += 4 }
    let parts = try Planted.parts(ProbeRows(Tensor(values, shape: [900, 40]), .classes(labels, count: 3)))
    let result = try Probe(ProbeSettings(.kSparse, neurons: 3, ranking: ranking)).run(parts)
    #expect(Set(try #require(result.fit.neurons)[0]) == Set(planted))
    #expect(result.scores.value.value > 0.93)
    let model = try #require(result.fit.linearModels?.first)
    let columns = try model.weights.abs().max(axes: [0]).doubles
    #expect(columns.indices.filter { columns[$0] != 0 } == planted)
    let curve = try Probe(ProbeSettings(ranking: ranking)).sparsityCurve(parts, neurons: [100, 3, 1, 40])
    #expect(curve.neurons == [1, 3, 40])
    #expect(curve.results[1].scores == result.scores)
    let accuracies = curve.results.map(\.scores.value)
    #expect(accuracies[0].high < accuracies[1].low, "one neuron of three does not tell three classes apart")
    #expect(accuracies[2].value < accuracies[1].value + 0.03, "37 more bring nothing")
  }

  @Test(arguments: [ProbeKind.ridge, .mlp]) func aPlantedRegressionIsRead(_ kind: ProbeKind) throws {
    var stream = RandomStream(seed: 6, "planted regression")
    let features = try stream.normal([800, 10], dtype: .float64)
    let weights = try stream.normal([10, 2], dtype: .float64)
    let noise = try stream.normal([800, 2], dtype: .float64)
    let values = try features.matmul(weights) + noise * 0.5 + 30
    let parts = try Planted.parts(ProbeRows(features, .values(values)))
    let result = try Probe(ProbeSettings(kind)).run(parts)
    let score = try #require(result.scores[.rSquared])
    #expect(result.scores.primary == .rSquared)
    #expect(score.value > 0.9 && score.value < 0.995, "\(kind): \(score)")
    #expect(score.low < score.value && score.value < score.high)
    #expect(result.control.scores.value.value < 0.1)
    #expect(result.control.selectivity.low > 0.7)
    #expect(result.baseline <= 0 && result.baseline > -0.1)
    #expect(result.scores[.accuracy] == nil)
  }

  @Test(arguments: ProbeKind.allCases) func severalLabelsAreReadAtOnce(_ kind: ProbeKind) throws {
    var stream = RandomStream(seed: 7, "planted labels")
    let features = try stream.normal([700, 8], dtype: .float64)
    let values = try features.doubles
    let labels = (0..<700).flatMap { row in (0..<3).map { values[row * 8 + $0] > Double($0) * 0.4 ? 1.0 : 0 } }
    let parts = try Planted.parts(ProbeRows(features, .multiLabel(Tensor(labels, shape: [700, 3]))))
    let result = try Probe(ProbeSettings(kind, neurons: 2)).run(parts)
    #expect(result.scores.value.value > 0.85, "\(kind): \(result.scores.value)")
    #expect(try #require(result.scores[.auc]).value > 0.93)
    #expect(result.control.selectivity.low > 0.05)
    if kind == .kSparse { #expect(try #require(result.fit.neurons).map { $0[0] } == [0, 1, 2]) }
  }

  @Test(arguments: ProbeKind.allCases) func inNoiseNoKindBeatsItsControl(_ kind: ProbeKind) throws {
    let results = try (0..<4).map { seed in
      try Probe(ProbeSettings(kind, seed: UInt64(seed))).run(Planted.parts(signal: 0, seed: UInt64(10 + seed)))
    }
    for result in results { #expect(abs(result.scores.value.value - 0.5) < 0.2) }
    #expect(results.filter { $0.control.pValue < 0.01 }.count <= 1)
    #expect(results.contains { $0.control.selectivity.contains(0) })
  }

  @Test func aRareClassIsHeardWhenClassesCountAlike() throws {
    var stream = RandomStream(seed: 9, "imbalanced")
    let labels = (0..<1000).map { $0 % 20 == 0 ? 1 : 0 }
    let shift = try Tensor(labels.map { Double($0) * 1.5 }).expandingAxis(1)
    let features = try stream.normal([1000, 3], dtype: .float64) + shift
    let parts = try Planted.parts(ProbeRows(features, .classes(labels, count: 2)))
    for kind in [ProbeKind.logistic, .ridge, .lda, .mlp] {
      let plain = try Probe(ProbeSettings(kind)).run(parts).scores
      let balanced = try Probe(ProbeSettings(kind, classWeights: .balanced)).run(parts).scores
      let (before, after) = (try #require(plain[.balancedAccuracy]), try #require(balanced[.balancedAccuracy]))
      #expect(after.value > before.value + 0.1, "\(kind): \(before.value) and \(after.value)")
    }
  }

  @Test func theStrengthIsChosenOnTheValidationPart() throws {
    let (features, labels, _) = try Planted.classes(rows: 150, width: 60, signal: 1)
    let parts = try Planted.parts(ProbeRows(features, .classes(labels, count: 2)))
    for kind in [ProbeKind.logistic, .ridge] {
      let strengths = [0.001, 30, 1e7]
      let losses = try strengths.map { strength in
        let fit = try Probe(ProbeSettings(kind, strengths: [strength])).fit(parts.train, validation: parts.validation)
        let scores = try fit.predictions(parts.validation.features).scores.doubles
        let pairs = zip(stride(from: 1, to: scores.count, by: 2).map { scores[$0] }, labels[90..<120])
        return pairs.reduce(0.0) { sum, pair in
          let sign = pair.1 == 1 ? 1.0 : -1
          return sum + (kind == .ridge ? (pair.0 - sign) * (pair.0 - sign) : log1p(exp(-sign * pair.0)))
        }
      }
      let best = try #require(losses.indices.min { losses[$0] < losses[$1] })
      let fit = try Probe(ProbeSettings(kind, strengths: strengths)).fit(parts.train, validation: parts.validation)
      #expect(fit.strength == strengths[best], "\(kind): \(losses)")
      #expect(best == 1)
    }
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let parts = try Planted.parts(rows: 400, width: 30, count: 3, signal: 2)
    let count = Threads.count
    defer { Threads.count = count }
    for kind in ProbeKind.allCases {
      let scores = try [1, 2].map { threads in
        Threads.count = threads
        return try Probe(ProbeSettings(kind)).run(parts)
      }
      #expect(scores[0].scores == scores[1].scores)
      #expect(scores[0].control == scores[1].control)
    }
  }
}
