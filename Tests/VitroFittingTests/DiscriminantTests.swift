import Testing
import VitroCore
import VitroFitting
import VitroTensor

@Suite struct DiscriminantTests {
  private let x: Tensor
  private let labels: [Int]

  init() throws { (x, labels) = try Fixture.data(rows: 60, features: 5, classes: 3, signal: 0.3) }

  private func centredScores(_ model: LinearModel) throws -> [Double] {
    let scores = try model.scores(x.slice(0..<2))
    return try (scores - scores.mean(axes: [1], keepingAxes: true)).doubles
  }

  @Test func scoresAreThoseOfScikitLearn() throws {
    let plain = try DiscriminantAnalysis().fit(x, labels: labels, classCount: 3)
    let expected = [
      1.1372004217255585, -1.2620630847893128, 0.12486266306375415, -1.261978124790543, 0.903472456052472,
      0.35850566873807144,
    ]
    #expect(try relativeDifference(centredScores(plain.model), expected) < 1e-9)
    let shrunk = try DiscriminantAnalysis(shrinkage: .fixed(0.3)).fit(x, labels: labels, classCount: 3)
    let expectedShrunk = [
      0.42350323503974463, -0.9571833662180024, 0.5336801311782577, -0.4894218003010862, 0.4714266205137888,
      0.017995179787297477,
    ]
    #expect(try relativeDifference(centredScores(shrunk.model), expectedShrunk) < 1e-9)
    let measured = try DiscriminantAnalysis(shrinkage: .ledoitWolf).fit(x, labels: labels, classCount: 3)
    #expect(abs(measured.shrinkage - 0.11747828112877239) < 1e-10)
  }

  @Test func theMassMeanProbeIsThatOfItsDefinition() throws {
    let within = try MassMean(metric: .withinClass(ridge: 1e-3)).fit(x, labels: labels, classCount: 3)
    let expectedWithin = [
      1.1204387345364726, -1.2515236239495662, 0.1310848894130938, -1.2417320298297372, 0.8911125311496233,
      0.3506194986801138,
    ]
    #expect(try relativeDifference(centredScores(within), expectedWithin) < 1e-9)
    let plain = try MassMean(metric: .plain).fit(x, labels: labels, classCount: 3)
    let expectedPlain = [
      -0.13548906175289313, -0.27505045423426633, 0.4105395159871595, 0.03292098892831875, 0.09838790330706988,
      -0.1313088922353886,
    ]
    #expect(try relativeDifference(centredScores(plain), expectedPlain) < 1e-9)
  }

  @Test func twoClassesGiveTheDifferenceOfMeans() throws {
    let (x, labels) = try Fixture.data(rows: 40, features: 4, classes: 2, signal: 0.6)
    let fit = try DiscriminantAnalysis().fit(x, labels: labels, classCount: 2)
    let model = try MassMean(metric: .plain).fit(x, labels: labels, classCount: 2)
    let difference = try fit.means.slice(1..<2) - fit.means.slice(0..<1)
    #expect(try relativeDifference(model.weights.doubles, difference.doubles) < 1e-12)
    let middle = try fit.means.mean(axes: [0], keepingAxes: true)
    #expect(abs(try model.scores(middle).item()) < 1e-12)
  }

  @Test func float32FeaturesWithLargeOffsetsKeepTheirDigits() throws {
    let (x, labels) = try Fixture.data(rows: 200, features: 6, classes: 2, signal: 0.4)
    let offset = try (x + 100).cast(to: .float32)
    let narrow = try DiscriminantAnalysis().fit(offset, labels: labels, classCount: 2).model
    let wide = try DiscriminantAnalysis().fit(offset.cast(to: .float64), labels: labels, classCount: 2).model
    #expect(try relativeDifference(narrow.weights.doubles, wide.weights.doubles) < 1e-4)
  }

  @Test func aConstantFeatureIsRefusedUnlessShrunk() throws {
    let constant = try Tensor.concatenate([x, Tensor.ones([60, 1], dtype: .float64)], axis: 1)
    #expect(throws: (any Error).self) { try DiscriminantAnalysis().fit(constant, labels: labels, classCount: 3) }
    let shrunk = try DiscriminantAnalysis(shrinkage: .fixed(0.1)).fit(constant, labels: labels, classCount: 3)
    #expect(shrunk.model.weights.isFinite)
  }

  @Test func theStandardizerIsThatOfScikitLearn() throws {
    let standardizer = try Standardizer(fitting: x)
    let mean = [
      0.0638042554220495, 0.1474008512139941, 0.10891341855749505, 0.1189893645428431, 0.1881429273557539,
    ]
    let scale = [
      0.3247551381461732, 0.6150686344801669, 0.8908081762283913, 0.31799561083772593, 0.5884802886101791,
    ]
    #expect(relativeDifference(standardizer.mean, mean) < 1e-13)
    #expect(relativeDifference(standardizer.scale, scale) < 1e-13)
    let doubled = try Standardizer(fitting: x, weights: [Double](repeating: 2, count: 60))
    #expect(relativeDifference(doubled.scale, scale) < 1e-13)
  }
}
