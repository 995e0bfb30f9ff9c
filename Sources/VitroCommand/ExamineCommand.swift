import ArgumentParser
import Foundation
import Vitro
import VitroCore
import VitroData
import VitroLab
import VitroNetworks

/// `vitro examine`: a network and labelled data in, a report out.
struct ExamineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "examine", abstract: "Examine a trained network on labelled data and write a report.",
    discussion: """
      NETWORK is a directory written by Vitro or by tools/export_torch.py (network.json and weights.safetensors), or a \
      safetensors file of N.weight and N.bias pairs (Linear layers with ReLU between them).

      DATA is 'digits' (ships with Vitro), an .npz or .safetensors file with x and y, a table with a label column, a \
      directory of IDX files, or a directory with one directory of PNG images for each class.

      Without NETWORK, a small convnet is trained on the digits and examined.

      Example: vitro examine my-network --data test.npz --report out
      """)

  @Argument(help: "The network: a directory or a safetensors file.")
  var network: String?

  @Option(help: ArgumentHelp("The labelled data.", valueName: "data"))
  var data: String?

  @OptionGroup var shared: SharedOptions

  func validate() throws {
    if network != nil, data == nil {
      throw ValidationError("--data is missing: name the labelled data to examine '\(network ?? "")' on.")
    }
    if network == nil, let data, data != "digits" {
      throw ValidationError("A network is missing: 'vitro examine NETWORK --data \(data)'.")
    }
  }

  func run() throws {
    let directory = shared.report ?? "vitro-report"
    try shared.run(defaultReport: directory) { observer in
      let subject: Subject
      if let network, let data {
        subject = try Subject(networkPath: network, dataPath: data, seed: shared.seed)
      } else {
        subject = try DigitsConvnet.subject(seed: shared.seed, directory: directory, observer: observer)
      }
      let examination = try Examination.examine(subject, observer: observer)
      return (examination.report, examination.json, examination.summary)
    }
  }
}
