internal import ArgumentParser
internal import Foundation
internal import Synchronization
internal import VitroCore
public import VitroLab

/// The command `vitro` over the experiments of a registry: every one of them is a command with flags, help and a report.
public enum CommandLineTool {
  private static let known = Mutex(ExperimentRegistry())

  /// The experiments that commands are made of; the parser asks types, not values, what commands there are.
  static var registry: ExperimentRegistry { known.withLock { $0 } }

  /// Does what the arguments of this process ask for, and ends the process.
  public static func run(_ registry: ExperimentRegistry) -> Never {
    known.withLock { $0 = registry }
    Interrupts.install()
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      var command = try VitroCommand.parseAsRoot(arguments)
      try command.run()
      exit(0)
    } catch {
      Failure(error, arguments: arguments).report()
    }
  }
}

/// The root of all commands.
struct VitroCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "vitro",
      abstract: "Puts neural networks under glass.",
      discussion: """
        Without a network, `vitro examine` trains a small convnet on real digits and examines it, in under a minute.

        Every run is kept in a store (VITRO_HOME, or ~/.vitro): 'vitro runs' lists, shows, compares, resumes and repeats them.

        Every experiment takes --json (one JSON object on standard output), --seed, --threads, --report DIR and --quiet.
        Exit codes: 0 done, 1 failed, 2 used wrongly, 130 interrupted.
        """,
      version: VitroVersion.current,
      subcommands: commands(CommandLineTool.registry) + [RunCommand.self, RunsCommand.self])
  }

  /// One command for each experiment that has no group, and one for each group.
  private static func commands(_ registry: ExperimentRegistry) -> [any ParsableCommand.Type] {
    var groups: Set<String> = []
    return registry.experiments.compactMap { experiment in
      guard let group = experiment.group else { return Self.command(experiment) }
      return groups.insert(group.name).inserted ? Self.command(ofGroup: group) : nil
    }
  }

  static func command<E: Experiment>(_ experiment: E.Type) -> any ParsableCommand.Type { ExperimentCommand<E>.self }

  private static func command<G: ExperimentGroup>(ofGroup group: G.Type) -> any ParsableCommand.Type {
    GroupCommand<G>.self
  }
}

/// The experiments of a group: `vitro probe …`.
struct GroupCommand<Group: ExperimentGroup>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: Group.name, abstract: Group.abstract,
      subcommands: CommandLineTool.registry.experiments.filter { $0.group?.name == Group.name }.map {
        VitroCommand.command($0)
      })
  }
}
