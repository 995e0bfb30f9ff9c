internal import Dispatch
internal import Foundation
internal import Synchronization
internal import VitroCore
internal import VitroFormats

/// Writes shards beside the caller's thread, one at a time and in order; the index follows each of them.
///
/// A shard is on the disk before the index names it, so whatever ends the process, the index names whole shards only.
final class ShardWriter: Sendable {
  private let directory: URL
  private let recording: String
  private let index: Mutex<ActivationIndex>
  private let failure = Mutex<(any Error)?>(nil)
  private let queue = DispatchQueue(label: "vitro.activations")

  init(_ index: ActivationIndex, in directory: URL) throws {
    (self.directory, recording) = (directory, try index.recording())
    self.index = Mutex(index)
  }

  /// Begins to write a shard, once the one before it is written.
  ///
  /// - Throws: What the shard before it failed with.
  func submit(_ arrays: [RawArray]) throws {
    try wait()
    queue.async { [self] in
      do {
        try write(arrays)
      } catch {
        failure.withLock { $0 = error }
      }
    }
  }

  /// Waits until all shards are on the disk.
  ///
  /// - Throws: What writing failed with.
  func wait() throws {
    settle()
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// Waits until nothing is being written.
  func settle() { queue.sync {} }

  private func write(_ arrays: [RawArray]) throws {
    var next = index.withLock { $0 }
    let path = ActivationIndex.shardPath(next.shards.count, in: directory)
    let checksums = arrays.map { array in
      var checksum = XXHash64()
      array.withBytes { checksum.update($0) }
      return checksum.hexDigest
    }
    try Safetensors.write(
      zip(next.values, arrays).map { ($0.tap, $1) },
      metadata: ActivationShard.metadata(recording, start: next.rowsOnDisk), to: path)
    next.shards.append(
      ActivationIndex.Shard(
        rows: arrays[0].shape[0], bytes: try FileStamp(path).size, checksums: checksums))
    try next.write(in: directory)
    index.withLock { $0 = next }
  }
}
