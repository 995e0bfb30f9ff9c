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
    var counts: [String: Int] = [:]
    for text in texts {
      for token in try cutter.encode(text, addingSpecialTokens: false) {
        counts[units == .words ? token.text.lowercased() : token.text, default: 0] += 1
      }
    }
    let reserved = Set(special)
    let known = counts.filter { $0.value >= least && !reserved.contains($0.key) }
      .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(max(0, most - special.count)).map(\.key)
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
    return Array(try encoder.encode(TokenizerFile(self)))
  }
}
