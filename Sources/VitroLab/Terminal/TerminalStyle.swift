import Foundation

/// What a terminal can show: how many columns, which colours, which characters.
public struct TerminalStyle: Sendable, Hashable {
  /// Which colours there are.
  public enum Color: String, Sendable, Hashable, CaseIterable {
    /// None, and no other control sequence either.
    case none
    /// The 256 colours of xterm.
    case ansi256
    /// Every colour of 24 bits.
    case trueColor
  }

  /// Which characters there are.
  public enum Charset: String, Sendable, Hashable, CaseIterable {
    /// All, drawn with block and Braille characters.
    case unicode
    /// Plain ASCII.
    case ascii
  }

  /// The number of columns, at least 40.
  public var width: Int {
    didSet { width = min(max(width, 40), 1000) }
  }
  /// Which colours there are.
  public var color: Color
  /// Which characters there are.
  public var charset: Charset

  /// Creates a style; by default that of a text file.
  public init(width: Int = 80, color: Color = .none, charset: Charset = .unicode) {
    self.width = min(max(width, 40), 1000)
    self.color = color
    self.charset = charset
  }

  /// What the terminal behind a file descriptor (1, standard output, unless given) can show; a pipe has no colours.
  ///
  /// `NO_COLOR` (not empty) forbids colours whatever else is set; `FORCE_COLOR` and `CLICOLOR_FORCE` (not empty, not
  /// "0") ask for them even where there is no terminal. The width is the terminal's own, else `COLUMNS`, else 80.
  public static func detect(
    fileDescriptor: Int32 = 1, environment: [String: String]? = nil
  ) -> TerminalStyle {
    let environment = environment ?? ProcessInfo.processInfo.environment
    return TerminalStyle(
      width: columns(of: fileDescriptor) ?? environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        ?? 80,
      color: color(environment, isTerminal: isatty(fileDescriptor) == 1), charset: charset(environment))
  }

  /// The colours by the environment's customs (no-color.org, bixense.com/clicolors).
  static func color(_ environment: [String: String], isTerminal: Bool) -> Color {
    func value(_ name: String) -> String { environment[name] ?? "" }
    func asks(_ name: String) -> Bool { !["", "0", "false"].contains(value(name).lowercased()) }
    if !value("NO_COLOR").isEmpty { return .none }
    if ["0", "false"].contains(value("FORCE_COLOR").lowercased()) { return .none }
    let isForced = asks("FORCE_COLOR") || asks("CLICOLOR_FORCE")
    if !isForced && (!isTerminal || value("TERM") == "dumb" || value("CLICOLOR") == "0") { return .none }
    if value("FORCE_COLOR") == "3" { return .trueColor }
    let hasAll =
      ["truecolor", "24bit"].contains(value("COLORTERM").lowercased()) || value("TERM").hasSuffix("-direct")
    return hasAll ? .trueColor : .ansi256
  }

  /// The characters by the locale; the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set decides.
  static func charset(_ environment: [String: String]) -> Charset {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    let name = locale.lowercased()
    return name.contains("utf-8") || name.contains("utf8") ? .unicode : .ascii
  }

  /// The columns of the terminal behind a file, if it is one that tells.
  public static func columns(of fileDescriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}
