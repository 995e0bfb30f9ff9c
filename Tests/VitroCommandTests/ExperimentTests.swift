import Foundation
import Testing
import VitroLab

/// What an experiment gets from one file and one line of registration: `vitro-coin` is made of nothing else.
@Suite struct ExperimentTests {
  private func coin(_ arguments: String..., home: String? = nil) throws -> CommandProcess {
    try CommandProcess(list: ["coin"] + arguments, tool: "vitro-coin", home: home)
  }

  @Test func itGetsHelpMadeFromItsFields() throws {
    let help = try coin("--help").output
    for words in [
      "--throws <n>", "How often to throw the coin in each round. (default:", "--head-share <x>", "--hand <left|right>",
      "(default: right)", "--fails/--no-fails", "<coin>", "--seed <n>", "--sweep", "--report <dir>", "--json",
    ] {
      #expect(help.contains(words), "\(words)")
    }
    #expect(try CommandProcess("--help", tool: "vitro-coin").output.contains("How often a coin falls on its head."))
  }

  @Test func itGetsARunAReportAndResults() throws {
    let place = try Workplace()
    let run = try coin("--throws", "200", "--hand", "left", "--json", "--report", place.path + "/out", home: place.path)
    #expect(run.status == 0, "\(run.errors)")
    let json = try run.json()
    #expect((json["heads"] as? [Int])?.count == 3)
    let id = try #require(json["run"] as? String)
    let report = try Report(directory: URL(filePath: place.path + "/out"))
    #expect(report.provenance?.run == id && report.provenance?.command.contains("--hand") == true)
    guard case .lines(let lines) = report.figures[0].content else {
      Issue.record("the report has the series as lines")
      return
    }
    #expect(lines.series.count == 3 && lines.series.allSatisfy { $0.y.count == 100 })
    let text = try coin("--throws", "200", home: place.path).output
    #expect(text.contains("A coin, thrown 600 times") && text.contains("Run:"))
    #expect(!text.contains("\u{1B}"), "no colours into a file")
  }

  @Test(arguments: [
    (["--thorws", "3"], 2, "--throws"), (["--throws", "0"], 2, "from 1 to 1000000"), (["--hand", "lefd"], 2, "'left'"),
    (["--head-share", "2"], 2, "--head-share"), (["--throws", "x"], 2, "whole number"), (["peny"], 1, "'penny'"),
    (["--fails", "--rounds", "1"], 2, "--rounds"), (["--sweep", "rouns=1,2"], 2, "'rounds'"),
    (["--sweep", "rounds=1,2000"], 2, "from 1 to 100"), (["--sweep", "rounds"], 2, "steps=100,1000"),
  ])
  func whatCannotWorkIsRefusedBeforeWorkStarts(arguments: [String], status: Int, words: String) throws {
    let place = try Workplace()
    let run = try CommandProcess(list: ["coin"] + arguments, tool: "vitro-coin", home: place.path)
    #expect(Int(run.status) == status && run.errors.contains(words), "\(run.errors)")
    let list = try CommandProcess("runs", "list", "--json", tool: "vitro-coin", home: place.path)
    #expect((try list.json()["runs"] as? [Any])?.isEmpty == true, "no run was made")
  }

  @Test(arguments: [
    (#"{"experiment": "coyn"}"#, "'coin'"), (#"{"experiment": "coin", "fields": {"thorws": 3}}"#, "'throws'"),
    (#"{"experiment": "coin", "fields": {"throws": 0}}"#, "from 1 to 1000000"),
    (#"{"experiment": "coin", "fields": {"coin": "peny"}}"#, "'penny'"),
    (#"{"experiment": "coin", "field": {"throws": 1}}"#, "'fields'"), (#"{"experiment": "coin","#, "document"),
    (#"{"experiment": "coin", "sweep": {"hand": ["left", "rihgt"]}}"#, "'right'"),
  ])
  func aConfigurationThatCannotWorkIsRefused(text: String, words: String) throws {
    let place = try Workplace()
    let file = place.path + "/config.json"
    try Data(text.utf8).write(to: URL(filePath: file))
    let run = try CommandProcess("run", file, tool: "vitro-coin", home: place.path)
    #expect(run.status != 0 && run.errors.contains(words), "\(run.errors)")
    #expect(try CommandProcess("run", file + "x", tool: "vitro-coin").errors.contains("Did you mean '\(file)'?"))
  }

  @Test func aConfigurationRunsAsTheCommandDoes() throws {
    let place = try Workplace()
    let file = place.path + "/config.json"
    try Data(#"{"experiment": "coin", "fields": {"throws": 200, "hand": "left"}, "seed": 3}"#.utf8)
      .write(to: URL(filePath: file))
    let check = try CommandProcess("run", file, "--check", tool: "vitro-coin", home: place.path)
    #expect(check.output.contains("vitro coin --throws 200 --hand left --seed 3"), "\(check.output)")
    let one = try CommandProcess("run", file, "--json", "--quiet", tool: "vitro-coin", home: place.path).json()
    let two = try coin("--throws", "200", "--hand", "left", "--seed", "3", "--json", home: place.path).json()
    #expect(one["heads"] as? [Int] == two["heads"] as? [Int])
    #expect(one["run"] as? String != two["run"] as? String)
  }

  @Test func aSweepComparesItsRuns() throws {
    let place = try Workplace()
    let sweep = try coin(
      "--throws", "100", "--sweep", "headShare=0.2,0.8", "--sweep", "seed=0,1", "--json", home: place.path)
    let runs = try #require(try sweep.json()["runs"] as? [[String: Any]])
    #expect(runs.count == 4)
    let shares = runs.compactMap { ($0["facts"] as? [String: Any])?["share"] as? Double }
    #expect(shares[0] < 0.4 && shares[1] < 0.4 && shares[2] > 0.6 && shares[3] > 0.6)
    let list = try CommandProcess("runs", tool: "vitro-coin", home: place.path).output
    #expect(list.contains("over headShare, seed") && list.components(separatedBy: "finished").count == 2)
    let all = try CommandProcess("runs", "list", "--all", tool: "vitro-coin", home: place.path).output
    #expect(all.components(separatedBy: "finished").count == 6)
  }
}
