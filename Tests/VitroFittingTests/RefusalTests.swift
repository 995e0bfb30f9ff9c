import Testing
import VitroCore
import VitroFitting
import VitroTensor

@Suite struct RefusalTests {
  private let x: Tensor
  private let labels: [Int]

  init() throws { (x, labels) = try Fixture.data(rows: 12, features: 3, classes: 2, signal: 0.5) }

  @Test(arguments: [Double.nan, .infinity, -.infinity], [DType.float32, .float64])
  func featuresThatAreNotFiniteAreNamed(_ value: Double, _ dtype: DType) throws {
    var values = try x.doubles
    values[4 * 3 + 1] = value
    let broken = try Tensor(values, shape: [12, 3]).cast(to: dtype)
    let fits: [() throws -> Void] = [
      { _ = try LogisticRegression().fit(broken, labels: labels, classCount: 2) },
      { _ = try Ridge().fitClassifier(broken, labels: labels, classCount: 2) },
      { _ = try DiscriminantAnalysis().fit(broken, labels: labels, classCount: 2) },
      { _ = try MassMean().fit(broken, labels: labels, classCount: 2) },
    ]
    for fit in fits {
      let error = #expect(throws: VitroError.self) { try fit() }
      #expect(error?.message.contains("feature 1 of row 4") == true, "\(String(describing: error))")
    }
  }

  @Test func labelsThatCannotBeFittedAreRefused() throws {
    func error(_ labels: [Int], _ classes: Int, rows: Int = 12) -> String {
      do {
        _ = try LogisticRegression().fit(x.slice(0..<rows), labels: labels, classCount: classes)
        return "none"
      } catch { return "\(error)" }
    }
    #expect(error([Int](repeating: 1, count: 12), 2).contains("all rows have label 1"))
    #expect(error(labels.dropLast() + [2], 2).contains("the label of row 11 is 2"))
    #expect(error(labels.dropLast() + [-1], 2).contains("the label of row 11 is -1"))
    #expect(error(labels, 40).contains("more classes (40) than rows (12)"))
    #expect(error(labels, 3).contains("1 of 3 classes have no rows"))
    #expect(error(Array(labels.dropLast()), 2).contains("11 labels for 12 rows"))
    #expect(error([], 2, rows: 0).contains("nothing to fit"))
    #expect(error(labels, 1).contains("1 classes"))
  }

  @Test func settingsThatCannotWorkAreRefused() throws {
    for c in [0, -1, .nan, .infinity] {
      #expect(throws: VitroError.self) {
        try LogisticRegression(inverseRegularization: c).fit(x, labels: labels, classCount: 2)
      }
    }
    #expect(throws: VitroError.self) { try Ridge(alpha: -1).fitClassifier(x, labels: labels, classCount: 2) }
    #expect(throws: VitroError.self) {
      try LogisticRegression(classWeights: .values([1])).fit(x, labels: labels, classCount: 2)
    }
    #expect(throws: VitroError.self) {
      try LogisticRegression().fit(
        x, labels: labels, classCount: 2, sampleWeights: [Double](repeating: -1, count: 12))
    }
    let twin = try Tensor.concatenate([x, x], axis: 1)
    let singular = #expect(throws: VitroError.self) {
      try Ridge(alpha: 0).fit(twin.slice(axis: 0, 0..<12), targets: Tensor.zeros([12]), alphas: [0])
    }
    #expect(singular?.code == .numerical)
  }

  @Test func constantFeaturesDoNoHarm() throws {
    let constant = try Tensor.concatenate([x, Tensor.full([12, 1], 3e8, dtype: .float64)], axis: 1)
    for features in [constant, try constant.cast(to: .float32)] {
      let fit = try LogisticRegression(standardizing: true).fit(features, labels: labels, classCount: 2)
      let plain = try LogisticRegression(standardizing: true).fit(x, labels: labels, classCount: 2)
      #expect(fit.standardizer?.scale[3] == 1)
      #expect(abs(fit.objective / plain.objective - 1) < 1e-5)
    }
  }
}
