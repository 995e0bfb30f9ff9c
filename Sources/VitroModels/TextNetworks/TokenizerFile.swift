/// The `tokenizer.json` of a vocabulary.
struct TokenizerFile: Encodable {
  private let version = "1.0"
  private let addedTokens: [AddedToken]
  private let normalizer: Part?
  private let preTokenizer: Cut
  private let postProcessor: Template?
  private let decoder: Part?
  private let model: WordLevel

  private enum CodingKeys: String, CodingKey {
    case version, normalizer, decoder, model
    case addedTokens = "added_tokens"
    case preTokenizer = "pre_tokenizer"
    case postProcessor = "post_processor"
  }

  init(_ vocabulary: TextVocabulary) {
    let special = [TextVocabulary.unknown] + (vocabulary.beginsTexts ? [TextVocabulary.beginning] : [])
    addedTokens = special.enumerated().map { AddedToken(id: $0, content: $1) }
    normalizer = vocabulary.units == .words ? Part(type: "Lowercase") : nil
    preTokenizer =
      vocabulary.units == .words
      ? Cut(type: "BertPreTokenizer")
      : Cut(type: "Split", pattern: ["Regex": "[\\s\\S]"], behavior: "Isolated", invert: false)
    postProcessor = vocabulary.beginsTexts ? Template(beginning: TextVocabulary.beginning, id: 1) : nil
    decoder = vocabulary.units == .characters ? Part(type: "Fuse") : nil
    model = WordLevel(unknown: TextVocabulary.unknown)
  }

  private struct AddedToken: Encodable {
    var id: Int
    var content: String
    var singleWord = false
    var lstrip = false
    var rstrip = false
    var normalized = false
    var special = true

    enum CodingKeys: String, CodingKey {
      case id, content, lstrip, rstrip, normalized, special
      case singleWord = "single_word"
    }
  }

  private struct Part: Encodable {
    var type: String
  }

  private struct Cut: Encodable {
    var type: String
    var pattern: [String: String]?
    var behavior: String?
    var invert: Bool?
  }

  private struct WordLevel: Encodable {
    var type = "WordLevel"
    /// Left empty: ``TextVocabulary`` writes the tokens byte by byte.
    var vocab: [String: Int] = [:]
    var unknown: String

    enum CodingKeys: String, CodingKey {
      case type, vocab
      case unknown = "unk_token"
    }
  }

  /// One token before the text.
  private struct Template: Encodable {
    var type = "TemplateProcessing"
    var single: [[String: Piece]]
    var pair: [[String: Piece]]
    var specialTokens: [String: Special]

    enum CodingKeys: String, CodingKey {
      case type, single, pair
      case specialTokens = "special_tokens"
    }

    struct Piece: Encodable {
      var id: String
      var typeID: Int

      enum CodingKeys: String, CodingKey {
        case id
        case typeID = "type_id"
      }
    }

    struct Special: Encodable {
      var id: String
      var ids: [Int]
      var tokens: [String]
    }

    init(beginning: String, id: Int) {
      let first = [["SpecialToken": Piece(id: beginning, typeID: 0)], ["Sequence": Piece(id: "A", typeID: 0)]]
      single = first
      pair = first + [["Sequence": Piece(id: "B", typeID: 1)]]
      specialTokens = [beginning: Special(id: beginning, ids: [id], tokens: [beginning])]
    }
  }
}
