internal import VitroCore

/// What is asked about: a value inside a network, as a whole or at one word.
///
/// ```swift
/// let states: Feature = "blocks.3.hook_resid_post"  // the states of all words
/// let last: Feature = "lstm0@-1"  // the state at the last word
/// ```
public struct Feature: Sendable, Hashable, Codable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The tap.
  public var tap: String
  /// The word whose row it is, counted from the end when negative; nothing for all.
  public var position: Int?

  /// Names a value.
  public init(_ tap: String, at position: Int? = nil) { (self.tap, self.position) = (tap, position) }

  /// Reads `tap` or `tap@position`.
  public init(stringLiteral text: String) {
    self = (try? Feature(parsing: text)) ?? Feature(text)
  }

  /// Reads `tap` or `tap@position`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when the position is no whole number.
  public init(parsing text: String) throws {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      self.init(text)
      return
    }
    guard let position = Int(parts[1]) else {
      throw VitroError(
        .argument, "reading a layer", "'\(parts[1])' in '\(text)' is no position",
        hint: "Write tap@0 for the first word, tap@-1 for the last.",
        details: ["found": text, "expected": "tap@number"])
    }
    self.init(String(parts[0]), at: position)
  }

  /// `tap` or `tap@position`.
  public var description: String { position.map { "\(tap)@\($0)" } ?? tap }

  /// The row of a text of so many words.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when the text is too short for it.
  func row(ofLength length: Int) throws -> Int? {
    guard let position else { return nil }
    let row = position < 0 ? length + position : position
    guard (0..<length).contains(row) else {
      throw VitroError(
        .argument, "reading '\(self)'", "the text has \(length) words, so there is no word \(position)",
        details: ["found": "\(position)", "expected": "\(-length) to \(length - 1)"])
    }
    return row
  }
}
