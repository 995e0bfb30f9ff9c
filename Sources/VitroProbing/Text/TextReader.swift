internal import Foundation
internal import VitroCore
internal import VitroData
internal import VitroFitting
internal import VitroLab
internal import VitroModels
internal import VitroNetworks

/// What probes read at the layers of one language model, and what its layers look like.
struct TextReadings: Codable, Sendable {
  /// The first division's examples, and what was left out of it.
  var counts: [Int]
  var divisions: Int
  var repetition: RepeatedProbe.Repetition?
  /// The data's classes that occur.
  var classes: [Int]
  var unseen: [Int: Int]
  var readings: [TapReading]
  /// Beside each reading, which examples of each division's test part were read right.
  var hits: [[HitList]]
  var skipped: [LayerReadings.SkippedTap]
  var sparsity: NetworkProbingResult.Sparsity?
  /// Beside each reading, which examples of each division its control reads right.
  var controlHits: [[HitList]]
  /// The number of each test example of each division, or of what it belongs to.
  var testUnits: [[Int]]
  /// The same of the examples that controls were judged on.
  var controlUnits: [[Int]]
  var views: [LayerViews.View]
}

/// Records the states of a language model and probes them, within one stage; what an interruption leaves is gone on with.
struct TextReader {
  private let study: TextProbing
  private let subject: ProbedTexts
  private let stage: Stage
  /// The texts, their copies together where nothing else says what belongs together.
  private let divided: LabeledTexts
  private let divisions: ProbeDivisions

  /// How many layers are looked at.
  private static let mostViews = 9

  init(_ study: TextProbing, _ subject: ProbedTexts, _ stage: Stage) throws {
    (self.study, self.subject, self.stage) = (study, subject, stage)
    divided = subject.data.keepingCopiesTogether()
    let texts = divided
    divisions = try VitroError.blaming(study.data ?? "the texts") {
      try ProbeDivisions(texts, folds: study.folds, repeats: study.divisions, mostRows: nil, seed: stage.seed)
    }
  }

  func read() throws -> TextReadings {
    let recorder = TextRecorder(subject: subject, rows: divisions.rows)
    let (found, unfit) = try recorder.probeable()
    let tooLarge = found.map {
      TapRows.obstacle($0, rows: recorder.rows.count, megabytes: study.memory, remedy: "lower --limit")
    }
    let taps = zip(found, tooLarge).filter { $1 == nil }.map(\.0)
    var skipped = unfit + tooLarge.compactMap(\.self)
    guard !taps.isEmpty else { throw nothing(skipped) }
    let store = try recorder.record(
      taps, in: stage.checkpoints.appending(path: "activations"), precision: study.precision,
      memory: study.memory << 20, disk: study.disk.map { $0 << 20 }, identity: identity, observer: stage)
    let prober = TapProber(
      study.choice, divisions, groups: subject.data.groups, store,
      KeptReadings(directory: stage.checkpoints.appending(path: "readings")), stage)
    let findings = try prober.findings(taps)
    skipped += findings.compactMap(\.skipped)
    let readings = findings.compactMap(\.reading)
    guard !readings.isEmpty else { throw nothing(skipped) }
    let order = Dictionary(uniqueKeysWithValues: subject.taps.enumerated().map { ($1, $0) })
    skipped.sort { order[$0.tap] ?? 0 < order[$1.tap] ?? 0 }
    let first = divisions.parts[0]
    let testUnits = divisions.parts.map { part in part.test.map { divided.groups?[$0] ?? $0 } }
    let fitted = findings.filter { $0.reading != nil }
    return TextReadings(
      counts: [first.train.count, first.validation.count, first.test.count], divisions: divisions.parts.count,
      repetition: divisions.repetition, classes: divisions.classes, unseen: divisions.unseen, readings: readings,
      hits: fitted.map { $0.hits ?? [] }, skipped: skipped,
      sparsity: try prober.sparsity(readings),
      controlHits: fitted.map { $0.controlHits ?? [] }, testUnits: testUnits,
      controlUnits: fitted.compactMap(\.controlGroups).first ?? testUnits,
      views: try views(prober, taps.filter { tap in readings.contains { $0.tap == tap.name } }))
  }

  private func nothing(_ skipped: [LayerReadings.SkippedTap]) -> VitroError {
    let reasons = skipped.prefix(6).map { "'\($0.tap)': \($0.reason)" }.joined(separator: "; ")
    return VitroError(.unsupported, "probing '\(subject.model.name)'", "no value can be probed: \(reasons)")
  }

  /// Layers evenly spread over the depth, on axes found on training texts, with test texts as points.
  private func views(_ prober: TapProber, _ taps: [(name: String, width: Int)]) throws -> [LayerViews.View] {
    let count = min(taps.count, Self.mostViews)
    let chosen = (0..<count).map { taps[count == 1 ? 0 : $0 * (taps.count - 1) / (count - 1)] }
    let sizes = LayerViews(taps: [])
    let parts = divisions.parts[0].limited(train: sizes.fitted, validation: 0, test: sizes.shown)
    let rows = parts.train + parts.test
    return try chosen.compactMap { tap in
      try stage.checkpoint("viewing layers")
      return try LayerViews.view(
        tap.name, prober.rows(of: tap).features(rows), rows.map { divisions.labels[$0] }, fitted: parts.train.count,
        divisions.classes.count)
    }
  }

  /// The texts, their order and what stands for each: activations of others are not gone on with.
  private var identity: String {
    let texts = divisions.rows.map { subject.tokens[$0] }
    return SHA256.hexDigest(of: Array("\(subject.token) \(texts)".utf8))
  }
}
