internal import VitroCore
internal import VitroFitting
internal import VitroTensor

/// What can be reconstructed of words from a feature: the decoder view p(word | f), beside the noise view σ.
///
/// A ridge regression takes the feature to the word's own vector e, and the residual's spread s turns its answer x̂ into probabilities over the vocabulary,
///
///     p(word v | f) ∝ exp(−‖e_v − x̂(f)‖² / 2s²).
///
/// Where a feature has a row for each word, word i is read from row i by one regression for all; a single state is read by one regression for each place in the
/// text. The penalty is chosen by cross-validation over texts, and s is what gives the words of held-out texts the highest likelihood. What a decoder reads can be
/// there without the network using it, and what it cannot read may be there in another form: noise asks what the feature fixes, a decoder what a line can read.
///
/// ```swift
/// let decoder = try FeatureDecoder(network, "blocks.5.hook_resid_post", learning: texts)
/// let words = try decoder.reconstructions(of: network.text("How are you?"))
/// ```
public struct FeatureDecoder: Sendable {
  /// How a decoder is fitted.
  public struct Settings: Sendable, Hashable, Codable {
    /// The penalties to choose from, as shares of the mean square of a coordinate of the feature times the number of rows.
    public var penalties: [Double]
    /// The parts of the texts that take turns to judge penalties.
    public var folds: Int
    /// The share of texts that is held out to choose s and to score the decoder.
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
    /// The held-out words.
    public var words: Int
    /// The mean of log p(true word | f), in nats.
    public var logLikelihood: Double
    /// The same of a decoder that knows nothing: −log of the number of words in the vocabulary.
    public var chance: Double
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
    let held = Set(order.prefix(max(2, Int(settings.heldOut * Double(texts.count)))))
    let rows = try DecoderRows(network, feature, texts, vocabulary, isByRow: isByRow, places: settings.places)
    let fit = DecoderFit(rows: rows, vocabulary: vocabulary, settings: settings)
    let models = try fit.models { !held.contains($0) }
    (self.network, self.feature, self.vocabulary, self.isByRow) = (network, feature, vocabulary, isByRow)
    self.models = models
    score = try fit.score(models) { held.contains($0) }
  }
}
