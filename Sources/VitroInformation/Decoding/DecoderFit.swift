internal import Foundation
internal import VitroCore
internal import VitroFitting
internal import VitroNetworks
internal import VitroTensor

/// What a decoder learns from: features, the words they are to give, and where each stands; without tokens that only mark a place, which would be named for nothing.
struct DecoderRows {
  /// `[rows, entries]`.
  private(set) var features: Tensor
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
    for batch in try WordText.batches(texts, rows: network.rows(recording: [feature.tap])) {
      let run = try network.run(batch.map { texts[$0] }, recording: [feature.tap])
      let found = try batch.map { try vocabulary.places(of: texts[$0], in: network) }
      if isByRow {
        let value = try run.value(at: feature.tap).cast(to: .float32)
        let length = value.shape[1]
        var chosen: [Int] = []
        for (place, text) in batch.enumerated() {
          let marks = texts[text].marks
          for word in found[place].indices where !marks[word] {
            chosen.append(place * length + word)
            words.append(found[place][word])
            owners.append(text)
            models.append(0)
          }
        }
        guard !chosen.isEmpty else { continue }
        parts.append(try value.reshaped([value.shape[0] * length, -1]).gather(Tensor(chosen)))
      } else {
        let value = try network.value(of: feature, in: run).cast(to: .float32)
        var chosen: [Int] = []
        for (place, text) in batch.enumerated() {
          let marks = texts[text].marks
          for word in found[place].indices.prefix(places) where !marks[word] {
            chosen.append(place)
            words.append(found[place][word])
            owners.append(text)
            models.append(word)
          }
        }
        guard !chosen.isEmpty else { continue }
        parts.append(try value.gather(Tensor(chosen)))
      }
    }
    guard !parts.isEmpty else { throw VitroError(.argument, "decoding '\(feature)'", "the texts have no words") }
    features = try .concatenate(parts)
    (self.words, self.texts, self.models) = (words, owners, models)
  }

  /// The same words with the features of another text of the same part: what is decoded from these is owed to no text's own feature.
  func permuted(within parts: [[Int]]) throws -> DecoderRows {
    var members: [Int: [Int]] = [:]
    for (row, text) in texts.enumerated() { members[text, default: []].append(row) }
    var source = Array(words.indices)
    for part in parts {
      let known = part.filter { members[$0] != nil }
      for (text, other) in zip(known, known.dropFirst() + known.prefix(1)) {
        guard let own = members[text], let donors = members[other] else { continue }
        for (place, row) in own.enumerated() { source[row] = donors[place % donors.count] }
      }
    }
    var result = self
    result.features = try features.gather(Tensor(source))
    return result
  }
}

/// Regressions from features to words' vectors, and the spread that makes them probabilities.
struct DecoderFit {
  let rows: DecoderRows
  let vocabulary: WordVocabulary
  let settings: FeatureDecoder.Settings
  /// The logarithm of how often each word occurs, `[1, words]`.
  let logPrior: Tensor

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

  private static let mostHeldOut = 500

  /// How a decoder does on words that it has not learned from.
  struct Outcome {
    let texts: [Int]
    /// log p(true word | f) of each word, and what its frequency alone gives it.
    let logLikelihoods: [Double]
    let frequencies: [Double]
    let hits: Int
    let explained: Double
    let spread: Double

    var meanLogLikelihood: Double { WordStatistics.mean(logLikelihoods) }
  }

  /// Chooses s by the likelihood of the words of some held-out texts, and says how well those of others are decoded.
  func outcome(
    _ models: [LinearModel?], choosing isToChoose: (Int) -> Bool, scoring isToScore: (Int) -> Bool
  ) throws -> Outcome {
    let choosing = try guesses(models, of: isToChoose)
    let labels = try Tensor(choosing.words)
    func logLikelihood(_ logSpread: Double) throws -> Double {
      try -scores(choosing.distances, exp(logSpread)).crossEntropy(labels: labels).mean().item()
    }
    // The residual's own spread in a direction is where the search begins; the likelihood decides.
    let count = Double(choosing.words.count)
    let start = 0.5 * log(max(choosing.residual / (count * Double(vocabulary.width)), 1e-12))
    let spread = exp(try goldenMaximum(start - 2, start + 4, of: logLikelihood))
    let found = try guesses(models, of: isToScore)
    let table = try scores(found.distances, spread)
    let own = try vocabulary.vectors.gather(Tensor(found.words))
    let total = try (own - own.mean(axes: [0])).square().sum().item()
    let frequencies = try logPrior.floats
    return Outcome(
      texts: found.texts,
      logLikelihoods: try table.crossEntropy(labels: Tensor(found.words)).cast(to: .float64).doubles.map { -$0 },
      frequencies: found.words.map { Double(frequencies[$0]) },
      hits: zip(try table.argmax(axis: 1).ints, found.words).count { $0 == $1 },
      explained: total > 0 ? 1 - found.residual / total : 0, spread: spread)
  }

  /// log freq(v) − ‖e_v − x̂‖² / 2s², `[rows, words]`: log p but for a number that is the same for all words.
  private func scores(_ distances: Tensor, _ spread: Double) throws -> Tensor {
    try distances * (-0.5 / (spread * spread)) + logPrior
  }

  /// How far the answers for the words of some texts are from all words; spread over the texts, so that those that stand first do not decide.
  private func guesses(
    _ models: [LinearModel?], of isChosen: (Int) -> Bool
  ) throws -> (distances: Tensor, words: [Int], texts: [Int], residual: Double) {
    let all = rows.words.indices.filter { isChosen(rows.texts[$0]) && models[rows.models[$0]] != nil }
    let step = max(1, all.count / Self.mostHeldOut)
    let members = stride(from: 0, to: all.count, by: step).map { all[$0] }
    guard !members.isEmpty else {
      throw VitroError(
        .argument, "decoding", "no held-out text is as long as those that were learned from", hint: "Give more texts.")
    }
    var (distances, words, texts, residual): ([Tensor], [Int], [Int], Double) = ([], [], [], 0)
    for (model, members) in Dictionary(grouping: members, by: { rows.models[$0] }).sorted(by: { $0.key < $1.key }) {
      guard let model = models[model] else { continue }
      let truth = members.map { rows.words[$0] }
      let guess = try model.scores(rows.features.gather(Tensor(members)))
      residual += try (guess - vocabulary.vectors.gather(Tensor(truth))).square().sum().item()
      distances.append(try WordVocabulary.distances(guess, vocabulary.vectors))
      words += truth
      texts += members.map { rows.texts[$0] }
    }
    return (try .concatenate(distances), words, texts, residual)
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
