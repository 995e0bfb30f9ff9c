public import VitroNetworks

/// What tells one transformer from another: sizes, and where each family does something else, as data.
///
/// One implementation serves all families: ``graph(named:)`` turns a description into a graph whose taps have TransformerLens's names.
///
/// ```swift
/// var description = TransformerDescription(layers: 2, width: 16, heads: 4, vocabulary: 50, context: 32)
/// description.feedForward = .init(width: 64, activation: .geluTanh)
/// let network = try Network(description.graph(named: "tiny"), seed: 0)
/// ```
public struct TransformerDescription: Sendable, Hashable, Codable {
  /// Where normalizations stand.
  public enum Placement: String, Sendable, Hashable, Codable {
    /// Before attention and before the feed-forward part (GPT-2, Llama).
    case before
    /// After each sum (BERT).
    case after
    /// Attention and feed-forward part read the same residual, each through its own normalization (NeoX, Pythia).
    case parallel
    /// Before and after each part, before the sum (Gemma 2).
    case around
    /// Nowhere.
    case none
  }

  /// What normalizes.
  public enum Normalization: String, Sendable, Hashable, Codable {
    /// Mean and variance (LayerNorm).
    case layer
    /// The mean square alone (RMSNorm).
    case rootMeanSquare
  }

  /// How positions enter.
  public enum Positions: Sendable, Hashable, Codable {
    /// Learned vectors, the first position's row given, in a table of so many rows.
    case learned(first: Int, rows: Int)
    /// Turned queries and keys.
    case rotary(Rotary)
    /// Not at all.
    case none
  }

  /// The part after attention.
  public struct FeedForward: Sendable, Hashable, Codable {
    /// The number of neurons.
    public var width: Int
    /// Their activation.
    public var activation: Activation.Function
    /// Whether a second product multiplies the activation (SwiGLU).
    public var isGated: Bool
    /// Whether biases are added.
    public var bias: Bool

    /// Creates a part.
    public init(width: Int, activation: Activation.Function, isGated: Bool = false, bias: Bool = true) {
      self.width = width
      self.activation = activation
      self.isGated = isGated
      self.bias = bias
    }
  }

  /// The number of blocks.
  public var layers: Int
  /// The width of the residual stream.
  public var width: Int
  /// The heads of attention.
  public var heads: Int
  /// The heads of keys and values.
  public var keyValueHeads: Int
  /// The width of a head.
  public var headWidth: Int
  /// The number of tokens.
  public var vocabulary: Int
  /// The most positions of one text.
  public var context: Int
  /// Whether a position sees itself and earlier ones alone.
  public var isCausal = true
  /// The part after attention; nothing in attention-only networks.
  public var feedForward: FeedForward?
  /// Where normalizations stand.
  public var placement = Placement.before
  /// What normalizes.
  public var normalization = Normalization.layer
  /// Added to the variance or mean square.
  public var epsilon = 1e-5
  /// How positions enter.
  public var positions: Positions
  /// Whether biases are added to queries, keys and values.
  public var attentionBias = true
  /// Whether a bias is added to what attention writes.
  public var outputBias = true
  /// What products of queries and keys are multiplied by; 1/√headWidth unless given.
  public var attentionScale: Double?
  /// The cap of attention's scores.
  public var attentionCap: Double?
  /// How many of the last positions each layer's attention sees, 0 for all; the list repeats over the layers.
  public var windows: [Int] = []
  /// Whether each head's queries and keys are normalized.
  public var normalizesHeads = false
  /// Whether the file keeps turned pairs of queries and keys side by side, and they are put apart on reading.
  var keepsPairsAdjacent = false
  /// The number of kinds of segments (BERT).
  public var tokenTypes = 0
  /// Whether the sum of embeddings is normalized (BERT).
  public var normalizesEmbedding = false
  /// What embeddings are multiplied by (Gemma).
  public var embeddingScale: Double?
  /// Whether the last residual is normalized.
  public var normalizesLast = true
  /// What follows the last residual.
  public var head = Head.unembedding(tied: true, bias: false)
  /// The cap of logits (Gemma 2).
  public var logitCap: Double?

  /// What turns the last residual into the network's answer.
  public enum Head: Sendable, Hashable, Codable {
    /// The logits of the next token, or of another number of outputs.
    case unembedding(tied: Bool, bias: Bool, outputs: Int? = nil)
    /// The logits of masked tokens, after a dense layer, an activation and a normalization (BERT).
    case masked(Activation.Function)
    /// Nothing: the answer is the last residual.
    case none
  }

  /// Creates a description of GPT-2's kind, without a feed-forward part.
  public init(layers: Int, width: Int, heads: Int, vocabulary: Int, context: Int) {
    self.layers = layers
    self.width = width
    self.heads = heads
    keyValueHeads = heads
    headWidth = heads > 0 ? width / heads : 0
    self.vocabulary = vocabulary
    self.context = context
    positions = .learned(first: 0, rows: context)
  }
}
