/// Words in lines no wider than a limit, broken between words where that is possible.
struct TokenLayout {
  /// A word, or the part of one that stands on one line.
  struct Piece: Equatable {
    let token: Int
    let text: String
    let line: Int
    let x: Double
    /// The width of the coloured ground.
    let width: Double
  }

  static let size = 13.5
  static let padding = 2.5

  private(set) var pieces: [Piece] = []
  private(set) var lines = 1
  private let limit: Double
  private var x = 0.0

  private typealias Part = (token: Int, text: String, gap: Double, width: Double)

  /// Sets the words; `width` is the widest that a line may be.
  ///
  /// - Complexity: O(characters).
  init(_ texts: [TokenText], width: Double) {
    limit = max(width, 2 * Self.size)
    // A text cut into whole words has no spaces, so that they are put in; pieces of words bear theirs.
    let cutIntoWords = !texts.contains { $0.leading + $0.trailing > 0 || Self.startsWord($0.lines[0]) }
    var word: [Part] = []
    var gap = 0.0
    for (token, text) in texts.enumerated() {
      gap += Self.gap(text.leading)
      for (line, part) in text.lines.enumerated() {
        if line > 0 {
          place(word)
          word = []
          gap = 0
          breakLine()
          if part.isEmpty { continue }
        }
        if gap > 0 || cutIntoWords || Self.startsWord(part) || Self.endsWord(word.last?.text) {
          place(word)
          word = []
        }
        let between = gap > 0 ? gap : cutIntoWords ? 4 : 1.5
        word.append((token, part, between, TextMeasure.wordWidth(part, size: Self.size) + 2 * Self.padding))
        gap = 0
      }
      gap += Self.gap(text.trailing)
    }
    place(word)
  }

  private static func gap(_ spaces: Int) -> Double {
    spaces == 0 ? 0 : 1 + Double(min(spaces, 8)) * size * 0.28
  }

  /// Whether a piece begins a word by a mark of its tokenizer, or by being one that breaks anywhere.
  private static func startsWord(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first else { return false }
    return first == "Ġ" || first == "▁" || TextMeasure.isWide(first)
  }

  private static func endsWord(_ text: String?) -> Bool {
    text?.unicodeScalars.last.map(TextMeasure.isWide) ?? false
  }

  private mutating func breakLine() {
    lines += 1
    x = 0
  }

  /// Sets a word whole on this line or the next, or in pieces where it is wider than a line.
  private mutating func place(_ word: [Part]) {
    guard let first = word.first else { return }
    let whole = word.reduce(0) { $0 + $1.gap + $1.width }
    if x > 0, x + whole > limit, whole - first.gap <= limit { breakLine() }
    for part in word {
      let start = x > 0 ? x + part.gap : 0
      if start + part.width <= limit {
        add(part, part.text, at: start, part.width)
      } else {
        if x > 0 { breakLine() }
        part.width <= limit ? add(part, part.text, at: 0, part.width) : placeInPieces(part)
      }
    }
  }

  private mutating func placeInPieces(_ part: Part) {
    var text = ""
    var width = 2 * Self.padding
    for character in part.text {
      let advance = TextMeasure.emWidth(character) * Self.size * 1.04
      if !text.isEmpty, width + advance > limit {
        add(part, text, at: 0, width)
        breakLine()
        (text, width) = ("", 2 * Self.padding)
      }
      text.append(character)
      width += advance
    }
    add(part, text, at: 0, min(width, limit))
  }

  private mutating func add(_ part: Part, _ text: String, at start: Double, _ width: Double) {
    pieces.append(Piece(token: part.token, text: text, line: lines - 1, x: start, width: width))
    x = start + width
  }
}
