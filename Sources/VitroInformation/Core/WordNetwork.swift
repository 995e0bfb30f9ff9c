public import VitroCore
public import VitroModels
public import VitroNetworks
public import VitroTensor

/// A network opened where its words enter as vectors: noise is added there, gradients are taken there, and features are read further on.
///
/// Any network whose values are taps and that reads a list of words: a language model from files, a network for text that was trained here, or one whose
/// input is the list of vectors itself.
///
/// ```swift
/// let network = try WordNetwork(model)
/// let text = try network.text([3, 1, 4, 1, 5])
/// let run = try network.run([text], recording: network.hiddenStates)
/// ```
///
/// Texts of one length run together, `[texts, length, …]`; nothing is padded.
public struct WordNetwork: Sendable {
  /// What it is called.
  public let name: String
  /// The network.
  public let network: Network
  /// The tap at which words are vectors, `[length, width]`: after positions and segments are added, as the first layer reads them.
  public let entry: String
  /// The length of a word's vector.
  public let width: Int
  /// The most words of a text.
  public let context: Int
  /// Whether a state depends on no word after its own, by the network's structure.
  public let isCausal: Bool
  /// The taps with a row for each word, from the first layer's output to the last's.
  public let hiddenStates: [String]
  /// The model, where the network reads tokens.
  public let model: LanguageModel?

  /// Opens a model of texts behind its embedding.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) for a model without a list of tokens as its input.
  public init(_ model: LanguageModel) throws {
    let taps = model.residualTaps
    guard let entry = taps.first, try model.network.shape(at: entry)?.count == 2,
      let width = try model.network.shape(at: entry)?.last, width > 0,
      model.network.graph.inputs.count == 1, model.network.graph.inputs[0].shape == [-1]
    else {
      throw Self.wordless(model.name)
    }
    name = model.name
    network = model.network
    self.entry = entry
    self.width = width
    context = model.context
    isCausal = model.isCausal
    hiddenStates = Array(taps.dropFirst())
    self.model = model
  }

  /// Opens a network whose input is a list of vectors, `[length, width]`.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - name: What it is called.
  ///   - context: The most words of a text.
  ///   - isCausal: Whether a state depends on no later word.
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) for a network with another input.
  public init(_ network: Network, name: String? = nil, context: Int = 1 << 16, isCausal: Bool = false) throws {
    let name = name ?? network.graph.name
    guard network.graph.inputs.count == 1, network.instances == nil, let input = network.graph.inputs.first,
      input.shape.count == 2, input.shape[1] > 0
    else {
      throw Self.wordless(name)
    }
    self.name = name
    self.network = network
    entry = input.name
    width = input.shape[1]
    self.context = input.shape[0] > 0 ? input.shape[0] : context
    self.isCausal = isCausal
    hiddenStates = try network.outputTaps.dropFirst().filter { try network.shape(at: $0)?.first == input.shape[0] }
    model = nil
  }

  private static func wordless(_ name: String) -> VitroError {
    VitroError(
      .unsupported, "reading words with '\(name)'", "its input is not one list of words",
      hint: "Give a model of texts: a directory with config.json or network.json, a .gguf or a llama2.c file.",
      details: ["field": "model", "expected": "a network of words"])
  }

  /// The number type of its values.
  public var dtype: DType { network.parameters.dtype }

  /// Whether the entry is the network's input, so that no tokens are needed.
  var entersAtInput: Bool { network.graph.inputs[0].name == entry }

  /// The tap of the answer: the scores of classes, or of the next token.
  public var answer: String {
    let output = network.graph.outputs[0]
    return network.graph.nodes.first { $0.name == output }?.tap ?? output
  }

  /// Whether the answer has a row for each word, as a language model's has.
  public var answersEachWord: Bool { (try? network.shape(at: answer))??.count == 2 }

  /// The names of the classes, where the network says them.
  public var classes: [String]? { network.graph.metadata["classes"]?.split(separator: ",").map(String.init) }

  // MARK: - Texts

  /// Cuts a text into the model's words.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for an empty text, one that is too long, or a network without words of its own.
  public func text(_ text: String) throws -> WordText {
    guard let model else { throw Self.wordless(name) }
    guard text.contains(where: { !$0.isWhitespace }) else {
      throw VitroError(
        .argument, "reading a text", "the text is empty", details: ["field": "text", "expected": "a word or more"])
    }
    let tokens = try ModelWords(model).tokens(text)
    return try WordText(tokens: tokens, text: text, vectors: vectors(of: tokens.map(\.id)))
  }

  /// Takes tokens for a text.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for an empty text, one that is too long, or tokens that do not exist.
  public func text(_ tokens: [Int]) throws -> WordText {
    guard let model else { throw Self.wordless(name) }
    try model.check([tokens])
    let words = ModelWords(model)
    return try WordText(tokens, words: tokens.map(words.word), vectors: vectors(of: tokens))
  }

  /// Takes vectors `[length, width]` for a text.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when they do not fit.
  public func text(_ vectors: Tensor, words: [String]? = nil) throws -> WordText {
    guard vectors.rank == 2, vectors.shape[1] == width, (1...context).contains(vectors.shape[0]) else {
      throw VitroError(
        .shape, "a text for '\(name)'", "the vectors are \(vectors.shape), expected [1 to \(context), \(width)]")
    }
    let length = vectors.shape[0]
    return WordText(
      [Int](repeating: 0, count: length), words: words ?? (0..<length).map { "\($0)" },
      vectors: try vectors.cast(to: dtype))
  }

  /// The vectors of words as the first layer reads them, `[length, width]`.
  func vectors(of tokens: [Int]) throws -> Tensor {
    try network.run(
      [tokenInput([tokens])], recording: .names([entry]), needsOutputs: false
    ).value(at: entry).select(at: 0)
  }

  // MARK: - Running

  /// Runs texts of one length, recording values.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when lengths differ or a tap does not exist.
  public func run(_ texts: [WordText], recording taps: [String], needsOutputs: Bool = false) throws -> Activations {
    try run(
      texts.map(\.tokens), vectors: .stack(texts.map(\.vectors)), recording: taps, needsOutputs: needsOutputs)
  }

  /// Runs texts of one length from given vectors, which may be on a tape.
  ///
  /// - Parameters:
  ///   - tokens: The tokens of each text; they only say how many there are, for vectors take their place.
  ///   - vectors: `[texts, length, width]`, or the value of another tap.
  ///   - tap: The value that the vectors are; the entry unless given. It must be a passage (``/VitroNetworks/Network/passages(from:to:)``).
  ///   - taps: What to record.
  ///   - editing: What to do to other values on the way.
  ///   - mode: Inference, or linearized for relevance.
  ///   - needsOutputs: Whether the network's outputs are wanted.
  /// - Throws: ``/VitroCore/VitroError`` when shapes do not fit or a tap does not exist.
  public func run(
    _ tokens: [[Int]], vectors: Tensor, at tap: String? = nil, recording taps: [String],
    editing: [String: TapEdit] = [:], mode: RunMode = .inference, needsOutputs: Bool = false
  ) throws -> Activations {
    let tap = tap ?? entry
    var edits = editing
    let input: Tensor
    if entersAtInput {
      input = tap == entry ? vectors : try .zeros([tokens.count, tokens.first?.count ?? 0, width], dtype: dtype)
      if tap != entry { edits[tap] = .replace(vectors) }
    } else {
      input = try tokenInput(tokens)
      edits[tap] = .replace(vectors)
    }
    return try network.run(
      [input], recording: .names(taps), editing: edits, mode: mode, needsOutputs: needsOutputs)
  }

  private func tokenInput(_ tokens: [[Int]]) throws -> Tensor {
    let length = tokens.first?.count ?? 0
    guard length > 0, tokens.allSatisfy({ $0.count == length }) else {
      throw VitroError(.shape, "running '\(name)'", "texts of different lengths are to run together")
    }
    return try Tensor(tokens.flatMap { $0.map { Int64($0) } }, shape: [tokens.count, length])
  }

  // MARK: - Features

  /// Whether a value has a row for each word.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there is no such tap.
  public func hasRows(_ tap: String) throws -> Bool {
    guard let shape = try network.shape(at: tap) else { return true }
    return try shape.count >= 2 && shape[0] == (network.shape(at: entry)?[0] ?? -1)
  }

  /// A feature of recorded values, one row of numbers for each text: `[texts, entries]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the value has no row for each word and one word's is asked for.
  public func value(of feature: Feature, in run: Activations) throws -> Tensor {
    let value = try run.value(at: feature.tap)
    return try rows(of: feature, value)
  }

  /// A feature of a tap's value `[texts, …]`.
  func rows(of feature: Feature, _ value: Tensor) throws -> Tensor {
    guard feature.position != nil else { return try value.reshaped([value.shape[0], -1]) }
    guard try hasRows(feature.tap), value.rank >= 3 else {
      throw VitroError(
        .argument, "reading '\(feature)'", "the value \(value.shape) has no row for each word",
        hint: "Leave out '@\(feature.position ?? 0)'.")
    }
    let row = try feature.row(ofLength: value.shape[1]) ?? 0
    return try value.select(axis: 1, at: row).reshaped([value.shape[0], -1])
  }

  /// Checks that features exist and follow the entry.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) with the nearest name.
  public func check(_ features: [Feature]) throws {
    for feature in features {
      guard network.tapNames.contains(feature.tap) else {
        throw VitroError.unknownName(
          feature.tap, kind: "layer", known: [entry] + hiddenStates + network.outputTaps,
          operation: "measuring '\(name)'")
      }
      guard !feature.tap.hasSuffix("hook_pattern"), !feature.tap.hasSuffix("hook_attn_scores") else {
        throw VitroError(
          .unsupported, "measuring '\(name)'", "'\(feature.tap)' has a number for each pair of words, no row for each",
          hint: "Take what the heads read, hook_z, or what attention writes.", details: ["found": feature.tap])
      }
      _ = try network.passages(from: entry, to: feature.tap)
    }
  }
}
