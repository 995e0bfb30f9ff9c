import ArgumentParser
import Vitro
import VitroCore
import VitroLab
import VitroProbing

/// `vitro probe …`: what is linearly readable, and where.
struct ProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe", abstract: "Ask what a linear classifier can read, and where.",
    subcommands: [XORCommand.self])
}

/// `vitro probe xor`: the smallest function that no line can read.
struct XORCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "xor", abstract: "XOR: what a line cannot do and two ReLU units can, over many seeds.",
    discussion: """
      Trains networks 2-2-1 without biases from many seeds at once and reports how often training finds XOR and where it \
      sticks, with the output surface, the hidden space, the exact linear regions and the fitted formula of the best one.

      Example: vitro probe xor --seeds 4000 --report xor
      """)

  @OptionGroup var shared: SharedOptions

  @Option(help: ArgumentHelp("How many networks to train.", valueName: "n"))
  var seeds = 1000

  @Option(help: ArgumentHelp("How many steps to train each.", valueName: "n"))
  var steps = XORStudy.defaultSteps

  func validate() throws {
    guard (1...1_000_000).contains(seeds) else {
      throw ValidationError("--seeds is \(seeds), expected 1 to 1000000.")
    }
    guard (1...1_000_000).contains(steps) else {
      throw ValidationError("--steps is \(steps), expected 1 to 1000000.")
    }
  }

  func run() throws {
    try shared.run { observer in
      let result = try XORStudy(seeds: seeds, steps: steps, seed: shared.seed).run(observer: observer)
      guard case .object(let fields) = result.json else { return (try result.report(), [:], "") }
      return (try result.report(), fields, summary(of: result))
    }
  }

  private func summary(of result: XORResult) -> String {
    let percent = NumberFormat.percent(1)
    var lines = [
      "Linear regression answers " + result.linearOutputs.map { NumberFormat.fixed(3).text($0) }.joined(separator: ", ")
        + "."
    ]
    lines.append(
      "\(result.solved) of \(result.losses.count) networks solve XOR (\(percent.text(Double(result.solved) / Double(result.losses.count))))."
    )
    for plateau in result.stuck {
      lines.append("  \(plateau.count) stop at a squared error of \(NumberFormat.fixed(3).text(plateau.loss))")
    }
    lines.append("The best: y = \(result.example.formula)")
    return lines.joined(separator: "\n")
  }
}
