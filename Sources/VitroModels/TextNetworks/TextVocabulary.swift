internal import Foundation
internal import VitroCore
public import VitroFormats

/// The tokens of a text network, counted in the texts that it learns from, as a `tokenizer.json`.
public struct TextVocabulary: Sendable, Hashable {
  /// What a token is.
  public enum Units: String, Sendable, Hashable, Codable, CaseIterable {
    /// A word in lower case, or a punctuation mark.
    case words
    /// A character, as it is written.
    case characters
  }

  /// What a token is.
  public let units: Units
  /// The tokens by number: that for all unknown ones first, then that which begins a text if there is one, then the others, the most frequent first.
  public let tokens: [String]
  /// Whether a token of its own stands before each text.
  public let beginsTexts: Bool

  /// What stands for a token that is not in the vocabulary.
  public static let unknown = "<unk>"
  /// What stands before a text whose first state is read.
  public static let beginning = "[CLS]"

  /// Counts tokens.
  ///
  /// - Parameters:
  ///   - texts: The texts to learn from; no others, or a test would be judged with words known from it.
  ///   - units: What a token is.
  ///   - least: How often a token must occur to be known.
  ///   - most: The most tokens.
  ///   - beginsTexts: Whether a token of its own stands before each text.
  /// - Throws: ``/VitroCore/VitroError`` when no token occurs so often.
  public init(
    of texts: [String], units: Units, least: Int = 1, most: Int = 100_000, beginsTexts: Bool = false
  ) throws {
    let special = [Self.unknown] + (beginsTexts ? [Self.beginning] : [])
    // A tokenizer that knows nothing cuts texts all the same, so that counting and reading cannot disagree.
    let cutter = try Tokenizer(json: TextVocabulary(special, units, beginsTexts).file())
    // By bytes, as tokenizers read: two spellings of one character are two tokens, but one key of strings.
    var counts: [[UInt8]: Int] = [:]
    for text in texts {
      for token in try cutter.encode(text, addingSpecialTokens: false) {
        counts[Array((units == .words ? token.text.lowercased() : token.text).utf8), default: 0] += 1
      }
    }
    let reserved = Set(special.map { Array($0.utf8) })
    let known = counts.filter { $0.value >= least && !reserved.contains($0.key) }
      .sorted { $0.value == $1.value ? $0.key.lexicographicallyPrecedes($1.key) : $0.value > $1.value }
      .prefix(max(0, most - special.count)).map { String(decoding: $0.key, as: UTF8.self) }
    guard !known.isEmpty else {
      throw VitroError(
        .argument, "vocabulary", "no token occurs \(least) times in \(texts.count) texts",
        hint: "Lower the least count, or give more texts.")
    }
    self.init(special + known, units, beginsTexts)
  }

  private init(_ tokens: [String], _ units: Units, _ beginsTexts: Bool) {
    (self.tokens, self.units, self.beginsTexts) = (tokens, units, beginsTexts)
  }

  /// The number of tokens.
  public var count: Int { tokens.count }

  /// The tokenizer's file, in the form of Hugging Face's `tokenizers`: a word-level model.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when it cannot be written as JSON.
  public func file() throws -> FileBytes { try FileBytes(name: "tokenizer.json", bytes()) }

  /// Writes `tokenizer.json` into a directory.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) when it cannot be written.
  public func save(to directory: String) throws {
    try AtomicFile.write(bytes(), to: directory + "/tokenizer.json")
  }

  private func bytes() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let file = Array(try encoder.encode(TokenizerFile(self)))
    let opening = Array("\"vocab\":{".utf8)
    guard let place = file.indices.first(where: { file[$0...].starts(with: opening) }) else {
      throw VitroError(.file, "writing a vocabulary", "the tokenizer's file has no place for it")
    }
    let end = place + opening.count
    return Array(file[..<end]) + entries + Array(file[end...])
  }

  /// The members of the object of tokens, written out because a dictionary would take two spellings of one character for one key.
  private var entries: [UInt8] {
    var bytes: [UInt8] = []
    for (number, token) in tokens.enumerated() {
      if number > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(UInt8(ascii: "\""))
      for byte in token.utf8 {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case 0..<0x20: bytes += Array((byte < 0x10 ? "\\u000" : "\\u00").utf8) + Array(String(byte, radix: 16).utf8)
        default: bytes.append(byte)
        }
      }
      bytes += Array("\":\(number)".utf8)
    }
    return bytes
  }
}
