internal import VitroFitting
internal import VitroLab

extension TextProbingResult {
  /// What is said of a concept's depth, each with the rule that decides it.
  var claims: [Claim] {
    guard let curve, layers.count >= 3 else { return [readable].compactMap(\.self) }
    return [readable, chanceEarly(curve), rises(curve), readLate(curve), jumps(curve), trained].compactMap(\.self)
  }

  /// Above the majority class by no more than this is called no more than chance.
  private static let margin = 0.05

  private var readable: Claim? {
    guard let adjusted = try? MultipleComparisons.holm(layers.map(\.pValue)), let least = adjusted.min(),
      let best = layers.max(by: { $0.selectivity.value < $1.selectivity.value })
    else { return nil }
    let verdict: Claim.Verdict =
      least < 0.05 ? .holds : layers.allSatisfy({ $0.selectivity.high < Self.margin }) ? .fails : .undecided
    return Claim(
      "readable", "The labels can be read at some layer, better than the control's.", verdict: verdict,
      numbers: ["p": least, "selectivity": best.selectivity.value],
      reason:
        "The least p-value of the sign tests against the control, after Holm's correction, is \(NumberFormat.significant(2).text(least)); it must be under 0.05."
    )
  }

  private func chanceEarly(_ curve: DepthCurve) -> Claim {
    let gain = Estimate(
      value: curve.early.value - baseline, low: curve.early.low - baseline, high: curve.early.high - baseline)
    return Claim(
      "chance-early", "In the first third of the depth a probe reads no more than the majority class.",
      verdict: .of(gain, within: -1...Self.margin), numbers: ["gain": gain.value, "low": gain.low, "high": gain.high],
      reason:
        "The mean accuracy there is \(points(gain)) above the majority class; it must be at most \(Self.points(Self.margin))."
    )
  }

  private func rises(_ curve: DepthCurve) -> Claim {
    Claim(
      "rises", "After the middle more is read than in the first third.", verdict: .ofSign(curve.rise, expected: .plus),
      numbers: ["rise": curve.rise.value, "low": curve.rise.low, "high": curve.rise.high],
      reason: "The mean accuracy rises by \(points(curve.rise)).")
  }

  private func readLate(_ curve: DepthCurve) -> Claim {
    let late = curve.late
    return Claim(
      "read-late", "After the middle three quarters of the texts are read right.",
      verdict: .of(late, within: 0.75...1), numbers: ["accuracy": late.value, "low": late.low, "high": late.high],
      reason:
        "The mean accuracy there is \(percent(late.value)), \(percent(late.low)) to \(percent(late.high)).")
  }

  private func jumps(_ curve: DepthCurve) -> Claim {
    let share = curve.jump.share
    let control = curve.steepest.flatMap { step in controlCurve?.share(ofRatio: step.ratio.value) }
    let isLarge = (curve.steepest?.ratio.low ?? 0) > 1
    let isRare = (control ?? 1) <= 0.05
    var numbers = ["share": share]
    var reason = "So it is in \(percent(share)) of the draws of divisions and texts; 95 % are needed."
    if let step = curve.steepest, let control {
      let format = NumberFormat.fixed(2)
      numbers["ratio"] = step.ratio.value
      numbers["low"] = step.ratio.low
      numbers["high"] = step.ratio.high
      numbers["control"] = control
      reason +=
        " The largest ratio, at \(title(step.layer)), is \(format.text(step.ratio.value)), \(format.text(step.ratio.low)) to \(format.text(step.ratio.high)), and must be above 1; "
        + "the control has one as large at some layer in \(percent(control)) of its draws, and at most 5 % are allowed."
    }
    return Claim(
      "jumps", "At some layer the accuracy is a tenth larger than at the one before.",
      verdict: share >= 0.95 && isLarge && isRare ? .holds : share <= 0.05 ? .fails : .undecided, numbers: numbers,
      reason: reason)
  }

  private var trained: Claim? {
    guard let best = layers.max(by: { $0.accuracy.value < $1.accuracy.value }), let untrained,
      let other = untrained.values.max(by: { $0.accuracy.value < $1.accuracy.value })
    else { return nil }
    let (high, low) = (best.accuracy, other.accuracy)
    let gain = Estimate(value: high.value - low.value, low: high.low - low.high, high: high.high - low.low)
    return Claim(
      "training-matters", "The best layer reads more than the best layer of random weights.",
      verdict: .ofSign(gain, expected: .plus), numbers: ["gain": gain.value, "low": gain.low, "high": gain.high],
      reason: "The difference is \(points(gain)), the ends of both intervals taken against each other.")
  }

  private func percent(_ value: Double) -> String { NetworkProbingResult.percent.text(value) }

  private static func points(_ value: Double) -> String { "\(NumberFormat.fixed(1).text(100 * value)) points" }

  private func points(_ estimate: Estimate) -> String {
    let format = NumberFormat.fixed(1)
    return
      "\(Self.points(estimate.value)) (\(format.text(100 * estimate.low)) to \(format.text(100 * estimate.high)))"
  }
}
