internal import VitroCore
public import VitroNetworks

/// A network for text that is trained here: an LSTM, a convolutional network or a transformer over tokens.
///
/// It answers for a whole text with one score for each class, or, as a language model, at each token with one score for each token that may come next. No text
/// is padded: texts of one length run together (``TokenizedTexts``), and a network needs no mask.
///
/// ```swift
/// let design = TextNetwork(.cnn, vocabulary: 5000, classes: ["negative", "positive"])
/// let network = try design.network(seed: 0)
/// let scores = try network(Tensor(rows: [[17, 4, 233]]))  // [1, 2]
/// ```
public struct TextNetwork: Sendable, Hashable, Codable {
  /// How tokens are read.
  public enum Architecture: String, Sendable, Hashable, Codable, CaseIterable {
    /// One after the other, by a long short-term memory (Hochreiter & Schmidhuber, 1997).
    case lstm
    /// By filters over 3, 4 and 5 tokens, of each the largest answer anywhere (Kim, 2014).
    case cnn
    /// All at once, each attending to all (Vaswani et al., 2017); normalized before each part.
    case encoder
    /// All at once, each attending to itself and those before it, as GPT-2.
    case decoder
  }

  /// How the states of all tokens become one.
  public enum Pooling: String, Sendable, Hashable, Codable, CaseIterable {
    /// The state of the last token.
    case last
    /// The state of the first token, which the tokenizer puts before each text.
    case first
    /// The mean of all states.
    case mean
    /// The largest value of each feature.
    case maximum
  }

  /// How tokens are read.
  public var architecture: Architecture
  /// The number of tokens in the vocabulary.
  public var vocabulary: Int
  /// The classes to tell apart; none for a language model.
  public var classes: [String]
  /// The length of a token's vector, and in a transformer that of all states.
  public var width: Int
  /// The units of an LSTM, the filters of each size, or the hidden units of a transformer's layers.
  public var hidden: Int
  /// The layers of an LSTM or a transformer.
  public var layers: Int
  /// The heads of a transformer's layers.
  public var heads: Int
  /// How the states of all tokens become one.
  public var pooling: Pooling
  /// The part of the values that is dropped while training.
  public var dropout: Double
  /// The most tokens of a text.
  public var context: Int

  /// Designs a network; what is left out is what is usual for the architecture.
  public init(
    _ architecture: Architecture, vocabulary: Int, classes: [String], width: Int? = nil, hidden: Int? = nil,
    layers: Int? = nil, heads: Int = 4, pooling: Pooling? = nil, dropout: Double? = nil, context: Int = 256
  ) {
    let isTransformer = architecture == .encoder || architecture == .decoder
    self.architecture = architecture
    self.vocabulary = vocabulary
    self.classes = classes
    self.width = width ?? 128
    self.hidden = hidden ?? (isTransformer ? 4 * self.width : architecture == .cnn ? 100 : 128)
    self.layers = layers ?? (isTransformer ? 2 : 1)
    self.heads = heads
    self.pooling = pooling ?? Self.poolings(of: architecture)[0]
    self.dropout = dropout ?? (isTransformer ? 0.2 : 0.5)
    self.context = context
  }

  /// The poolings that make sense, the usual one first.
  public static func poolings(of architecture: Architecture) -> [Pooling] {
    switch architecture {
    case .lstm: [.last, .maximum, .mean]
    case .cnn: [.maximum]
    case .encoder: [.mean, .first, .maximum]
    case .decoder: [.last, .mean, .maximum]
    }
  }

  /// Whether it predicts the next token.
  public var isLanguageModel: Bool { classes.isEmpty }

  /// The network with random weights: tokens near 0, all else as PyTorch draws it.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for a design that cannot work, and `memory` for one that is too large.
  public func network(seed: UInt64) throws -> Network {
    let deviation = architecture == .encoder || architecture == .decoder ? 0.02 : 0.1
    let drawn = Initialization.pytorch.overriding(["embed*.weight": .normal(deviation)])
    return try Network(graph(), initialization: drawn, seed: seed)
  }

  /// The structure: `[length]` token numbers → one score a class, or `[length, vocabulary]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for a design that cannot work.
  public func graph() throws -> Graph {
    try validate()
    var graph = Graph(
      isLanguageModel ? "language model" : "text classifier", inputs: [Graph.Input("tokens", shape: [-1])])
    graph.add("embed", Embedding(vocabulary, width), reading: "tokens")
    let states =
      switch architecture {
      case .lstm: addLSTM(to: &graph)
      case .cnn: addFilters(to: &graph)
      case .encoder, .decoder: addTransformer(to: &graph)
      }
    if isLanguageModel {
      graph.nodes.append(
        Graph.Node(
          "logits", Linear(width, vocabulary, bias: false), inputs: [states.last],
          ties: ["weight": "embed.weight"]))
    } else {
      let pooled = addPooling(to: &graph, reading: states.last)
      let dropped = graph.add("dropout", Dropout(dropout), reading: pooled)
      graph.add("logits", Linear(states.width, classes.count), reading: dropped)
    }
    graph.outputs = ["logits"]
    graph.metadata =
      Layout(
        family: "vitro-\(architecture.rawValue)", residualTaps: states.taps, width: width, context: context,
        vocabulary: vocabulary, isCausal: architecture == .decoder || architecture == .lstm,
        predictsNext: isLanguageModel
      ).metadata
    if !isLanguageModel { graph.metadata["classes"] = classes.joined(separator: ",") }
    return graph
  }

  /// Checks that such a network can be built.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) naming what cannot be.
  public func validate() throws {
    func check(_ holds: Bool, _ message: String, _ hint: String? = nil) throws {
      if !holds { throw VitroError(.argument, "text network", message, hint: hint) }
    }
    let poolings = Self.poolings(of: architecture)
    try check(vocabulary >= 1, "the vocabulary has \(vocabulary) tokens")
    try check(classes.count != 1, "there is one class, expected two or more")
    try check(
      !isLanguageModel || architecture == .decoder,
      "a network of the kind '\(architecture.rawValue)' predicts no tokens",
      "The language model is 'decoder'.")
    try check(
      poolings.contains(pooling),
      "'\(pooling.rawValue)' is no pooling of '\(architecture.rawValue)'",
      "Poolings: \(poolings.map(\.rawValue).joined(separator: ", ")).")
    for (name, value) in [
      ("width", width), ("number of hidden units", hidden), ("number of layers", layers), ("number of heads", heads),
      ("context", context),
    ] {
      try check((1...1 << 20).contains(value), "the \(name) is \(value), expected 1 to \(1 << 20)")
    }
    try check(layers <= 1024, "there are \(layers) layers, expected at most 1024")
    try check(dropout >= 0 && dropout < 1, "the dropout is \(dropout), expected 0 ..< 1")
    let isTransformer = architecture == .encoder || architecture == .decoder
    try check(!isTransformer || width % heads == 0, "\(heads) heads do not divide the width \(width)")
  }

  private func addPooling(to graph: inout Graph, reading states: String) -> String {
    // The filters have taken the largest answers already.
    guard architecture != .cnn else { return states }
    return switch pooling {
    case .last: graph.add("pool", Pick(-1), reading: states)
    case .first: graph.add("pool", Pick(0), reading: states)
    case .mean: graph.add("pool", Mean(axes: [0]), reading: states)
    case .maximum: graph.add("pool", Maximum(axes: [0]), reading: states)
    }
  }
}
