import Foundation
import Testing
import VitroModels

@testable import VitroInformation

@Suite struct PretrainedMeasureTests {
  static let folder = ProcessInfo.processInfo.environment["VITRO_MODELS"].map { $0 + "/minilm" }

  @Test(.enabled(if: folder != nil)) func miniLM() throws {
    let network = try WordNetwork(LanguageModel(Self.folder!))
    let lines = try String(contentsOfFile: "/work/shared/data/text/sst2_dev.tsv", encoding: .utf8).split(
      separator: "\n"
    ).dropFirst().prefix(220).map { String($0.split(separator: "\t")[0]) }
    let texts = try lines.map { try network.text($0) }
    let features = network.hiddenStates.map { Feature($0) }
    let scales = try FeatureScales(network, features, over: Array(texts.dropFirst(20)))
    print(texts.prefix(3).map(\.count))
    let start = Date()
    let n = Int(ProcessInfo.processInfo.environment["NN"] ?? "3")!
    let s = Int(ProcessInfo.processInfo.environment["SS"] ?? "600")!
    let found = try InformationMeasure(network, scales, settings: .init(samples: s))(Array(texts.prefix(n)), features)
    print("seconds", -start.timeIntervalSinceNow)
    for (text, row) in zip(texts, found) {
      print(text.words)
      for item in row {
        print(
          item.feature, "res", item.residual, "D", item.distortion,
          item.kept.map { String(format: "%.2f", $0) }.joined(separator: " "), "±",
          item.halfWidth.map { String(format: "%.3f", $0) }.joined(separator: " "))
      }
    }
    let again = try InformationMeasure(network, scales, settings: .init(samples: s, seed: 1))(
      Array(texts.prefix(3)), features)
    for (a, b) in zip(found, again) {
      for (x, y) in zip(a, b) { print(x.feature, zip(x.logSigma, y.logSigma).map { abs($0 - $1) }.max()!) }
    }
  }
}
