import Testing
import VitroCore
import VitroFitting
import VitroTensor

@testable import VitroProbing

@Suite struct DepthCurveTests {
  @Test func thePointsAreThoseOfTheDefinition() {
    let curve = [0.5, 0.52, 0.6, 0.8, 0.81, 0.9, 0.92]
    #expect(DepthCurve.jump(curve) == 2, "0.6 / 0.52 is the first ratio of 1.1 or more")
    #expect(DepthCurve.converge(curve) == 6, "0.92 / 0.9 is within 3 %")
    #expect(DepthCurve.jump([0.5, 0.54, 0.58]) == nil)
    #expect(DepthCurve.converge([0.5, 0.6, 0.7, 0.8]) == nil)
    #expect(DepthCurve.converge([0.5, 0.5, 0.7, 0.8]) == 1)
    #expect(DepthCurve.jump([0.5]) == nil && DepthCurve.converge([]) == nil)
    #expect(DepthCurve.jump([0, 0, 0.2]) == 2 && DepthCurve.converge([0, 0]) == nil)
  }

  @Test func thirdsAndHalvesAreThoseOfTheDepth() {
    #expect(DepthCurve.earlyLayers(of: 31) == 0..<11 && DepthCurve.lateLayers(of: 31) == 16..<31)
    #expect(DepthCurve.earlyLayers(of: 2) == 0..<1 && DepthCurve.lateLayers(of: 2) == 1..<2)
    #expect(DepthCurve.lateLayers(of: 1) == 0..<1)
  }

  /// Hits of so many rows with given probabilities by layer, for several divisions.
  private func hits(_ probabilities: [Double], rows: Int, divisions: Int) throws -> [[[Bool]]] {
    try probabilities.enumerated().map { layer, probability in
      try (0..<divisions).map { division in
        var stream = RandomStream(seed: 3, "hits", layer * 100 + division)
        return try stream.uniform([rows]).doubles.map { $0 < probability }
      }
    }
  }

  /// Numbers for the rows of divisions that share none.
  private func units(rows: Int, divisions: Int) -> [[Int]] {
    (0..<divisions).map { division in (0..<rows).map { division * rows + $0 } }
  }

  @Test func aClearJumpHasANarrowIntervalAndANoisyCurveDoesNot() throws {
    let clear = DepthCurve(
      try hits([0.5, 0.5, 0.5, 0.9, 0.9], rows: 4000, divisions: 3),
      units: units(rows: 4000, divisions: 3), testShare: 1.0 / 3, seed: 0)
    #expect(clear.jump.layer == 3 && clear.jump.low == 3 && clear.jump.high == 3 && clear.jump.share == 1)
    #expect(clear.converge.layer == 4)
    #expect(clear.rise.low > 0.3 && clear.rise.high < 0.45 && clear.early.contains(0.5))
    func chance() throws -> DepthCurve {
      DepthCurve(
        try hits([0.5, 0.5, 0.5, 0.5, 0.5], rows: 20, divisions: 3), units: units(rows: 20, divisions: 3),
        testShare: 1.0 / 3, seed: 0)
    }
    let noisy = try chance()
    #expect(noisy.jump.share > 0.2 && noisy.jump.share < 1, "chance alone makes jumps of a few rows")
    #expect((noisy.jump.high ?? 0) - (noisy.jump.low ?? 0) >= 1)
    #expect(try noisy == chance())
    let step = try #require(clear.steepest)
    #expect(step.layer == 3 && step.ratio.low > 1.6)
    #expect(noisy.share(ofRatio: step.ratio.value) < noisy.share(ofRatio: 1.1))
    #expect(abs(noisy.share(ofRatio: 1.1) - noisy.jump.share) < 0.05)
  }

  @Test func divisionsOfTheSameRowsSeeTheSameDraw() {
    // Five divisions that are judged on the same rows know no more than one of them.
    let rows = (0..<100).map { $0 % 2 == 0 }
    let layers = [[Bool]](repeating: rows, count: 5)
    let one = DepthCurve([[rows], [rows]], units: [Array(0..<100)], testShare: 0.25, seed: 0)
    let five = DepthCurve(
      [layers, layers], units: [[Int]](repeating: Array(0..<100), count: 5), testShare: 0.25, seed: 0)
    #expect(
      abs(one.early.low - five.early.low) < 1e-9 && abs(one.early.high - five.early.high) < 1e-9
        && one.early.high - one.early.low > 0.15)
  }

  @Test func whereEveryLayerIsRightThereIsNoJump() {
    let curve = DepthCurve([[[true, true]], [[true, true]]], units: [[0, 1]], testShare: 0, seed: 1)
    #expect(curve.jump.layer == nil && curve.jump.share == 0 && curve.jump.low == nil)
    #expect(curve.converge.layer == 1 && curve.accuracies == [1, 1])
  }

  @Test func groupsAreDrawnWhole() throws {
    // Two groups of a hundred rows, one always right and one never: drawn row by row the accuracy would hardly vary.
    let rows = (0..<200).map { $0 < 100 }
    let layers = [[rows], [rows]]
    let byRow = DepthCurve(layers, units: [Array(0..<200)], testShare: 0, seed: 0)
    let byGroup = DepthCurve(layers, units: [rows.map { $0 ? 1 : 2 }], testShare: 0, seed: 0)
    #expect(byRow.early.low > 0.4 && byRow.early.high < 0.6)
    #expect(byGroup.early.low == 0 && byGroup.early.high == 1 && byGroup.early.value == 0.5)
  }
}

@Suite struct TokenChoiceTests {
  @Test func everyChoiceTakesItsToken() throws {
    let states = try Tensor((0..<12).map(Float.init), shape: [6, 2])
    let texts = [0..<1, 1..<4, 4..<6]
    func rows(_ choice: String) throws -> [Double] { try TokenChoice(choice).rows(states, texts).doubles }
    #expect(try rows("last") == [0, 1, 6, 7, 10, 11])
    #expect(try rows("first") == [0, 1, 2, 3, 8, 9])
    #expect(try rows("mean") == [0, 1, 4, 5, 9, 10])
    #expect(try rows("-1") == rows("last"))
    #expect(try TokenChoice("1").rows(states, Array(texts.dropFirst())).doubles == [4, 5, 10, 11])
    #expect(try TokenChoice("-2").rows(states, Array(texts.dropFirst())).doubles == [4, 5, 8, 9])
  }

  @Test func aTextMayBeTooShortForAToken() throws {
    #expect(try TokenChoice("2").exists(in: 3) && !TokenChoice("3").exists(in: 3))
    #expect(try TokenChoice("-3").exists(in: 3) && !TokenChoice("-4").exists(in: 3))
    #expect(try !TokenChoice("last").exists(in: 0) && !TokenChoice("mean").exists(in: 0))
  }

  @Test(arguments: ["", "middle", "1.5", "-9223372036854775808", "99999999999999999999"]) func otherWordsAreRefused(
    word: String
  ) {
    #expect(throws: VitroError.self) { try TokenChoice(word) }
  }
}
