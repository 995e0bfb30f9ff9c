internal import Foundation
internal import VitroCore
public import VitroLab
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// What a word becomes when it is taken out of a text.
public enum WordReplacement: String, Sendable, Hashable, Codable, CaseIterable, FieldValue {
  /// The mean of the reference's vectors: a word that is as likely as any.
  case mean
  /// The vector 0.
  case zero
  /// The token for a hidden word, or for an unknown one, at the place of the word.
  case mask
  /// Nothing: the words after it move up, as in ferret. A feature with a row for each word cannot be compared then.
  case deletion
}

/// Texts with words taken out, and what becomes of the answer or of a feature.
///
/// All texts of one length run together, whatever is taken out of them.
struct WordErasure {
  /// What a text comes to.
  struct Reading {
    /// The probability of the class, or minus the distance of the feature from that of the whole text.
    var value: Double
    /// The class's score, or minus the distance.
    var score: Double
  }

  let question: AttributionQuestion
  let replacement: WordReplacement
  /// For each text what its words become, where that differs from word to word.
  private let masks: [Tensor]
  /// For each text the sign of its score, in a network with one score: the class is whether it is above 0.
  let signs: [Double]?
  /// The most words of one pass: fewer where each has many scores.
  private let batchRows: Int

  init(_ question: AttributionQuestion, replacement: WordReplacement) throws {
    (self.question, self.replacement) = (question, replacement)
    if replacement == .deletion, case .feature(let feature) = question.target, feature.position == nil,
      try question.network.hasRows(feature.tap)
    {
      throw VitroError(
        .argument, "taking words out", "'\(feature)' has a row for each word, and words that are gone have none",
        hint: "Replace words by the mean or by zero, or ask for one word's state: \(feature)@-1.",
        details: ["field": "replacement"])
    }
    masks = try replacement == .mask ? Self.masks(question) : []
    let answers = try question.target == .answer ? question.network.answers(question.texts) : []
    signs = answers.first?.count == 1 ? answers.map { $0[0] < 0 ? -1 : 1 } : nil
    batchRows = PassRows.holding(answers.first?.count ?? 1, atMost: 8192)
  }

  private static func masks(_ question: AttributionQuestion) throws -> [Tensor] {
    let network = question.network
    guard let mask = network.model?.ownTokenizer.flatMap({ $0.mask ?? $0.unknown }) else {
      throw VitroError(
        .argument, "taking words out", "'\(network.name)' has no token for a hidden word",
        hint: "Replace words by the mean or by zero.", details: ["field": "replacement"])
    }
    return try question.texts.map { text in
      try network.vectors(of: zip(text.tokens, text.isSpecial).map { $1 ? $0 : mask })
    }
  }

  /// The readings of texts of which only some words are kept.
  ///
  /// - Parameter cases: For each case the text, and which of its words are kept.
  func readings(_ cases: [(text: Int, kept: [Bool])]) throws -> [Reading] {
    var result = [Reading](repeating: Reading(value: .nan, score: .nan), count: cases.count)
    // A text of which nothing is left runs as one mean word, and not together with those of which one word is.
    let lengths = cases.map { one in replacement == .deletion ? one.kept.count { $0 } : one.kept.count }
    let whole = try wholeFeatures()
    for (length, members) in Dictionary(grouping: cases.indices, by: { lengths[$0] }).sorted(by: { $0.key < $1.key }) {
      let size = max(1, batchRows / max(length, 1))
      for start in stride(from: 0, to: members.count, by: size) {
        let batch = Array(members[start..<min(start + size, members.count)])
        for (number, reading) in zip(batch, try run(batch.map { cases[$0] }, whole)) { result[number] = reading }
      }
    }
    return result
  }

  private func run(_ cases: [(text: Int, kept: [Bool])], _ whole: [Tensor]) throws -> [Reading] {
    let vectors = try replacement == .deletion ? shortened(cases) : masked(cases)
    let tokens = [[Int]](repeating: [Int](repeating: 0, count: vectors.shape[1]), count: cases.count)
    switch question.target {
    case .answer:
      let run = try question.network.run(tokens, vectors: vectors, recording: [], needsOutputs: true)
      let scores = try question.network.answerRows(run.output).cast(to: .float64)
      return try answers(scores, texts: cases.map(\.text))
    case .feature(let feature):
      let run = try question.network.run(tokens, vectors: vectors, recording: [feature.tap])
      let value = try question.network.value(of: feature, in: run)
      let entries = value.shape[1]
      let weights = try question.scales.weights(of: feature, entries: entries, dtype: value.dtype)
      let change = try (value - .stack(cases.map { whole[$0.text] })) * weights
      let distances = try change.square().cast(to: .float64).mean(axes: [1]).doubles
      return distances.map { Reading(value: -$0, score: -$0) }
    }
  }

  /// The feature of each whole text.
  private func wholeFeatures() throws -> [Tensor] {
    guard case .feature(let feature) = question.target else { return [] }
    var result = [Tensor?](repeating: nil, count: question.texts.count)
    for batch in WordText.batches(question.texts, rows: batchRows) {
      let run = try question.network.run(batch.map { question.texts[$0] }, recording: [feature.tap])
      let value = try question.network.value(of: feature, in: run)
      for (row, text) in batch.enumerated() { result[text] = try value.select(at: row) }
    }
    return result.compactMap(\.self)
  }

  /// Probability and score of each text's class.
  private func answers(_ scores: Tensor, texts: [Int]) throws -> [Reading] {
    if let signs {
      return try zip(scores.doubles, texts).map { score, text in
        let own = signs[text] * score
        return Reading(value: 1 / (1 + exp(-own)), score: own)
      }
    }
    let columns = try Tensor(texts.map { Int64(question.classes[$0]) }, shape: [texts.count, 1])
    let chosen = try (scores.softmax().takeAlong(columns).doubles, scores.takeAlong(columns).doubles)
    return zip(chosen.0, chosen.1).map { Reading(value: $0, score: $1) }
  }

  // MARK: - Taking out

  private func masked(_ cases: [(text: Int, kept: [Bool])]) throws -> Tensor {
    let vectors = try Tensor.stack(cases.map { question.texts[$0.text].vectors })
    let kept = try Tensor(
      cases.flatMap { $0.kept.map { $0 ? 1 : 0 as Double } }, shape: [cases.count, vectors.shape[1], 1]
    ).cast(to: vectors.dtype)
    switch replacement {
    case .zero, .deletion: return try vectors * kept
    case .mean: return try vectors * kept + question.scales.meanWord * (1 - kept)
    case .mask: return try vectors * kept + .stack(cases.map { masks[$0.text] }) * (1 - kept)
    }
  }

  /// Of token networks the words that are left are read anew, so that positions are those of the shorter text.
  private func shortened(_ cases: [(text: Int, kept: [Bool])]) throws -> Tensor {
    let network = question.network
    let places = cases.map { one in one.kept.indices.filter { one.kept[$0] } }
    if places.first?.isEmpty ?? true {
      // Nothing is left: one mean word stands for a text without words.
      return try question.scales.meanWord.reshaped([1, 1, network.width]).expanded(
        to: [cases.count, 1, network.width])
    }
    if network.entersAtInput {
      return try .stack(
        zip(cases, places).map { one, places in
          try question.texts[one.text].vectors.gather(Tensor(places.map { Int64($0) }))
        })
    }
    let tokens = zip(cases, places).map { one, places in places.map { Int64(question.texts[one.text].tokens[$0]) } }
    return try network.network.run(
      [Tensor(rows: tokens)], recording: .names([network.entry]), needsOutputs: false
    ).value(at: network.entry)
  }
}
