import Testing
import VitroFitting
import VitroLab

@Suite struct ClaimTests {
  @Test func aVerdictNeedsTheWholeInterval() {
    func verdict(_ low: Double, _ high: Double) -> Claim.Verdict {
      .ofSign(Estimate(value: (low + high) / 2, low: low, high: high, confidence: 0.95), expected: .minus)
    }
    #expect(verdict(-2, -1) == .holds)
    #expect(verdict(-1, 1) == .undecided)
    #expect(verdict(1, 2) == .fails)
  }

  @Test func aRangeHoldsWholeIntervalsAndSeveralVerdictsMustAllHold() {
    func verdict(_ low: Double, _ high: Double) -> Claim.Verdict {
      .of(Estimate(value: (low + high) / 2, low: low, high: high), within: 36...40)
    }
    #expect(verdict(37, 39) == .holds && verdict(35, 39) == .undecided && verdict(41, 42) == .fails)
    #expect(verdict(-.infinity, .infinity) == .undecided && verdict(30, 35) == .fails)
    #expect(Claim.Verdict.all([.holds, .holds]) == .holds)
    #expect(Claim.Verdict.all([.holds, .undecided]) == .undecided)
    #expect(Claim.Verdict.all([.undecided, .fails]) == .fails)
  }
}
