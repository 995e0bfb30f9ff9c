import Testing

@testable import VitroLab

@Suite struct TerminalStyleTests {
  @Test(
    arguments: [
      ([:], true, TerminalStyle.Color.ansi256), ([:], false, .none), (["TERM": "xterm-256color"], true, .ansi256),
      (["TERM": "dumb"], true, .none), (["COLORTERM": "truecolor"], true, .trueColor),
      (["COLORTERM": "24bit"], true, .trueColor), (["COLORTERM": "truecolor"], false, .none),
      (["NO_COLOR": "1", "COLORTERM": "truecolor"], true, .none), (["NO_COLOR": ""], true, .ansi256),
      (["NO_COLOR": "1", "FORCE_COLOR": "1"], true, .none), (["FORCE_COLOR": "1"], false, .ansi256),
      (["FORCE_COLOR": "3"], false, .trueColor), (["FORCE_COLOR": "0"], true, .none),
      (["CLICOLOR_FORCE": "1"], false, .ansi256), (["CLICOLOR_FORCE": "0"], false, .none),
      (["CLICOLOR_FORCE": "1", "TERM": "dumb"], false, .ansi256), (["CLICOLOR": "0"], true, .none),
      (["TERM": "xterm-direct"], true, .trueColor),
      (["CLICOLOR_FORCE": "1", "COLORTERM": "truecolor"], false, .trueColor),
    ] as [([String: String], Bool, TerminalStyle.Color)])
  func coloursFollowTheEnvironment(environment: [String: String], isTerminal: Bool, color: TerminalStyle.Color) {
    #expect(TerminalStyle.color(environment, isTerminal: isTerminal) == color, "\(environment)")
  }

  @Test(
    arguments: [
      ([:], .ascii), (["LANG": "en_US.UTF-8"], .unicode), (["LANG": "C"], .ascii), (["LANG": "C.utf8"], .unicode),
      (["LC_ALL": "C", "LANG": "de_DE.UTF-8"], .ascii), (["LC_ALL": "", "LANG": "de_DE.UTF-8"], .unicode),
      (["LC_CTYPE": "de_DE.ISO-8859-1", "LANG": "de_DE.UTF-8"], .ascii),
    ] as [([String: String], TerminalStyle.Charset)])
  func charactersFollowTheLocale(environment: [String: String], charset: TerminalStyle.Charset) {
    #expect(TerminalStyle.charset(environment) == charset, "\(environment)")
  }

  @Test func theWidthIsHeldWithinReason() {
    #expect(TerminalStyle.detect(fileDescriptor: -1, environment: ["COLUMNS": "133"]).width == 133)
    #expect(TerminalStyle.detect(fileDescriptor: -1, environment: ["COLUMNS": "7"]).width == 40)
    #expect(TerminalStyle.detect(fileDescriptor: -1, environment: ["COLUMNS": "many"]).width == 80)
    #expect(TerminalStyle.detect(fileDescriptor: -1, environment: [:]) == TerminalStyle(width: 80, charset: .ascii))
    #expect(TerminalStyle(width: .max).width == 1000)
  }
}
