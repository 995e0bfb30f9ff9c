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
  /// Where each example's row is in the store.
  private let places: [Int: Int]
  private let kept: KeptReadings

  init(_ study: NetworkProbing, _ subject: ProbedNetwork, _ stage: Stage) throws {
    (self.study, self.subject, self.stage) = (study, subject, stage)
    divisions = try ProbeDivisions(
      subject.data, folds: study.folds, repeats: study.repeats, mostRows: study.mostRows, seed: stage.seed)
    rows = divisions.rows
    places = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
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
      for finding in try findings(taps, store) {
        if let reading = finding.reading { readings.append(reading) }
        if let tap = finding.skipped { skipped.append(tap) }
      }
      sparsity = try self.sparsity(readings, store)
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

  /// Why the rows of a value are not held in memory, if they are too large.
  private func tooLarge(_ tap: (name: String, width: Int)) -> LayerReadings.SkippedTap? {
    let (bytes, overflow) = tap.width.multipliedReportingOverflow(by: rows.count * DType.float32.byteWidth)
    guard overflow || bytes > memory else { return nil }
    let needed = overflow ? "too much" : "\((bytes + (1 << 20) - 1) >> 20) MiB"
    return .init(
      tap: tap.name,
      reason:
        "\(rows.count) rows of \(tap.width) features take \(needed), more than --memory \(study.memory): raise it, or lower --most-rows"
    )
  }

  /// Every kind at every tap, as far as there is no finding yet.
  private func findings(_ taps: [(name: String, width: Int)], _ store: ActivationStore) throws -> [Finding] {
    let total = taps.count * study.probes.count
    var findings: [Finding] = []
    for (number, tap) in taps.enumerated() {
      let features = rows(of: tap.name, width: tap.width, in: store)
      let numbers: Finding = try kept.value(for: "numbers at \(tap.name)") {
        Finding(skipped: try obstacle(tap.name, features))
      }
      guard numbers.skipped == nil else {
        findings.append(numbers)
        continue
      }
      for (place, kind) in study.probes.enumerated() {
        try stage.checkpoint(stage.name)
        stage.update(
          ProgressUpdate(
            stage.name, completed: number * study.probes.count + place, of: total, detail: "\(tap.name), \(kind.title)")
        )
        findings.append(try kept.value(for: "\(kind.rawValue) at \(tap.name)") { try probe(kind, tap, features) })
      }
    }
    stage.update(ProgressUpdate(stage.name, completed: total, of: total))
    return findings
  }

  /// A reading, or why there is none.
  private struct Finding: Codable {
    var reading: TapReading?
    var skipped: LayerReadings.SkippedTap?
  }

  private func obstacle(_ tap: String, _ features: TapRows) throws -> LayerReadings.SkippedTap? {
    try features.firstNotFinite().map { place in
      .init(tap: tap, reason: "feature \(place.feature) of example \(rows[place.row]) is NaN or infinite")
    }
  }

  private func rows(of tap: String, width: Int, in store: ActivationStore) -> TapRows {
    TapRows(
      store: store, tap: tap, width: width, places: places, divisions: divisions, groups: subject.data.groups)
  }

  private func probe(_ kind: ProbeKind, _ tap: (name: String, width: Int), _ features: TapRows) throws -> Finding {
    do {
      let results = try divisions.parts.indices.map { number in
        try probe(kind, number).run(features.parts(number), observer: stage)
      }
      let first = divisions.parts[0]
      var reading = try TapReading(
        tap.name, kind, features: tap.width, results, repetition: divisions.repetition,
        testShare: Double(first.test.count) / Double(first.train.count))
      if study.code, kind.givesProbabilities {
        let parts = try features.parts(0)
        let codes = try probe(kind, 0).onlineCode(parts.train, validation: parts.validation, observer: stage)
        let count = Double(parts.train.count)
        reading.code = TapReading.Code(
          bits: codes.task.bits / count, compression: codes.task.compression, controlBits: codes.control.bits / count,
          controlCompression: codes.control.compression, uniformBits: codes.task.uniformBits / count,
          labels: parts.train.count)
      }
      return Finding(reading: reading)
    } catch let error as VitroError where [.unsupported, .numerical, .memory].contains(error.code) {
      return Finding(skipped: .init(tap: tap.name, reason: "not by \(kind.title): \(error.message)"))
    }
  }

  private func probe(_ kind: ProbeKind, _ division: Int) -> Probe {
    Probe(study.settings(kind, seed: stage.seed &+ UInt64(division)))
  }

  /// k-sparse probes of 1, 2, 4, … neurons at the value where those of the asked size read most, on the first division.
  private func sparsity(_ readings: [TapReading], _ store: ActivationStore) throws -> NetworkProbingResult.Sparsity? {
    let sparse = readings.filter { $0.kind == .kSparse }
    guard let most = sparse.map(\.accuracy.value).max(), let best = sparse.first(where: { $0.accuracy.value == most })
    else { return nil }
    return try kept.value(for: "sparsity curve") {
      let features = rows(of: best.tap, width: best.features, in: store)
      let sizes = (0..<8).map { 1 << $0 } + [study.neurons]
      let curve = try probe(.kSparse, 0).sparsityCurve(features.parts(0), neurons: sizes, observer: stage)
      return NetworkProbingResult.Sparsity(
        tap: best.tap,
        points: curve.results.map {
          .init(
            neurons: $0.fit.neurons?.first ?? [], accuracy: $0.scores.value, control: $0.control.scores.value,
            selectivity: $0.control.selectivity)
        })
    }
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
