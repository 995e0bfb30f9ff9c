internal import Foundation
internal import VitroCore
internal import VitroLab
internal import VitroTensor

/// How often a coin falls on its head: a whole experiment in one file.
struct CoinStudy: Experiment {
  /// How the coin is thrown.
  enum Hand: String, CaseIterable, FieldValue { case left, right }

  static let name = "coin"
  static let abstract = "How often a coin falls on its head."
  static let fields: [Field<Self>] = [
    Field("throws", \.throwCount, in: 1...1_000_000, help: "How often to throw the coin in each round."),
    Field("headShare", \.headShare, in: 0...1, help: "The probability of head."),
    Field("hand", \.hand, help: "Which hand throws."),
    Field("rounds", \.rounds, in: 1...100, help: "How many rounds to play."),
    Field("pause", \.pause, in: 0...1000, help: "How many milliseconds to rest after each hundredth of a round."),
    Field("coin", path: \.coin, names: ["penny"], isPositional: true, help: "The coin: a file, or 'penny'."),
    Field("fails", \.fails, help: "End with an error in the last round."),
  ]

  var throwCount = 1000
  var headShare = 0.5
  var hand = Hand.right
  var rounds = 3
  var pause = 0
  var coin: String?
  var fails = false

  func validate() throws {
    if fails, rounds == 1 { throw VitroError(.argument, "coin", "--fails needs two --rounds at least") }
  }

  func run(_ run: Run) throws -> Outcome {
    if let coin, coin != "penny" { try run.read(coin, role: "coin") }
    let heads = try (1...rounds).map { round in
      try run.stage("round \(round)") { stage in try play(round, stage) }
    }
    let share = Double(heads.reduce(0, +)) / Double(rounds * throwCount)
    let series = try run.series()
    return Outcome(
      report: Report(
        id: "coin", title: "A coin, thrown \(rounds * throwCount) times", kicker: "Chance",
        lede: "Head came in **\(NumberFormat.percent(1).text(share))** of all throws.",
        metrics: [Metric("head", share, format: .percent(1))],
        sections: [
          ReportSection(
            "The rounds",
            [
              .figure(
                Figure(
                  "Heads", caption: "The share of heads so far, in each round.",
                  .lines(
                    LineFigure(
                      x: Axis("throw", format: .integer), y: Axis("share of heads"),
                      series: series.map { LineSeries($0.name, x: $0.steps.map(Double.init), y: $0.values) }))))
            ])
        ]), facts: ["heads": .array(heads.map { .integer($0) }), "share": .number(share)])
  }

  /// Throws the coin; a stretch that was thrown before an interruption is taken from the checkpoint.
  private func play(_ round: Int, _ stage: Stage) throws -> Int {
    let checkpoint = stage.checkpoints.appending(path: "heads.json")
    var heads = (try? JSONDecoder().decode([Bool].self, from: Data(contentsOf: checkpoint))) ?? []
    while heads.count < throwCount {
      if stage.shouldStop { throw VitroError(.interrupted, "throwing", "stopped after \(heads.count) throws") }
      if fails, round == rounds { throw VitroError(.numerical, "throwing", "the coin stood on its edge") }
      let count = min(max(throwCount / 100, 1), throwCount - heads.count)
      var stream = RandomStream(seed: stage.seed, "coin", round, heads.count)
      heads += try stream.uniform([count]).doubles.map { $0 < headShare }
      let share = Double(heads.count { $0 }) / Double(heads.count)
      stage.record("round \(round)", at: heads.count, share)
      stage.update(ProgressUpdate("round \(round)", completed: heads.count, of: throwCount, detail: "head \(share)"))
      stage.flushRecords()
      try JSONEncoder().encode(heads).write(to: checkpoint, options: .atomic)
      if pause > 0 { Thread.sleep(forTimeInterval: Double(pause) / 1000) }
    }
    try Data(heads.map { $0 ? 1 : 0 }).write(to: stage.directory.appending(path: "throws.bin"))
    return heads.count { $0 }
  }
}
