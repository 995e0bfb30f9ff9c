internal import Foundation
internal import VitroCore
internal import VitroFitting
internal import VitroNetworks
internal import VitroTensor

/// What a decoder learns from: features, the words they are to give, and where each stands.
struct DecoderRows {
  /// `[rows, entries]`.
  let features: Tensor
  /// The vocabulary's word of each row.
  let words: [Int]
  /// The text of each row.
  let texts: [Int]
  /// The regression that reads each row: 0, or the word's place in its text.
  let models: [Int]

  init(
    _ network: WordNetwork, _ feature: Feature, _ texts: [WordText], _ vocabulary: WordVocabulary, isByRow: Bool,
    places: Int
  ) throws {
    var (parts, words, owners, models): ([Tensor], [Int], [Int], [Int]) = ([], [], [], [])
    for batch in WordText.batches(texts, rows: 4096) {
      let run = try network.run(batch.map { texts[$0] }, recording: [feature.tap])
      let found = try batch.map { try vocabulary.places(of: texts[$0], in: network) }
      if isByRow {
        let value = try run.value(at: feature.tap).cast(to: .float32)
        parts.append(try value.reshaped([value.shape[0] * value.shape[1], -1]))
        for (place, text) in batch.enumerated() {
          words += found[place]
          owners += found[place].map { _ in text }
        }
        models = words.map { _ in 0 }
      } else {
        let value = try network.value(of: feature, in: run).cast(to: .float32)
        let count = min(places, found.first?.count ?? 0)
        parts.append(try value.gather(Tensor(batch.indices.flatMap { [Int](repeating: $0, count: count) })))
        for (place, text) in batch.enumerated() {
          words += found[place].prefix(count)
          owners += [Int](repeating: text, count: count)
          models += Array(0..<count)
        }
      }
    }
    features = try .concatenate(parts)
    (self.words, self.texts, self.models) = (words, owners, models)
  }
}

/// Regressions from features to words' vectors, and the spread that makes them probabilities.
struct DecoderFit {
  let rows: DecoderRows
  let vocabulary: WordVocabulary
  let settings: FeatureDecoder.Settings

  /// One regression for each number in `rows.models`; nothing where too few rows are there to fit one.
  func models(of isLearned: (Int) -> Bool) throws -> [LinearModel?] {
    let count = (rows.models.max() ?? 0) + 1
    var members = [[Int]](repeating: [], count: count)
    for row in rows.words.indices where isLearned(rows.texts[row]) { members[rows.models[row]].append(row) }
    let penalty = try chosenPenalty(members.max { $0.count < $1.count } ?? [])
    return try members.map { members in
      guard members.count >= 8 else { return nil }
      return try fit(Array(members.prefix(settings.rows)), [penalty])[0]
    }
  }

  private func fit(_ members: [Int], _ penalties: [Double]) throws -> [LinearModel] {
    let x = try rows.features.gather(Tensor(members))
    let y = try vocabulary.vectors.gather(Tensor(members.map { rows.words[$0] }))
    let scale = try max((x - x.mean(axes: [0])).square().mean().item() * Double(members.count), 1e-12)
    return try Ridge().fit(x, targets: y, alphas: penalties.map { $0 * scale })
  }

  /// The penalty with the smallest squared error on the texts that a fit has not seen.
  private func chosenPenalty(_ members: [Int]) throws -> Double {
    let members = Array(members.prefix(settings.rows))
    var errors = settings.penalties.map { _ in 0.0 }
    for fold in 0..<settings.folds {
      let training = members.filter { rows.texts[$0] % settings.folds != fold }
      let test = members.filter { rows.texts[$0] % settings.folds == fold }
      guard training.count >= 4, !test.isEmpty else { continue }
      let x = try rows.features.gather(Tensor(test))
      let y = try vocabulary.vectors.gather(Tensor(test.map { rows.words[$0] }))
      for (place, model) in try fit(training, settings.penalties).enumerated() {
        errors[place] += try (model.scores(x) - y).square().sum().item()
      }
    }
    let best = errors.indices.min { errors[$0] < errors[$1] } ?? 0
    return settings.penalties[best]
  }

  private static let mostHeldOut = 600

  /// Chooses s by the held-out words' likelihood, and says how well they are decoded.
  func score(_ models: [LinearModel?], of isHeldOut: (Int) -> Bool) throws -> FeatureDecoder.Score {
    let all = rows.words.indices.filter { isHeldOut(rows.texts[$0]) && models[rows.models[$0]] != nil }
    // Spread over the texts, so that those that stand first do not decide.
    let step = max(1, all.count / Self.mostHeldOut)
    let members = stride(from: 0, to: all.count, by: step).map { all[$0] }
    guard !members.isEmpty else {
      throw VitroError(
        .argument, "decoding", "no held-out text is as long as those that were learned from", hint: "Give more texts.")
    }
    var (distances, words, residual, hits): ([Tensor], [Int], Double, Int) = ([], [], 0, 0)
    for (model, members) in Dictionary(grouping: members, by: { rows.models[$0] }).sorted(by: { $0.key < $1.key }) {
      guard let model = models[model] else { continue }
      let x = try rows.features.gather(Tensor(members))
      let truth = members.map { rows.words[$0] }
      let guess = try model.scores(x)
      let found = try WordVocabulary.distances(guess, vocabulary.vectors)
      residual += try (guess - vocabulary.vectors.gather(Tensor(truth))).square().sum().item()
      hits += zip(try found.argmin(axis: 1).ints, truth).count { $0 == $1 }
      distances.append(found)
      words += truth
    }
    let table = try Tensor.concatenate(distances)
    let labels = try Tensor(words)
    let count = Double(words.count)
    let own = try vocabulary.vectors.gather(labels)
    let total = try (own - own.mean(axes: [0])).square().sum().item()
    func logLikelihood(_ logSpread: Double) throws -> Double {
      try -(table * (-0.5 * exp(-2 * logSpread))).crossEntropy(labels: labels).mean().item()
    }
    // The residual's own spread in a direction is where the search begins; the likelihood decides.
    let start = 0.5 * log(max(residual / (count * Double(vocabulary.width)), 1e-12))
    let best = try goldenMaximum(start - 2, start + 4, of: logLikelihood)
    return FeatureDecoder.Score(
      words: words.count, logLikelihood: try logLikelihood(best), chance: -log(Double(vocabulary.count)),
      accuracy: Double(hits) / count, explained: total > 0 ? 1 - residual / total : 0, spread: exp(best))
  }

  /// The place of the maximum of a function with one hill, by golden sections.
  private func goldenMaximum(_ low: Double, _ high: Double, of value: (Double) throws -> Double) throws -> Double {
    let ratio = 0.618_033_988_749_895
    var (low, high) = (low, high)
    var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
    var (atLeft, atRight) = (try value(left), try value(right))
    while high - low > 0.02 {
      if atLeft > atRight {
        (high, right, atRight) = (right, left, atLeft)
        left = high - ratio * (high - low)
        atLeft = try value(left)
      } else {
        (low, left, atLeft) = (left, right, atRight)
        right = low + ratio * (high - low)
        atRight = try value(right)
      }
    }
    return (low + high) / 2
  }
}
