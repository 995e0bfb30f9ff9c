internal import VitroCore
public import VitroFitting
internal import VitroTensor

/// What can be reconstructed of words from a feature: the decoder view p(word | f), beside the noise view σ.
///
/// A ridge regression takes the feature to the word's own vector e, and the residual's spread s turns its answer x̂ into probabilities over the vocabulary,
///
///     p(word v | f) ∝ freq(v) · exp(−‖e_v − x̂(f)‖² / 2s²),
///
/// with freq(v) how often the word occurs in the texts to learn from. Tokens that only mark a place are neither learned nor scored. Beside the score stand two controls:
/// a decoder that knows frequencies alone, and one that is fitted in the same way on features that were permuted between texts.
///
/// Where a feature has a row for each word, word i is read from row i by one regression for all; a single state is read by one regression for each place in the
/// text. The penalty is chosen by cross-validation over texts, and s is what gives the words of some held-out texts the highest likelihood; others are scored. What a decoder reads can be
/// there without the network using it, and what it cannot read may be there in another form: noise asks what the feature fixes, a decoder what a line can read.
///
/// ```swift
/// let decoder = try FeatureDecoder(network, "blocks.5.hook_resid_post", learning: texts)
/// let found = try decoder.reconstruction(of: text)
/// for word in found.words { print(word?.probability ?? 0, word?.entropy ?? 0) }
/// ```
public struct FeatureDecoder: Sendable {
  /// How a decoder is fitted.
  public struct Settings: Sendable, Hashable, Codable {
    /// The penalties to choose from, as shares of the mean square of a coordinate of the feature times the number of rows.
    public var penalties: [Double]
    /// The parts of the texts that take turns to judge penalties.
    public var folds: Int
    /// The share of texts that is held out, one half to choose s, the other to score the decoder.
    public var heldOut: Double
    /// The most places of a text that a single state is decoded at.
    public var places: Int
    /// The most rows to fit on.
    public var rows: Int

    /// Seven penalties from 1e-4 to 100, four folds, a quarter held out.
    public init(
      penalties: [Double] = [1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100], folds: Int = 4, heldOut: Double = 0.25,
      places: Int = 24, rows: Int = 6000
    ) {
      (self.penalties, self.folds, self.heldOut, self.places, self.rows) = (penalties, folds, heldOut, places, rows)
    }
  }

  /// How well held-out words are decoded.
  public struct Score: Sendable, Hashable, Codable {
    /// The held-out words that are scored.
    public var words: Int
    /// The mean of log p(true word | f), in nats.
    public var logLikelihood: Double
    /// The same of a decoder that knows only how often each word occurs.
    public var chance: Double
    /// The same of a decoder that is fitted on features permuted between texts: what can be known without the text's own feature.
    public var control: Double
    /// The log-likelihood less the control's, over held-out texts with a 95 % t interval; nothing when there is one such text.
    public var gain: Estimate?
    /// The share of words whose best guess is right.
    public var accuracy: Double
    /// The share of the variance of words' vectors that is explained.
    public var explained: Double
    /// s.
    public var spread: Double
  }

  /// The feature that is read.
  public let feature: Feature
  /// How well it reads held-out texts.
  public let score: Score
  let network: WordNetwork
  let vocabulary: WordVocabulary
  let logPrior: Tensor
  /// One model for all rows, or one for each place.
  let models: [LinearModel?]
  let isByRow: Bool

  /// Fits a decoder.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - feature: The feature to read: a value with a row for each word, or one state.
  ///   - texts: Texts to learn from, some hundreds; the text that is to be shown must not be among them.
  ///   - settings: How to fit.
  ///   - seed: Decides which texts are held out.
  /// - Throws: ``/VitroCore/VitroError`` when there are fewer than eight texts or the feature does not exist.
  /// - Complexity: O(rows · width²) for the fit, O(rows · vocabulary · width) for s.
  public init(
    _ network: WordNetwork, _ feature: Feature, learning texts: [WordText], settings: Settings = Settings(),
    seed: UInt64 = 0
  ) throws {
    guard texts.count >= 8, settings.folds >= 2, !settings.penalties.isEmpty else {
      throw VitroError(
        .argument, "decoding '\(feature)'", "there are \(texts.count) texts to learn from, expected 8 or more",
        details: ["field": "texts", "found": "\(texts.count)", "expected": "8 or more"])
    }
    try network.check([feature])
    let isByRow = try feature.position == nil && network.hasRows(feature.tap)
    let vocabulary = try WordVocabulary(network, seen: texts)
    var stream = RandomStream(seed: seed, "decoder")
    let order = stream.permutation(texts.count)
    let half = max(2, Int(settings.heldOut * Double(texts.count) / 2))
    let (choosing, scoring) = (Array(order[..<half]), Array(order[half..<2 * half]))
    let (toChoose, toScore) = (Set(choosing), Set(scoring))
    let held = toChoose.union(toScore)
    let rows = try DecoderRows(network, feature, texts, vocabulary, isByRow: isByRow, places: settings.places)
    let logPrior = try vocabulary.logFrequencies(
      of: rows.words.indices.filter { !held.contains(rows.texts[$0]) }.map { rows.words[$0] })
    func fitted(_ rows: DecoderRows) throws -> (models: [LinearModel?], outcome: DecoderFit.Outcome) {
      let fit = DecoderFit(rows: rows, vocabulary: vocabulary, settings: settings, logPrior: logPrior)
      let models = try fit.models { !held.contains($0) }
      return (models, try fit.outcome(models, choosing: toChoose.contains, scoring: toScore.contains))
    }
    let (models, found) = try fitted(rows)
    let control = try fitted(rows.permuted(within: [choosing, scoring, Array(order[(2 * half)...])])).outcome
    (self.network, self.feature, self.vocabulary, self.isByRow) = (network, feature, vocabulary, isByRow)
    (self.models, self.logPrior) = (models, logPrior)
    let gains = Dictionary(grouping: found.texts.indices) { found.texts[$0] }.sorted { $0.key < $1.key }.map {
      WordStatistics.mean($0.value.map { found.logLikelihoods[$0] - control.logLikelihoods[$0] })
    }
    score = Score(
      words: found.logLikelihoods.count, logLikelihood: found.meanLogLikelihood,
      chance: WordStatistics.mean(found.frequencies), control: control.meanLogLikelihood,
      gain: gains.count >= 2 ? try Estimate.mean(of: gains) : nil,
      accuracy: Double(found.hits) / Double(max(found.logLikelihoods.count, 1)), explained: found.explained,
      spread: found.spread)
  }
}
