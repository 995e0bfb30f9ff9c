internal import Foundation
internal import VitroFitting
internal import VitroLab

/// What is said of networks that have grokked a group, each with its verdict by an interval over seeds.
extension CompositionResult {
  private static let three = NumberFormat.significant(3)

  var claims: [Claim] {
    var claims = [Claim]()
    if learned.count == 5 { claims.append(fourOfFive) }
    guard !grokked.isEmpty else { return claims }
    claims.append(
      within(
        "x-embed", "The key simples have at least 98 % of the embedding of a.", 0.98...1,
        0...1
      ) { $0.reading.measures.xEmbed })
    if task.cyclicOrdering != nil {
      claims += [
        within(
          "hidden-a", "The key simples at a have 33 to 40 % of the hidden layer (equal waves on a torus: 37.2 %).",
          0.33...0.40, 0...1
        ) { $0.reading.measures.hiddenA },
        within(
          "hidden-b", "The key simples at b have 33 to 40 % of the hidden layer (37.2 %).", 0.33...0.40, 0...1
        ) { $0.reading.measures.hiddenB },
        within(
          "hidden-ab", "The key simples at a·b have 9 to 14 % of the hidden layer (10.9 %).", 0.09...0.14, 0...1
        ) { $0.reading.measures.hiddenAB },
      ]
    }
    claims += [useful, necessary, early]
    if measured.contains(where: { $0.reading.harmonics.forbidden.isFinite }) { claims.append(purity) }
    if measured.contains(where: { ($0.reading.cosets?.subgroups ?? 0) > 0 }) { claims.append(cosets) }
    return claims
  }

  private var fourOfFive: Claim {
    Claim(
      "four-of-five-grok", "At least four of five seeds grok within \(training.epochs) epochs.",
      verdict: .of(grokked.count >= 4), numbers: ["grokked": Double(grokked.count), "seeds": 5],
      reason:
        "\(grokked.count) of these 5 have more than 99 % of the unseen pairs right; this counts, it does not estimate.")
  }

  private func within(
    _ id: String, _ statement: String, _ range: ClosedRange<Double>, _ possible: ClosedRange<Double>,
    _ value: (MeasuredSeed) -> Double
  ) -> Claim {
    var found = overSeeds(value)
    found.estimate.low = max(found.estimate.low, possible.lowerBound)
    found.estimate.high = min(found.estimate.high, possible.upperBound)
    return Claim(
      id, statement, verdict: .of(found.estimate, within: range), numbers: numbers("mean", found),
      reason: measuredText(found))
  }

  private func measuredText(_ found: OverSeeds) -> String {
    let value = found.estimate.value
    return switch found.count {
    case 0: "No seed has this number."
    case 1: "\(Self.three.text(value)) in one seed, which has no interval."
    default: "\(Self.three.text(value, Interval(found.estimate))) over \(found.count) seeds."
    }
  }

  private func numbers(_ name: String, _ found: OverSeeds) -> [String: Double] {
    [name: found.estimate.value, "low": found.estimate.low, "high": found.estimate.high, "seeds": Double(found.count)]
  }

  private func logRatio(
    _ id: String, _ statement: String, _ value: (CompositionMeasures) -> Double, sign: FloatingPointSign
  )
    -> Claim
  {
    let found = overSeeds { log10(value($0.reading.measures)) }
    return Claim(
      id, statement, verdict: .ofSign(found.estimate, expected: sign), numbers: numbers("log10", found),
      reason: "log₁₀ of the ratio: " + measuredText(found))
  }

  private var useful: Claim {
    logRatio(
      "restricted-below-chance",
      "With only the key simples' part at a·b a network still multiplies: its loss is a hundredth of chance's.",
      { $0.restrictedLoss / (log(Double(task.order)) / 100) }, sign: .minus)
  }

  private var necessary: Claim {
    logRatio(
      "excluded-above-restricted",
      "Without that part it does not even know its training pairs: its loss on them is more than a hundred times as great as with nothing else.",
      { $0.excludedLoss / (100 * $0.restrictedLoss) }, sign: .plus)
  }

  /// The circuit is there before the network generalizes.
  private var early: Claim {
    let found = OverSeeds(grokked.compactMap { phases($0) }.map { Double($0.generalization - $0.circuit) })
    return Claim(
      "circuit-before-generalization",
      "The multiplication is there before it shows: the loss of the key simples' part at a·b alone has fallen half-way, in its logarithm, before the test loss has.",
      verdict: .ofSign(found.estimate, expected: .plus), numbers: numbers("epochs", found),
      reason: "Epochs between: " + measuredText(found))
  }

  private var purity: Claim {
    let found = overSeeds { $0.reading.harmonics.forbidden - $0.reading.purifiedForbidden }
    return Claim(
      "forbidden-from-impurity",
      "The energy at forbidden harmonics comes from what else is in a unit's embedding: fed its own simple alone it has less.",
      verdict: .ofSign(found.estimate, expected: .plus), numbers: numbers("difference", found),
      reason: "Difference of shares: " + measuredText(found))
  }

  private var cosets: Claim {
    let found = overSeeds { seed in
      guard let cosets = seed.reading.cosets, cosets.units > 0 else { return .nan }
      return Double(cosets.beyondKernel - cosets.control) / Double(cosets.units)
    }
    return Claim(
      "constant-on-cosets",
      "Units are constant on cosets of subgroups greater than their simple's kernel, and more often than random functions of the same simples.",
      verdict: .ofSign(found.estimate, expected: .plus), numbers: numbers("difference", found),
      reason: "Difference of shares of units: " + measuredText(found))
  }
}
