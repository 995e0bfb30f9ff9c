internal import Foundation
internal import VitroCore
internal import VitroFormats
public import VitroNetworks
internal import VitroTensor

/// A model of texts: a transformer (or another network of tokens), and the tokenizer it was trained with.
///
/// ```swift
/// let model = try LanguageModel("all-MiniLM-L6-v2")
/// let tokens = try model.tokenizer.encode("In a glass.").map(\.id)
/// let run = try model.run([tokens], recording: ["blocks.*.hook_resid_post"])
/// let last = try run.value(at: "blocks.5.hook_resid_post", text: 0)  // [tokens, width]
/// ```
///
/// Every value inside is a tap with TransformerLens's name; ``network`` is a network like any other.
public struct LanguageModel: Sendable {
  /// What it is called: the directory's or file's name.
  public let name: String
  /// The family, as people call it: BERT, GPT-2, Llama and others.
  public let family: String
  /// Sizes and the family's ways, where the network is a transformer of a known family.
  public let transformer: TransformerDescription?
  /// The network: tokens `[batch, length]` → logits or hidden states.
  public let network: Network
  /// The files that were read.
  public let files: [String]
  /// What turns text into tokens, where the files bring it.
  public let ownTokenizer: Tokenizer?
  /// What a network for text that was trained here says of itself.
  let text: TextNetwork.Layout?

  /// Puts a model together from its parts, such as a network with random weights.
  public init(
    name: String, family: String, transformer: TransformerDescription?, network: Network, tokenizer: Tokenizer? = nil,
    files: [String] = []
  ) {
    self.name = name
    self.family = family
    self.transformer = transformer
    self.network = network
    ownTokenizer = tokenizer
    self.files = files
    text = transformer == nil && TextNetwork.Layout.describes(network) ? try? TextNetwork.Layout(network) : nil
  }

  /// The tokenizer.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the model's files bring none.
  public var tokenizer: Tokenizer {
    get throws {
      guard let ownTokenizer else {
        throw VitroError(
          .file, "tokenizing for '\(name)'", "there is no tokenizer beside the model",
          hint: "Put tokenizer.json, or vocab.txt, or vocab.json and merges.txt, into its directory.")
      }
      return ownTokenizer
    }
  }

  /// The number of blocks, or of other layers that read tokens; 0 for a network of no known kind.
  public var layers: Int { transformer?.layers ?? text.map { $0.residualTaps.count - 1 } ?? 0 }

  /// The width of the residual stream.
  public var width: Int {
    get throws {
      if let width = transformer?.width ?? text?.width { return width }
      return try residualTaps.last.flatMap { try network.shape(at: $0)?.last } ?? 0
    }
  }

  /// Whether each position sees only itself and earlier ones.
  public var isCausal: Bool { transformer?.isCausal ?? text?.isCausal ?? true }

  /// Whether the network's answer is the logits of the next token.
  public var predictsNext: Bool {
    if let text { return text.predictsNext }
    guard let transformer, case .unembedding(_, _, let outputs) = transformer.head else { return false }
    return transformer.isCausal && (outputs ?? transformer.vocabulary) == transformer.vocabulary
  }

  /// The taps of the hidden states, from what enters the first block to what leaves the last.
  public var residualTaps: [String] {
    transformer?.residualTaps ?? text?.residualTaps ?? network.outputTaps.filter { $0 != "tokens" }
  }

  /// The most tokens of one text.
  public var context: Int { transformer?.context ?? text?.context ?? 1 << 20 }

  /// Runs texts of different lengths in one pass, packed without padding.
  ///
  /// - Parameters:
  ///   - texts: The tokens of each text.
  ///   - recording: The values to keep.
  ///   - editing: What to do to values on the way; they are `[1, all tokens, …]`.
  ///   - needsOutputs: When false, nothing after the last recorded value is computed.
  ///   - isKept: Whether keys and values are kept, for other runs to go on from.
  /// - Throws: ``/VitroCore/VitroError`` for an empty text, one longer than the context, or an unknown token or tap.
  public func run(
    _ texts: [[Int]], recording: TapSelection = .none, editing: [String: TapEdit] = [:], needsOutputs: Bool = true,
    isKept: Bool = false
  ) throws -> PackedActivations {
    try check(texts)
    guard network.takesSequences else {
      return try runByLength(
        texts, recording: recording, editing: editing, needsOutputs: needsOutputs, isKept: isKept)
    }
    return try run(
      texts.flatMap(\.self), SequenceLayout(lengths: texts.map(\.count), isKept: isKept), recording: recording,
      editing: editing, needsOutputs: needsOutputs)
  }

  /// Runs tokens in a layout of sequences, which may go on from cached ones.
  ///
  /// - Throws: as ``run(_:recording:editing:needsOutputs:isKept:)``.
  public func run(
    _ tokens: [Int], _ layout: SequenceLayout, recording: TapSelection = .none, editing: [String: TapEdit] = [:],
    needsOutputs: Bool = true
  ) throws -> PackedActivations {
    try check(tokens, layout)
    let input = try Tensor(tokens.map { Int64($0) }, shape: [1, tokens.count])
    let run = try network.run(
      [input], recording: recording, editing: editing, needsOutputs: needsOutputs, sequences: layout)
    return PackedActivations(activations: run, ranges: layout.ranges, starts: layout.sequences.map(\.start))
  }

  /// Texts as the network takes them: not empty, not too long, of its tokens.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) with the text's number.
  public func check(_ texts: [[Int]]) throws {
    for (number, text) in texts.enumerated() {
      guard !text.isEmpty, text.count <= context else {
        throw VitroError(
          .argument, "running '\(name)'", "text \(number) has \(text.count) tokens, expected 1 to \(context)",
          details: ["found": "\(text.count)", "expected": "1 to \(context)"])
      }
      try check(tokens: text, "text \(number)")
    }
  }

  private func check(_ tokens: [Int], _ layout: SequenceLayout) throws {
    try check(tokens: tokens, "the text")
    if let longest = layout.sequences.map({ $0.start + $0.length }).max(), longest > context {
      throw VitroError(
        .argument, "running '\(name)'", "a text grows to \(longest) tokens, expected at most \(context)",
        details: ["found": "\(longest)", "expected": "at most \(context)"])
    }
  }

  private func check(tokens: [Int], _ what: String) throws {
    let vocabulary = transformer?.vocabulary ?? text?.vocabulary ?? 1 << 40
    guard let wrong = tokens.first(where: { $0 < 0 || $0 >= vocabulary }) else { return }
    throw VitroError(
      .argument, "running '\(name)'", "\(what) has token \(wrong), the model knows 0 to \(vocabulary - 1)",
      hint: "Is this another model's tokenizer?", details: ["found": "\(wrong)", "expected": "0 ..< \(vocabulary)"])
  }
}
