import Foundation
import Testing
import VitroCore
import VitroFitting
import VitroTensor

@testable import VitroInformation

@Suite struct JudgingMeasureTests {
  @Test func spearmanSharesRanksAndSaysNothingOfConstants() {
    #expect(RankAgreement.spearman([1, 2, 3], [10, 20, 400]) == 1)
    #expect(RankAgreement.spearman([1, 2, 3], [3, 2, 1]) == -1)
    // Ranks 0.5 0.5 2 against 0 1 2: 1.5 / √(1.5 · 2).
    #expect(abs(RankAgreement.spearman([5, 5, 7], [1, 2, 3]) - 1.5 / 3.0.squareRoot()) < 1e-12)
    #expect(RankAgreement.spearman([1, 1, 1], [1, 2, 3]).isNaN)
    #expect(RankAgreement.spearman([1, .nan], [1, 2]).isNaN)
  }

  @Test func aucIsTheChanceThatARelevantWordWins() throws {
    #expect(try TruthScores.auc([0.9, 0.1, 0.2], relevant: [true, false, false]) == 1)
    #expect(try TruthScores.auc([0.5, 0.1, 0.9, 0.2], relevant: [true, true, false, false]) == 0.25)
    #expect(try TruthScores.auc([1, 1], relevant: [true, false]) == 0.5)
    #expect(try TruthScores.auc([1, 1], relevant: [true, true]).isNaN)
  }

  @Test func divergencesEqualTheirFormulas() {
    let (p, q) = ([0.5, 0.5, 0.0], [0.25, 0.25, 0.5])
    #expect(abs(TruthScores.divergence(p, q) - log(2)) < 1e-12)
    #expect(TruthScores.divergence(p, [1, 0, 0]) == .infinity)
    // m = (0.375, 0.375, 0.25): ½ log(4/3) + ½ (½ log(2/3) + ½ log 2).
    let expected = 0.5 * log(4.0 / 3) + 0.5 * (0.5 * log(2.0 / 3) + 0.5 * log(2))
    #expect(abs(TruthScores.jensenShannon(p, q) - expected) < 1e-12)
    #expect(TruthScores.distribution([-1, 3]) == [0.25, 0.75])
    #expect(TruthScores.distribution([0, 0]) == [0.5, 0.5])
  }

  @Test func thresholdsAreThoseOfFerret() {
    #expect(ErasureCurves.counts(4) == [0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4])
    // k = 1, 2, 3, 4 count once each, at 30 %, 50 %, 80 % and 100 %.
    let curve = [1, 0, 0, 0.8, 0, 0.5, 0, 0, 0.3, 0, 0.2]
    let curves = ErasureCurves(deletion: curve, insertion: [0, 0, 0, 0.6, 0, 0.9, 0, 0, 1, 0, 1], words: 4)
    #expect(abs(curves.comprehensiveness - (0.2 + 0.5 + 0.7 + 0.8) / 4) < 1e-12)
    #expect(abs(curves.sufficiency - (0.4 + 0.1) / 4) < 1e-12)
    #expect(abs(ErasureCurves.area([1, 0.5, 0]) - 0.5) < 1e-12)
  }

  @Test func onlyWordsThatMayBeTakenOutMakeThresholds() {
    // Of four words two may be: k = 1 and 2 count once each, at 30 % and 50 %.
    let curve = [1, 0, 0, 0.8, 0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
    let curves = ErasureCurves(deletion: curve, insertion: curve, words: 4, usable: 2)
    #expect(abs(curves.comprehensiveness - (0.2 + 0.5) / 2) < 1e-12)
    let none = ErasureCurves(
      deletion: Array(repeating: 0.9, count: 11), insertion: Array(repeating: 0.4, count: 11), words: 4, usable: 0)
    #expect(none.comprehensiveness == 0 && none.sufficiency == 0.5)
  }

  @Test func dealingsWidenTheIntervalOfTexts() throws {
    let texts = [0.1, 0.2, 0.3, 0.2]
    let one = try #require(DealtWeights.mean([texts]))
    let plain = try Estimate.mean(of: texts)
    #expect(abs(one.low - plain.low) < 1e-9 && abs(one.high - plain.high) < 1e-9)
    let unlike = try #require(DealtWeights.mean([texts, texts.map { $0 + 0.5 }, texts.map { $0 - 0.5 }]))
    #expect(abs(unlike.value - 0.2) < 1e-12 && unlike.low < one.low - 0.5)
    let gaps = try #require(DealtWeights.mean([[0.1, nil, 0.3], [nil, nil, 0.5]]))
    #expect(abs(gaps.value - (0.1 + 0.4) / 2) < 1e-12)
    #expect(DealtWeights.mean([[0.1, nil]]) == nil && DealtWeights.mean([]) == nil)
    let wide = try #require(DealtWeights.mean([texts], confidence: 0.999))
    #expect(wide.low < one.low)
  }

  @Test func aVocabularyBoundsAPass() {
    #expect(PassRows.holding(2, atMost: 8192) == 8192)
    #expect(PassRows.holding(50_257, atMost: 8192) * 50_257 <= 1 << 25)
  }

  @Test func infidelityTakesTheBestFactor() {
    // β = (1·2 + 2·1)/(1 + 4) = 0.8: errors (−1.2)² and 0.6².
    #expect(abs(Infidelity.value(predicted: [1, 2], measured: [2, 1]) - (1.44 + 0.36) / 2) < 1e-12)
    #expect(Infidelity.value(predicted: [1, 2], measured: [2, 1], normalizing: false) == 1)
    #expect(Infidelity.value(predicted: [0, 0], measured: [3, 1]) == 5)
    #expect(Infidelity.value(predicted: [1, 2, 3], measured: [2, 4, 6]) == 0)
  }

  @Test func sensitivityIsTheLargestRelativeStep() {
    #expect(abs(MaxSensitivity.value([3, 4], others: [[3, 4.5], [3, 3], [3, 4]]) - 0.2) < 1e-12)
    #expect(MaxSensitivity.value([0, 0], others: [[1, 1]]).isNaN)
  }

  @Test func coherencyForgetsScaleAndLevelButNotOrder() {
    #expect(Coherency.distance([1, 2, 3], [11, 12, 13]) < 1e-12)
    #expect(Coherency.distance([1, 2, 3], [10, 20, 30]) < 1e-12)
    // Opposite maps: the best positive factor is 0, and all is lost.
    #expect(Coherency.distance([1, 2, 3], [3, 2, 1]) == 1)
    // Centred (−1, 0, 1) and (−1/3, 2/3, −1/3): the median ratio 0 leaves both directions whole or (−1/3 …) to 1.
    #expect(Coherency.distance([1, 1, 1], [1, 1, 1]).isNaN)
    #expect(Coherency.distance([1, 1, 1], [1, 2, 1]) == 1)
    // Centred (−2, 1, 1) and (−1, −1, 2): ratios 2, −1, 0.5 with weights 1, 1, 2 → 0.5: |−1.5| + |1.5| + 0 over 4; back: ratios 0.5, −1, 2 with
    // weights 2, 1, 1 → 0.5: 0 + |−1.5| + |1.5| over 4.
    #expect(abs(Coherency.distance([-2, 1, 1], [-1, -1, 2]) - 0.75) < 1e-12)
    #expect(abs(Coherency.totalVariation([[1, 2, 3], [2, 4, 6], [3, 2, 1]]) - 0.5) < 1e-12)
  }
}
