internal import VitroLab
internal import VitroModels

extension ModelWords {
  /// A token for an axis: its spaces and line breaks can be seen.
  func label(_ id: Int) -> String { TokenText(word(id)).label }

  /// A token of a text for an axis.
  func label(_ token: Tokenizer.Token) -> String { TokenText(token.text.isEmpty ? word(token.id) : token.text).label }

  /// A token in a sentence: without the spaces around it, in quotation marks.
  func quoted(_ id: Int) -> String { "“\(TokenText(word(id).trimmingSpaces).label)”" }
}
