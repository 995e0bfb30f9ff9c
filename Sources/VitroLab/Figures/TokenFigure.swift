internal import VitroCore

/// The words of texts, each with its number as the colour behind it: how much a layer has kept of each word.
///
/// ```swift
/// let tokens = TokenFigure(
///   rows: [.init("layer 1", tokens: ["The", " cat", " sat"], values: [0.1, 0.9, 0.4])],
///   color: ColorScale("bits kept"))
/// ```
public struct TokenFigure: Codable, Sendable, Hashable {
  /// The texts, or the same text under several numbers.
  public var rows: [Row]
  /// How numbers become colours, the same in all rows.
  public var color: ColorScale

  /// A text with its numbers.
  public struct Row: Codable, Sendable, Hashable {
    /// What is written before it.
    public var label: String?
    /// The words, with their spaces and line breaks.
    public var tokens: [String]
    /// One number for each word; NaN leaves it without colour.
    @JSONNumber public var values: [Double]
    /// What is said of each word under the pointer, or nothing.
    public var details: [String]

    /// Creates a row.
    public init(_ label: String? = nil, tokens: [String], values: [Double], details: [String] = []) {
      self.label = label
      self.tokens = tokens
      self.values = values
      self.details = details
    }
  }

  /// Creates a token strip.
  public init(rows: [Row], color: ColorScale) {
    self.rows = rows
    self.color = color
  }
}
