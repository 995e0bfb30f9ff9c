import ArgumentParser
import VitroCore
import VitroLab

/// `vitro run CONFIG.json`: the experiment that a file describes.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run the experiment, or the sweep, that a configuration describes.",
    discussion: """
      CONFIG is a JSON file such as

        {"experiment": "probe xor", "fields": {"seeds": 4000}, "seed": 1, "sweep": {"steps": [1000, 5000]}}

      Fields that it does not name have their defaults. It is checked before work starts; --check does only that.
      """)

  @Argument(help: "The configuration: a JSON file.")
  var config: String

  @Flag(help: "Check the configuration and stop.")
  var check = false

  @OptionGroup var work: WorkOptions
  @OptionGroup var store: StoreOptions

  func run() throws {
    let configuration = try RunConfiguration(contentsOf: config)
    if check {
      try CommandLineTool.registry.check(configuration)
      Streams.line(
        store.json
          ? "\(JSONValue.object(["configuration": configuration.json]))"
          : "\(config) is in order: \(configuration.commandLine(in: CommandLineTool.registry).joined(separator: " "))")
      return
    }
    try work.run(store) { lab, observer in
      try lab.run(configuration, command: ["vitro"] + CommandLine.arguments.dropFirst(), observer: observer)
    }
  }
}
