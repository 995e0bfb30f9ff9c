import Foundation
import Testing

@testable import VitroLab

@Suite struct TerminalWidthTests {
  @Test(
    arguments: [
      ("", 0), ("abc", 3), ("日本語", 6), ("한국어", 6), ("ﾊﾝｶｸ", 4), ("ＦＵＬＬ", 8), ("e\u{301}", 1),
      ("z\u{300}\u{301}\u{302}", 1),
      ("😀", 2), ("👩‍👩‍👧‍👦", 2), ("👍🏽", 2), ("🇩🇪", 2), ("❤️", 2), ("❤", 1), ("1️⃣", 2), ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2), ("…", 1), ("⣿", 1), ("█", 1),
      ("✓", 1), ("✅", 2), ("\u{1100}\u{1161}\u{11A8}", 2), ("नमस्ते", 4), ("กำ", 2), ("a\u{200D}b", 2), ("3.1\u{202F}%", 5),
      ("\u{1F321}", 1), ("䷀", 2), ("𠀀", 2),
    ])
  func aTextTakesItsColumns(text: String, columns: Int) {
    #expect(DisplayWidth.of(text) == columns, "\(text.unicodeScalars.map { String($0.value, radix: 16) })")
  }

  @Test func noControlSequenceSurvives() {
    let cases = [
      ("a\u{1B}[2Jb", "a␛[2Jb", "a^[[2Jb"), ("\u{9B}31m", "<U+009B>31m", "<U+009B>31m"),
      ("a\tb\r\nc", "a b c", "a b c"),
      ("\u{202E}evil", "<U+202E>evil", "<U+202E>evil"), ("x\u{7F}", "x␡", "x^?"), ("\u{0}", "␀", "^@"),
      ("so\u{AD}ft\u{200B}", "soft", "soft"), ("\u{2066}a\u{2069}", "<U+2066>a<U+2069>", "<U+2066>a<U+2069>"),
      ("\u{301}a \u{FE0F}b\u{200D}\u{200D}", "◌\u{301}a b", "?a b"), ("\u{FFFE}", "<U+FFFE>", "<U+FFFE>"),
      ("\u{E0041}", "<U+E0041>", "<U+E0041>"),
    ]
    for (text, unicode, ascii) in cases {
      #expect(TerminalText.clean(text, .unicode) == unicode)
      #expect(TerminalText.clean(text, .ascii) == ascii)
    }
    let pile = "e" + String(repeating: "\u{301}", count: 10_000)
    #expect(TerminalText.clean(pile, .unicode).unicodeScalars.count == 5)
    #expect(TerminalText.clean("👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿", .unicode) == "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿")
  }

  @Test func asciiSpellsWhatItCannotShow() {
    let cases = [
      ("1.2×10⁻⁷", "1.2x10^-7"), ("−0.25 … ∞", "-0.25 ... inf"), ("naïve café", "naive cafe"), ("WᵀW", "W^TW"),
      ("x₁₂ → λ", "x_12 -> lambda"), ("日本", "????"), ("ﬁne", "fine"), ("60\u{202F}000", "60\u{A0}000"),
    ]
    for (text, ascii) in cases { #expect(TerminalText.clean(text, .ascii) == ascii) }
  }

  @Test func linesBreakAtSpacesAndBetweenWideCharacters() {
    func wrapped(_ text: String, _ width: Int) -> [String] {
      StyledLine(text).wrapped(to: width).map { $0.text(TerminalStyle()) }
    }
    #expect(wrapped("one two  three", 8) == ["one two", "three"])
    #expect(wrapped("日本語を読む", 5) == ["日本", "語を", "読む"])
    #expect(wrapped("abcdefgh", 3) == ["abc", "def", "gh"])
    #expect(wrapped("3.1\u{202F}% of", 4) == ["3.1", "% of"] || wrapped("3.1\u{202F}% of", 5) == ["3.1 %", "of"])
    #expect(wrapped("", 5) == [""])
    #expect(StyledLine("日本語").truncated(to: 4).text(TerminalStyle()) == "日…")
  }

  @Test func bothGroundsLetEverySeriesStandOut() {
    for color in TerminalPalette.series + [TerminalPalette.accent, TerminalPalette.warning, TerminalPalette.code] {
      #expect((color.luminance + 0.05) / 0.05 > 4 && 1.05 / (color.luminance + 0.05) > 4)
    }
    #expect(TerminalColor(255, 255, 255).ansi256 == 231 && TerminalColor(0, 0, 0).ansi256 == 16)
    #expect(TerminalColor(128, 128, 128).ansi256 == 244 && TerminalColor(215, 95, 0).ansi256 == 166)
  }
}
