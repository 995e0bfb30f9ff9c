/// Text with a little markup: `**bold**`, `` `code` ``, `[links](https://…)`, and paragraphs between empty lines.
///
/// Everything else is taken literally. A backslash before `*`, `` ` ``, `[` or `\` takes that literally too. Links go
/// to `https`, `http`, `mailto` and `#` only; any other is plain text.
public struct RichText: Codable, Sendable, Hashable, ExpressibleByStringInterpolation {
  /// The text with its markup.
  public var source: String

  /// Creates text from its markup.
  public init(_ source: String) {
    self.source = source
  }

  /// Creates text from a literal.
  public init(stringLiteral source: String) {
    self.source = source
  }

  /// Creates text in which nothing is markup.
  public init(plain text: String) {
    source = text.reduce(into: "") { result, character in
      if "\\`*[".contains(character) { result.append("\\") }
      result.append(character)
    }
  }

  /// Reads the markup from a string.
  public init(from decoder: any Decoder) throws {
    source = try decoder.singleValueContainer().decode(String.self)
  }

  /// Writes the markup as a string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(source)
  }
}

extension RichText {
  /// A stretch of text of one kind.
  public enum Span: Sendable, Hashable {
    /// Plain text.
    case plain(String)
    /// Emphasized text.
    case bold(String)
    /// Code: a name, a formula, a command.
    case code(String)
    /// A link with its text and its target.
    case link(String, target: String)

    /// The text without its markup.
    public var text: String {
      switch self {
      case .plain(let text), .bold(let text), .code(let text), .link(let text, _): text
      }
    }
  }

  /// The paragraphs, each as its spans.
  ///
  /// - Complexity: O(n) in characters.
  public var paragraphs: [[Span]] {
    var paragraphs: [[Substring]] = [[]]
    for line in source.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      if line.allSatisfy(\.isWhitespace) {
        paragraphs.append([])
      } else {
        paragraphs[paragraphs.count - 1].append(line)
      }
    }
    return paragraphs.filter { !$0.isEmpty }.map { Self.spans(of: Array($0.joined(separator: "\n"))) }
  }

  /// The text without its markup, its paragraphs on one line.
  public var plainText: String {
    paragraphs.map { $0.map(\.text).joined() }.joined(separator: " ")
  }

  private static func spans(of characters: [Character]) -> [Span] {
    var spans: [Span] = []
    var plain = ""
    var index = 0
    // The last place of each closing mark: past it, an opening mark is not searched again, so that the parse is linear.
    let lastTick = characters.lastIndex(of: "`") ?? -1
    let lastStar = characters.lastIndex(of: "*") ?? -1
    let lastParenthesis = characters.lastIndex(of: ")") ?? -1
    func finish(_ span: Span, at end: Int) {
      if !plain.isEmpty { spans.append(.plain(plain)) }
      plain = ""
      spans.append(span)
      index = end
    }
    while index < characters.count {
      let character = characters[index]
      let next = index + 1 < characters.count ? characters[index + 1] : nil
      if character == "\\", let next, "\\`*[".contains(next) {
        plain.append(next)
        index += 2
      } else if character == "`", index < lastTick, let end = closing("`", in: characters, after: index) {
        finish(.code(String(characters[(index + 1)..<end])), at: end + 1)
      } else if character == "*", next == "*", index + 2 < lastStar,
        let end = closingStars(characters, after: index + 2)
      {
        finish(.bold(String(characters[(index + 2)..<end])), at: end + 2)
      } else if character == "[", index < lastParenthesis, let link = link(in: characters, at: index) {
        finish(.link(link.text, target: link.target), at: link.end)
      } else {
        plain.append(character)
        index += 1
      }
    }
    if !plain.isEmpty { spans.append(.plain(plain)) }
    return spans
  }

  /// How far ahead a closing mark is looked for.
  private static let reach = 2000

  private static func closing(_ mark: Character, in characters: [Character], after start: Int) -> Int? {
    let end = characters[(start + 1)...].prefix(reach).firstIndex(of: mark)
    return end == start + 1 ? nil : end
  }

  private static func closingStars(_ characters: [Character], after start: Int) -> Int? {
    for end in start..<min(characters.count - 1, start + reach)
    where characters[end] == "*" && characters[end + 1] == "*" {
      return end == start ? nil : end
    }
    return nil
  }

  private static func link(in characters: [Character], at start: Int) -> (text: String, target: String, end: Int)? {
    guard let middle = closing("]", in: characters, after: start), middle + 1 < characters.count,
      characters[middle + 1] == "(", let end = closing(")", in: characters, after: middle + 1)
    else { return nil }
    let target = String(characters[(middle + 2)..<end])
    guard ["https://", "http://", "mailto:", "#"].contains(where: target.lowercased().hasPrefix),
      !target.contains(where: { $0.isWhitespace || $0.isNewline })
    else { return nil }
    return (String(characters[(start + 1)..<middle]), target, end + 1)
  }
}
