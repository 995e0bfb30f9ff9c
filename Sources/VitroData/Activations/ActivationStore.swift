public import Foundation
internal import VitroCore
internal import VitroFormats

/// Activations on disk: the values at some taps of a network for many examples, in shards of rows, read back by tap and rows.
///
/// They are computed once, by ``record(_:over:at:in:precision:memoryBudget:diskBudget:batchSize:identity:observer:)`` or an
/// ``ActivationRecorder``, and may be larger than memory: reading some rows of one tap reads only their bytes.
///
/// ```swift
/// let store = try ActivationStore.record(network, over: digits, at: ["relu1", "logits"], in: directory)
/// let features = try store.features(at: "relu1")  // float32 [1797, 32]
/// let some = try store.features(at: "logits", rows: [5, 0, 1])  // float32 [3, 10]
/// ```
///
/// A directory holds `activations.json`, the index, and `activations-00000.safetensors` and so on, the shards: each holds the same rows of
/// all taps, as `[rows, width]`. The index names the network by its fingerprint, and the size and the checksums of each shard; every shard
/// names the recording it belongs to. None of it is believed before it is checked.
public struct ActivationStore: Sendable {
  /// Where it lies.
  public let directory: URL
  let index: ActivationIndex
  /// The first row of each shard, and last the number of all rows.
  let starts: [Int]
  /// What each shard says that it belongs to.
  let recording: String

  /// Opens a finished store and checks its index against every shard's size and header.
  ///
  /// The values' bytes are checked when whole shards of a tap are read, or all at once by ``verify()``.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when something is not there; `malformed` when the index or a shard is not what it claims
  ///   to be, or belongs to another recording; `argument` when the recording is not finished.
  /// - Complexity: O(shards · taps).
  public init(_ directory: URL) throws {
    let path = ActivationIndex.path(in: directory)
    guard let index = try ActivationIndex.read(in: directory) else {
      throw VitroError(
        .file, "opening activations", "there is no \(path)", hint: "Record it with ActivationStore.record.",
        details: ["file": path, "found": "nothing", "expected": "an index of activations"])
    }
    guard index.rowsOnDisk == index.count else {
      throw VitroError(
        .argument, "opening \(path)", "the recording is not finished: \(index.rowsOnDisk) of \(index.count) rows",
        hint: "Go on with ActivationStore.record, with the same network, taps and examples.",
        details: [
          "file": path, "field": "shards", "found": "\(index.rowsOnDisk) rows", "expected": "\(index.count) rows",
        ])
    }
    (self.directory, self.index, starts, recording) = (directory, index, index.starts, try index.recording())
    for number in index.shards.indices { _ = try shard(number) }
  }

  /// Opens a shard and checks it.
  func shard(_ number: Int) throws -> ActivationShard {
    try ActivationShard(number, start: starts[number], of: index, recording: recording, in: directory)
  }

  /// What is kept, in the order of the network.
  public var values: [Value] { index.values }

  /// The number of rows, one for each example.
  public var count: Int { index.count }

  /// How values are kept on disk.
  public var precision: Precision { index.precision }

  /// The fingerprint of the network that computed the values.
  public var network: String { index.network }

  /// What the recorder was told of the examples.
  public var identity: String { index.identity }

  /// The number of bytes of all shards.
  public var byteCount: Int { index.shards.reduce(0) { $0 + $1.bytes } }

  /// The number of a tap among the values.
  func number(of tap: String) throws -> Int {
    guard let number = values.firstIndex(where: { $0.tap == tap }) else {
      throw VitroError.unknownName(
        tap, kind: "recorded tap", known: values.map(\.tap), operation: "reading \(directory.path)")
    }
    return number
  }
}
