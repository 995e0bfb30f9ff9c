internal import Foundation
internal import Synchronization
internal import VitroCore
internal import VitroData
internal import VitroFitting
internal import VitroNetworks
internal import VitroTensor

extension LayerProbes {
  /// Probes one network: keeps the narrow values in one pass, and trains probes in the forward pass if a value is too wide to keep.
  func read(
    _ network: Network, _ problem: LayerProblem, seed: UInt64, scratch: URL, stage: String,
    taps chosen: [String]? = nil,
    _ observer: any Observer
  ) throws -> LayerReadings {
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    var plan = try TapPlan(network, chosen ?? taps ?? TapPlan.taps(of: network), problem, widest: widest)
    // What an interrupted study has left out must stay out, or its files do not fit.
    let leftOut = scratch.appending(path: "left-out.json")
    var reasons = (try? JSONDecoder().decode([String: String].self, from: Data(contentsOf: leftOut))) ?? [:]
    for (tap, reason) in reasons.sorted(by: { $0.key < $1.key }) { plan.leaveOut(tap, reason) }
    while true {
      guard !plan.taps.isEmpty else {
        return LayerReadings(
          readings: [], skipped: plan.skipped, probes: [], majorityError: problem.majorityError)
      }
      do {
        return try read(network, problem, plan, seed: seed, scratch: scratch, stage: stage, observer)
      } catch let error as VitroError where error.code == .numerical && error.details["tap"] != nil {
        // One value that is no number among thousands of examples: the tap is named and the others are probed without it.
        let tap = error.details["tap"] ?? ""
        reasons[tap] = problem.notFinite(error.details["row"].flatMap { Int($0) } ?? 0)
        plan.leaveOut(tap, reasons[tap] ?? "")
        for folder in ["activations", "online"] {
          try? FileManager.default.removeItem(at: scratch.appending(path: folder))
        }
        try JSONEncoder().encode(reasons).write(to: leftOut, options: .atomic)
      }
    }
  }

  private func read(
    _ network: Network, _ problem: LayerProblem, _ plan: TapPlan, seed: UInt64, scratch: URL, stage: String,
    _ observer: any Observer
  ) throws -> LayerReadings {
    let kept = plan.taps.filter { $0.width <= widestKept }
    let method = method ?? (kept.count == plan.taps.count ? .exact : .online)
    let activations = scratch.appending(path: "activations")
    var store: ActivationStore?
    var probes: [String: TapProbe] = [:]
    if method == .online {
      let recorder = try kept.isEmpty ? nil : self.recorder(network, kept, problem, activations)
      let online = OnlineProbes(
        settings: online, network: network, problem: problem,
        heads: ProbeHeads(taps: plan.taps, setCount: problem.labelSets.count, classCount: problem.classCount),
        scalings: plan.scalings, scratch: scratch.appending(path: "online"), seed: seed, stage: stage,
        observer: observer,
        watch: { run, rows in
          // Rows that a pass before an interruption has lost are computed again below.
          try recorder?.withLock { if $0.nextRow >= rows.lowerBound { try $0.append(run, from: rows.lowerBound) } }
        })
      try FileManager.default.createDirectory(at: online.scratch, withIntermediateDirectories: true)
      for probe in try online.fit() { probes[probe.tap] = probe }
      store = try recorder?.withLock { recorder in
        for rows in online.batches where rows.upperBound > recorder.nextRow {
          try observer.checkpoint(stage)
          let batch = try problem.examples.batch(Array(rows))
          let run = try network.run(batch.inputs, recording: .names(kept.map(\.name)), needsOutputs: false)
          try recorder.append(run, from: rows.lowerBound)
        }
        return try recorder.finish()
      }
    } else if !kept.isEmpty {
      store = try .record(
        network, over: problem.examples, at: kept.map(\.name), in: activations, precision: precision,
        memoryBudget: memoryBudget, diskBudget: diskBudget, identity: problem.identity, observer: observer)
    }
    var readings: [LayerReading] = []
    var skipped = plan.skipped
    for (number, tap) in plan.taps.enumerated() {
      try observer.checkpoint(stage)
      observer.update(ProgressUpdate(stage, completed: number, of: plan.taps.count, detail: tap.name))
      var exact: ExactProbe?
      if let store, tap.width <= widestKept {
        switch try ExactProbe.fit(store, tap.name, problem, candidates, observer) {
        case .success(let found): exact = found
        case .failure(let row):
          skipped.append(.init(tap: tap.name, reason: problem.notFinite(row.number)))
          continue
        }
      }
      if method == .exact, let exact { probes[tap.name] = exact.probe }
      guard let probe = probes[tap.name] else {
        skipped.append(.init(tap: tap.name, reason: "\(tap.width) features, more than \(widestKept)"))
        continue
      }
      var reading = try reading(tap, method, probe, exact, problem, seed: seed)
      if let before = readings.last.flatMap({ probes[$0.tap] }) {
        reading.step = try problem.difference(probe.correct, before.correct, seed: seed)
      }
      readings.append(reading)
    }
    observer.update(ProgressUpdate(stage, completed: plan.taps.count, of: plan.taps.count))
    return LayerReadings(
      readings: readings, skipped: skipped, probes: readings.compactMap { probes[$0.tap] },
      majorityError: problem.majorityError)
  }

  private func recorder(
    _ network: Network, _ kept: [ProbeHeads.Tap], _ problem: LayerProblem, _ folder: URL
  ) throws -> Mutex<ActivationRecorder> {
    Mutex(
      try ActivationRecorder(
        directory: folder, network: network, taps: kept.map(\.name), count: problem.labels.count,
        precision: precision, memoryBudget: memoryBudget, diskBudget: diskBudget, identity: problem.identity))
  }

  private func reading(
    _ tap: ProbeHeads.Tap, _ method: LayerReading.Method, _ probe: TapProbe, _ exact: ExactProbe?,
    _ problem: LayerProblem, seed: UInt64
  ) throws -> LayerReading {
    LayerReading(
      tap: tap.name, width: tap.width, method: method, error: try problem.error(probe.correct, seed: seed),
      control: try problem.error(probe.controlCorrect, seed: seed),
      inverseRegularization: method == .exact ? exact?.strength : nil,
      converged: exact?.converged != false,
      exactError: method == .online ? try exact.map { try problem.error($0.probe.correct, seed: seed) } : nil)
  }
}

extension LayerProblem {
  /// The share of wrong answers with its interval.
  func error(_ correct: [Bool], seed: UInt64) throws -> Estimate {
    guard let testGroups else {
      return try .clopperPearson(successes: correct.count { !$0 }, trials: correct.count)
    }
    let drawn = try Bootstrap.interval(rows: correct.count, groups: testGroups, seed: seed) { rows in
      Double(rows.count { !correct[$0] }) / Double(rows.count)
    }
    guard drawn.low == drawn.high else { return drawn }
    // Draws that are all alike, as of one group or of answers that are all right, know no spread.
    let groups = Set(testGroups).count
    let least = try Estimate.clopperPearson(
      successes: Int((drawn.value * Double(groups)).rounded()), trials: groups)
    return Estimate(value: drawn.value, low: min(least.low, drawn.value), high: max(least.high, drawn.value))
  }

  /// How much more often one probe errs than another, example by example.
  func difference(_ one: [Bool], _ other: [Bool], seed: UInt64) throws -> Estimate {
    let changes = zip(one, other).map { ($0 ? 0 : 1) - ($1 ? 0 : 1) }
    return try Bootstrap.interval(rows: changes.count, groups: testGroups, seed: seed) { rows in
      Double(rows.reduce(0) { $0 + changes[$1] }) / Double(rows.count)
    }
  }
}
