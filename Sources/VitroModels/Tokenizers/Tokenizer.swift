import VitroCore

/// Text to tokens and back, as the model was trained to read it.
///
/// A tokenizer comes from the files of a Hugging Face model (`tokenizer.json`, or the older `vocab.txt`, or `vocab.json`
/// with `merges.txt`) or from the lists inside other model files. It gives the ids and the ranges that Hugging Face's
/// `tokenizers` gives, down to the editions of Unicode that it goes by.
///
/// ```swift
/// let tokenizer = try Tokenizer("all-MiniLM-L6-v2")
/// let tokens = try tokenizer.encode("The CATS sat")
/// let pieces = tokens.map(\.piece)  // [CLS], the, cat, ##s, sat, [SEP]
/// let slices = tokens.map(\.text)  // [CLS], The, CAT, S, sat, [SEP]
/// let text = try tokenizer.decode(tokens.map(\.id))  // the cats sat
/// ```
///
/// Every token knows the range of the text that it stands for, through whatever normalization, so that a report can show
/// it on the text. Truncation and padding, if a file asks for them, are left to the caller.
public struct Tokenizer: Sendable {
  /// A token of a text.
  public struct Token: Sendable, Hashable {
    /// The token's place in the vocabulary.
    public var id: Int
    /// The slice of the text that the token stands for, or the text of a special token that was added.
    public var text: String
    /// The piece as the vocabulary spells it, such as `Ġthe` or `##ing`.
    public var piece: String
    /// The Unicode scalars of the text that the token stands for; empty for special tokens that were added.
    public var range: Range<Int>
    /// Whether the token is one that marks a place rather than text.
    public var isSpecial: Bool

    /// A token.
    public init(id: Int, text: String, piece: String, range: Range<Int>, isSpecial: Bool) {
      (self.id, self.text, self.piece, self.range, self.isSpecial) = (id, text, piece, range, isSpecial)
    }
  }

  /// The kinds of models.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Merges of bytes, as in GPT-2 and Llama 3.
    case byteLevelBytePairs = "byte-level BPE"
    /// Merges of characters, as in Llama 2.
    case bytePairs = "BPE"
    /// The longest pieces first, as in BERT.
    case wordPiece = "WordPiece"
    /// The likeliest pieces, as in T5.
    case unigram = "Unigram"
    /// Whole words.
    case wordLevel = "whole words"
  }

  /// What kind of model splits the words.
  public let kind: Kind
  /// The number of rows that a table of embeddings needs: one more than the largest id.
  public let vocabularyCount: Int
  /// The id of the token that begins a text, if there is one.
  public package(set) var beginning: Int?
  /// The id of the token that ends a text, if there is one.
  public package(set) var end: Int?
  /// The id of the token that stands for what the vocabulary lacks, if there is one.
  public package(set) var unknown: Int?
  /// The id of the token that fills up short texts, if there is one.
  public package(set) var padding: Int?
  /// The id of the token that hides a word, if there is one.
  public package(set) var mask: Int?

  let normalizer: Normalizer?
  let preTokenizer: PreTokenizer?
  let model: PieceModel
  let added: AddedTokens
  let postProcessor: PostProcessor
  let decoder: TokenDecoder?

  init(
    model: PieceModel, normalizer: Normalizer?, preTokenizer: PreTokenizer?, added: AddedTokens,
    postProcessor: PostProcessor, decoder: TokenDecoder?
  ) {
    (self.model, self.normalizer, self.preTokenizer) = (model, normalizer, preTokenizer)
    (self.added, self.postProcessor, self.decoder) = (added, postProcessor, decoder)
    kind = Tokenizer.kind(of: model, decoder)
    vocabularyCount = max(model.pieces.endID, added.endID)
    unknown = model.unknown
    let outermost = postProcessor.outermost
    beginning = outermost.beginning ?? firstID(["<s>", "<bos>", "<|begin_of_text|>", "[CLS]", "<|endoftext|>"])
    end = outermost.end ?? firstID(["</s>", "<eos>", "<|end_of_text|>", "[SEP]", "<|endoftext|>"])
    padding = firstID(["[PAD]", "<pad>", "<|pad|>", "<|finetune_right_pad_id|>"])
    mask = firstID(["[MASK]", "<mask>"])
    if unknown == nil { unknown = firstID(["[UNK]", "<unk>"]) }
  }

  private static func kind(of model: PieceModel, _ decoder: TokenDecoder?) -> Kind {
    switch model {
    case .bytePairs:
      if case .byteLevel = decoder { return .byteLevelBytePairs }
      return .bytePairs
    case .scoredPieces: return .bytePairs
    case .wordPiece: return .wordPiece
    case .unigram: return .unigram
    case .wordLevel: return .wordLevel
    }
  }

  /// The id of the first of some names that the vocabulary has.
  private func firstID(_ names: [String]) -> Int? { names.lazy.compactMap(id(of:)).first }

  /// The id of a piece, spelled as in the vocabulary.
  public func id(of piece: String) -> Int? { added.id(of: piece) ?? model.pieces.id(of: piece).map(Int.init) }

  /// The piece of an id, spelled as in the vocabulary.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for an id that the vocabulary lacks.
  public func piece(of id: Int) throws -> String {
    guard let piece = knownPiece(of: id) else {
      throw VitroError(
        .argument, "reading tokens", "there is no token \(id)",
        hint: "Ids go from 0 to \(vocabularyCount - 1).",
        details: ["found": "\(id)", "expected": "an id below \(vocabularyCount)"])
    }
    return piece
  }

  func knownPiece(of id: Int) -> String? { added.entry(of: id)?.content ?? model.pieces.string(of: id) }

  /// Whether an id is that of a special token.
  public func isSpecial(_ id: Int) -> Bool { added.entry(of: id)?.isSpecial ?? false }

  /// What an id stands for as a person reads it: with spaces as spaces, and bytes that are no text as `\xE2`.
  ///
  /// An id that the vocabulary lacks is shown as its number.
  public func text(of id: Int) -> String {
    if let entry = added.entry(of: id) { return entry.content }
    guard let piece = model.pieces.string(of: id) else { return "#\(id)" }
    if kind == .byteLevelBytePairs, let bytes = ByteAlphabet.bytes(of: piece.unicodeScalars) {
      return Tokenizer.readable(bytes)
    }
    if let byte = TokenDecoder.byteValue(of: piece) { return Tokenizer.readable([byte]) }
    switch kind {
    case .bytePairs, .unigram:
      return String(String.UnicodeScalarView(piece.unicodeScalars.map { $0 == "▁" ? " " : $0 }))
    default: return piece
    }
  }

  /// Bytes as text where they are text.
  private static func readable(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    return bytes.map { byte in
      if (0x20..<0x7f).contains(byte) { return String(UnicodeScalar(byte)) }
      let digits = String(byte, radix: 16, uppercase: true)
      return "\\x" + (digits.count == 1 ? "0" : "") + digits
    }.joined()
  }

  /// The kind and the size, such as `byte-level BPE, 49 152 pieces`.
  public var summary: String {
    var digits = Array(String(vocabularyCount))
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert("\u{202f}", at: place) }
    return "\(kind.rawValue), \(String(digits)) pieces"
  }
}
