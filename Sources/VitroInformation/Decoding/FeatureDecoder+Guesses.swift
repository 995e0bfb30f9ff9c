internal import Foundation
internal import VitroCore
internal import VitroFitting
internal import VitroNetworks
internal import VitroTensor

/// What a decoder says of one word.
public struct WordReconstruction: Sendable, Hashable, Codable {
  /// A word, and how probable it is.
  public struct Guess: Sendable, Hashable, Codable {
    /// The word.
    public var word: String
    /// Its token.
    public var token: Int
    /// p(word | f).
    public var probability: Double
  }

  /// The word that stood there.
  public var word: String
  /// The entropy of p(· | f), in nats.
  public var entropy: Double
  /// p(true word | f).
  public var probability: Double
  /// The most probable words, the best first.
  public var guesses: [Guess]
}

/// What a decoder says of one text from one feature: the decoder's view, to stand beside the noise view.
public struct TextReconstruction: Sendable, Hashable, Codable {
  /// The feature that was read.
  public var feature: Feature
  /// How well the decoder reads held-out texts, with its controls.
  public var score: FeatureDecoder.Score
  /// For each token what is said of it; nothing for tokens that mark a place, and at places that no text to learn from had words at.
  public var words: [WordReconstruction?]
}

extension FeatureDecoder {
  /// The decoder's view of a text: for each token the probability of the true word, the entropy, and the best guesses.
  ///
  /// - Parameters:
  ///   - text: A text that the decoder has not learned from.
  ///   - count: How many guesses to name for each word.
  /// - Throws: ``/VitroCore/VitroError`` when the text does not fit the network.
  public func reconstruction(of text: WordText, guesses count: Int = 3) throws -> TextReconstruction {
    TextReconstruction(feature: feature, score: score, words: try reconstructions(of: text, guesses: count))
  }

  /// Reads the words of a text off its feature.
  ///
  /// - Parameters:
  ///   - text: A text that the decoder has not learned from.
  ///   - count: How many guesses to name for each word.
  /// - Returns: One for each token; nothing for those that mark a place, and at places that no text to learn from had words at.
  /// - Throws: ``/VitroCore/VitroError`` when the text does not fit the network.
  public func reconstructions(of text: WordText, guesses count: Int = 3) throws -> [WordReconstruction?] {
    let run = try network.run([text], recording: [feature.tap])
    let truth = try vocabulary.places(of: text, in: network)
    let rows: Tensor
    if isByRow {
      let value = try run.value(at: feature.tap).cast(to: .float32)
      rows = try value.reshaped([text.count, -1])
    } else {
      rows = try network.value(of: feature, in: run).cast(to: .float32)
    }
    let whole = try isByRow ? models.first??.scores(rows) : nil
    let marks = text.marks
    return try (0..<text.count).map { place in
      guard !marks[place] else { return nil }
      let guess: Tensor
      if let whole {
        guess = try whole.slice(place..<place + 1)
      } else {
        guard models.indices.contains(place), let model = models[place] else { return nil }
        guess = try model.scores(rows)
      }
      return try reconstruction(guess, word: text.words[place], truth: truth[place], count)
    }
  }

  private func reconstruction(_ guess: Tensor, word: String, truth: Int, _ count: Int) throws -> WordReconstruction {
    let distances = try WordVocabulary.distances(guess, vocabulary.vectors)
    let logarithms = try (distances * (-0.5 / (score.spread * score.spread)) + logPrior).cast(to: .float64).logSoftmax()
    let entropy = try -(logarithms.exp() * logarithms.maximum(Tensor(-1e300))).sum().item()
    let best = try logarithms.top(min(count, vocabulary.count))
    let values = try best.values.doubles
    return WordReconstruction(
      word: word, entropy: entropy, probability: exp(try logarithms.doubles[truth]),
      guesses: try best.positions.ints.enumerated().map {
        .init(word: vocabulary.words[$1], token: vocabulary.tokens[$1], probability: exp(values[$0]))
      })
  }
}
