internal import VitroCore

/// What several methods say of each word of one text, layer by layer or about the answer.
///
/// ```swift
/// let comparison = try MethodsComparison(
///   network, text, layers: features, ["lrp", "occlusion"], scales: scales)
/// let strip = comparison.methods[0].scores[0]  // the first layer's: a number for each token
/// ```
public struct MethodsComparison: Sendable, Hashable, Codable {
  /// What words are to matter to.
  public enum Target: String, Sendable, Hashable, Codable, CaseIterable {
    /// Each layer's value.
    case feature
    /// The score of the answer.
    case answer
  }

  /// What one method says.
  public struct Found: Sendable, Hashable, Codable {
    /// The method's name.
    public var name: String
    /// What it is called in a legend.
    public var title: String
    /// The formula, and the source.
    public var abstract: String
    /// Whether scores have a sign.
    public var isSigned: Bool
    /// For each layer a score of each token; nothing where the method says nothing.
    public var scores: [[Double]?]
    /// For each layer why the method says nothing there.
    public var reasons: [String?]
    /// For each layer how far the scores are from the optimum that defines them, where the method searches for one.
    public var residuals: [Double?] = []

    /// Whether the method says something of a layer.
    public var isDefined: Bool { scores.contains { $0 != nil } }
  }

  /// The tokens, as a person reads them.
  public var tokens: [String]
  /// Whether each token marks a place rather than text.
  public var isSpecial: [Bool]
  /// For each token the word it is a piece of.
  public var wordNumbers: [Int]
  /// The layers, or the one answer.
  public var layers: [String]
  /// What words are to matter to.
  public var target: Target
  /// The class, or the next token, whose score is the answer.
  public var answer: Int
  /// The methods, in the order in which they were named.
  public var methods: [Found]

  /// Asks each method about each layer.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - text: The text.
  ///   - layers: The features; about the answer they say nothing.
  ///   - methods: The methods' names.
  ///   - target: What words are to matter to.
  ///   - answer: The class, or the next token; the one with the highest score unless given.
  ///   - scales: The spreads of the features.
  ///   - seed: Where random numbers come from.
  ///   - progress: Is told how many questions are answered; may throw to stop.
  /// - Throws: ``/VitroCore/VitroError`` for names that do not exist and answers that the network does not give.
  public init(
    _ network: WordNetwork, _ text: WordText, layers: [Feature], _ methods: [String], about target: Target = .feature,
    answer: Int? = nil, scales: FeatureScales, seed: UInt64 = 0,
    progress: @escaping @Sendable (_ done: Int, _ of: Int, _ method: String) throws -> Void = { _, _, _ in }
  ) throws {
    let methods = try methods.map { try AttributionMethods.named($0) }
    let targets = target == .answer ? [AttributionTarget.answer] : layers.map { .feature($0) }
    guard target == .feature || network.givesScores else {
      throw VitroError(
        .unsupported, "attributing '\(network.name)'",
        "its answer is the last layer's states, not scores of classes or tokens",
        hint: "Ask about layers: --target feature.", details: ["field": "target"])
    }
    tokens = text.words
    isSpecial = text.isSpecial
    wordNumbers = text.wordNumbers
    self.layers = target == .answer ? [network.answer] : layers.map(\.description)
    self.target = target
    let scores = try network.answers([text])[0]
    self.answer = answer ?? scores.indices.max { scores[$0] < scores[$1] } ?? 0
    guard scores.indices.contains(self.answer) else {
      throw VitroError(
        .argument, "attributing '\(network.name)'", "there is no class \(self.answer)",
        hint: "There are \(scores.count), counted from 0.",
        details: ["field": "class", "found": "\(self.answer)", "expected": "0 to \(scores.count - 1)"])
    }
    let (all, label) = (methods.count * targets.count, self.answer)
    var done = 0
    self.methods = try methods.map { type in
      var found = Found(
        name: type.name, title: type.title, abstract: type.abstract, isSigned: type.isSigned, scores: [], reasons: [])
      let method = type.init()
      for target in targets {
        let (before, name) = (done, type.title)
        try progress(before, all, name)
        let reason = try method.reasonUndefined(target, in: network)
        found.reasons.append(reason)
        let question = try AttributionQuestion(
          network, [text], target, classes: [label], scales: scales, seed: seed
        ) { _, _ in try progress(before, all, name) }
        let answer = reason == nil ? try method.scoresAndResiduals(question) : nil
        found.scores.append(answer?.scores[0])
        found.residuals.append(answer?.residuals?[0])
        done += 1
      }
      return found
    }
    try progress(all, all, "")
  }

  /// How alike two methods rank the tokens: the mean over layers of Spearman's correlation of their scores' sizes; NaN where none has both.
  ///
  /// Of signed scores the sizes count, for half of the methods have no sign.
  public func agreement(_ first: Found, _ second: Found) -> Double {
    let found = zip(first.scores, second.scores).compactMap { a, b -> Double? in
      guard let a, let b else { return nil }
      let value = RankAgreement.spearman(sizes(a, first), sizes(b, second))
      return value.isNaN ? nil : value
    }
    return found.isEmpty ? .nan : found.reduce(0, +) / Double(found.count)
  }

  private func sizes(_ scores: [Double], _ method: Found) -> [Double] {
    method.isSigned ? scores.map { abs($0) } : scores
  }

  /// Why a method says nothing, or of which layers it does not; nothing where it is defined everywhere.
  public func reasonUndefined(_ method: Found) -> String? {
    let missing = zip(layers, method.reasons).compactMap { layer, reason in reason.map { (layer, $0) } }
    guard let first = missing.first else { return nil }
    if missing.count == layers.count { return first.1 }
    return missing.map { "at \($0.0): \($0.1)" }.joined(separator: "; ")
  }
}
