import Testing
import VitroCore
import VitroFitting
import VitroLab
import VitroNetworks
import VitroTensor

@testable import VitroSymmetry

/// Equivariant networks against dense ones, from few examples.
@Suite struct SampleContestTests {
  struct SmallImages: Experiment {
    static let name = "small-images"
    static let abstract = "The image study, quickly."
    static let fields: [Field<Self>] = []

    func run(_ run: Run) throws -> Outcome {
      var study = ImagesStudy()
      (study.sizes, study.seeds, study.channels, study.steps) = ([30, 120], 2, 8, 80)
      (study.rates, study.decays, study.copies) = ([0.01, 0.03], [0.01], 4)
      return try study.run(run)
    }
  }

  struct SmallPoints: Experiment {
    static let name = "small-points"
    static let abstract = "The study of points, quickly."
    static let fields: [Field<Self>] = []

    func run(_ run: Run) throws -> Outcome {
      var study = PointsStudy()
      (study.points, study.sizes, study.seeds, study.channels, study.steps) = (6, [50, 200], 2, 8, 200)
      (study.testCount, study.rates, study.decays, study.copies) = (300, [0.01], [0.01], 4)
      return try study.run(run)
    }
  }

  @Test func digitsOnATorusAreReadFromFewExamples() throws {
    let facts = try TrialRun(SmallImages()).facts
    let networks = facts["networks"].items
    try #require(networks.count == 4)
    let scores = networks.map { $0["scores"].items.map { $0.numbers.reduce(0, +) / 2 } }
    #expect(scores[0][0] > scores[1][1] + 0.2 && scores[0][1] > 0.6)
    #expect(facts["shuffled"].numbers.allSatisfy { $0 < 0.3 })
    // The small dense network has as many parameters as the equivariant one, the wide one as many units.
    let parameters = networks.map { $0["parameters"].number }
    #expect(parameters[0] == 145 * 8 + 90 && abs(parameters[2] - parameters[0]) <= 155)
    #expect(parameters[1] == 145.0 * 1152 + 11530 && parameters[3] == parameters[1])
  }

  @Test func sumsAndMaximaOverPointsAreLearned() throws {
    let facts = try TrialRun(SmallPoints()).facts
    let scores = facts["networks"].items.map { $0["scores"].items.map { $0.numbers.reduce(0, +) / 2 } }
    #expect(scores[0][1] < 0.6 * scores[1][1])
    #expect(facts["constant"].numbers.allSatisfy { abs($0 - 1) < 0.3 })
    #expect(facts["shuffled"].numbers.allSatisfy { $0 > 0.7 })
  }

  @Test func theRepresentativesOfAKindDoNotChangeUnderItsGroup() throws {
    let images = try ImagesTask(side: 9, poolSize: 100)
    let points = try PointsTask(points: 5, testCount: 10)
    try check(images, images.contenders(channels: 3, copies: 2)[0], channels: 1)
    try check(points, points.contenders(channels: 3, copies: 2)[0], channels: 2)
  }

  private func check(_ task: some ContestTask, _ contender: Contender, channels: Int) throws {
    let network = try Network(contender.graph, dtype: .float64, seed: 1)
    let shape = contender.graph.inputs[0].shape
    #expect(shape[1] == channels)
    var stream = RandomStream(seed: 3, "check")
    let inputs = try stream.normal([4] + shape, dtype: .float64)
    for _ in 0..<5 {
      let element = task.randomElement(&stream)
      #expect(element.sorted() == Array(0..<shape[0]) && element != Array(0..<shape[0]))
      let moved = try inputs.gather(Tensor(element), axis: 1)
      #expect(try (network(moved) - network(inputs)).abs().max().item() < 1e-13)
    }
  }

  @Test func examplesAreNestedOwnToEachSeedAndDisjointFromTheTest() throws {
    let task = try ImagesTask(side: 12, poolSize: 1700)
    let (few, many) = (try task.training(20, seeds: 2, seed: 5), try task.training(60, seeds: 2, seed: 5))
    #expect(try few.inputs.isIdentical(to: many.inputs.slice(axis: 1, 0..<20)))
    #expect(try few.targets.isIdentical(to: many.targets.slice(axis: 1, 0..<20)))
    #expect(try !few.inputs.select(at: 0).isIdentical(to: few.inputs.select(at: 1)))
    #expect(try task.test(seeds: 2, seed: 5).inputs.shape == [2, 97, 144, 1])
    // Each image holds its digit's ink, wherever it lies.
    let ink = try many.inputs.sum(axes: [2, 3]).doubles
    #expect(ink.allSatisfy { $0 > 5 && $0 < 40 })
  }

  @Test func copiesAreMovedAndKeepTheirTargets() throws {
    let task = try PointsTask(points: 5, testCount: 10)
    let examples = try task.training(7, seeds: 2, seed: 1)
    let moved = try task.moved(examples, copies: 3, seed: 1)
    #expect(moved.inputs.shape == [2, 21, 5, 2] && moved.targets.shape == [2, 21, 1])
    for copy in 0..<3 {
      let numbers = try Tensor((0..<7).map { 3 * $0 + copy })
      let inputs = try moved.inputs.gather(numbers, axis: 1)
      #expect(try moved.targets.gather(numbers, axis: 1).isIdentical(to: examples.targets))
      #expect(inputs.isIdentical(to: examples.inputs) == (copy == 0))
      #expect(try inputs.sorted(axis: 2).values.isIdentical(to: examples.inputs.sorted(axis: 2).values))
    }
  }

  private func curves(_ own: [[Double]], _ other: [[Double]], _ sizes: [Int]) throws -> SampleCurves {
    let graph = Graph.chain("tiny", input: [1], [("layer", Linear(1, 1))])
    return SampleCurves(
      measure: "score", moreIsBetter: true, format: .standard,
      curves: [
        try .init(Contender(name: "own", graph: graph, comparison: nil), sizes: sizes, scores: own, untrained: []),
        try .init(Contender(name: "other", graph: graph, comparison: "x"), sizes: sizes, scores: other, untrained: []),
      ])
  }

  @Test func factorsAreReadAlongTheLogarithmOfTheSize() throws {
    let found = try curves(
      [[0.4, 0.4], [0.5, 0.5], [0.9, 0.9]], [[0.1, 0.1], [0.3, 0.3], [0.5, 0.5]], [10, 100, 1000])
    let first = try #require(found.factor(of: found.curves[1], at: 10))
    // 0.4 lies halfway between 0.3 at 100 and 0.5 at 1000: at 100·√10, 10·√10 times 10.
    #expect(abs(first.value - 10 * 10.0.squareRoot()) < 1e-9 && first.kind == .about)
    let second = try #require(found.factor(of: found.curves[1], at: 100))
    #expect(abs(second.value - 10) < 1e-9 && second.kind == .about)
    let third = try #require(found.factor(of: found.curves[1], at: 1000))
    #expect(third == SampleFactor(value: 1, kind: .moreThan))
  }

  @Test func aFactorBeyondTheSizesIsABound() throws {
    let found = try curves([[0.05, 0.05], [0.2, 0.2]], [[0.1, 0.1], [0.15, 0.15]], [10, 100])
    #expect(found.factor(of: found.curves[1], at: 10) == SampleFactor(value: 1, kind: .atMost))
    #expect(found.factor(of: found.curves[1], at: 100) == SampleFactor(value: 1, kind: .moreThan))
    // A later dip does not count against what a smaller size has reached.
    let dipping = try curves([[0.12, 0.12], [0.2, 0.2]], [[0.13, 0.13], [0.1, 0.1]], [10, 100])
    #expect(dipping.factor(of: dipping.curves[1], at: 10) == SampleFactor(value: 1, kind: .atMost))
  }

  @Test func theClaimOfAQuarterIsDecidedByIntervals() throws {
    func verdict(_ own: [[Double]], _ other: [[Double]]) throws -> Claim.Verdict {
      try #require(curves(own, other, [10, 40]).quarterClaims().first).verdict
    }
    #expect(try verdict([[0.8, 0.82, 0.81], [0.9, 0.9, 0.9]], [[0.1, 0.1, 0.1], [0.5, 0.52, 0.5]]) == .holds)
    #expect(try verdict([[0.4, 0.42, 0.41], [0.9, 0.9, 0.9]], [[0.1, 0.1, 0.1], [0.5, 0.52, 0.5]]) == .fails)
    #expect(try verdict([[0.4, 0.9, 0.41], [0.9, 0.9, 0.9]], [[0.1, 0.1, 0.1], [0.5, 0.52, 0.5]]) == .undecided)
  }

  @Test func theBetterValidationIsChosen() {
    #expect(Measured(accuracy: 0.9, loss: 2).isBetter(than: Measured(accuracy: 0.8, loss: 1)))
    #expect(Measured(accuracy: 0.9, loss: 1).isBetter(than: Measured(accuracy: 0.9, loss: 2)))
    #expect(!Measured(accuracy: nil, loss: 2).isBetter(than: Measured(accuracy: nil, loss: 1)))
  }

  @Test func impossibleStudiesAreRefused() {
    var images = ImagesStudy()
    images.sizes = [50, 25]
    #expect(throws: VitroError.self) { try images.validate() }
    images = ImagesStudy()
    images.side = 7
    #expect(throws: VitroError.self) { try images.validate() }
    var points = PointsStudy()
    points.rates = []
    #expect(throws: VitroError.self) { try points.validate() }
    points = PointsStudy()
    points.seeds = 1
    #expect(throws: VitroError.self) { try points.validate() }
  }

  @Test func aTrainingThatDivergedIsWorseThanAnyOther() {
    let bad = Measured(accuracy: nil, loss: .nan)
    let good = Measured(accuracy: nil, loss: 3)
    #expect(good.isBetter(than: bad) && !bad.isBetter(than: good) && !bad.isBetter(than: bad))
  }
}
