internal import VitroCore
public import VitroFitting
public import VitroModels
public import VitroNetworks
internal import VitroTensor

/// A network that was trained on a planted task, opened at its words.
///
/// ```swift
/// let trained = try PlantedNetwork.train(.firstWord, .lstm, seed: 0)
/// let texts = try trained.texts(PlantedTask.firstWord.texts(50, seed: 1))
/// ```
public struct PlantedNetwork: Sendable {
  /// The task.
  public let task: PlantedTask
  /// How it reads; nothing in the task of digits, which has an architecture of its own.
  public let architecture: TextNetwork.Architecture?
  /// The network as it was trained.
  public let whole: Network
  /// The network that is measured: the whole behind its embedding, or in the task of digits the part behind the encoder.
  public let network: WordNetwork

  /// Opens a trained network.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for a network that is none of its task.
  public init(_ task: PlantedTask, _ architecture: TextNetwork.Architecture?, _ whole: Network) throws {
    (self.task, self.architecture, self.whole) = (task, architecture, whole)
    guard task != .digits else {
      network = try WordNetwork(whole.tail(from: DigitsNetwork.entry), name: "digits", isCausal: true)
      return
    }
    let name = "\(task.rawValue) \(architecture?.rawValue ?? "")"
    network = try WordNetwork(
      LanguageModel(name: name, family: "planted", transformer: nil, network: whole, tokenizer: nil))
  }

  /// What it is called: `first-word, lstm`.
  public var name: String { "\(task.rawValue), \(reader)" }
  /// How it reads, for a report.
  public var reader: String { architecture?.rawValue ?? "gru" }

  /// What is measured of it: the states of all words layer by layer, the state that is read, and the answer.
  public var features: [Feature] { network.layersToAnswer }

  /// Texts as the network reads them.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for texts of another task.
  public func texts(_ planted: [PlantedText]) throws -> [WordText] {
    var result = [WordText?](repeating: nil, count: planted.count)
    let tap = task == .digits ? DigitsNetwork.entry : network.entry
    for members in Dictionary(grouping: planted.indices, by: { planted[$0].tokens.count }).values {
      let run = try whole.run(inputs(members.map { planted[$0] }), recording: .names([tap]), needsOutputs: false)
      let vectors = try run.value(at: tap)
      for (row, number) in members.enumerated() {
        let text = planted[number]
        result[number] = WordText(
          text.tokens, words: text.words, isSpecial: text.isMark, vectors: try vectors.select(at: row))
      }
    }
    return result.compactMap(\.self)
  }

  private func inputs(_ texts: [PlantedText]) throws -> [Tensor] {
    try task == .digits ? DigitsNetwork.inputs(texts) : [Tensor(rows: texts.map(\.tokens))]
  }

  /// The share of texts that it tells right, with the exact interval.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for texts of another task.
  public func accuracy(_ planted: [PlantedText]) throws -> Estimate {
    var right = 0
    for members in Dictionary(grouping: planted.indices, by: { planted[$0].tokens.count }).values {
      let output = try whole.run(inputs(members.map { planted[$0] })).output
      let found =
        try task == .digits
        ? output.flattened().doubles.map { $0 > 0 ? 1 : 0 } : output.argmax().doubles.map { Int($0) }
      right += zip(members, found).count { planted[$0].label == $1 }
    }
    return try .clopperPearson(successes: right, trials: planted.count)
  }
}

extension WordNetwork {
  /// The features that judging goes through: each layer's states, the state that is read at the end where it is another value, and the answer.
  public var layersToAnswer: [Feature] {
    let pool = "pool"
    let taps = hiddenStates + (network.tapNames.contains(pool) && !hiddenStates.contains(pool) ? [pool] : [])
    let layers = taps.filter { $0 != answer }.map { Feature($0) }
    return layers + [answersEachWord ? Feature(answer, at: -1) : Feature(answer)]
  }
}

extension WordText {
  /// Tokens, each a word of its own, of which some mark a place.
  init(_ tokens: [Int], words: [String], isSpecial: [Bool], vectors: Tensor) {
    self.tokens = tokens
    self.words = words
    self.isSpecial = isSpecial
    wordNumbers = Array(tokens.indices)
    places = tokens.map { _ in 0..<0 }
    self.vectors = vectors
  }

  /// The same text with other vectors.
  func replacing(vectors: Tensor) -> WordText {
    WordText(self, vectors: vectors)
  }

  private init(_ other: WordText, vectors: Tensor) {
    tokens = other.tokens
    words = other.words
    isSpecial = other.isSpecial
    wordNumbers = other.wordNumbers
    places = other.places
    self.vectors = vectors
  }
}
