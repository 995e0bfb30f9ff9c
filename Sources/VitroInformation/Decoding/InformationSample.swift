internal import Foundation
internal import VitroCore
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// Words that a feature does not tell apart from those of a text: the noise view, drawn.
///
/// For word i the vectors `x_i + σ_i z`, `z ~ N(0, I)`, are as good as x_i to the feature; shown is the word whose vector, at the entry and at that place, is nearest
/// to each. In a space of many dimensions noise is nearly at right angles to all words, so that a word stays the nearest to itself until σ is about half of its
/// distance to others: what is drawn is what the feature surely leaves open.
public struct InformationSample: Sendable, Hashable, Codable {
  /// The word that stands there.
  public var word: String
  /// σ, in the entry's units; nothing where the word is not held at all.
  public var sigma: Double?
  /// The nearest word to each draw.
  public var draws: [String]
  /// The share of draws whose nearest word is the word itself.
  public var unchanged: Double

  /// Draws words for each word of a text.
  ///
  /// - Parameters:
  ///   - network: The network, which must read tokens.
  ///   - text: The text.
  ///   - logSigma: log σ of each word; where it is infinite any word may stand there.
  ///   - count: The draws for each word.
  ///   - seed: Where noise comes from.
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) for a network that reads vectors, or (`shape`) for as many σ as the text has no words.
  /// - Complexity: O(vocabulary · length · width · draws).
  public static func draw(
    _ network: WordNetwork, _ text: WordText, logSigma: [Double], count: Int = 5, seed: UInt64 = 0
  ) throws -> [InformationSample] {
    guard let model = network.model else {
      throw VitroError(
        .unsupported, "drawing words", "'\(network.name)' reads vectors, so that it has no words to draw")
    }
    guard logSigma.count == text.count else {
      throw VitroError(.shape, "drawing words", "there are \(logSigma.count) spreads for \(text.count) words")
    }
    let vocabulary = try WordVocabulary(network, seen: [text])
    let draws = try targets(text, logSigma, count, seed)
    let length = text.count
    var nearest = [Int](repeating: 0, count: length * count)
    var least = [Double](repeating: .infinity, count: length * count)
    let size = max(1, (1 << 20) / max(1, length * network.width))
    for start in stride(from: 0, to: vocabulary.count, by: size) {
      let tokens = Array(vocabulary.tokens[start..<min(start + size, vocabulary.count)])
      // A word's vector at the entry depends on the word and its place alone: one text of the same word everywhere gives all places.
      let input = try Tensor(tokens.flatMap { [Int](repeating: $0, count: length) }, shape: [tokens.count, length])
      let entry = try network.network.run([input], recording: .names([network.entry]), needsOutputs: false)
        .value(at: network.entry).cast(to: .float32)
      for place in 0..<length {
        let found = try WordVocabulary.distances(draws[place], entry.select(axis: 1, at: place))
        let best = try found.min(axes: [1]).doubles
        for (draw, word) in try found.argmin(axis: 1).ints.enumerated() where best[draw] < least[place * count + draw] {
          least[place * count + draw] = best[draw]
          nearest[place * count + draw] = tokens[word]
        }
      }
    }
    return (0..<length).map { place in
      let found = Array(nearest[place * count..<(place + 1) * count])
      let isHeld = logSigma[place].isFinite
      return InformationSample(
        word: text.words[place], sigma: isHeld ? exp(logSigma[place]) : nil,
        draws: isHeld ? found.map { model.ownTokenizer?.text(of: $0) ?? "\($0)" } : [],
        unchanged: isHeld ? Double(found.count { $0 == text.tokens[place] }) / Double(max(count, 1)) : 0)
    }
  }

  /// `x_i + σ_i z` of each word, `[draws, width]`.
  private static func targets(
    _ text: WordText, _ logSigma: [Double], _ count: Int, _ seed: UInt64
  ) throws -> [Tensor] {
    let vectors = try text.vectors.cast(to: .float32)
    return try (0..<text.count).map { place in
      var stream = RandomStream(seed: seed, "information sample", place)
      let sigma = logSigma[place].isFinite ? exp(logSigma[place]) : 0
      let noise = try stream.normal([count, vectors.shape[1]], deviation: sigma)
      return try noise + vectors.slice(place..<place + 1)
    }
  }
}
