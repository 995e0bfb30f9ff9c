public import Foundation
public import VitroCore
public import VitroNetworks

extension ActivationStore {
  /// Records the values at taps for all examples of a source, in one forward pass; what is on disk already is not computed again.
  ///
  /// Row i is example i. A recording that was interrupted goes on after its last whole shard and ends with the same files; one that is whole is
  /// opened and returned. ``ActivationRecorder`` says what becomes of other recordings in the directory.
  ///
  /// - Parameters:
  ///   - network: The network, one instance.
  ///   - source: The examples.
  ///   - taps: The values to keep, in any order.
  ///   - directory: Where the store shall lie.
  ///   - precision: How values are kept on disk.
  ///   - memoryBudget: The most bytes that rows in memory may take, beside one batch.
  ///   - diskBudget: The most bytes that the values may take on disk; checked before anything is written.
  ///   - batchSize: How many examples run at once.
  ///   - identity: What the examples are, such as a checksum of their files: a recording with another identity is not gone on with.
  ///   - observer: Told of each batch; asked whether to stop before each.
  /// - Throws: ``/VitroCore/VitroError`` as ``ActivationRecorder`` does, `interrupted` when the observer stops it; what the source throws.
  public static func record(
    _ network: Network, over source: any BatchSource, at taps: [String], in directory: URL,
    precision: Precision = .float32, memoryBudget: Int = 256 << 20, diskBudget: Int? = nil, batchSize: Int = 256,
    identity: String = "", observer: any Observer = SilentObserver()
  ) throws -> ActivationStore {
    let stage = "recording activations"
    guard batchSize >= 1 else { throw VitroError(.argument, stage, "batches of \(batchSize) are asked for") }
    let recorder = try ActivationRecorder(
      directory: directory, network: network, taps: taps, count: source.count, precision: precision,
      memoryBudget: memoryBudget, diskBudget: diskBudget, identity: identity)
    // A batch that was cut by an interruption runs again as a whole: its bits may depend on what runs together.
    var start = recorder.nextRow / batchSize * batchSize
    while recorder.nextRow < source.count {
      observer.update(ProgressUpdate(stage, completed: recorder.nextRow, of: source.count))
      try observer.checkpoint(stage)
      let end = min(start + batchSize, source.count)
      let run = try network.run(
        source.batch(Array(start..<end)).inputs, recording: .names(taps), needsOutputs: false)
      try recorder.append(run, from: start)
      guard recorder.nextRow == end else {
        throw VitroError(
          .shape, stage, "\(end - start) examples gave \(recorder.nextRow - start) rows",
          hint: "The first axis of each value must count the examples.")
      }
      start = end
    }
    let store = try recorder.finish()
    observer.update(ProgressUpdate(stage, completed: source.count, of: source.count))
    return store
  }
}
