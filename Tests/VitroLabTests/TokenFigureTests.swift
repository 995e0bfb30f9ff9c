import Foundation
import Testing
import VitroCore

@testable import VitroLab

@Suite struct TokenFigureTests {
  private static let words = [
    "The", " cat", "\n", " sat", "un", "believ", "able", " ", "   ", "", "\t", "\u{0}", "[CLS]", "</s>", "Ġthe",
    "神经网络神经网络", "👩‍👩‍👧", "e\u{301}", "\u{301}", "a\r\nb\u{2028}c", "\u{202E}abc", String(repeating: "long", count: 60),
  ]

  @Test(arguments: [60.0, 200, 380, 760])
  func noLineIsWiderThanItsLimit(width: Double) {
    for shift in 0..<Self.words.count {
      let words = (0..<200).map { Self.words[($0 * 7 + shift + $0 / 13) % Self.words.count] }
      let layout = TokenLayout(words.map(TokenText.init), width: width)
      for piece in layout.pieces {
        #expect(piece.x >= 0 && piece.x + piece.width <= width + 1e-9, "\(piece)")
        #expect(piece.line < layout.lines)
      }
      for (piece, next) in zip(layout.pieces, layout.pieces.dropFirst()) where piece.line == next.line {
        #expect(piece.x + piece.width < next.x)
      }
      #expect(Set(layout.pieces.map(\.token)) == Set(words.indices))
    }
  }

  @Test func wordsStayWholeWhereALineHoldsThem() {
    let words = (0..<40).flatMap { _ in [" un", "believ", "able"] }
    let layout = TokenLayout(words.map(TokenText.init), width: 300)
    for start in stride(from: 0, to: words.count, by: 3) {
      #expect(Set(layout.pieces.filter { (start..<(start + 3)).contains($0.token) }.map(\.line)).count == 1)
    }
    #expect(layout.lines > 5)
  }

  @Test func spacesAreGapsAndSignsAreSeen() {
    let cases: [(String, leading: Int, trailing: Int, lines: [String])] = [
      (" cat", 1, 0, ["cat"]), ("cat  ", 0, 2, ["cat"]), ("  ", 0, 0, ["␣␣"]), ("\n", 0, 0, ["⏎", ""]),
      ("a\r\nb", 0, 0, ["a⏎", "b"]), ("\u{1}\t\u{7F}", 0, 0, ["␁⇥␡"]), ("\u{301}", 0, 0, ["◌\u{301}"]),
      ("\u{202E}a", 0, 0, ["◌a"]), ("[CLS]", 0, 0, ["[CLS]"]), ("Ġthe", 0, 0, ["Ġthe"]), ("", 0, 0, ["∅"]),
    ]
    for (token, leading, trailing, lines) in cases {
      let text = TokenText(token)
      #expect(text.leading == leading && text.trailing == trailing && text.lines == lines, "\(token.debugDescription)")
    }
  }

  @Test func wideCharactersTakeTwiceTheRoom() {
    #expect(TextMeasure.wordWidth("神经", size: 10) == 2 * 10 * 1.04)
    #expect(TextMeasure.wordWidth("e\u{301}", size: 10) == TextMeasure.wordWidth("e", size: 10))
    #expect(TextMeasure.wordWidth("👩‍👩‍👧", size: 10) == TextMeasure.wordWidth("👍", size: 10))
    #expect(TextMeasure.wordWidth("🇩🇪", size: 10) == TextMeasure.wordWidth("👍", size: 10))
  }

  @Test func eachWordHasTheBandOfItsNumber() {
    let figure = TokenFigure(
      rows: [.init(tokens: ["a", " b", " c", " d"], values: [0, 0.5, 1, .nan])],
      color: ColorScale("v", range: Interval(0, 1)))
    let text = figure.drawing(.wide, id: "f").body.text
    let classes = text.matches(of: /<g class="word" data-tip="[^"]*"><rect class="([a-z0-9]+)"/).map { String($0.1) }
    #expect(classes == ["q0", "q7", "q14", "bare"])
    #expect(text.contains("“ b”\nv 0.5") && text.contains("“ d”\nv no number"))
  }

  @Test func numbersAndWordsMustAgree() {
    let color = ColorScale("v")
    let cases: [(TokenFigure, String)] = [
      (.init(rows: [], color: color), "there are no words"),
      (.init(rows: [.init("r", tokens: ["a"], values: [])], color: color), "row 'r' has 0 numbers for 1 words"),
      (
        .init(rows: [.init(tokens: ["a"], values: [1], details: ["x", "y"])], color: color),
        "row 0 has 2 details for 1 words"
      ),
      (
        .init(rows: [.init(tokens: ["a"], values: [1])], color: ColorScale("v", range: Interval(1, 1))),
        "the colours of 'v' cannot run from 1.0 to 1.0"
      ),
    ]
    for (figure, message) in cases {
      let error = #expect(throws: VitroError.self) { try figure.validate("figure 'f'") }
      #expect(error?.message == message)
    }
    let many = TokenFigure(
      rows: [.init(tokens: Array(repeating: "a", count: 5001), values: Array(repeating: 0, count: 5001))],
      color: color)
    #expect(throws: VitroError.self) { try many.validate("figure 'f'") }
    #expect(many.drawing(.wide, id: "f").body.text.contains("… and 1 more in the table"))
  }

  @Test(arguments: [FigureStyle.Theme.light, .dark])
  func everyWordStandsOutFromItsColour(theme: FigureStyle.Theme) {
    for map in [ScalarField.ColorMap.sequential, .diverging] {
      for color in FigureStyle.colors(map, theme) {
        #expect(FigureStyle.contrast(FigureStyle.textColor(on: color) == "#000" ? "#000000" : "#ffffff", color) >= 4.5)
      }
    }
  }

  @Test func theTableHoldsEachWord() {
    let table = TokenFigure(
      rows: [.init("r", tokens: ["a", " b"], values: [1, .nan], details: ["x", "y"])], color: ColorScale("v")
    ).tables[0]
    #expect(table.columns.map(\.name) == ["row", "word", "v", "detail"])
    #expect(table.rows[0] == [.text("r"), .text("a"), .number(1), .text("x")])
  }
}
