/// Text with a little markup: two stars around **bold**, backticks around `code`, `[text](https://…)` for a link, and paragraphs between empty
/// lines.
///
/// Everything else is taken literally. A backslash before a star, a backtick, `[` or `\` takes that literally too. Links go
/// to `https`, `http`, `mailto` and `#` only; any other is plain text.
///
/// ```swift
/// let sentence: RichText = "The **first** ReLU, `relu1`, does most of the work."
/// let words = sentence.plainText  // "The first ReLU, relu1, does most of the work."
/// ```
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
    /// Emphasized text, which may hold code and links.
    case bold([Span])
    /// Code: a name, a formula, a command.
    case code(String)
    /// A link with its text and its target.
    case link(String, target: String)

    /// The text without its markup.
    public var text: String {
      switch self {
      case .plain(let text), .code(let text), .link(let text, _): text
      case .bold(let spans): spans.map(\.text).joined()
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
    return paragraphs.filter { !$0.isEmpty }.map { Self.spans(of: Array($0.joined(separator: "\n").utf8)[...]) }
  }

  /// The text without its markup, its paragraphs on one line.
  public var plainText: String {
    paragraphs.map { $0.map(\.text).joined() }.joined(separator: " ")
  }

  // All marks are ASCII, so that the parse may go by bytes.
  private static func spans(of bytes: ArraySlice<UInt8>, inBold: Bool = false) -> [Span] {
    var spans: [Span] = []
    var plain: [UInt8] = []
    var index = bytes.startIndex
    func finish(_ span: Span, at end: Int) {
      if !plain.isEmpty { spans.append(.plain(text(plain[...]))) }
      plain = []
      spans.append(span)
      index = end
    }
    while index < bytes.endIndex {
      let byte = bytes[index]
      let next = index + 1 < bytes.endIndex ? bytes[index + 1] : 0
      if byte == Mark.escape, Mark.all.contains(next) {
        plain.append(next)
        index += 2
      } else if byte == Mark.tick, let end = closing(Mark.tick, in: bytes, from: index + 1) {
        finish(.code(text(bytes[(index + 1)..<end])), at: end + 1)
      } else if byte == Mark.star, next == Mark.star, !inBold, let end = closingStars(in: bytes, from: index + 2) {
        finish(.bold(Self.spans(of: bytes[(index + 2)..<end], inBold: true)), at: end + 2)
      } else if byte == Mark.bracket, let link = link(in: bytes, at: index) {
        finish(.link(link.text, target: link.target), at: link.end)
      } else {
        plain.append(byte)
        index += 1
      }
    }
    if !plain.isEmpty { spans.append(.plain(text(plain[...]))) }
    return spans
  }

  private enum Mark {
    static let escape = UInt8(ascii: "\\")
    static let tick = UInt8(ascii: "`")
    static let star = UInt8(ascii: "*")
    static let bracket = UInt8(ascii: "[")
    static let all = [escape, tick, star, bracket]
  }

  /// How far ahead a closing mark is looked for, which keeps the parse linear.
  private static let reach = 2000

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }

  private static func closing(_ mark: UInt8, in bytes: ArraySlice<UInt8>, from start: Int) -> Int? {
    let end = bytes[start...].prefix(reach).firstIndex(of: mark)
    return end == start ? nil : end
  }

  private static func closingStars(in bytes: ArraySlice<UInt8>, from start: Int) -> Int? {
    var end = start
    while end + 1 < bytes.endIndex, end < start + reach {
      if bytes[end] == Mark.star, bytes[end + 1] == Mark.star { return end == start ? nil : end }
      end += 1
    }
    return nil
  }

  private static func link(in bytes: ArraySlice<UInt8>, at start: Int) -> (text: String, target: String, end: Int)? {
    guard let middle = closing(UInt8(ascii: "]"), in: bytes, from: start + 1), middle + 1 < bytes.endIndex,
      bytes[middle + 1] == UInt8(ascii: "("), let end = closing(UInt8(ascii: ")"), in: bytes, from: middle + 2)
    else { return nil }
    let target = text(bytes[(middle + 2)..<end])
    guard ["https://", "http://", "mailto:", "#"].contains(where: target.lowercased().hasPrefix),
      !target.contains(where: \.isWhitespace)
    else { return nil }
    return (text(bytes[(start + 1)..<middle]), target, end + 1)
  }
}
