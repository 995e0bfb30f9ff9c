import Testing
import VitroCore
import VitroFitting
import VitroLab
import VitroTensor

@testable import VitroInformation

@Suite struct ClaimConfidenceTests {
  @Test func theMoreClaimsTheSurerEachMustBe() {
    #expect(ClaimConfidence(of: 1).each == 0.95)
    #expect(ClaimConfidence(of: 0).each == 0.95)
    #expect(abs(ClaimConfidence(of: 10).each - 0.995) < 1e-12)
  }

  /// Claims of means that are all 0: whatever is said of one is wrong.
  private func claims(_ samples: [[Double]], _ confidence: Double) throws -> [Claim] {
    try samples.enumerated().map { number, values in
      let mean = try Estimate.mean(of: values, confidence: confidence)
      return Claim("c\(number)", "", verdict: .ofSign(mean, expected: .plus), numbers: [:])
    }
  }

  @Test func ofManyClaimsNoneIsDecidedByChance() throws {
    var (alone, together) = (0, 0)
    let trials = 300
    for trial in 0..<trials {
      var stream = RandomStream(seed: 1, "claims", trial)
      let samples = try (0..<20).map { _ in try stream.normal([8], dtype: .float64).doubles }
      let confidence = try ClaimConfidence(counting: { try claims(samples, $0) })
      #expect(confidence.count == 20)
      if try claims(samples, 0.95).contains(where: { $0.verdict != .undecided }) { alone += 1 }
      if try claims(samples, confidence.each).contains(where: { $0.verdict != .undecided }) { together += 1 }
    }
    // 1 − 0.95²⁰ = 64 % of trials against at most 5 %.
    #expect(alone > trials / 2)
    #expect(together < trials / 10, "\(together) of \(trials)")
  }
}
