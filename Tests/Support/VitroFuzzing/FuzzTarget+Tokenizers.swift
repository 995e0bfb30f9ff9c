import Foundation
import VitroCore
import VitroFormats
import VitroModels

extension FuzzTarget {
  /// A `tokenizer.json`: reads it, tokenizes a short text of many scripts, and turns the tokens back into text.
  static func tokenizer() throws -> FuzzTarget {
    let text = "Hé's  a ﬁne 中文 test, 123!\n\tİ 👨‍👩‍👧 e\u{301}한 <s>x</s>[CLS] \u{0}ſ ``q''"
    let seeds = tokenizerSeeds().map { Seed(Array($0.description.utf8)) } + componentSeeds()
    return FuzzTarget(name: "tokenizer", seeds: seeds) { file in
      let tokenizer = try Tokenizer(json: file)
      do {
        let tokens = try tokenizer.encode(text)
        let count = text.unicodeScalars.count
        for token in tokens {
          precondition(token.range.lowerBound >= 0 && token.range.upperBound <= count, "a token at \(token.range)")
        }
        _ = try tokenizer.encode(text, "b")
        for id in Set(tokens.map(\.id)) { _ = tokenizer.text(of: id) }
        _ = try tokenizer.decode(tokens.map(\.id))
        var stream = tokenizer.textStream()
        for token in tokens { _ = try stream.append(token.id) }
        _ = try stream.finish()
      } catch let error as VitroError where error.code == .argument {
        // A vocabulary may lack a word and have no token for it, and a template may name ids that are not there.
      }
    }
  }

  /// Sound files in which only a pattern, or only a map of characters, is damaged.
  private static func componentSeeds() -> [Seed] {
    @Sendable func file(_ part: String, _ component: JSONValue) -> [UInt8] {
      let model: JSONValue = ["type": "WordLevel", "vocab": ["?": 0], "unk_token": "?"]
      return Array(JSONValue.object([part: component, "model": model]).description.utf8)
    }
    @Sendable func split(_ pattern: [UInt8]) -> [UInt8] {
      let pattern: JSONValue = ["Regex": .string(String(decoding: pattern, as: UTF8.self))]
      return file(
        "pre_tokenizer", ["type": "Split", "pattern": pattern, "behavior": "MergedWithNext", "invert": false])
    }
    let patterns = [
      #"(?i:'s|'t|'re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}]+[\r\n]*|\s+(?!\S)|\s+"#,
      #"(?<=a)[[:alpha:]&&[^aeiou]]{2,}?(?>\h+|\x{41}\u00e9)*+^.$|\b\W\B\A\z"#, "(a|b)+?c{,3}|[a-c[x-z]]|(?m:.)(?=e)",
    ]
    // A trie of one letter and its replacement.
    let map: [UInt8] = [12, 0, 0, 0, 0, 4, 0, 0, 97, 5, 0, 0, 0, 0, 0, 128, 98, 99, 0, 0xc3, 0xa9, 0]
    return patterns.map { Seed(Array($0.utf8), wrap: split) }
      + [
        Seed(map) {
          file("normalizer", ["type": "Precompiled", "precompiled_charsmap": .string(Data($0).base64EncodedString())])
        }
      ]
  }

  /// Small tokenizers with every component.
  private static func tokenizerSeeds() -> [JSONValue] {
    let letters = (0x20..<0x7f).map { String(UnicodeScalar(UInt8($0))) } + ["é", "中", "▁", "Ġ", "Ċ", "Ã", "©"]
    func vocabulary(_ pieces: [String]) -> JSONValue {
      .object(Dictionary(uniqueKeysWithValues: pieces.enumerated().map { ($1, .integer($0)) }))
    }
    func component(_ type: String, _ members: [String: JSONValue] = [:]) -> JSONValue {
      .object(members.merging(["type": .string(type)]) { $1 })
    }
    func added(_ names: [String]) -> JSONValue {
      .array(
        names.enumerated().map { index, name in
          [
            "id": .integer(index), "content": .string(name), "special": .bool(index < 3), "lstrip": .bool(index == 1),
            "rstrip": .bool(index == 2), "single_word": .bool(index == 3), "normalized": .bool(index > 2),
          ]
        })
    }
    let specials = ["<unk>", "<s>", "</s>", "te"]
    let bytes = (0..<256).map { value in
      let digits = String(value, radix: 16, uppercase: true)
      return "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
    }
    let pattern: JSONValue = [
      "Regex": #"(?i:'s|'t)|[^\r\n\p{L}\p{N}]?\p{L}++|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+(?!\S)|(?<=a)\s+|.+?$"#
    ]
    let template = component(
      "TemplateProcessing",
      [
        "single": [["SpecialToken": ["id": "<s>", "type_id": 0]], ["Sequence": ["id": "A", "type_id": 0]]],
        "pair": [
          ["Sequence": ["id": "A", "type_id": 0]], ["SpecialToken": ["id": "<s>", "type_id": 1]],
          ["Sequence": ["id": "B", "type_id": 1]],
        ], "special_tokens": ["<s>": ["id": "<s>", "ids": [1], "tokens": ["<s>"]]],
      ])
    let byteLevel: JSONValue = [
      "added_tokens": added(specials), "normalizer": component("NFC"),
      "pre_tokenizer": component(
        "Sequence",
        [
          "pretokenizers": [
            component("Split", ["pattern": pattern, "behavior": "Isolated", "invert": false]),
            component("Digits", ["individual_digits": true]), component("ByteLevel", ["add_prefix_space": true]),
          ]
        ]),
      "post_processor": component("Sequence", ["processors": [component("ByteLevel"), template]]),
      "decoder": component("ByteLevel"),
      "model": component(
        "BPE",
        [
          "vocab": vocabulary(specials + letters + ["es", "est", "Ġt", "Ã©"]), "unk_token": "<unk>", "fuse_unk": true,
          "merges": [["e", "s"], ["es", "t"], ["Ġ", "t"], ["Ã", "©"]], "ignore_merges": true,
        ]),
    ]
    let pieces: JSONValue = [
      "added_tokens": added(specials),
      "normalizer": component(
        "Sequence",
        [
          "normalizers": [
            component("Nmt"), component("NFKD"), component("Lowercase"), component("StripAccents"),
            component("Replace", ["pattern": ["Regex": " {2,}|``"], "content": " "]),
            component("Prepend", ["prepend": "▁"]), component("Strip", ["strip_left": true]),
            component("Precompiled", ["precompiled_charsmap": "CAAAAAAEAAAABAAAYQBiAA=="]),
          ]
        ]),
      "pre_tokenizer": component("Metaspace", ["replacement": "▁", "prepend_scheme": "first", "split": true]),
      "decoder": component(
        "Sequence",
        [
          "decoders": [
            component("Replace", ["pattern": ["String": "▁"], "content": " "]), component("ByteFallback"),
            component("Fuse"), component("Strip", ["content": " ", "start": 1, "stop": 1]),
          ]
        ]),
      "model": component(
        "Unigram",
        [
          "unk_id": 0, "byte_fallback": true,
          "vocab": .array(
            (specials + letters + bytes.prefix(64) + ["▁te", "st", "▁a"]).enumerated().map { index, piece in
              [.string(piece), .number(-Double(index) / 7)]
            }),
        ]),
    ]
    let words: JSONValue = [
      "added_tokens": added(["[UNK]", "[CLS]", "[SEP]"]),
      "normalizer": component("BertNormalizer", ["lowercase": true, "strip_accents": .null]),
      "pre_tokenizer": component("BertPreTokenizer"),
      "post_processor": component("BertProcessing", ["sep": ["[SEP]", 2], "cls": ["[CLS]", 1]]),
      "decoder": component("WordPiece", ["prefix": "##", "cleanup": true]),
      "model": component(
        "WordPiece",
        [
          "vocab": vocabulary(["[UNK]", "[CLS]", "[SEP]"] + letters + letters.map { "##" + $0 } + ["test", "##ne"]),
          "unk_token": "[UNK]", "max_input_chars_per_word": 100, "continuing_subword_prefix": "##",
        ]),
    ]
    let suffixes: JSONValue = [
      "pre_tokenizer": component(
        "Sequence",
        [
          "pretokenizers": [
            component("Whitespace"), component("Punctuation", ["behavior": "MergedWithPrevious"]),
            component("CharDelimiterSplit", ["delimiter": "e"]),
            component("Split", ["pattern": ["String": "s"], "behavior": "MergedWithNext", "invert": true]),
          ]
        ]),
      "post_processor": component(
        "RobertaProcessing", ["sep": ["</s>", 2], "cls": ["<s>", 1], "trim_offsets": true, "add_prefix_space": true]),
      "decoder": component("BPEDecoder", ["suffix": "</w>"]),
      "model": component(
        "BPE",
        [
          "vocab": vocabulary(specials + letters + letters.map { $0 + "</w>" } + ["st</w>"]), "merges": ["s t</w>"],
          "end_of_word_suffix": "</w>", "unk_token": "<unk>", "continuing_subword_prefix": "",
        ]),
    ]
    let whole: JSONValue = [
      "pre_tokenizer": component("WhitespaceSplit"),
      "model": component("WordLevel", ["vocab": vocabulary(["[UNK]", "a", "test,"]), "unk_token": "[UNK]"]),
    ]
    return [byteLevel, pieces, words, suffixes, whole]
  }
}
