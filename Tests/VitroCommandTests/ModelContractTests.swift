import Foundation
import Testing
import Vitro

/// What docs/cli.md promises to scripts of `vitro model …`, on small random models.
@Suite struct ModelContractTests {
  private static func folder(_ family: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "VitroModelsTests/Fixtures/Families/\(family)").path
  }

  private func json(_ command: String, _ family: String, _ arguments: [String]) throws -> [String: Any] {
    let run = try CommandProcess(list: ["model", command, Self.folder(family)] + arguments + ["--json", "--quiet"])
    #expect(run.status == 0, "\(run.errors)")
    return try run.json()
  }

  @Test func inspectNamesFamilySizesAndTaps() throws {
    let facts = try json("inspect", "llama", [])
    #expect(facts["family"] as? String == "Llama")
    #expect(facts["layers"] as? Int == 2 && facts["width"] as? Int == 16)
    #expect((facts["parameters"] as? Int ?? 0) > 1000)
    #expect((facts["taps"] as? [String])?.contains("blocks.1.attn.hook_pattern") == true)
  }

  @Test func tokensHavePlaces() throws {
    let tokens = try #require(json("tokens", "gpt2", ["--text", "3 14"])["tokens"] as? [[String: Any]])
    #expect(tokens.count == 2 && tokens[1]["id"] as? Int == 14 && tokens[1]["text"] as? String == "14")
    #expect(tokens[1]["start"] as? Int == 2 && tokens[1]["end"] as? Int == 4)
  }

  @Test func runsPredictGoOnReadLayersAndRecord() throws {
    let place = try Workplace()
    let file = place.path + "/taps.safetensors"
    let facts = try json(
      "run", "gpt2",
      [
        "--text", "3 14 15", "--generate", "4", "--temperature", "0", "--lens", "--record", "blocks.*.hook_resid_post",
        "--save", file,
      ])
    let top = try #require(facts["top"] as? [[String: Any]])
    #expect(top[0]["token"] is String && top[0]["id"] is Int && top[0]["probability"] is Double)
    #expect((facts["loss"] as? [Double])?.count == 2)
    #expect((facts["text"] as? String)?.split(separator: " ").count == 4)
    let lens = try #require(facts["lens"] as? [[String: Any]])
    #expect(lens.count == 3 && lens[0]["tap"] is String && (lens[0]["guesses"] as? [[String: Any]])?.count == 3)
    #expect(try SafetensorsFile(file).array(named: "blocks.1.hook_resid_post").shape == [3, 16])
  }

  @Test func sweepsOfPatchesAreNamedByThemselves() throws {
    let prompts = ["--clean", "3 14 15", "--corrupt", "3 14 22", "--answer", "7", "--wrong", "31"]
    for (sweep, columns) in [("resid_pre", 3), ("head_out", 4)] {
      let facts = try json("patch", "gpt2", prompts + ["--sweep", sweep])
      let grid = try #require(facts["grid"] as? [[Double]])
      #expect(grid.count == 2 && grid.allSatisfy { $0.count == columns })
      #expect(facts["clean"] is Double && facts["corrupt"] is Double && facts["sweep"] as? String == sweep)
    }
    let compared = try json("patch", "gpt2", prompts + ["--sweep", "site=attn_out,mlp_out"])
    #expect((compared["runs"] as? [Any])?.count == 2)
    let wrong = try CommandProcess(
      list: ["model", "patch", Self.folder("gpt2")] + prompts + ["--sweep", "resid_per"])
    #expect(wrong.status == 2 && wrong.errors.contains("resid_pre"))
  }

  @Test func partsAddUpAndHeadsAreScored() throws {
    let facts = try json("attribute", "llama", ["--text", "3 14 15", "--answer", "7"])
    let shares = try #require(facts["parts"] as? [[String: Any]]).compactMap { $0["share"] as? Double }
    #expect(abs(shares.reduce(0, +) - (facts["measured"] as? Double ?? .nan)) < 1e-4)
    let heads = try json("heads", "gpt2", ["--period", "5", "--sequences", "2"])
    #expect((heads["heads"] as? [[String: Any]])?.count == 8)
    let ablated = try json("ablate", "gpt2", ["--text", "3 14 15", "--parts", "outputs"])
    #expect((ablated["parts"] as? [[String: Any]])?.count == 4)
    let steered = try json(
      "steer", "gpt2",
      ["--text", "3 14", "--positive", "5|6", "--negative", "7", "--generate", "2", "--controls", "2", "--layer", "1"])
    #expect((steered["texts"] as? [[String: Any]])?.count == 6)
  }

  @Test func aWordOfSeveralTokensIsRefused() throws {
    let run = try CommandProcess(
      list: [
        "model", "attribute", Self.folder("gpt2"), "--text", "3 14", "--answer", "seven", "--json", "--quiet",
      ])
    let error = try #require(run.json()["error"] as? [String: Any])
    #expect(run.status == 2 && error["code"] as? String == "argument")
  }
}
