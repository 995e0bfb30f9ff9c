import Foundation
import Synchronization
import VitroCore
import VitroNetworks
import VitroTensor

@testable import VitroData

/// A small network over rows of numbers, and what is recorded of it.
enum Recording {
  static let taps = ["relu1", "input", "logits"]
  /// float32 bytes of a row of all taps: widths 6, 5 and 3.
  static let rowBytes = 14 * 4

  static func network(seed: UInt64 = 0) throws -> Network {
    try Network(
      .chain(
        "small", input: [6], [("fc1", Linear(6, 5)), ("relu1", Activation(.relu)), ("logits", Linear(5, 3))]),
      seed: seed)
  }

  static func examples(_ count: Int, width: Int = 6) throws -> TensorSource {
    var stream = RandomStream(seed: 3, "examples")
    return try TensorSource(stream.normal([count, width]), target: Tensor([Int](repeating: 0, count: count)))
  }

  /// The bytes of every file in a directory, by name.
  static func files(in directory: URL) throws -> [String: [UInt8]] {
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    return try Dictionary(
      uniqueKeysWithValues: names.map { ($0, Array(try Data(contentsOf: directory.appending(path: $0)))) })
  }
}

extension Folder {
  func url(_ name: String) -> URL { URL(filePath: path(name)) }
}

/// Remembers what it was told, and stops the work after so many notes.
final class StoppingObserver: Observer {
  private let notes = Mutex<[ProgressUpdate]>([])
  private let limit: Int

  init(after limit: Int = .max) { self.limit = limit }

  var updates: [ProgressUpdate] { notes.withLock { $0 } }
  var shouldStop: Bool { updates.count > limit }
  func update(_ progress: ProgressUpdate) { notes.withLock { $0.append(progress) } }
}

/// Examples that nobody may ask for any more.
struct Untouchable: BatchSource {
  let count: Int
  func batch(_ indices: [Int]) throws -> Batch { throw VitroError(.unsupported, "test", "an example is asked for") }
}
