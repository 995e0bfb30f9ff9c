import Foundation
import VitroCore
public import VitroFormats

extension Tokenizer {
  /// Opens a model's tokenizer.
  ///
  /// - Parameter path: A directory with a `tokenizer.json`, else with a `vocab.txt`, else with a `vocab.json` and a
  ///   `merges.txt`; or one of these files, or a tokenizer of llama2.c (`.bin`).
  /// - Throws: ``/VitroCore/VitroError``: `file` when there is none; `malformed` for a file that is not what it claims to
  ///   be; `unsupported` for a component that Vitro does not have, by its name.
  public init(_ path: String) throws {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw VitroError(
        .file, "opening a tokenizer", "there is no \(path)", details: ["file": path, "found": "nothing"])
    }
    let url = URL(filePath: path)
    guard isDirectory.boolValue else {
      try self.init(file: url)
      return
    }
    for name in ["tokenizer.json", "vocab.txt", "vocab.json"] {
      let file = url.appending(path: name)
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      try self.init(file: file)
      return
    }
    throw VitroError(
      .file, "opening a tokenizer", "there is no tokenizer in \(path)",
      hint: "A tokenizer is a tokenizer.json, or a vocab.txt, or a vocab.json with a merges.txt.",
      details: ["file": path, "found": "none of these files", "expected": "tokenizer.json"])
  }

  private init(file url: URL) throws {
    let directory = url.deletingLastPathComponent()
    let settings = try Tokenizer.settings(in: directory)
    let file = try FileBytes(path: url.path)
    switch url.pathExtension {
    case "txt" where url.lastPathComponent != "merges.txt":
      try self.init(
        vocabulary: file, lowercasing: try settings?.boolean("do_lower_case", default: true) ?? true,
        strippingAccents: try settings?["strip_accents"]?.boolean(),
        spacingChineseCharacters: try settings?.boolean("tokenize_chinese_chars", default: true) ?? true)
    case "bin": try self.init(llama2: Llama2CTokenizer(file), file: file.name)
    case "txt",
      "json" where url.lastPathComponent == "vocab.json":
      try self.init(
        vocabulary: try FileBytes(path: directory.appending(path: "vocab.json").path),
        merges: try FileBytes(path: directory.appending(path: "merges.txt").path),
        addingPrefixSpace: try settings?.boolean("add_prefix_space", default: false) ?? false)
    default: try self.init(json: file)
    }
    if let settings { try nameSpecialTokens(settings) }
  }

  /// The `tokenizer_config.json` beside a file, if there is one.
  private static func settings(in directory: URL) throws -> JSONMembers? {
    let path = directory.appending(path: "tokenizer_config.json").path
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try JSONText(try FileBytes(path: path)).members()
  }

  /// Takes the special tokens from the settings, which name them.
  private mutating func nameSpecialTokens(_ settings: JSONMembers) throws {
    func named(_ name: String) throws -> Int? {
      guard let member = settings[name] else { return nil }
      let text = member.kind == .string ? try member.string() : try member.members().string("content")
      return text.flatMap(id(of:))
    }
    beginning = try named("bos_token") ?? named("cls_token") ?? beginning
    end = try named("eos_token") ?? named("sep_token") ?? end
    unknown = try named("unk_token") ?? unknown
    padding = try named("pad_token") ?? padding
    mask = try named("mask_token") ?? mask
  }

  /// Reads a `tokenizer.json`.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `malformed`, naming the file and the field; `unsupported` for a component that
  ///   Vitro does not have, by its name.
  public init(json file: FileBytes) throws {
    let members = try JSONText(file).members()
    let model = try PieceModel(members.required("model"))
    let normalizer = try members["normalizer"].map { try Normalizer($0) }
    self.init(
      model: model, normalizer: normalizer, preTokenizer: try members["pre_tokenizer"].map { try PreTokenizer($0) },
      added: try AddedTokens(
        Tokenizer.entries(members["added_tokens"], model.pieces), normalizer: normalizer, file: file.name),
      postProcessor: try members["post_processor"].map { try PostProcessor($0) } ?? PostProcessor(),
      decoder: try members["decoder"].map { try TokenDecoder($0) })
    if let template = members["post_processor"],
      let missing = postProcessor.specialIDs.first(where: { knownPiece(of: $0) == nil })
    {
      throw template.fault("ids of the vocabulary or of added tokens", found: "\(missing)")
    }
    if let token = try members["padding"]?.members()["pad_id"] {
      padding = try token.count(atMost: PieceTable.maximumID)
    }
  }

  private static func entries(_ json: JSONText?, _ pieces: PieceTable) throws -> [AddedTokens.Entry] {
    var entries: [AddedTokens.Entry] = []
    var contents: Set<[UInt8]> = []
    try json?.forEachElement { element in
      let members = try element.members()
      let content = try members.required("content").string()
      guard content.utf8.count <= AddedTokens.maximumLength else {
        throw element.fault("tokens of at most \(AddedTokens.maximumLength) bytes", found: "a longer one")
      }
      guard entries.count < 1 << 17 else { throw element.fault("at most \(1 << 17) added tokens", found: "more") }
      let id = try members.required("id").count(atMost: PieceTable.maximumID)
      let known = pieces.id(of: content).map(Int.init)
      // A content that comes again keeps its id whatever this one says.
      if contents.insert(Array(content.utf8)).inserted, known == nil, let other = pieces.string(of: id) {
        throw element.fault(
          "an id of its own for '\(shortened(content))'", found: "\(id), the id of '\(shortened(other))'")
      }
      entries.append(
        AddedTokens.Entry(
          id: known ?? id, content: content,
          isSpecial: try members.boolean("special", default: false),
          stripsLeft: try members.boolean("lstrip", default: false),
          stripsRight: try members.boolean("rstrip", default: false),
          isSingleWord: try members.boolean("single_word", default: false),
          isNormalized: try members.boolean("normalized", default: true)))
    }
    return entries
  }

  /// Reads BERT's `vocab.txt`: one piece on each line.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - lowercasing: Whether the model was trained on lower case (`do_lower_case`).
  ///   - strippingAccents: Whether accents fall away; by default they do when `lowercasing`.
  ///   - spacingChineseCharacters: Whether every Chinese character stands alone.
  /// - Throws: ``/VitroCore/VitroError`` (`malformed`) when the file is no text or lacks `[UNK]`.
  public init(
    vocabulary file: FileBytes, lowercasing: Bool, strippingAccents: Bool? = nil, spacingChineseCharacters: Bool = true
  ) throws {
    var pieces = PieceTable()
    for (index, line) in try Tokenizer.lines(of: file).enumerated() {
      let addition = pieces.add(Array(line), id: index)
      guard addition == .added || addition == .knownPiece else {
        throw VitroError.malformed(
          file: file.name, field: "line \(index + 1)", found: "more lines",
          expected: "at most \(PieceTable.maximumID), of \(PieceTable.maximumBytes) bytes")
      }
    }
    guard let unknown = pieces.id(of: "[UNK]") else {
      throw VitroError.malformed(
        file: file.name, field: "pieces", found: "no '[UNK]'", expected: "a vocabulary of WordPiece")
    }
    let specials = ["[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"].compactMap { name in
      pieces.id(of: name).map { AddedTokens.Entry(id: Int($0), content: name, isSpecial: true) }
    }
    let (first, last) = (pieces.id(of: "[CLS]").map(Int.init), pieces.id(of: "[SEP]").map(Int.init))
    var postProcessor = PostProcessor.around(beginning: first, end: last)
    postProcessor.pair.removeAll { if case .special(let ids, 1) = $0 { ids == [first] } else { false } }
    let cleaning = BertCleaning(
      spacesChineseCharacters: spacingChineseCharacters, stripsAccents: strippingAccents ?? lowercasing,
      lowercases: lowercasing)
    self.init(
      model: .wordPiece(WordPieceModel(pieces: pieces, unknown: unknown)), normalizer: .bert(cleaning),
      preTokenizer: .bert, added: try AddedTokens(specials, file: file.name), postProcessor: postProcessor,
      decoder: .wordPiece(prefix: "##", cleansUp: true))
  }

  /// Reads GPT-2's `vocab.json` and `merges.txt`.
  ///
  /// A vocabulary with `<s>`, `</s>` and `<mask>` is taken as RoBERTa's, which puts special tokens around a text.
  ///
  /// - Parameters:
  ///   - vocabulary: The pieces and their ids.
  ///   - file: The merges, one pair on each line, in order.
  ///   - addingPrefixSpace: Whether the first word is taken as if a space stood before it.
  /// - Throws: ``/VitroCore/VitroError``: `malformed`, naming the file and the field or line; `unsupported` for a
  ///   vocabulary whose pieces mark the ends of words, as CLIP's, GPT-1's and CTRL's do.
  public init(vocabulary: FileBytes, merges file: FileBytes, addingPrefixSpace: Bool = false) throws {
    let pieces = try PieceTable(JSONText(vocabulary))
    try Tokenizer.refuseWordMarks(pieces, vocabulary.name)
    var table = PairTable()
    for (index, line) in try Tokenizer.lines(of: file).enumerated() {
      let text = String(decoding: line, as: UTF8.self)
      if text.isEmpty || (index == 0 && text.hasPrefix("#version")) { continue }
      func fault(_ found: String) -> VitroError {
        .malformed(
          file: file.name, field: "line \(index + 1)", found: "'\(shortened(found))'",
          expected: "two pieces of the vocabulary")
      }
      let parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else { throw fault(text) }
      try BytePairModel.add(parts[0], parts[1], index, pieces, 0, to: &table, fault)
    }
    let names = ["<|endoftext|>", "<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    let specials = names.compactMap { name in
      pieces.id(of: name).map {
        AddedTokens.Entry(id: Int($0), content: name, isSpecial: true, stripsLeft: name == "<mask>")
      }
    }
    var postProcessor = PostProcessor()
    if let first = pieces.id(of: "<s>"), let last = pieces.id(of: "</s>"), pieces.id(of: "<mask>") != nil {
      func special(_ id: Int32) -> PostProcessor.Item { .special(ids: [Int(id)], type: 0) }
      postProcessor.single = [special(first), .text(isSecond: false, type: 0), special(last)]
      postProcessor.pair = postProcessor.single + [special(last), .text(isSecond: true, type: 0), special(last)]
    }
    postProcessor.trimsSpaces = true
    postProcessor.addsPrefixSpace = addingPrefixSpace
    self.init(
      model: .bytePairs(BytePairModel(pieces: pieces, merges: table, fallsBackToBytes: false)), normalizer: nil,
      preTokenizer: .byteLevel(addsPrefixSpace: addingPrefixSpace, splits: true),
      added: try AddedTokens(specials, file: vocabulary.name),
      postProcessor: postProcessor, decoder: .byteLevel)
  }

  /// Refuses vocabularies that mark where words end, or go on: what cuts their words these files do not tell.
  private static func refuseWordMarks(_ pieces: PieceTable, _ file: String) throws {
    for (mark, models) in [("</w>", "CLIP and GPT-1"), ("@@", "CTRL")] {
      let ending = Array(mark.utf8)
      let count = (0..<pieces.endID).reduce(0) { count, id in
        guard let text = pieces.text(of: id), text.count > ending.count, text.suffix(ending.count) == ending[...] else {
          return count
        }
        // GPT-2's own vocabulary has rows of this sign.
        return text.allSatisfy { $0 == UInt8(ascii: "@") } ? count : count + 1
      }
      // Of such vocabularies a large part is marked; in others a piece may end so by chance.
      guard count * 20 <= pieces.count else {
        throw VitroError(
          .unsupported, "reading \(file)",
          "\(count) of \(pieces.count) pieces end in '\(mark)', as those of \(models) do",
          hint: "Use the model's tokenizer.json, which says how words are cut.",
          details: [
            "file": file, "field": "pieces", "found": "pieces that end in '\(mark)'",
            "expected": "GPT-2's alphabet of bytes",
          ])
      }
    }
  }

  /// The lines of a text file, without their ends.
  private static func lines(of file: FileBytes) throws -> [ArraySlice<UInt8>] {
    let bytes = file.withBytes { Array($0) }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw VitroError.malformed(file: file.name, field: "text", found: "bytes that are not UTF-8", expected: "UTF-8")
    }
    var lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { $0.last == 0x0d ? $0.dropLast() : $0 }
  }
}
