import ArgumentParser
import Foundation
import VitroCore

/// How a command ends when it does not end well: an exit code, words for people, an object for programs.
struct Failure {
  var code: String
  var message: String
  var hint: String?
  var details: [String: String] = [:]
  var numbers: [String: Int] = [:]
  var exitCode: Int32
  private var usage: String?
  private let json: Bool
  private let isHelp: Bool

  init(_ error: any Error, arguments: [String]) {
    json = arguments.contains("--json")
    isHelp = VitroCommand.exitCode(for: error) == .success
    if let error = error as? VitroError {
      code = error.code.description
      message = "\(error.operation): \(error.message)"
      hint = error.hint
      details = error.details
      numbers = error.numbers
      exitCode =
        switch error.code {
        case .argument: 2
        case .interrupted: 130
        default: 1
        }
    } else if VitroCommand.exitCode(for: error) == .validationFailure {
      code = "usage"
      message = VitroCommand.message(for: error)
      exitCode = 2
      usage = VitroCommand.fullMessage(for: error)
      suggestCommand(arguments)
    } else {
      code = "failed"
      message = isHelp ? VitroCommand.fullMessage(for: error) : "\(error)"
      exitCode = isHelp ? 0 : 1
    }
  }

  /// A mistyped subcommand arrives as an unexpected argument; the parser suggests flags only.
  private mutating func suggestCommand(_ arguments: [String]) {
    var level: [any ParsableCommand.Type] = [VitroCommand.self]
    for word in arguments {
      guard let known = level.last?.configuration.subcommands, !known.isEmpty, !word.hasPrefix("-") else { return }
      if let next = known.first(where: { $0._commandName == word }) {
        level.append(next)
        continue
      }
      let names = known.map { $0._commandName }
      message = "There is no command '\(word)'."
      hint =
        nearestName(to: word, in: names).map { "Did you mean '\($0)'?" }
        ?? "Commands: \(names.joined(separator: ", "))."
      usage = nil
      return
    }
  }

  /// Prints the failure and ends the process.
  func report() -> Never {
    if isHelp {
      Streams.line(message)
    } else if json {
      var fields = numbers.mapValues { JSONValue.integer($0) }
      (fields["code"], fields["message"]) = (.string(code), .string(message))
      if let hint { fields["hint"] = .string(hint) }
      if !details.isEmpty { fields["details"] = .object(details.mapValues(JSONValue.string)) }
      Streams.line(JSONValue.object(["error": .object(fields)]))
    } else {
      var text = usage ?? "Error: \(message)"
      if let hint { text += text.hasSuffix(".") ? " \(hint)" : ". \(hint)" }
      if let excerpt = details["excerpt"] { text += "\n\n\(excerpt)" }
      Streams.error(text + "\n")
    }
    exit(exitCode)
  }
}
