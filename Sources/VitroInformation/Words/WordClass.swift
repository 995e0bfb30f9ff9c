/// What kind of word a token is, by rules that anyone can check.
///
/// A token that marks a place is ``special``, one that stands for an unknown word ``content``; one without a letter or digit ``punctuation``; a word of the closed classes of English (a list of some 230 in the
/// sources, put together by hand) is ``function``; one that leans to a class of the training texts (``SentimentWords``) is ``sentiment``; every other is ``content``. The
/// pieces of a word that a tokenizer cut are judged as the whole word.
public enum WordClass: String, Sendable, Hashable, Codable, CaseIterable, CodingKeyRepresentable {
  /// A word that leans to a class of the training texts.
  case sentiment
  /// Any other word of an open class.
  case content
  /// A word that holds a sentence together: of, the, not.
  case function
  /// A token without letter or digit.
  case punctuation
  /// A token that marks a place: [CLS], [SEP].
  case special

  /// The class of each token of a text.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - sentiment: Words that lean to a class, where there are such.
  public static func classes(of text: WordText, sentiment: SentimentWords? = nil) -> [WordClass] {
    let words = wholeWords(of: text)
    return text.tokens.indices.map { token in
      if text.marks[token] { return .special }
      let word = words[token]
      if text.isSpecial[token] { return .content }
      guard word.contains(where: { $0.isLetter || $0.isNumber }) else { return .punctuation }
      if FunctionWords.contains(word) { return .function }
      return sentiment?.lean(of: word) == nil ? .content : .sentiment
    }
  }

  /// For each token the word that it is a piece of, in small letters.
  static func wholeWords(of text: WordText) -> [String] {
    let pieces = text.words.map {
      var piece = $0.lowercased()
      if piece.hasPrefix("##") { piece.removeFirst(2) }
      return piece.trimmingPrefix { $0.isWhitespace || $0 == "Ġ" || $0 == "▁" }.description
    }
    var words: [Int: String] = [:]
    for (token, number) in text.wordNumbers.enumerated() { words[number, default: ""] += pieces[token] }
    return text.wordNumbers.map { words[$0] ?? "" }
  }
}

extension WordText {
  /// Whether each token marks a place; tokens of unknown words, which tokenizers call special too, do not.
  var marks: [Bool] {
    zip(isSpecial, words).map { isSpecial, word in
      isSpecial && !word.lowercased().contains("unk")
    }
  }
}
