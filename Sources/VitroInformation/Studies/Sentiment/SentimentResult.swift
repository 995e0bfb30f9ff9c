internal import VitroCore
internal import VitroFitting
internal import VitroLab

/// What the study of sentiment found, over all networks.
struct SentimentResult: Sendable {
  let study: SentimentStudy
  /// What was measured of each network, the results that have not converged among it.
  let measured: [SentimentReading]
  /// The same without them: what figures and claims are about.
  let readings: [SentimentReading]
  /// How many words lean, and the strongest to each side.
  let sentiment: SentimentWords
  let classNames: [String]
  /// How many sentences were left out because they were empty or too long.
  let leftOut: Int

  init(
    study: SentimentStudy, readings: [SentimentReading], sentiment: SentimentWords, classNames: [String],
    leftOut: Int = 0
  ) {
    self.init(
      study: study, measured: readings, readings: readings.map(\.ofConverged), sentiment: sentiment,
      classNames: classNames, leftOut: leftOut)
  }

  private init(
    study: SentimentStudy, measured: [SentimentReading], readings: [SentimentReading], sentiment: SentimentWords,
    classNames: [String], leftOut: Int
  ) {
    (self.study, self.measured, self.readings) = (study, measured, readings)
    (self.sentiment, self.classNames, self.leftOut) = (sentiment, classNames, leftOut)
  }

  /// As if all results had converged.
  private var rough: SentimentResult {
    SentimentResult(
      study: study, measured: measured, readings: measured, sentiment: sentiment, classNames: classNames,
      leftOut: leftOut)
  }

  func of(_ model: SentimentModel) -> [SentimentReading] { readings.filter { $0.model == model } }

  var models: [SentimentModel] { SentimentModel.allCases.filter { !of($0).isEmpty } }

  /// A mean over texts: its interval is over networks where there are several of the kind, else over texts.
  func estimate(
    _ model: SentimentModel, confidence: Double = 0.95, _ values: (SentimentReading) -> [Double?]
  ) throws -> Estimate? {
    let found = of(model).map { values($0).compactMap(\.self) }.filter { !$0.isEmpty }
    if found.count >= 2 { return try WordStatistics.overSeeds(found.map(WordStatistics.mean), confidence: confidence) }
    return try found.first.flatMap { try WordStatistics.estimate($0, seed: 1, confidence: confidence) }
  }

  /// The share of right answers: over networks where there are several, else Clopper and Pearson's.
  func accuracy(_ model: SentimentModel, probe: Int) throws -> Estimate? {
    let probes = of(model).map { $0.probes[probe] }
    if probes.count >= 2 { return try WordStatistics.overSeeds(probes.map(\.accuracy)) }
    return try probes.first.map { try Estimate.clopperPearson(successes: $0.right, trials: $0.of) }
  }

  // MARK: - Claims

  /// A claim by its interval alone, and whose results it hangs on.
  private struct Statement {
    var claim: Claim
    var models: [SentimentModel]
  }

  /// Each claim with the verdict of its interval, where enough results have converged for it.
  func claims() throws -> [Claim] {
    let converged = Dictionary(
      try statements().map { ($0.claim.id, $0.claim) }, uniquingKeysWith: { first, _ in first })
    return try rough.statements().map { rough in
      let all = rough.models.flatMap(of).map(\.convergence)
      guard var claim = converged[rough.claim.id] else {
        return Claim(
          rough.claim.id, rough.claim.statement, verdict: .undecided, numbers: [:],
          reason: "none of the results that it hangs on has converged")
      }
      if let obstacle = Convergence.obstacle(all, isAlike: rough.claim.verdict == claim.verdict) {
        claim.verdict = .undecided
        claim.reason += "; \(obstacle)"
      } else if Convergence.obstacle(all) != nil {
        claim.reason += "; \(Convergence.alike)"
      }
      return claim
    }
  }

  private func statements() throws -> [Statement] {
    try localityClaims() + separatorClaims() + (try models.flatMap(dynamicsClaims)) + (try models.flatMap(layerClaims))
      + (try models.flatMap(classClaims))
  }

  private func claim(
    _ id: String, _ statement: String, _ estimate: Estimate?, expected: FloatingPointSign = .plus,
    format: NumberFormat = .fixed(3), of models: [SentimentModel]
  ) -> [Statement] {
    guard let estimate, estimate.value.isFinite else { return [] }
    let claim = Claim(
      id, statement, verdict: .ofSign(estimate, expected: expected),
      numbers: ["value": estimate.value, "low": estimate.low, "high": estimate.high],
      reason: format.text(estimate.value, estimate.low.isFinite ? Interval(estimate) : nil))
    return [Statement(claim: claim, models: models)]
  }

  /// C3, whether networks that read neighbours together keep neighbours alike.
  private func localityClaims() throws -> [Statement] {
    func value(_ reading: SentimentReading) -> Double? {
      let known = reading.locality[reading.sentence].neighbours.compactMap(\.self)
      return known.isEmpty ? nil : WordStatistics.mean(known)
    }
    return try [SentimentModel.lstm, .cnn].flatMap { model -> [Statement] in
      let differences = of(model).compactMap { reading -> Double? in
        guard let own = value(reading), let beside = of(.encoder).first(where: { $0.seed == reading.seed }) else {
          return nil
        }
        return value(beside).map { own - $0 }
      }
      return claim(
        "C3-\(model.rawValue)",
        "C3: the \(model.title) keeps neighbours more alike than the transformer trained beside it (difference of correlations)",
        try WordStatistics.overSeeds(differences), of: [model, .encoder])
    }
      + models.flatMap { model in
        claim(
          "C3-\(model.rawValue)-own", "C3: the \(model.title) keeps neighbours alike (correlation above 0)",
          try estimate(model) { $0.locality[$0.sentence].neighbours }, of: [model])
      }
  }

  /// C4: the first layer at which the separator is kept less than the words are, all layers' intervals together covering 95 % (Bonferroni).
  func separatorLayer() throws -> (layer: Int, name: String, estimate: Estimate)? {
    guard let reading = of(.tuned).first else { return nil }
    for (layer, name) in reading.layers.enumerated() {
      let found = try estimate(.tuned, confidence: ClaimConfidence(of: reading.layers.count).each) {
        $0.separator[layer]
      }
      if let found, found.high < 0 { return (layer, name, found) }
    }
    return nil
  }

  private func separatorClaims() throws -> [Statement] {
    guard let reading = of(.tuned).first else { return [] }
    let last = try estimate(.tuned) { $0.separator[$0.sentence] }
    let found = try separatorLayer()
    let state = try estimate(.tuned) { $0.separator[$0.sentence - 1] }
    return claim(
      "C4-states",
      "C4: the states of the last layer keep the separator less than words"
        + (found.map {
          " (first so at layer \($0.layer + 1) of \(reading.layers.count), \($0.name), corrected for their number)"
        } ?? ""),
      state, expected: .minus, of: [.tuned])
      + claim(
        "C4-sentence", "C4: the sentence's vector keeps the separator less than words", last, expected: .minus,
        of: [.tuned])
  }

  /// C5: what training does to the sentence's vector.
  private func dynamicsClaims(_ model: SentimentModel) throws -> [Statement] {
    let changes = of(model).compactMap { reading -> [Double]? in
      guard let first = reading.moments.first, let last = reading.moments.last, reading.moments.count >= 2 else {
        return nil
      }
      let known = zip(first.entropy, last.entropy).compactMap { first, last in
        first.flatMap { first in last.map { $0 - first } }
      }
      return known.isEmpty ? nil : known
    }
    let found =
      changes.count >= 2
      ? try WordStatistics.overSeeds(changes.map(WordStatistics.mean))
      : try changes.first.flatMap { try WordStatistics.estimate($0, seed: 2) }
    return claim(
      "C5-\(model.rawValue)",
      "C5: in training the sentence's vector of the \(model.title) forgets (mean H at the end less at the beginning, nats a dimension, each in units of its words' spread)",
      found, of: [model])
  }

  /// Information falls while readability rises.
  private func layerClaims(_ model: SentimentModel) throws -> [Statement] {
    let fall = try estimate(model) { reading in
      zip(reading.kept[0], reading.kept[reading.sentence]).map { first, last in
        first.flatMap { first in last.map { $0 - first } }
      }
    }
    let rises = of(model).map { $0.probes[$0.sentence + 1].accuracy - $0.probes[0].accuracy }
    let rise: Estimate?
    if rises.count >= 2 {
      rise = try WordStatistics.overSeeds(rises)
    } else if let reading = of(model).first, let value = rises.first {
      // Of two shares of the same sentences: never wider than that of independent ones.
      let variance = [reading.probes[0], reading.probes[reading.sentence + 1]].reduce(0) {
        $0 + $1.accuracy * (1 - $1.accuracy) / Double(max($1.of, 1))
      }
      rise = Estimate(
        value: value, low: value - 1.96 * variance.squareRoot(), high: value + 1.96 * variance.squareRoot())
    } else {
      rise = nil
    }
    let falls =
      of(model).first.map { $0.sentence > 0 } ?? false
      ? claim(
        "layers-kept-\(model.rawValue)",
        "\(model.title): less is kept by the sentence's vector than by the first layer", fall, expected: .minus,
        of: [model]) : []
    return falls
      + claim(
        "layers-read-\(model.rawValue)",
        "\(model.title): the label is read better off the sentence's vector than off the mean of words' vectors", rise,
        format: .percent(1), of: [])
  }

  /// Words that lean are kept more than the words that hold a sentence together.
  private func classClaims(_ model: SentimentModel) throws -> [Statement] {
    claim(
      "classes-\(model.rawValue)",
      "\(model.title): its sentence's vector keeps words that lean more than function words (difference of kept)",
      try estimate(model) { reading in
        reading.classes[reading.sentence].map { means in
          means?.kept[.sentiment].flatMap { a in means?.kept[.function].map { a - $0 } }
        }
      }, of: [model])
  }
}
