import Testing
import VitroFitting
import VitroLab
import VitroModels
import VitroTensor

@testable import VitroInformation

@Suite struct ReportWordingTests {
  @Test func intervalsAreCutToWhatTheirNumberCanBe() {
    let estimate = Estimate(value: 0.9, low: -0.2, high: 1.4)
    #expect(Interval(estimate, within: 0...1) == Interval(0, 1))
    #expect(Interval(estimate, within: -1...1) == Interval(-0.2, 1))
    #expect(Double.nan.cut(to: 0...1).isNaN)
  }

  @Test func namesAreListedAsInASentence() {
    #expect([String]().listed == "")
    #expect(["a"].listed == "a")
    #expect(["a", "b"].listed == "a and b")
    #expect(["a", "b", "c"].listed == "a, b and c")
  }

  /// Two models of one layer, the first of which keeps everything.
  private func comparison(texts: Int, residual: Double) throws -> ComparisonResult {
    func model(_ name: String, _ kept: Double) throws -> ComparedModel {
      let rows = (0..<texts).map { text in
        [
          RetainedInformation(
            feature: "logits", logSigma: [0, 1], halfWidth: [0, 0], meanHalfWidth: 0, isUnbounded: [false, false],
            isIgnored: [false, false], isConstant: false, kept: [kept, kept - 0.01 * Double(text + 1)],
            distortion: 0.05,
            shares: [0, 0], residual: residual, isConverged: residual < 0.05, samples: 100)
        ]
      }
      let words = try (0..<texts).map { _ in
        WordText(
          tokens: [
            Tokenizer.Token(id: 1, text: "A", piece: "A", range: 0..<1, isSpecial: false),
            Tokenizer.Token(id: 2, text: "bird", piece: "bird", range: 2..<6, isSpecial: false),
          ], text: "A bird", vectors: try .zeros([2, 1]))
      }
      return ComparedModel(
        name: name, lines: Array(repeating: "A bird", count: texts), texts: words, features: ["logits"], found: rows,
        spread: 1)
    }
    return ComparisonResult(
      first: try model("one", 1), second: try model("two", 0.5), lines: Array(repeating: "A bird", count: texts))
  }

  @Test func aComparisonSaysWhatWasMeasuredAndHowSureItIs() throws {
    let sure = try comparison(texts: 4, residual: 0.01).report()
    try sure.validate()
    #expect(sure.lede?.source.contains("lies on one side of 0") == true)
    #expect(abs((sure.metrics.first?.value ?? 0) - 0.5) < 1e-12)
    let preliminary = try comparison(texts: 4, residual: 0.5).report()
    #expect(preliminary.lede?.source.contains("Preliminary") == true)
    // A single text has no interval, so that nothing is claimed.
    let single = try comparison(texts: 1, residual: 0.01).report()
    try single.validate()
    #expect(single.metrics.count == 2)
    #expect(!single.sections[0].blocks.contains { if case .table = $0 { true } else { false } })
  }
}
