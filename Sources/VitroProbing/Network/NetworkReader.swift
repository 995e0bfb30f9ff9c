internal import Foundation
internal import VitroCore
internal import VitroData
internal import VitroFitting
internal import VitroFormats
internal import VitroLab
internal import VitroNetworks
internal import VitroTensor

/// Fits all probes of a study within one stage; what an interruption leaves is gone on with.
///
/// The values are recorded once into the stage's checkpoints and re-read for every probe, and each finished reading is kept beside them.
struct NetworkReader {
  private let study: NetworkProbing
  private let subject: ProbedNetwork
  private let stage: Stage
  private let divisions: ProbeDivisions
  private let rows: [Int]
  private let kept: KeptReadings

  init(_ study: NetworkProbing, _ subject: ProbedNetwork, _ stage: Stage) throws {
    (self.study, self.subject, self.stage) = (study, subject, stage)
    divisions = try ProbeDivisions(
      subject.data, folds: study.folds, repeats: study.repeats, mostRows: study.mostRows, seed: stage.seed)
    rows = divisions.rows
    kept = KeptReadings(directory: stage.checkpoints.appending(path: "readings"))
  }

  /// Records, fits, and judges.
  func read() throws -> NetworkProbingResult {
    let probeable = try ProbeableTaps(subject, subject.taps, rows: rows, widest: study.widest)
    let taps = probeable.taps.filter { tooLarge($0) == nil }
    var skipped = probeable.skipped + probeable.taps.compactMap(tooLarge)
    var readings: [TapReading] = []
    var sparsity: NetworkProbingResult.Sparsity?
    if !taps.isEmpty {
      let store = try ActivationStore.record(
        subject.network, over: subject.data.subset(rows), at: taps.map(\.name),
        in: stage.checkpoints.appending(path: "activations"), precision: study.precision, memoryBudget: memory / 4,
        diskBudget: study.disk.map { $0 << 20 }, identity: identity, observer: stage)
      let prober = TapProber(study.choice, divisions, groups: subject.data.groups, store, kept, stage)
      for finding in try prober.findings(taps) {
        if let reading = finding.reading { readings.append(reading) }
        if let tap = finding.skipped { skipped.append(tap) }
      }
      sparsity = try prober.sparsity(readings)
    }
    guard !readings.isEmpty else {
      let reasons = skipped.prefix(6).map { "'\($0.tap)': \($0.reason)" }.joined(separator: "; ")
      throw VitroError(
        .unsupported, "probing '\(subject.network.graph.name)'", "no value can be probed: \(reasons)")
    }
    let order = Dictionary(uniqueKeysWithValues: subject.taps.enumerated().map { ($1, $0) })
    skipped.sort { order[$0.tap] ?? 0 < order[$1.tap] ?? 0 }
    return result(readings, skipped, sparsity)
  }

  private var memory: Int { study.memory << 20 }

  private func tooLarge(_ tap: (name: String, width: Int)) -> LayerReadings.SkippedTap? {
    TapRows.obstacle(tap, rows: rows.count, megabytes: study.memory)
  }

  /// The examples and their order: activations of others are not gone on with.
  private var identity: String {
    SHA256.hexDigest(of: Array("\(subject.data.name) \(subject.data.files) \(rows)".utf8))
  }

  private func result(
    _ readings: [TapReading], _ skipped: [LayerReadings.SkippedTap], _ sparsity: NetworkProbingResult.Sparsity?
  ) -> NetworkProbingResult {
    let (data, first) = (subject.data, divisions.parts[0])
    let names = data.classNames
    return NetworkProbingResult(
      subject: .init(
        network: subject.network.graph.name, instances: subject.instances, data: data.name, source: data.source,
        classNames: divisions.classes.map { names[$0] },
        counts: [first.train.count, first.validation.count, first.test.count],
        groups: data.groups.map { Set($0).count },
        hasOfficialTest: data.officialTest != nil,
        unseen: divisions.unseen.sorted { $0.key < $1.key }.map { .init(className: names[$0], examples: $1) }),
      settings: .init(
        kinds: study.probes, taps: subject.taps, standardizing: !study.raw, balanced: study.balanced,
        neurons: study.neurons,
        hidden: study.hidden, repetition: divisions.repetition, divisions: divisions.parts.count,
        precision: study.precision.rawValue),
      readings: readings, skipped: skipped, sparsity: sparsity)
  }
}
