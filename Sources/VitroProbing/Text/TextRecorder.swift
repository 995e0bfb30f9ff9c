internal import Foundation
internal import VitroCore
internal import VitroData
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// Writes what stands for each text at each layer to disk, in runs of a language model over several texts at once.
struct TextRecorder {
  let subject: ProbedTexts
  /// The texts to record, in order.
  let rows: [Int]

  private static let stage = "recording activations"
  /// Longer runs are no faster.
  private static let mostTokens = 2048
  private static let mostTexts = 256

  /// The values that can be probed with the number of their features, and those that cannot, with the reason.
  func probeable() throws -> (taps: [(name: String, width: Int)], skipped: [LayerReadings.SkippedTap]) {
    let samples = [Array(rows.prefix(2)), Array(rows.suffix(1))]
    var taps: [(name: String, width: Int)] = []
    var skipped: [LayerReadings.SkippedTap] = []
    let together = try? samples.map { try values($0, at: subject.taps) }
    for tap in subject.taps {
      do {
        let found = try together ?? samples.map { try values($0, at: [tap]) }
        let shapes = found.compactMap { $0[tap]?.shape }
        if shapes.map(\.first) != samples.map({ $0.count }) || shapes[0][1] != shapes[1][1] {
          skipped.append(.init(tap: tap, reason: "it has no row of one length for each token or text"))
        } else if shapes[0][1] == 0 {
          skipped.append(.init(tap: tap, reason: "it has no features"))
        } else {
          taps.append((tap, shapes[0][1]))
        }
      } catch let error as VitroError where [.unsupported, .shape, .dtype].contains(error.code) {
        skipped.append(.init(tap: tap, reason: error.message))
      }
    }
    return (taps, skipped)
  }

  /// Records, or goes on with a recording that was interrupted.
  func record(
    _ taps: [(name: String, width: Int)], in directory: URL, precision: ActivationStore.Precision, memory: Int,
    disk: Int?, identity: String, observer: any Observer
  ) throws -> ActivationStore {
    let recorder = try ActivationRecorder(
      directory: directory, network: subject.model.network, taps: taps.map(\.name), count: rows.count,
      precision: precision, memoryBudget: memory / 4, diskBudget: disk, identity: identity)
    let tokenBytes = taps.reduce(0) { $0 + $1.width } * DType.float32.byteWidth
    let runs = self.runs(mostTokens: max(1, min(Self.mostTokens, memory / 2 / max(1, tokenBytes))))
    // A run that was cut by an interruption is done again as a whole: its bits may depend on what runs together.
    for run in runs where run.upperBound > recorder.nextRow {
      observer.update(ProgressUpdate(Self.stage, completed: recorder.nextRow, of: rows.count, detail: "texts"))
      try observer.checkpoint(Self.stage)
      try recorder.append(values(Array(rows[run]), at: taps.map(\.name)), from: run.lowerBound)
    }
    let store = try recorder.finish()
    observer.update(ProgressUpdate(Self.stage, completed: rows.count, of: rows.count, detail: "texts"))
    return store
  }

  /// Stretches of texts that run together.
  private func runs(mostTokens: Int) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var (start, held) = (0, 0)
    for place in rows.indices {
      let length = subject.tokens[rows[place]].count
      if place > start, held + length > mostTokens || place - start == Self.mostTexts {
        runs.append(start..<place)
        (start, held) = (place, 0)
      }
      held += length
    }
    return runs + [start..<rows.count]
  }

  /// What stands for some texts at values, `[texts, width]` each.
  private func values(_ texts: [Int], at taps: [String]) throws -> [String: Tensor] {
    let run = try subject.model.run(texts.map { subject.tokens[$0] }, recording: .names(taps), needsOutputs: false)
    let tokenCount = run.ranges.last?.upperBound ?? 0
    return try Dictionary(
      uniqueKeysWithValues: taps.map { tap in
        let value = try run.value(at: tap)
        guard value.dtype.isFloatingPoint else {
          throw VitroError(.dtype, "recording '\(tap)'", "its values are \(value.dtype), not real numbers")
        }
        guard value.rank >= 1, value.shape[0] == tokenCount || value.shape[0] == texts.count else {
          throw VitroError(.shape, "recording '\(tap)'", "its shape \(value.shape) has no row for each token or text")
        }
        let flat = try value.detached.reshaped([value.shape[0], value.shape.dropFirst().reduce(1, *)])
        return (tap, value.shape[0] == tokenCount ? try subject.token.rows(flat, run.ranges) : flat)
      })
  }
}
