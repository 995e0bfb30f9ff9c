internal import VitroCore
internal import VitroFitting
internal import VitroLab

/// What judging came to, as facts and claims.
struct FaithfulnessResult {
  let study: FaithfulnessStudy
  let subject: FaithfulnessSubject
  let size: FaithfulnessSize
  let target: AttributionTarget
  let layers: [Feature]
  let methods: [JudgedMethod]
  /// The rank correlation of each two defined methods.
  let agreement: [[Double]]
  /// What leaving all words, or none, comes to.
  let settings: JudgeSettings

  init(
    _ study: FaithfulnessStudy, _ subject: FaithfulnessSubject, _ size: FaithfulnessSize, _ judge: MethodJudge,
    _ methods: [JudgedMethod]
  ) throws {
    (self.study, self.subject, self.size, self.methods) = (study, subject, size, methods)
    (target, layers, settings) = (judge.question.target, judge.layers, judge.settings)
    agreement = try MethodJudge.agreement(methods.filter { $0.reasonUndefined == nil })
  }

  var defined: [JudgedMethod] { methods.filter { $0.reasonUndefined == nil } }

  /// The control: scores that know nothing.
  var control: JudgedMethod? { defined.first { $0.name == Self.controlName } }

  static let controlName = "random"

  /// What words matter to, in a sentence.
  var targetName: String {
    switch target {
    case .answer: "the answer"
    case .feature(let feature): "\(feature)"
    }
  }

  var facts: [String: JSONValue] {
    [
      "network": .string(subject.name), "target": .string(targetName), "texts": .integer(subject.texts.count),
      "reference": .integer(subject.reference.count), "leftOut": .integer(subject.leftOut),
      "accuracy": subject.accuracy.map { .number($0.value) } ?? .null,
      "samples": .integer(size.samples), "dealings": .integer(study.dealings),
      "reductions": .array(size.reductions.map { .string($0) }), "confidence": .number(claimConfidence),
      "replacement": .string(settings.replacement.rawValue),
      "layers": .array(layers.map { .string($0.description) }), "methods": .array(methods.map(fact)),
      "agreement": .array(agreement.map { .array($0.map { $0.isNaN ? .null : .number($0) }) }),
      "claims": .array(claims.map(\.fact)),
    ]
  }

  /// How near a method that searches came to its optimum, over the texts.
  func convergence(_ method: JudgedMethod) -> Convergence? {
    method.residuals.map { residuals in
      Convergence(
        residuals: residuals, converged: residuals.count { $0 <= study.measure.tolerance },
        passes: Double(size.samples))
    }
  }

  private func fact(_ method: JudgedMethod) -> JSONValue {
    var fields: [String: JSONValue] = ["name": .string(method.name)]
    var intervals: [String: JSONValue] = [:]
    for (name, value) in method.measures {
      fields[name] = value.map { .number($0.value) } ?? .null
      if let value { intervals[name] = .numbers([value.low, value.high]) }
    }
    fields["intervals"] = .object(intervals)
    if method.divergence != nil || method.infiniteDivergences > 0 {
      fields["infiniteDivergences"] = .integer(method.infiniteDivergences)
    }
    if let convergence = convergence(method) {
      fields["residual"] = .number(convergence.residual)
      fields["converged"] = .number(convergence.share)
    }
    fields["unchanged"] = .bool(method.isUnchangedByRandomWeights)
    if let reason = method.reasonUndefined { fields["undefined"] = .string(reason) }
    return .object(fields)
  }

  // MARK: - Claims

  /// What is said of each method, by rule from intervals that are widened so that all of them hold together with 95 %.
  var claims: [Claim] { claims(claimConfidence) }

  /// The confidence of each claim's interval.
  var claimConfidence: Double { ClaimConfidence(counting: claims).each }

  private func claims(_ confidence: Double) -> [Claim] {
    defined.filter { $0.name != Self.controlName }.flatMap { method in
      [beatsTruth(method, confidence), beatsRandom(method, confidence), readsWeights(method, confidence)]
        .compactMap(\.self)
    }
  }

  private func beatsTruth(_ method: JudgedMethod, _ confidence: Double) -> Claim? {
    guard let auc = try? Estimate.mean(of: method.areas, confidence: confidence) else { return nil }
    let above = Estimate(value: auc.value - 0.5, low: auc.low - 0.5, high: auc.high - 0.5)
    return Claim(
      "truth-\(method.name)", "\(method.title) finds the relevant words better than chance.",
      verdict: .ofSign(above, expected: .plus), numbers: ["auc": auc.value, "low": auc.low, "high": auc.high],
      reason: "AUC \(Self.text(auc)); the widened interval must be above 0.5.")
  }

  private func beatsRandom(_ method: JudgedMethod, _ confidence: Double) -> Claim? {
    guard let control, method.drops.count == control.drops.count else { return nil }
    let gains = zip(method.drops, control.drops).map { $0 - $1 }.filter { !$0.isNaN }
    guard let gain = try? Estimate.mean(of: gains, confidence: confidence) else { return nil }
    return Claim(
      "comprehensive-\(method.name)", "The words that \(method.title) puts first are missed more than random ones.",
      verdict: .ofSign(gain, expected: .plus), numbers: ["gain": gain.value, "low": gain.low, "high": gain.high],
      reason:
        "Comprehensiveness above that of random scores, text by text, \(Self.text(gain)); the widened interval must be above 0."
    )
  }

  private func readsWeights(_ method: JudgedMethod, _ confidence: Double) -> Claim? {
    guard let random = DealtWeights.mean(method.correlations, confidence: confidence) else { return nil }
    let limit = JudgedMethod.unchanged
    return Claim(
      Self.weightsClaim(method), "The map of \(method.title) changes when all weights are dealt anew.",
      verdict: random.high < limit ? .holds : random.low > limit ? .fails : .undecided,
      numbers: ["correlation": random.value, "low": random.low, "high": random.high],
      reason:
        "Rank correlation with the maps of \(method.correlations.count) random networks \(Self.text(random)); the widened interval must be below \(limit)."
    )
  }

  static func weightsClaim(_ method: JudgedMethod) -> String { "weights-\(method.name)" }

  static func text(_ estimate: Estimate) -> String {
    NumberFormat.fixed(3).text(estimate.value, Interval(estimate))
  }
}
