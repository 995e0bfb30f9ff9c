internal import VitroCore
internal import VitroModels
public import VitroTensor

/// A text as a network reads it: its words, pieces of words or characters, each with its vector.
public struct WordText: Sendable {
  /// The tokens' numbers; zeros where the network reads vectors.
  public let tokens: [Int]
  /// The tokens as a person reads them.
  public let words: [String]
  /// Whether each token marks a place rather than text.
  public let isSpecial: [Bool]
  /// For each token the word it is a piece of, counted from 0.
  public let wordNumbers: [Int]
  /// The Unicode scalars of the text that each token stands for, without spaces before them; empty where there is no text.
  public let places: [Range<Int>]
  /// The tokens' vectors at the entry, `[length, width]`.
  public let vectors: Tensor

  /// Tokens, each a word of its own.
  init(_ tokens: [Int], words: [String], vectors: Tensor) {
    self.tokens = tokens
    self.words = words
    isSpecial = tokens.map { _ in false }
    wordNumbers = Array(tokens.indices)
    places = tokens.map { _ in 0..<0 }
    self.vectors = vectors
  }

  /// Tokens of a text; those with no space between them and letters on both sides are pieces of one word.
  init(tokens: [Tokenizer.Token], text: String, vectors: Tensor) {
    self.tokens = tokens.map(\.id)
    // An unknown word stands for text; what the tokenizer added does not.
    let isSpecial = tokens.map { $0.isSpecial && $0.range.isEmpty }
    self.isSpecial = isSpecial
    words = zip(tokens, isSpecial).map { $1 || $0.text.isEmpty ? $0.piece : $0.text }
    self.vectors = vectors
    let scalars = Array(text.unicodeScalars)
    places = tokens.map { token in
      guard !token.range.isEmpty, token.range.upperBound <= scalars.count else { return 0..<0 }
      let spaces = scalars[token.range].prefix(while: \.properties.isWhitespace).count
      return token.range.lowerBound + spaces..<token.range.upperBound
    }
    var numbers: [Int] = []
    for place in tokens.indices {
      let start = places[place].lowerBound
      let continues =
        place > 0 && !isSpecial[place] && !isSpecial[place - 1] && scalars.indices.contains(start) && start > 0
        && places[place - 1].upperBound == start && Self.isInWord(scalars[start]) && Self.isInWord(scalars[start - 1])
      numbers.append((numbers.last ?? -1) + (continues || numbers.isEmpty ? 0 : 1) + (numbers.isEmpty ? 1 : 0))
    }
    wordNumbers = numbers
  }

  private static func isInWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "'" || scalar == "’"
  }

  /// The number of tokens.
  public var count: Int { tokens.count }
}
