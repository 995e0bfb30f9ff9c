import Foundation
import Testing
import Vitro

/// What docs/cli.md promises to scripts of `vitro information …`, on a small random model.
@Suite struct InformationContractTests {
  private static let model = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "VitroModelsTests/Fixtures/Families/gpt2").path

  /// Reference texts as the numbers of tokens.
  private func reference(in place: Workplace) throws -> String {
    let lines = (0..<30).map { line in (0..<6).map { "\((line * 7 + $0 * 5) % 40)" }.joined(separator: " ") }
    let path = place.path + "/reference.txt"
    try AtomicFile.write(Array(lines.joined(separator: "\n").utf8), to: path)
    return path
  }

  private func json(_ command: [String], _ arguments: [String]) throws -> [String: Any] {
    let run = try CommandProcess(list: ["information"] + command + arguments + ["--json", "--quiet"])
    #expect(run.status == 0, "\(run.errors)")
    return try run.json()
  }

  @Test func measureSaysEntropyAndWhatIsKept() throws {
    let place = try Workplace()
    let facts = try json(
      ["measure", Self.model], ["--text", "3 14 15 9", "--reference", reference(in: place), "--samples", "100"])
    #expect((facts["tokens"] as? [String]) == ["3", "14", "15", "9"])
    let layers = try #require(facts["layers"] as? [String])
    #expect(layers == ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"])
    let kept = try #require(facts["kept"] as? [[Double]])
    #expect(kept.count == 2 && kept.allSatisfy { $0.count == 4 && $0.allSatisfy { (0...1).contains($0) } })
    let entropy = try #require(facts["entropy"] as? [[Any]])
    #expect(entropy.count == 2 && entropy.allSatisfy { $0.count == 4 })
    #expect((facts["interval"] as? [[Any]])?.count == 2)
    #expect(facts["residual"] is Double && facts["converged"] is Bool)
    #expect((facts["settings"] as? [String: Any])?["distortion"] as? Double == 0.05)
  }

  @Test func laterWordsAreNullToAnEarlierState() throws {
    let place = try Workplace()
    let facts = try json(
      ["measure", Self.model],
      [
        "--text", "3 14 15 9", "--reference", reference(in: place), "--samples", "100", "--layers",
        "blocks.1.hook_resid_post@1",
      ])
    let entropy = try #require((facts["entropy"] as? [[Any]])?.first)
    #expect(entropy[2] is NSNull && entropy[3] is NSNull && entropy[1] is Double)
    #expect((facts["kept"] as? [[Double]])?[0][2...] == [0, 0])
  }

  @Test func measureReadsWordsAndComparesChoicesWhenAsked() throws {
    let place = try Workplace()
    let facts = try json(
      ["measure", Self.model],
      ["--text", "3 14 15 9", "--reference", reference(in: place), "--samples", "100", "--decode", "--calibrate"])
    let views = try #require(facts["decoder"] as? [[String: Any]])
    #expect(views.compactMap { $0["layer"] as? String } == facts["layers"] as? [String])
    for view in views {
      let gain = try #require(view["gain"] as? [Double])
      #expect(gain.count == 3 && gain[1] <= gain[0] && gain[0] <= gain[2])
      let words = try #require(view["words"] as? [[String: Any]])
      #expect(words.count == 4 && words.allSatisfy { $0["guess"] is String && $0["entropy"] is Double })
      #expect(words.allSatisfy { (0...1).contains($0["probability"] as? Double ?? .nan) })
    }
    let choices = try #require(facts["calibration"] as? [[String: Any]])
    #expect(choices.count == 5 && choices.contains { $0["choice"] as? String == "half the passes" })
    for choice in choices {
      let correlations = try #require(choice["rankCorrelation"] as? [Double])
      #expect(correlations.count == 2 && correlations.allSatisfy { (-1...1).contains($0) })
    }
  }

  @Test func methodsScoreTokens() throws {
    let place = try Workplace()
    let facts = try json(
      ["methods", Self.model],
      ["--text", "3 14 15 9", "--reference", reference(in: place), "--method", "gradient"])
    #expect((facts["tokens"] as? [String])?.count == 4)
    #expect((facts["scores"] as? [[Double]])?.allSatisfy { $0.count == 4 } == true)
  }

  @Test func comparesTwoModels() throws {
    let place = try Workplace()
    let path = try reference(in: place)
    let facts = try json(
      ["compare", Self.model, Self.model],
      ["--data", path, "--texts", "3", "--reference", path, "--samples", "100"])
    let models = try #require(facts["models"] as? [[String: Any]])
    #expect(models.count == 2 && (models[0]["kept"] as? [[[Double]]])?.count == 3)
    #expect((facts["agreement"] as? [String: Any])?["value"] as? Double == 1)
  }

  @Test(arguments: [
    (["measure", "MODEL", "--text", ""], "empty"),
    (["measure", "MODEL", "--text", "1", "--layers", "blocks.0.hook_resid_pots"], "Did you mean"),
    (["measure", "MODEL", "--text", "LONG"], "tokens"), (["measure", "MODEL"], "--text"),
    (["measure", "CONVNET", "--text", "1"], "tokens"), (["study", "forgeting"], "forgetting"),
    (["study", "sentiment"], "data"), (["methods", "MODEL", "--text", "1 2", "--method", "gradeint"], "gradient"),
  ])
  func badInputIsRefusedClearly(_ arguments: [String], _ word: String) throws {
    let place = try Workplace()
    let convnet = place.path + "/convnet"
    try Network(Graph.chain("image", input: [1, 8, 8], [("flat", Reshape([64])), ("fc", Linear(64, 2))]), seed: 0)
      .save(to: convnet)
    let long = (0..<10_000).map { "\($0 % 40)" }.joined(separator: " ")
    let given = arguments.map { ["MODEL": Self.model, "CONVNET": convnet, "LONG": long][$0] ?? $0 }
    let path = try reference(in: place)
    let takesReference = given[0] == "measure" || given[0] == "methods"
    let run = try CommandProcess(
      list: ["information"] + given + (takesReference ? ["--reference", path] : []) + ["--quiet"])
    #expect(run.status != 0)
    #expect(run.errors.contains(word), "\(arguments): \(run.errors)")
  }
}
