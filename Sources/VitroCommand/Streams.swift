import Foundation

/// Standard output and standard error, for text that may have no reader any more.
enum Streams {
  /// Writes to standard output; when its reader has gone away there is nobody left to work for.
  static func output(_ text: String) {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      // 128 + SIGPIPE, as a program ends that does not ignore the signal.
      exit(141)
    }
  }

  /// Writes a line to standard output.
  static func line(_ value: some CustomStringConvertible) { output("\(value)\n") }

  /// Writes to standard error; a run does not end because nobody sees its progress.
  static func error(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
