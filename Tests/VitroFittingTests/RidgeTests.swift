import Testing
import VitroFitting
import VitroTensor

@Suite struct RidgeTests {
  private let x, targets: Tensor

  init() throws {
    x = try Fixture.data(rows: 40, features: 5, classes: 2, signal: 0.2).x
    let slopes = try x.matmul(Tensor([1.0, 2, 3, 4, 5])).doubles
    targets = try Tensor(
      rows: (0..<40).map { [slopes[$0] + Fixture.noise($0, 99), Fixture.noise($0, 98) + 3] })
  }

  private static let coefficients: [(alpha: Double, weights: [Double], intercepts: [Double])] = [
    (
      0.1,
      [
        1.0698393510195194, 2.071529191098656, 3.0429467007220063, 3.9236830313799063, 4.978474131575239,
        -0.1899599386553387, -0.07292799089978572, -0.06585257258173167, -0.011551369629922889, 0.1303188340651185,
      ], [0.0012918050941546078, 2.9857751399923425]
    ),
    (
      10,
      [
        0.6001929225862858, 1.1134852070885446, 2.3720263573337244, 1.1357758968098386, 2.7860466881694683,
        -0.04629093510013549, -0.04569665956011782, -0.05675491741255554, -0.008036359203427462, 0.0696907998567885,
      ], [1.0433817225392894, 2.979424868680421]
    ),
  ]

  @Test func coefficientsAreThoseOfScikitLearn() throws {
    let many = try Ridge().fit(x, targets: targets, alphas: Self.coefficients.map(\.alpha))
    for (expected, shared) in zip(Self.coefficients, many) {
      let alone = try Ridge(alpha: expected.alpha).fit(x, targets: targets)
      for model in [alone, shared] {
        #expect(try relativeDifference(model.weights.doubles, expected.weights) < 1e-8)
        #expect(try relativeDifference(model.intercepts.doubles, expected.intercepts) < 1e-8)
      }
    }
  }

  @Test func fewAndManyPenaltiesGiveTheSameModels() throws {
    let alphas = (0..<20).map { 0.05 * Double($0 + 1) }
    let many = try Ridge(standardizing: true).fit(x, targets: targets, alphas: alphas)
    let few = try Ridge(standardizing: true).fit(x, targets: targets, alphas: Array(alphas[..<3]))
    #expect(many.count == 20)
    for (one, other) in zip(many, few) {
      #expect(try relativeDifference(one.weights.doubles, other.weights.doubles) < 1e-10)
      #expect(try relativeDifference(one.intercepts.doubles, other.intercepts.doubles) < 1e-10)
    }
  }

  @Test func rowWeightsCount() throws {
    let model = try Ridge(alpha: 0.1).fit(x, targets: targets, sampleWeights: Fixture.rowWeights(40))
    let expected = [
      0.9740055768655577, 2.0417091647153076, 3.0498258268301077, 3.918381202055934, 4.9979967868899156,
    ]
    #expect(try relativeDifference(model.weights.slice(0..<1).doubles, expected) < 1e-8)
    #expect(try relativeDifference(model.intercepts.doubles, [0.004968982320067816, 3.0026897884997132]) < 1e-8)
  }

  @Test func moreFeaturesThanRowsAreSolvedOverTheRows() throws {
    let (wide, labels) = try Fixture.data(rows: 6, features: 9, classes: 2, signal: 0.2)
    let y = try wide.slice(axis: 1, 0..<1).flattened() + Tensor(labels.map { 2 * Double($0) })
    let expected = [
      -0.6635609144148741, 0.13432439158762383, 0.23159057766338148, -0.1027178503825486, -0.01457536006609611,
      0.13101671730931408, 0.14734108801553342, 0.3949535976102466, 0.6847912187956057,
    ]
    for model in [
      try Ridge(alpha: 0.5).fit(wide, targets: y), try Ridge().fit(wide, targets: y, alphas: [0.5])[0],
    ] {
      #expect(try relativeDifference(model.weights.doubles, expected) < 1e-8)
      #expect(abs(try model.intercepts.item() - 1.1749711307203226) < 1e-8)
    }
  }

  @Test func theClassifierIsThatOfScikitLearn() throws {
    let (x, labels) = try Fixture.data(rows: 60, features: 5, classes: 3, signal: 0.3)
    let model = try Ridge(alpha: 1).fitClassifier(x, labels: labels, classCount: 3)
    let expected = [
      0.7897588281512696, -0.1652473286881334, -0.1831608327687524, 1.2277200180624759, -0.10395394349232057,
      -0.1743279617470216, 0.36195638674884295, -0.08426483870575244, -0.8947764447665372, 0.3576222959055509,
      -0.6154308664042482, -0.19670905806070946, 0.2674256714745048, -0.3329435732959387, -0.2536683524132304,
    ]
    #expect(try relativeDifference(model.weights.doubles, expected) < 1e-8)
    #expect(
      try relativeDifference(
        model.intercepts.doubles, [-0.46594446352132546, -0.3272008004649841, -0.20685473601369037]) < 1e-8)
    #expect(try model.predict(x).count == 60)
    #expect(throws: (any Error).self) { try model.probabilities(x) }
  }
}
