import CVitroKernels
import Foundation
import Testing
import VitroCore
import VitroFitting
import VitroTensor

@Suite struct LogisticRegressionTests {
  @Test(arguments: LogisticReference.all) func reachesTheOptimumOfScikitLearn(_ reference: LogisticReference) throws {
    let (x, labels) = try Fixture.data(
      rows: reference.rows, features: reference.features, classes: reference.classes, signal: reference.signal,
      imbalance: reference.imbalance)
    var settings = LogisticRegression(tolerance: 1e-9)
    for (c, optimum) in zip([0.01, 1, 100], reference.optima) {
      settings.inverseRegularization = c
      let fit = try settings.fit(x, labels: labels, classCount: reference.classes)
      #expect(fit.converged)
      #expect(abs(fit.objective / optimum - 1) < 1e-6, "C = \(c): \(fit.objective) against \(optimum)")
      let narrow = try LogisticRegression(inverseRegularization: c).fit(
        x.cast(to: .float32), labels: labels, classCount: reference.classes)
      #expect(narrow.converged)
      #expect(abs(narrow.objective / optimum - 1) < 2e-6, "C = \(c): \(narrow.objective) against \(optimum)")
    }
    settings.inverseRegularization = 1
    let weighted = try settings.fit(
      x, labels: labels, classCount: reference.classes, sampleWeights: Fixture.rowWeights(reference.rows))
    #expect(abs(weighted.objective / reference.optima[3] - 1) < 1e-6)
    settings.classWeights = .balanced
    let balanced = try settings.fit(x, labels: labels, classCount: reference.classes)
    #expect(abs(balanced.objective / reference.optima[4] - 1) < 1e-6)
  }

  @Test(arguments: LogisticReference.all) func theGradientVanishesAtTheSolution(_ reference: LogisticReference) throws {
    let (x, labels) = try Fixture.data(
      rows: reference.rows, features: reference.features, classes: reference.classes, signal: reference.signal,
      imbalance: reference.imbalance)
    let c = 3.0
    let fit = try LogisticRegression(inverseRegularization: c, tolerance: 1e-12).fit(
      x, labels: labels, classCount: reference.classes)
    let members = try Tensor(labels).oneHot(count: reference.classes, dtype: .float64)
    let residuals = try fit.model.probabilities(x) - members
    var gradient = try residuals.matmul(x, transposeA: true) * c
    var ofIntercepts = try residuals.sum(axes: [0]).doubles
    if reference.classes == 2 {
      gradient = try gradient.slice(1..<2)
      ofIntercepts = [ofIntercepts[1]]
    }
    let total = try gradient + fit.model.weights
    #expect(try total.abs().max().item() < 1e-3)
    #expect(ofIntercepts.allSatisfy { abs($0) < 1e-3 })
    let squared = try total.square().sum().item()
    #expect(squared / 2 <= 1e-10 * fit.objective, "the certificate is not what is claimed")
  }

  @Test func standardizingEqualsFittingStandardizedFeatures() throws {
    let (x, labels) = try Fixture.data(rows: 90, features: 7, classes: 3, signal: 0.4)
    let shifted = try x * Tensor([1.0, 10, 0.1, 5, 1, 1, 2]) + Tensor([0.0, 1000, -3, 0, 7, 1, 1])
    let standardizer = try Standardizer(fitting: shifted)
    let folded = try LogisticRegression(standardizing: true, tolerance: 1e-12).fit(
      shifted, labels: labels, classCount: 3)
    let plain = try LogisticRegression(tolerance: 1e-12).fit(standardizer(shifted), labels: labels, classCount: 3)
    #expect(abs(folded.objective - plain.objective) < 1e-9 * plain.objective)
    let scores = try folded.model.scores(shifted).doubles
    #expect(try relativeDifference(scores, plain.model.scores(standardizer(shifted)).doubles) < 1e-5)
    #expect(folded.standardizer == standardizer)
    #expect(plain.standardizer == nil)
  }

  @Test func withoutInterceptsThereAreNone() throws {
    let (x, labels) = try Fixture.data(rows: 80, features: 4, classes: 2, signal: 0.4)
    let fit = try LogisticRegression(fitsIntercept: false, tolerance: 1e-12).fit(x, labels: labels, classCount: 2)
    #expect(try fit.model.intercepts.item() == 0)
    let residuals = try fit.model.scores(x).sigmoid().flattened() - Tensor(labels.map(Double.init))
    let gradient = try residuals.matmul(x) + fit.model.weights.flattened()
    #expect(try gradient.abs().max().item() < 1e-4)
  }

  @Test func severalLabelSetsAreFittedAsOneByOne() throws {
    let (x, labels) = try Fixture.data(rows: 150, features: 20, classes: 5, signal: 0.5)
    let shuffled = labels.indices.map { labels[($0 * 37 + 11) % labels.count] }
    let binary = labels.map { $0 == 2 ? 1 : 0 }
    let sets = [
      LabelSet(labels, classCount: 5), LabelSet(shuffled, classCount: 5), LabelSet(binary, classCount: 2),
      LabelSet(labels, classCount: 5, sampleWeights: Fixture.rowWeights(150)),
    ]
    let settings = LogisticRegression(tolerance: 1e-9)
    let together = try settings.fit(x, labelSets: sets)
    for (set, fit) in zip(sets, together) {
      let alone = try settings.fit(
        x, labels: set.labels, classCount: set.classCount, sampleWeights: set.sampleWeights)
      #expect(abs(fit.objective / alone.objective - 1) < 2e-9)
      #expect(fit.converged)
    }
  }

  @Test func bitsDoNotDependOnThreads() throws {
    let (x, labels) = try Fixture.data(rows: 1500, features: 70, classes: 3, signal: 0.1)
    let narrow = try x.cast(to: .float32)
    let before = vitro_thread_count()
    defer { vitro_set_thread_count(before) }
    let fits = try [1, 2, 3].map { threads in
      vitro_set_thread_count(Int32(threads))
      return try LogisticRegression().fit(narrow, labels: labels, classCount: 3)
    }
    for fit in fits.dropFirst() {
      #expect(fit.model.weights.isIdentical(to: fits[0].model.weights))
      #expect(fit.objective == fits[0].objective)
    }
  }

  @Test func aBatchGivesTheBitsOfSingleFits() throws {
    let problems = try (0..<9).map { number in
      let (x, labels) = try Fixture.data(rows: 40 + number, features: 6, classes: 2, signal: 0.1 * Double(number))
      return (features: x, labelSets: [LabelSet(labels, classCount: 2)])
    }
    let batch = try LogisticRegression().fit(batch: problems)
    for (problem, fits) in zip(problems, batch) {
      let alone = try LogisticRegression().fit(problem.features, labelSets: problem.labelSets)
      #expect(fits[0].model.weights.isIdentical(to: alone[0].model.weights))
    }
  }

  @Test func aWarmStartAtTheOptimumTakesNoStep() throws {
    let (x, labels) = try Fixture.data(rows: 100, features: 5, classes: 3, signal: 0.3)
    let settings = LogisticRegression(standardizing: true, tolerance: 1e-8)
    let first = try settings.fit(x, labels: labels, classCount: 3)
    let second = try settings.fit(x, labels: labels, classCount: 3, start: first.model)
    #expect(first.iterations > 0)
    #expect(second.iterations == 0)
    #expect(second.converged)
  }

  @Test func progressIsToldAndMayEndTheFit() throws {
    let (x, labels) = try Fixture.data(rows: 100, features: 5, classes: 3, signal: 0.3)
    var iterations: [Int] = []
    _ = try LogisticRegression().fit(x, labels: labels, classCount: 3) { progress in
      iterations.append(progress.iteration)
      return true
    }
    #expect(iterations == Array(1...iterations.count))
    let error = #expect(throws: VitroError.self) {
      _ = try LogisticRegression().fit(x, labels: labels, classCount: 3) { _ in false }
    }
    #expect(error?.code == .interrupted)
  }

  @Test func tooFewIterationsAreNotCalledConverged() throws {
    let (x, labels) = try Fixture.data(rows: 100, features: 5, classes: 3, signal: 0.3)
    let fit = try LogisticRegression(inverseRegularization: 100, maximumIterations: 1).fit(
      x, labels: labels, classCount: 3)
    #expect(fit.iterations == 1)
    #expect(!fit.converged)
    #expect(fit.relativeGapBound > 1e-6)
  }

  @Test func aModelSurvivesNamedTensorsAndJSON() throws {
    let (x, labels) = try Fixture.data(rows: 60, features: 5, classes: 3, signal: 0.3)
    let model = try LogisticRegression().fit(x, labels: labels, classCount: 3).model
    let named = try LinearModel(namedTensors: model.namedTensors())
    let decoded = try JSONDecoder().decode(LinearModel.self, from: JSONEncoder().encode(model))
    for copy in [named, decoded] {
      #expect(copy.kind == .logistic)
      #expect(copy.weights.isIdentical(to: model.weights))
      #expect(copy.intercepts.isIdentical(to: model.intercepts))
    }
    #expect(throws: VitroError.self) { try LinearModel(namedTensors: ["weights": model.weights]) }
  }
}
