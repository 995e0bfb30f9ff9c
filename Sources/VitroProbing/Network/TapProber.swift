internal import VitroCore
internal import VitroData
internal import VitroFitting
internal import VitroLab
internal import VitroTensor

/// Every kind of probe at every recorded value, as far as an interrupted stage has not fitted it yet.
struct TapProber {
  let choice: ProbeChoice
  let divisions: ProbeDivisions
  let groups: [Int]?
  let store: ActivationStore
  let kept: KeptReadings
  let stage: Stage
  /// The example of each row of the store.
  private let rows: [Int]
  /// Where each example's row is in the store.
  private let places: [Int: Int]

  init(
    _ choice: ProbeChoice, _ divisions: ProbeDivisions, groups: [Int]?, _ store: ActivationStore, _ kept: KeptReadings,
    _ stage: Stage
  ) {
    (self.choice, self.divisions, self.groups) = (choice, divisions, groups)
    (self.store, self.kept, self.stage) = (store, kept, stage)
    rows = divisions.rows
    places = Dictionary(uniqueKeysWithValues: divisions.rows.enumerated().map { ($1, $0) })
  }

  /// A reading, or why there is none.
  struct Finding: Codable {
    var reading: TapReading?
    var skipped: LayerReadings.SkippedTap?
    /// Which examples of each division's test part are read right, in order.
    var hits: [HitList]?
    /// Which examples that the control was judged on were read right.
    var controlHits: [HitList]?
    /// The groups of these examples, where they are others than those of the test parts.
    var controlGroups: [[Int]]?
  }

  /// Every kind at every value.
  func findings(_ taps: [(name: String, width: Int)]) throws -> [Finding] {
    let total = taps.count * choice.kinds.count
    var findings: [Finding] = []
    for (number, tap) in taps.enumerated() {
      let features = rows(of: tap)
      let numbers: Finding = try kept.value(for: "numbers at \(tap.name)") {
        Finding(skipped: try obstacle(tap.name, features))
      }
      guard numbers.skipped == nil else {
        findings.append(numbers)
        continue
      }
      for (place, kind) in choice.kinds.enumerated() {
        try stage.checkpoint(stage.name)
        stage.update(
          ProgressUpdate(
            stage.name, completed: number * choice.kinds.count + place, of: total,
            detail: "\(tap.name), \(kind.title)"))
        findings.append(try kept.value(for: "\(kind.rawValue) at \(tap.name)") { try probe(kind, tap, features) })
      }
    }
    stage.update(ProgressUpdate(stage.name, completed: total, of: total))
    return findings
  }

  /// The rows of a value.
  func rows(of tap: (name: String, width: Int)) -> TapRows {
    TapRows(store: store, tap: tap.name, width: tap.width, places: places, divisions: divisions, groups: groups)
  }

  /// k-sparse probes of 1, 2, 4, … neurons at the value where those of the asked size read most, on the first division.
  func sparsity(_ readings: [TapReading]) throws -> NetworkProbingResult.Sparsity? {
    let sparse = readings.filter { $0.kind == .kSparse }
    guard let most = sparse.map(\.accuracy.value).max(), let best = sparse.first(where: { $0.accuracy.value == most })
    else { return nil }
    return try kept.value(for: "sparsity curve") {
      let features = rows(of: (best.tap, best.features))
      let sizes = (0..<8).map { 1 << $0 } + [choice.neurons]
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

  private func obstacle(_ tap: String, _ features: TapRows) throws -> LayerReadings.SkippedTap? {
    try features.firstNotFinite().map { place in
      .init(tap: tap, reason: "feature \(place.feature) of example \(rows[place.row]) is NaN or infinite")
    }
  }

  private func probe(_ kind: ProbeKind, _ tap: (name: String, width: Int), _ features: TapRows) throws -> Finding {
    do {
      var (hits, controlHits): ([HitList], [HitList]) = ([], [])
      let results = try divisions.parts.indices.map { number in
        let parts = try features.parts(number)
        let result = try probe(kind, number).run(parts, observer: stage)
        let answers = try result.fit.predictions(parts.test.features).classes
        let truth = divisions.parts[number].test.map { divisions.labels[$0] }
        hits.append(HitList(zip(answers, truth).map { $0 == $1 }))
        controlHits.append(HitList(result.controlRows.merits.map { $0 == 1 }))
        return result
      }
      let controlGroups = results.compactMap { $0.controlRows.groups }
      let areOthers = results.contains { $0.control.task.isDividedAnew } && controlGroups.count == results.count
      let first = divisions.parts[0]
      var reading = try TapReading(
        tap.name, kind, features: tap.width, results, repetition: divisions.repetition,
        testShare: Double(first.test.count) / Double(first.train.count))
      if choice.code, kind.givesProbabilities { reading.code = try code(kind, features) }
      return Finding(
        reading: reading, hits: hits, controlHits: controlHits, controlGroups: areOthers ? controlGroups : nil)
    } catch let error as VitroError where [.unsupported, .numerical, .memory].contains(error.code) {
      return Finding(skipped: .init(tap: tap.name, reason: "not by \(kind.title): \(error.message)"))
    }
  }

  private func code(_ kind: ProbeKind, _ features: TapRows) throws -> TapReading.Code {
    let parts = try features.parts(0)
    let codes = try probe(kind, 0).onlineCode(parts.train, validation: parts.validation, observer: stage)
    let count = Double(parts.train.count)
    return TapReading.Code(
      bits: codes.task.bits / count, compression: codes.task.compression, controlBits: codes.control.bits / count,
      controlCompression: codes.control.compression, uniformBits: codes.task.uniformBits / count,
      labels: parts.train.count)
  }

  private func probe(_ kind: ProbeKind, _ division: Int) -> Probe {
    Probe(choice.settings(kind, seed: ProbeDivisions.seed(stage.seed, division: division)))
  }
}

/// Which of some examples were read right, as a text of ones and zeros.
struct HitList: Codable, Sendable, Hashable {
  private var marks: String

  init(_ hits: [Bool]) { marks = String(hits.map { $0 ? "1" : "0" }) }

  var values: [Bool] { marks.utf8.map { $0 == UInt8(ascii: "1") } }

  init(from decoder: any Decoder) throws { marks = try decoder.singleValueContainer().decode(String.self) }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(marks)
  }
}
