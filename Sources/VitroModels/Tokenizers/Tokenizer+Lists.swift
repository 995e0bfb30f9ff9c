import VitroCore
package import VitroFormats

/// The special tokens of a model file that lists its vocabulary.
package struct ListedSpecials: Sendable {
  /// The token that begins a text, and whether it is put there.
  package var beginning: Int?
  package var addsBeginning = false
  /// The token that ends a text, and whether it is put there.
  package var end: Int?
  package var addsEnd = false
  /// What stands for what the vocabulary lacks.
  package var unknown: Int?
  /// What fills up short texts.
  package var padding: Int?

  /// The special tokens of a model file.
  package init(
    beginning: Int? = nil, addsBeginning: Bool = false, end: Int? = nil, addsEnd: Bool = false, unknown: Int? = nil,
    padding: Int? = nil
  ) {
    (self.beginning, self.addsBeginning, self.end, self.addsEnd) = (beginning, addsBeginning, end, addsEnd)
    (self.unknown, self.padding) = (unknown, padding)
  }
}

/// The kinds of pieces that GGUF tells apart.
private enum ListedType {
  static let normal = 1
  static let unknown = 2
  static let control = 3
  static let userDefined = 4
}

extension Tokenizer {
  /// A byte-level BPE from its lists, as GGUF's `gpt2` models hold them.
  ///
  /// - Parameters:
  ///   - tokens: The pieces in GPT-2's alphabet; a piece's id is its place.
  ///   - types: For each piece GGUF's type, 3 for control and 4 for user-defined; empty when the file has none.
  ///   - merges: The merges as `left right`, in order.
  ///   - preTokenizer: GGUF's name for the way words are cut (`tokenizer.ggml.pre`).
  ///   - specials: The special tokens.
  ///   - file: What errors call the file.
  /// - Throws: ``/VitroCore/VitroError``: `malformed` for lists that do not fit together; `unsupported` for an unknown
  ///   `preTokenizer`.
  package init(
    bytePairs tokens: [String], types: [Int] = [], merges: [String], preTokenizer: String,
    specials: ListedSpecials = ListedSpecials(), file: String
  ) throws {
    let pieces = try Tokenizer.table(tokens, file)
    var table = PairTable()
    for (rank, merge) in merges.enumerated() {
      func fault(_ found: String) -> VitroError {
        .malformed(
          file: file, field: "merge \(rank)", found: "'\(shortened(found))'", expected: "two pieces of the vocabulary")
      }
      // A piece may hold a space of its own only at its beginning.
      guard let space = merge.utf8.dropFirst().firstIndex(of: 0x20) else { throw fault(merge) }
      let (left, right) = (String(merge[..<space]), String(merge[merge.utf8.index(after: space)...]))
      try BytePairModel.add(left, right, rank, pieces, 0, to: &table, fault)
    }
    var model = BytePairModel(pieces: pieces, merges: table, fallsBackToBytes: false)
    let cut = try PreTokenizer.listed(preTokenizer, file)
    model.ignoresMerges = cut.ignoresMerges
    self.init(
      model: .bytePairs(model), normalizer: cut.normalizer, preTokenizer: cut.preTokenizer,
      added: try AddedTokens(Tokenizer.entries(tokens, types), file: file),
      postProcessor: Tokenizer.postProcessor(specials, count: tokens.count), decoder: .byteLevel)
    take(specials, count: tokens.count)
  }

  /// SentencePiece's BPE from its list, as GGUF's `llama` models and llama2.c hold it.
  ///
  /// - Parameters:
  ///   - pieces: The pieces with their scores and GGUF's types; a piece's id is its place.
  ///   - space: What stands for a space in the pieces.
  ///   - addsPrefixSpace: Whether a space is put before every text.
  ///   - specials: The special tokens.
  ///   - file: What errors call the file.
  /// - Throws: ``/VitroCore/VitroError`` (`malformed`) for pieces that come twice.
  package init(
    sentencePieces pieces: [(text: String, score: Float, type: Int)], space: Unicode.Scalar = "▁",
    addsPrefixSpace: Bool = true, specials: ListedSpecials = ListedSpecials(), file: String
  ) throws {
    let table = try Tokenizer.table(pieces.map(\.text), file, allowsDuplicates: true)
    let unknown = specials.unknown ?? pieces.firstIndex { $0.type == ListedType.unknown }
    let model = ScoredPieceModel(
      pieces: table, scores: pieces.map { $0.score.isNaN ? -.infinity : $0.score },
      byteTokens: BytePairModel.byteTokens(of: table), unknown: unknown.flatMap { Int32(exactly: $0) })
    var steps: [Normalizer] = []
    if addsPrefixSpace { steps.append(.prepend([" "])) }
    if space != " " { steps.append(.replace(.literal([0x20]), [space])) }
    var decoders: [TokenDecoder] = [.byteFallback, .fuse]
    if space != " " { decoders.insert(.replace(.literal(Array(String(Character(space)).utf8)), " "), at: 0) }
    if addsPrefixSpace { decoders.append(.strip(" ", start: 1, end: 0)) }
    self.init(
      model: .scoredPieces(model), normalizer: .sequence(steps), preTokenizer: nil,
      added: try AddedTokens(Tokenizer.entries(pieces.map(\.text), pieces.map(\.type)), file: file),
      postProcessor: Tokenizer.postProcessor(specials, count: pieces.count), decoder: .sequence(decoders))
    take(specials, count: pieces.count)
  }

  /// The tokenizer of llama2.c, whose first three pieces are the unknown token and those that begin and end a text.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`malformed`) for fewer pieces than these.
  package init(llama2 vocabulary: Llama2CTokenizer, file: String) throws {
    guard vocabulary.pieces.count > 3 else {
      throw VitroError.malformed(
        file: file, field: "pieces", found: "\(vocabulary.pieces.count)", expected: "a vocabulary of more than 3")
    }
    var pieces = zip(vocabulary.pieces, vocabulary.scores).map { (text: $0, score: $1, type: ListedType.normal) }
    // These three are written as "<unk>", "\n<s>\n" and "\n</s>\n", so that they show when they are printed.
    let specials = [("<unk>", ListedType.unknown), ("<s>", ListedType.control), ("</s>", ListedType.control)]
    for (index, special) in specials.enumerated() { (pieces[index].text, pieces[index].type) = special }
    try self.init(
      sentencePieces: pieces, space: " ",
      specials: ListedSpecials(beginning: 1, addsBeginning: true, end: 2, unknown: 0), file: file)
  }

  private static func table(_ tokens: [String], _ file: String, allowsDuplicates: Bool = false) throws -> PieceTable {
    var pieces = PieceTable()
    for (id, token) in tokens.enumerated() {
      let addition = pieces.add(Array(token.utf8), id: id)
      guard addition == .added || (allowsDuplicates && addition == .knownPiece) else {
        throw VitroError.malformed(
          file: file, field: "token \(id)", found: "'\(shortened(token))' again",
          expected: "each piece once, at most \(PieceTable.maximumID)")
      }
    }
    return pieces
  }

  private static func entries(_ tokens: [String], _ types: [Int]) -> [AddedTokens.Entry] {
    zip(tokens, types).enumerated().compactMap { id, token in
      guard token.1 == ListedType.control || token.1 == ListedType.userDefined,
        token.0.utf8.count <= AddedTokens.maximumLength
      else { return nil }
      return AddedTokens.Entry(id: id, content: token.0, isSpecial: token.1 == ListedType.control)
    }
  }

  private static func postProcessor(_ specials: ListedSpecials, count: Int) -> PostProcessor {
    func known(_ id: Int?, _ isAdded: Bool) -> Int? { id.flatMap { isAdded && (0..<count).contains($0) ? $0 : nil } }
    return .around(
      beginning: known(specials.beginning, specials.addsBeginning), end: known(specials.end, specials.addsEnd))
  }

  private mutating func take(_ specials: ListedSpecials, count: Int) {
    func known(_ id: Int?) -> Int? { id.flatMap { (0..<count).contains($0) ? $0 : nil } }
    beginning = known(specials.beginning) ?? beginning
    end = known(specials.end) ?? end
    unknown = known(specials.unknown) ?? unknown
    padding = known(specials.padding) ?? padding
  }
}

extension PreTokenizer {
  /// GPT-4o's pattern.
  private static let gpt4oExpression =
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
    + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
    + #"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  /// Mistral's pattern for its byte-level vocabularies.
  private static let tekkenExpression =
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|"#
    + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|"#
    + #"\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

  /// What GGUF's name for a pre-tokenizer stands for.
  fileprivate static func listed(
    _ name: String, _ file: String
  ) throws -> (preTokenizer: PreTokenizer, normalizer: Normalizer?, ignoresMerges: Bool) {
    func cut(_ expression: String) throws -> PreTokenizer {
      .sequence([
        .split(try Pattern(expression: expression), .isolated, isInverted: false),
        .byteLevel(addsPrefixSpace: false, splits: false),
      ])
    }
    let words = PreTokenizer.byteLevel(addsPrefixSpace: false, splits: true)
    switch name {
    case "default", "gpt-2", "gpt2", "phi-2", "mpt", "olmo", "jais", "roberta-bpe": return (words, nil, false)
    case "llama-bpe", "llama3", "llama-v3", "falcon3", "pixtral":
      return (try cut(WordScanner.llama3Expression), nil, true)
    case "qwen2", "deepseek-r1-qwen": return (try cut(WordScanner.qwen2Expression), .form(.nfc), false)
    case "stablelm2", "hunyuan": return (try cut(WordScanner.qwen2Expression), nil, false)
    case "dbrx", "smaug-bpe", "chatglm-bpe": return (try cut(WordScanner.llama3Expression), nil, false)
    case "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b":
      return (.sequence([.digits(individually: true), words]), nil, false)
    case "gpt-4o", "llama4": return (try cut(gpt4oExpression), nil, false)
    case "tekken": return (try cut(tekkenExpression), nil, true)
    default:
      throw VitroError(
        .unsupported, "reading \(file)", "the pre-tokenizer '\(shortened(name))' is not supported",
        hint: "A tokenizer.json beside the file would say how words are cut.",
        details: [
          "file": file, "field": "tokenizer.ggml.pre", "found": shortened(name),
          "expected": "default, gpt-2, llama-bpe, qwen2, smollm, starcoder, gpt-4o or tekken",
        ])
    }
  }
}
