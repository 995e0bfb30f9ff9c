internal import Foundation
internal import VitroCore
internal import VitroData
internal import VitroFitting
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// What was measured in one network that judges sentences.
///
/// Lists are `[layer][text]` unless they say otherwise.
struct SentimentReading: Codable, Sendable {
  /// A line's accuracy on held-out sentences.
  struct Probe: Codable, Sendable {
    var right: Int
    var of: Int
    var accuracy: Double { Double(right) / Double(max(of, 1)) }
  }
  /// A moment of training.
  struct Moment: Codable, Sendable {
    var epoch: Int
    var accuracy: Double
    /// The mean of what the sentence's vector keeps of words, by text.
    var kept: [Double?]
    /// The mean H in the sentence's vector, in units of the words' own spread (H less its logarithm), by text: words' vectors grow in training, and σ with them.
    var entropy: [Double?]
    /// Whether the measure has converged, by text.
    var isConverged: [Bool]
  }

  /// One sentence in two views: what noise says is kept of each word, and what a decoder reads off.
  struct Views: Codable, Sendable {
    var layer: String
    var kept: [Double]
    var words: [WordReconstruction?]
    var score: FeatureDecoder.Score
  }

  var model: SentimentModel
  var seed: Int
  var accuracy: Double
  /// The values that were measured.
  var layers: [String]
  /// The place of the sentence's vector among them.
  var sentence: Int
  /// Whether the measure has converged.
  var isConverged: [[Bool]]
  /// The mean over words of what is kept.
  var kept: [[Double?]]
  /// The mean over words of H.
  var entropy: [[Double?]]
  /// For the words' vectors, and then each layer.
  var probes: [Probe]
  var classes: [[ClassMeans?]]
  /// By layer.
  var locality: [Locality]
  /// What is kept of the last special token, less the mean of the words.
  var separator: [[Double?]]
  /// The mean of A_i over words that lean to a class.
  var attributes: [[Double?]]
  /// How well the classifier of that attribute knows held-out words.
  var attributeAccuracy: Double?
  var moments: [Moment]
  /// How far the measure's results have converged, those of earlier moments among them.
  var convergence: Convergence
  /// One sentence: its tokens, and what is kept of them, by layer.
  var example: [String]
  var exampleKept: [[Double]]
  /// For the last layer with a row for each word, and for the sentence's vector; of the first network of its kind.
  var views: [Views]

  var residual: Double { convergence.residual }
}

extension SentimentReading {
  /// The same without the results that have not converged.
  var ofConverged: SentimentReading {
    var result = self
    for layer in layers.indices {
      for text in isConverged[layer].indices where !isConverged[layer][text] {
        result.kept[layer][text] = nil
        result.entropy[layer][text] = nil
        result.classes[layer][text] = nil
        result.separator[layer][text] = nil
        result.attributes[layer][text] = nil
        result.locality[layer].leaveOut(text)
      }
      guard isConverged[layer].first == false else { continue }
      // A row without colour.
      result.exampleKept[layer] = exampleKept[layer].map { _ in .nan }
      for view in views.indices where views[view].layer == layers[layer] {
        result.views[view].kept = views[view].kept.map { _ in .nan }
      }
    }
    for moment in moments.indices {
      for text in moments[moment].isConverged.indices where !moments[moment].isConverged[text] {
        result.moments[moment].kept[text] = nil
        result.moments[moment].entropy[text] = nil
      }
    }
    return result
  }
}

extension SentimentStudy {
  /// Measures one network.
  func read(
    _ language: LanguageModel, _ model: SentimentModel, number: Int, _ training: Training, earlier: [LanguageModel],
    _ data: SentimentData, seed: UInt64, progress: @Sendable (String, Int, Int) throws -> Void
  ) throws -> SentimentReading {
    let data = try data.begun(for: number, of: seeds)
    let network = try WordNetwork(language)
    let layers = model.layers(network)
    let features = layers.map { Feature($0) }
    let reference = try Self.words(network, data.training, count: Self.reference)
    let chosen = try Self.words(
      network, data.test, count: model == .tuned ? tunedTexts : texts, longest: Self.longest)
    let scales = try FeatureScales(network, features, over: reference)
    let settings = self.settings(model, seed: seed)
    let found = try InformationMeasure(network, scales, settings: settings)(chosen, features) {
      try progress("information", $0, $1)
    }
    let attribute = try AttributeRetention(reference, data.sentiment, seed: seed)
    let kinds = chosen.map { WordClass.classes(of: $0, sentiment: data.sentiment) }
    let entropies = found.map { $0.map { result in result.logSigma.map(RetainedInformation.entropy) } }
    let sentence = layers.count - 2
    let places = Array(layers.indices)
    func each<Value>(_ value: (_ layer: Int, _ text: Int) throws -> Value) rethrows -> [[Value]] {
      try places.map { layer in try chosen.indices.map { try value(layer, $0) } }
    }
    var results = found.flatMap(\.self)
    var moments: [SentimentReading.Moment] = []
    let followed = Array(chosen.prefix(model == .tuned ? 6 : 12))
    for (place, moment) in earlier.enumerated() {
      let (own, spread) = try self.results(moment, layers[sentence], followed, data, settings) {
        try progress("information after \(training.epochs[place]) passes", $0, $1)
      }
      results += own
      moments.append(SentimentReading.Moment(own, spread: spread, training, place))
    }
    moments.append(
      SentimentReading.Moment(
        found.prefix(followed.count).map { $0[sentence] }, spread: scales.wordSpread, training, earlier.count))
    var views: [SentimentReading.Views] = []
    if number == 0, let text = chosen.first {
      try progress("decoding", 0, 1)
      let learned = try Self.words(network, data.training, count: Self.decoded)
      for layer in Set([max(0, sentence - 1), sentence]).sorted() {
        let decoder = try FeatureDecoder(network, features[layer], learning: learned, seed: seed)
        views.append(
          SentimentReading.Views(
            layer: layers[layer], kept: found[0][layer].kept, words: try decoder.reconstructions(of: text, guesses: 1),
            score: decoder.score))
      }
      try progress("decoding", 1, 1)
    }
    return SentimentReading(
      model: model, seed: number, accuracy: training.accuracy.last ?? 0, layers: layers, sentence: sentence,
      isConverged: each { found[$1][$0].isConverged }, kept: each { found[$1][$0].meanKept },
      entropy: each { found[$1][$0].meanEntropy },
      probes: try probes(network, layers, data, progress: progress),
      classes: each { ClassMeans(kinds[$1], kept: found[$1][$0].kept, entropy: entropies[$1][$0]) },
      locality: places.map { layer in
        Locality(
          kept: found.map { $0[layer].kept }, entropy: entropies.map { $0[layer] }, isSpecial: chosen.map(\.marks))
      },
      separator: each { Self.separator(found[$1][$0].kept, chosen[$1].marks) },
      attributes: try each { layer, text in
        let lost = try attribute?.lost(chosen[text], logSigma: found[text][layer].logSigma, data.sentiment) ?? []
        let known = lost.compactMap(\.self)
        return known.isEmpty ? nil : WordStatistics.mean(known)
      },
      attributeAccuracy: attribute?.accuracy, moments: moments,
      convergence: Convergence(results),
      example: chosen.first?.words ?? [], exampleKept: found.first.map { $0.map(\.kept) } ?? [], views: views)
  }

  private func settings(_ model: SentimentModel, seed: UInt64) -> InformationSettings {
    var settings = measure
    settings.seed = seed
    if model == .tuned { (settings.samples, settings.mostSamples) = tunedSamples }
    return settings
  }

  /// What is kept of the last special token, less the mean of all other words; nothing where a text ends with a word.
  private static func separator(_ kept: [Double], _ isSpecial: [Bool]) -> Double? {
    guard let last = isSpecial.last, last else { return nil }
    let words = zip(kept, isSpecial).filter { !$0.1 }.map(\.0)
    return words.isEmpty ? nil : (kept.last ?? 0) - WordStatistics.mean(words)
  }

  /// Sentences as a network reads them, without those that are too long or too short to show anything.
  static func words(
    _ network: WordNetwork, _ data: LabeledTexts, count: Int, longest: Int = 64
  ) throws -> [WordText] {
    var result: [WordText] = []
    for sentence in data.texts where result.count < count {
      let tokens = try network.text(sentence)
      if (5...longest).contains(tokens.count) { result.append(tokens) }
    }
    guard result.count >= min(count, 4) else {
      throw VitroError(
        .argument, "sentiment", "only \(result.count) sentences have 5 to \(longest) tokens, expected 4 or more")
    }
    return result
  }

  /// What the sentence's vector keeps at an earlier moment of training, and the spread of its words then.
  private func results(
    _ language: LanguageModel, _ layer: String, _ texts: [WordText], _ data: SentimentData,
    _ settings: InformationSettings, progress: (Int, Int) throws -> Void
  ) throws -> (results: [RetainedInformation], spread: Double) {
    let network = try WordNetwork(language)
    let feature = Feature(layer)
    let own = try texts.map { try network.text($0.tokens) }
    let reference = try Self.words(network, data.training, count: Self.reference)
    let scales = try FeatureScales(network, [feature], over: reference)
    let found = try InformationMeasure(network, scales, settings: settings)(own, [feature], progress: progress)
    return (found.map { $0[0] }, scales.wordSpread)
  }

  // MARK: - Readability

  /// How well a logistic regression reads the label off the mean of the words' vectors, and off each layer's.
  private func probes(
    _ network: WordNetwork, _ layers: [String], _ data: SentimentData,
    progress: @Sendable (String, Int, Int) throws -> Void
  ) throws -> [SentimentReading.Probe] {
    let taps = [network.entry] + layers
    let training = try Self.means(network, taps, data.training, Self.probed.training)
    let test = try Self.means(network, taps, data.test, Self.probed.test)
    let probes = try taps.indices.map { tap in
      try progress("probing", tap, taps.count)
      let fit = try LogisticRegression(inverseRegularization: 0.1, standardizing: true).fit(
        training.rows[tap], labels: training.labels, classCount: 2)
      let found = try fit.model.predict(test.rows[tap])
      return SentimentReading.Probe(right: zip(found, test.labels).count { $0 == $1 }, of: test.labels.count)
    }
    try progress("probing", taps.count, taps.count)
    return probes
  }

  /// `[texts, entries]` of each value, the mean over words where it has a row for each.
  private static func means(
    _ network: WordNetwork, _ taps: [String], _ data: LabeledTexts, _ count: Int
  ) throws -> (rows: [Tensor], labels: [Int]) {
    let count = min(count, data.count)
    let texts = try data.texts.prefix(count).map { try network.text($0) }
    var (rows, labels) = (taps.map { _ in [Tensor]() }, [Int]())
    for batch in try WordText.batches(texts, rows: network.rows(recording: taps, atMost: 2048)) {
      let run = try network.run(batch.map { texts[$0] }, recording: taps)
      for (place, tap) in taps.enumerated() {
        let value = try run.value(at: tap).cast(to: .float64)
        rows[place].append(value.rank >= 3 ? try value.mean(axes: [1]) : value)
      }
      labels += batch.map { data.labels[$0] }
    }
    return (try rows.map { try Tensor.concatenate($0) }, labels)
  }
}

extension SentimentReading.Moment {
  init(_ found: [RetainedInformation], spread: Double, _ training: SentimentStudy.Training, _ place: Int) {
    epoch = training.epochs[place]
    accuracy = training.accuracy[place]
    kept = found.map(\.meanKept)
    entropy = found.map { $0.meanEntropy - log(spread) }
    isConverged = found.map(\.isConverged)
  }
}
