import ArgumentParser
import Vitro
import VitroCore

/// The command `vitro`: arguments in, reports and JSON out; no mathematics.
struct VitroCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vitro",
    abstract: "Puts neural networks under glass.",
    discussion: """
      Without a network, `vitro examine` trains a small convnet on real digits and examines it, in under a minute.

      Every command takes --json (one JSON object on standard output), --seed, --threads, --report DIR and --quiet.
      Exit codes: 0 done, 1 failed, 2 used wrongly, 130 interrupted.
      """,
    version: VitroVersion.current,
    subcommands: [ExamineCommand.self, ProbeCommand.self])
}

@main
enum Main {
  static func main() {
    Interrupts.install()
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      var command = try VitroCommand.parseAsRoot(arguments)
      try command.run()
    } catch {
      Failure(error, arguments: arguments).report()
    }
  }
}
