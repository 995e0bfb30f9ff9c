internal import Foundation
internal import VitroCore
internal import VitroFitting
internal import VitroTensor

/// How methods are judged: everything that decides the numbers.
public struct JudgeSettings: Sendable, Hashable, Codable {
  /// What words become that are taken out.
  public var replacement = WordReplacement.mean
  /// The random sets of words that are taken out of each text for infidelity.
  public var infidelitySamples = 20
  /// The random steps for max-sensitivity; 0 leaves it out.
  public var sensitivitySamples = 4
  /// The largest step of a coordinate, in units of the spread of words' vectors.
  public var sensitivityRadius = 0.02
  /// The most texts for max-sensitivity and coherency, which ask a method again and again.
  public var repeatedTexts = 12
  /// How many times weights are dealt anew; 0 leaves that check out.
  public var dealings = 3
  /// Whether words of negative score are never taken out, as in ferret.
  public var onlyPositive = false
  /// Where random numbers come from.
  public var seed: UInt64 = 0

  /// The usual.
  public init() {}
}

/// Judges methods by one network, the same texts, and what is known of them.
///
/// ```swift
/// let judge = try MethodJudge(question, relevant: truth, layers: network.layersToAnswer, reference: reference)
/// let judged = try judge.judge(GradientMethod())
/// ```
public struct MethodJudge: Sendable {
  /// What methods are asked.
  public internal(set) var question: AttributionQuestion
  /// For each text whether its words are relevant, where that is known.
  public let relevant: [[Bool]]?
  /// The features that coherency goes through.
  public let layers: [Feature]
  /// The texts that the spreads of a network with random weights are measured over.
  public let reference: [WordText]
  /// How to judge.
  public let settings: JudgeSettings
  let erasure: WordErasure
  /// The words of each text that count: all but marks and special tokens.
  let places: [[Int]]
  /// For each text random sets of words, as places among those that count.
  let sets: [[[Int]]]
  /// For each text what taking each set out does to the score.
  let effects: [[Double]]
  private let shuffles: [[Int]]

  /// Prepares what all methods share: random sets of words and what taking them out does.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when texts do not fit.
  public init(
    _ question: AttributionQuestion, relevant: [[Bool]]? = nil, layers: [Feature], reference: [WordText],
    settings: JudgeSettings = JudgeSettings()
  ) throws {
    guard !question.texts.isEmpty, relevant.map({ $0.map(\.count) == question.texts.map(\.count) }) ?? true else {
      throw VitroError(.shape, "judging methods", "truth and texts do not fit, or there are no texts")
    }
    (self.question, self.relevant, self.layers) = (question, relevant, layers)
    (self.reference, self.settings) = (reference, settings)
    erasure = try WordErasure(question, replacement: settings.replacement)
    let places = question.texts.map { text in text.tokens.indices.filter { !text.isSpecial[$0] } }
    guard places.allSatisfy({ !$0.isEmpty }) else {
      throw VitroError(.argument, "judging methods", "a text has no words but special tokens")
    }
    let sets = try places.enumerated().map { try Self.sets(of: $1.count, settings, text: $0) }
    self.places = places
    self.sets = sets
    shuffles = places.enumerated().map { text, places in
      var stream = RandomStream(seed: settings.seed, "ties", text)
      return stream.permutation(places.count)
    }
    effects = try Self.effects(question.texts, places, sets, erasure)
  }

  /// Sets of words, each word in with probability ½.
  private static func sets(of count: Int, _ settings: JudgeSettings, text: Int) throws -> [[Int]] {
    try (0..<settings.infidelitySamples).map { number in
      var stream = RandomStream(seed: settings.seed, "sets of words", text, number)
      let drawn = try stream.uniform([count]).doubles
      let chosen = (0..<count).filter { drawn[$0] < 0.5 }
      return chosen.isEmpty ? [number % count] : chosen
    }
  }

  private static func effects(
    _ texts: [WordText], _ places: [[Int]], _ sets: [[[Int]]], _ erasure: WordErasure
  ) throws -> [[Double]] {
    var cases: [(text: Int, kept: [Bool])] = []
    for (text, sets) in sets.enumerated() {
      let all = [Bool](repeating: true, count: texts[text].count)
      cases.append((text, all))
      for set in sets {
        var kept = all
        for place in set { kept[places[text][place]] = false }
        cases.append((text, kept))
      }
    }
    var readings = try erasure.readings(cases)[...]
    return sets.map { sets in
      let all = readings.removeFirst().score
      let effects = readings.prefix(sets.count).map { all - $0.score }
      readings.removeFirst(sets.count)
      return effects
    }
  }

  /// Judges a method.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the method fails, or when stopped.
  public func judge(_ method: any AttributionMethod) throws -> JudgedMethod {
    var result = try judgeHere(method)
    for number in 0..<settings.dealings {
      let other = try dealt(number)
      result.add(try correlations(method, result, in: other))
    }
    return result
  }

  /// Judges a method by everything but networks with other weights.
  func judgeHere(_ method: any AttributionMethod) throws -> JudgedMethod {
    let kind = type(of: method)
    var result = JudgedMethod(name: kind.name, title: kind.title, isSigned: kind.isSigned)
    result.reasonUndefined = try method.reasonUndefined(question.target, in: question.network)
    guard result.reasonUndefined == nil else { return result }
    let (all, residuals) = try method.scoresAndResiduals(question)
    let scores = try words(of: all, type(of: method), texts: Array(question.texts.indices))
    (result.scores, result.residuals) = (scores, residuals)
    let amounts = Self.amounts(scores, kind)
    try judgeByTruth(&result, shares: amounts.map(TruthScores.distribution))
    try judgeByErasure(&result)
    result.infidelity = try estimate(
      zip(amounts.indices, amounts).map { text, amounts in
        let predicted = sets[text].map { set in set.reduce(0) { $0 + amounts[$1] } }
        return Infidelity.value(predicted: predicted, measured: effects[text])
      })
    result.sensitivity = try sensitivity(method)
    try judgeCoherency(method, &result)
    return result
  }

  /// The same question to the network with weights dealt anew: a copy of the network that is gone with the question.
  func dealt(_ number: Int) throws -> AttributionQuestion {
    var other = question
    other.network = try NetworkRandomization.randomized(question.network, seed: settings.seed &+ UInt64(number))
    var features = layers + [InformationMethod.answerFeature(question.network)]
    if case .feature(let feature) = question.target { features.append(feature) }
    other.scales = try FeatureScales(other.network, Array(Set(features)), over: reference)
    return other
  }

  /// For each text the rank correlation of a method's map with that in another network.
  func correlations(
    _ method: any AttributionMethod, _ judged: JudgedMethod, in other: AttributionQuestion
  ) throws -> [Double?] {
    guard judged.reasonUndefined == nil, try method.reasonUndefined(other.target, in: other.network) == nil else {
      return []
    }
    let kind = type(of: method)
    return try zip(judged.sizes, Self.sizes(wordScores(method, other), kind)).map { own, found in
      let correlation = RankAgreement.spearman(own, found)
      return correlation.isNaN ? nil : correlation
    }
  }

  /// Scores of the words that count; towards the text's own answer.
  func wordScores(_ method: any AttributionMethod, _ question: AttributionQuestion) throws -> [[Double]] {
    try wordScores(method, question, texts: Array(question.texts.indices))
  }

  /// Scores of the words that count of a question whose texts are those of given numbers, changed perhaps.
  func wordScores(
    _ method: any AttributionMethod, _ question: AttributionQuestion, texts: [Int]
  ) throws -> [[Double]] {
    try words(of: method.scores(question), type(of: method), texts: texts)
  }

  /// The scores of the words that count among all.
  private func words(
    of all: [[Double]], _ kind: any AttributionMethod.Type, texts: [Int]
  ) throws -> [[Double]] {
    guard all.map(\.count) == texts.map({ question.texts[$0].count }) else {
      throw VitroError(.shape, "judging '\(kind.name)'", "it does not score every word")
    }
    let isSigned = kind.isSigned
    return zip(all, texts).map { scores, text in
      let sign = isSigned ? erasure.signs?[text] ?? 1 : 1
      return places[text].map { place in
        scores[place].isNaN ? 0 : sign * Swift.min(Swift.max(scores[place], -Self.largest), Self.largest)
      }
    }
  }

  /// Scores beyond this count as this: an infinite one could be neither added nor kept.
  private static let largest = 1e12

  /// How much words matter, whichever way: for comparing with truth and with other methods.
  static func sizes(_ scores: [[Double]], _ kind: any AttributionMethod.Type) -> [[Double]] {
    kind.isSigned ? scores.map { $0.map(abs) } : scores
  }

  /// Scores that can be added and have a 0 that means nothing.
  ///
  /// They are the scores as they are, and of the measure, whose scores are −log σ, 1/σ: so do De Cao et al. (2020).
  static func amounts(_ scores: [[Double]], _ kind: any AttributionMethod.Type) -> [[Double]] {
    kind == InformationMethod.self ? scores.map { $0.map(exp) } : scores
  }

  func estimate(_ values: [Double]) throws -> Estimate? { try .mean(ofTexts: values) }

  /// The places of words from the best to the worst; equal ones in random order, for none shall win by standing first.
  func order(_ text: Int, _ scores: [Double]) -> [Int] {
    shuffles[text].enumerated().sorted { a, b in
      scores[a.element] == scores[b.element] ? a.offset < b.offset : scores[a.element] > scores[b.element]
    }.map(\.element)
  }
}
