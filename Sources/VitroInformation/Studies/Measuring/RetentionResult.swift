internal import Foundation
internal import VitroCore
internal import VitroFitting
internal import VitroLab

/// What a measurement of texts found.
struct RetentionResult {
  let model: String
  let texts: [WordText]
  let features: [Feature]
  /// `[text][feature]`.
  let found: [[RetainedInformation]]
  let scales: FeatureScales
  let settings: InformationSettings
  let isBuiltInReference: Bool
  let inBits: Bool
  /// The same with other choices.
  var calibration: [(name: String, found: [[RetainedInformation]])] = []

  /// The token that stands for words that the model does not know.
  var unknownToken: Int?

  /// The decoder's view of the first text, by layer.
  var decoded: [TextReconstruction] = []

  init(
    model: String, texts: [WordText], features: [Feature], found: [[RetainedInformation]], scales: FeatureScales,
    settings: InformationSettings, isBuiltInReference: Bool, inBits: Bool
  ) {
    (self.model, self.texts, self.features, self.found) = (model, texts, features, found)
    (self.scales, self.settings) = (scales, settings)
    (self.isBuiltInReference, self.inBits) = (isBuiltInReference, inBits)
  }

  /// Nats in the unit of the report.
  var perNat: Double { inBits ? 1 / log(2) : 1 }
  var unit: String { inBits ? "bits" : "nats" }

  /// The largest residual of all texts and layers.
  var residual: Double { found.joined().map(\.residual).max() ?? 0 }
  var isConverged: Bool { found.joined().allSatisfy(\.isConverged) }

  /// A layer's name for an axis: hidden states of blocks by number.
  static func label(_ feature: Feature) -> String {
    let parts = feature.tap.split(separator: ".")
    var name = feature.tap
    if parts.count == 3, parts[0] == "blocks", parts[2].hasSuffix("resid_post") { name = "L\(parts[1])" }
    return feature.position.map { "\(name)@\($0)" } ?? name
  }

  var labels: [String] { features.map(Self.label) }

  /// The mean entropy of a layer over the words of all texts, with Student's interval over texts, or of independent seeds for fewer than three.
  func meanEntropy(_ feature: Int) throws -> Estimate {
    let means = found.map { $0[feature].meanEntropy * perNat }
    if let overTexts = try Estimate.mean(ofTexts: means) { return overTexts }
    let value = means.reduce(0, +) / Double(means.count)
    let half = found.map { $0[feature].meanHalfWidth * perNat }.max() ?? 0
    return Estimate(value: value, low: value - half, high: value + half)
  }

  // MARK: - Facts

  var facts: [String: JSONValue] {
    var facts: [String: JSONValue] = [
      "model": .string(model), "layers": .array(features.map { .string($0.description) }),
      "residual": .number(residual), "converged": .bool(isConverged), "unit": .string("\(unit) per dimension"),
      "settings": settingsFacts,
      "mean": .array(features.indices.map { .number((try? meanEntropy($0).value) ?? .nan) }),
    ]
    if texts.count == 1 {
      facts.merge(self.facts(of: 0)) { $1 }
    } else {
      facts["texts"] = .array(texts.indices.map { .object(self.facts(of: $0)) })
    }
    if !calibration.isEmpty {
      facts["calibration"] = .array(
        calibration.map { name, other in
          ["choice": .string(name), "rankCorrelation": .numbers(agreement(with: other))]
        })
    }
    if !decoded.isEmpty {
      facts["decoder"] = .array(
        decoded.map { view in
          [
            "layer": .string(view.feature.description),
            "gain": view.score.gain.map { .numbers([$0.value, $0.low, $0.high]) } ?? .null,
            "words": .array(
              view.words.map { word in
                guard let word else { return .null }
                return [
                  "probability": .number(word.probability), "entropy": .number(word.entropy),
                  "guess": word.guesses.first.map { .string($0.word) } ?? .null,
                ]
              }),
          ]
        })
    }
    return facts
  }

  private func facts(of text: Int) -> [String: JSONValue] {
    let rows = found[text]
    return [
      "tokens": .array(texts[text].words.map { .string($0) }),
      "entropy": .array(
        rows.map { row in .array(row.entropy.map { $0.map { .number($0 * perNat) } ?? .null }) }),
      "kept": .array(rows.map { .numbers($0.kept) }),
      "interval": .array(
        rows.map { row in
          .array(
            row.logSigma.indices.map { word in
              row.entropyEstimate(word).map { .numbers([$0.low * perNat, $0.high * perNat]) } ?? .null
            })
        }),
      "residuals": .numbers(rows.map(\.residual)), "distortions": .numbers(rows.map(\.distortion)),
    ]
  }

  private var settingsFacts: JSONValue {
    let own: [String: JSONValue] = [
      "floor": .number(scales.floor), "wordSpread": .number(scales.wordSpread),
      "referenceTexts": .integer(scales.texts), "referenceWords": .integer(scales.words),
    ]
    return .object(settings.facts.merging(own) { $1 })
  }

  /// The rank correlation of words' σ with those at another distortion, layer by layer, the mean over texts.
  func agreement(with other: [[RetainedInformation]]) -> [Double] {
    features.indices.map { feature in
      let values = texts.indices.map { text in
        RankAgreement.spearman(found[text][feature].logSigma, other[text][feature].logSigma)
      }.filter { !$0.isNaN }
      return values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }
  }
}
