internal import Foundation
internal import VitroCore
internal import VitroFormats
internal import VitroTensor

/// Keeps how far networks have come, so that an interrupted training goes on to the same bits.
struct CompositionCheckpoint {
  let directory: URL
  let training: CompositionTraining
  let identity: String

  init(directory: URL, training: CompositionTraining) throws {
    self.directory = directory
    self.training = training
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    identity = SHA256.hexDigest(of: Array(try encoder.encode(training)))
  }

  private var path: String { directory.appending(path: "checkpoint.safetensors").path }

  func write(_ states: [CompositionTrainingState]) throws {
    var arrays: [(String, RawArray)] = []
    for state in states {
      func add(_ name: String, _ tensor: Tensor) { arrays.append(("\(state.index).\(name)", tensor.raw)) }
      add("parameters", try Tensor(state.parameters))
      add("first", try Tensor(state.first))
      add("second", try Tensor(state.second))
      let looks = state.looks.flatMap {
        [Double($0.epoch), $0.trainingLoss, $0.testLoss, $0.trainingAccuracy, $0.testAccuracy]
      }
      add("looks", try Tensor(looks, shape: [state.looks.count, 5]))
      add("epochs", try Tensor([state.epoch, state.snapshots.stride] + state.snapshots.epochs))
      add("snapshots", try Tensor(state.snapshots.numbers.flatMap(\.self)))
    }
    try Safetensors.write(arrays, metadata: ["training": identity], to: path)
  }

  /// What was kept, if it is of this training.
  func read() throws -> [CompositionTrainingState]? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let file = try SafetensorsFile(path)
    guard file.metadata["training"] == identity else { return nil }
    return try (0..<training.seeds).map { index in
      func tensor(_ name: String) throws -> Tensor { Tensor(try file.array(named: "\(index).\(name)")) }
      var state = try CompositionTrainingState(training, index: index)
      state.parameters = try tensor("parameters").floats
      state.first = try tensor("first").floats
      state.second = try tensor("second").floats
      let looks = try tensor("looks").doubles
      state.looks = stride(from: 0, to: looks.count - looks.count % 5, by: 5).map { (row: Int) in
        CompositionLook(
          epoch: Int(exactly: looks[row]) ?? -1, trainingLoss: looks[row + 1], testLoss: looks[row + 2],
          trainingAccuracy: looks[row + 3], testAccuracy: looks[row + 4])
      }
      let epochs = try tensor("epochs").ints
      let (numbers, size) = (try tensor("snapshots").floats, 3 * training.task.order * training.hidden)
      let sizes = [state.parameters.count, state.first.count, state.second.count]
      guard epochs.count >= 2, epochs[0] >= 0, epochs[1] > 0, numbers.count == (epochs.count - 2) * size,
        sizes.allSatisfy({ $0 == training.parameterCount }),
        epochs[0] <= training.epochs, looks.count % 5 == 0,
        state.looks.map(\.epoch) == training.looks(until: epochs[0])
      else {
        throw VitroError(
          .malformed, "reading \(path)", "its arrays do not fit the training",
          hint: "Remove the file to train from the beginning.", details: ["file": path])
      }
      state.epoch = epochs[0]
      state.snapshots = Snapshots(
        stride: epochs[1], epochs: Array(epochs.dropFirst(2)),
        numbers: (0..<epochs.count - 2).map { Array(numbers[$0 * size..<($0 + 1) * size]) })
      return state
    }
  }
}
