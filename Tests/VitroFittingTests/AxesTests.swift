import Testing
import VitroCore
import VitroTensor

@testable import VitroFitting

@Suite struct AxesTests {
  /// Rows whose columns have different spreads and are correlated.
  private func rows(_ count: Int, _ width: Int, seed: UInt64 = 3) throws -> Tensor {
    var stream = RandomStream(seed: seed, "rows")
    let mixing = try stream.normal([width, width], dtype: .float64)
    return try stream.normal([count, width], dtype: .float64).matmul(mixing) + 5
  }

  /// More rows than features goes over the covariance, fewer over the inner products of rows: both are the singular value decomposition.
  @Test(arguments: [(40, 7), (6, 30)]) func componentsAreTheSingularVectors(count: Int, width: Int) throws {
    let x = try rows(count, width)
    let components = try PrincipalComponents(fitting: x, count: 100)
    let (_, singular, right) = try (x - x.mean(axes: [0])).svd()
    let expected = try singular.doubles.map { $0 * $0 / Double(count - 1) }
    let number = min(count - 1, width)
    #expect(components.variances.count == number)
    for (found, truth) in zip(components.variances, expected) { #expect(abs(found / truth - 1) < 1e-9) }
    #expect(abs(components.varianceShares.reduce(0, +) - 1) < 1e-12)
    let overlap = try components.directions.matmul(right.slice(0..<number), transposeB: true)
    for (index, value) in try overlap.doubles.enumerated() {
      #expect(abs(abs(value) - (index / number == index % number ? 1 : 0)) < 1e-6)
    }
    let places = try components.project(x)
    let spread = try places.matmul(places, transposeA: true).doubles
    for (index, value) in spread.enumerated() {
      let truth = index / number == index % number ? components.variances[index / number] * Double(count - 1) : 0
      #expect(abs(value - truth) < 1e-7 * spread[0])
    }
    #expect(
      try components.directions.max(axes: [1]).doubles.allSatisfy { $0 > 0 }, "the sign is that of the largest element")
  }

  @Test func rowsWithoutVarianceHaveNoComponents() throws {
    #expect(throws: VitroError.self) { try PrincipalComponents(fitting: .ones([5, 3]), count: 2) }
    #expect(throws: VitroError.self) { try PrincipalComponents(fitting: rows(1, 3), count: 2) }
    #expect(throws: VitroError.self) {
      try PrincipalComponents(fitting: Tensor(rows: [[1, .nan], [2, 3]]), count: 1)
    }
  }

  /// Of two classes the axis is Fisher's: Σ_w⁻¹(μ₁ − μ₀).
  @Test func theAxisOfTwoClassesIsFishers() throws {
    let labels = (0..<200).map { $0 % 2 }
    let x = try rows(200, 5) + Tensor(labels.flatMap { label in (0..<5).map { Double(label * $0) } }, shape: [200, 5])
    let axes = try DiscriminantAxes(fitting: x, labels: labels, classCount: 2, shrinkage: 0)
    #expect(axes.directions.shape == [1, 5])
    let fit = try DiscriminantAnalysis().fit(x, labels: labels, classCount: 2)
    let (a, b) = (try axes.directions.doubles, try fit.model.weights.doubles)
    func length(_ v: [Double]) -> Double { zip(v, v).map(*).reduce(0, +).squareRoot() }
    #expect(abs(abs(zip(a, b).map(*).reduce(0, +)) / (length(a) * length(b)) - 1) < 1e-9)
    // Along the axis the variance within classes is 1.
    let places = try axes.project(x).doubles
    let means = [0, 1].map { label in
      labels.indices.filter { labels[$0] == label }.map { places[$0] }.reduce(0, +) / 100
    }
    let within = labels.indices.map { (places[$0] - means[labels[$0]]) * (places[$0] - means[labels[$0]]) }
    #expect(abs(within.reduce(0, +) / 200 - 1) < 1e-9)
    let between = labels.map { (means[$0] - (means[0] + means[1]) / 2) * (means[$0] - (means[0] + means[1]) / 2) }
    #expect(abs(between.reduce(0, +) / 200 - axes.separations[0]) < 1e-9)
  }

  @Test func plantedClassesLieApartOnRowsThatWereNotFitted() throws {
    var stream = RandomStream(seed: 8, "planted")
    let labels = (0..<300).map { $0 % 3 }
    // Three classes on two of 400 features, among which others vary more.
    let noise =
      try stream.normal([300, 400], dtype: .float64)
      * Tensor((0..<400).map { $0 < 2 ? 1 : 1.5 }, shape: [1, 400])
    let centres = [(0.0, 0.0), (8, 0), (0, 8)]
    let planted = labels.flatMap { [centres[$0].0, centres[$0].1] + [Double](repeating: 0, count: 398) }
    let x = try noise + Tensor(planted, shape: [300, 400])
    let axes = try DiscriminantAxes(fitting: x.slice(0..<200), labels: Array(labels[0..<200]), classCount: 3)
    #expect(axes.directions.shape == [2, 400])
    let places = try axes.project(x.slice(200..<300)).doubles
    let fitted = try axes.project(x.slice(0..<200)).doubles
    let means = (0..<3).map { label in
      (0..<2).map { axis in
        let members = (0..<200).filter { labels[$0] == label }
        return members.map { fitted[$0 * 2 + axis] }.reduce(0, +) / Double(members.count)
      }
    }
    let right = (0..<100).count { row in
      let distances = means.map { mean in
        (0..<2).map { (places[row * 2 + $0] - mean[$0]) * (places[row * 2 + $0] - mean[$0]) }.reduce(0, +)
      }
      return distances.indices.min { distances[$0] < distances[$1] } == labels[200 + row]
    }
    #expect(right > 90, "\(right) of 100 nearest to the mean of their class")
    #expect(throws: VitroError.self) { try DiscriminantAxes(fitting: x, labels: labels.map { _ in 0 }, classCount: 1) }
  }
}
