import Foundation
import VitroCore
import VitroNetworks
import VitroTensor

/// Trainings that tests run in a process of their own, to kill it or to count what it does.
///
/// - `vitro-train-fixture train <directory> <threads>` trains a small convolutional network with dropout and batch normalization, with a checkpoint
///   every few steps, and prints the SHA-256 of its parameters. However often it is killed, the last run prints what an undisturbed one does.
/// - `vitro-train-fixture misses convnet|lstm` trains for a while, then prints how often 1000 further steps asked the system for memory.
@main
struct TrainFixture {
  static func main() throws {
    let arguments = CommandLine.arguments
    if arguments.count == 4, arguments[1] == "train", let threads = Int(arguments[3]) {
      Threads.count = threads
      print(try trainedHash(checkpoints: arguments[2]))
    } else if arguments.count == 3, arguments[1] == "misses" {
      print(try misses(arguments[2]))
    } else {
      FileHandle.standardError.write(
        Data("usage: vitro-train-fixture train <directory> <threads> | misses <network>\n".utf8))
      exit(2)
    }
  }

  static func trainedHash(checkpoints: String) throws -> String {
    var network = try Network(convnet(dropout: 0.5), seed: 3)
    let source = try digits(192)
    let settings = TrainingSettings(
      .epochs(40), batchSize: 20, optimizer: .adam(rate: 0.003), schedule: .warmUp(steps: 10, then: .constant),
      loss: .crossEntropy, clip: 5, seed: 4, checkpoint: .steps(7))
    try Trainer(settings).train(&network, on: source, validation: source, checkpoints: checkpoints)
    var hash = SHA256()
    for name in network.parameters.names {
      try network.parameters.value(named: name).raw.withBytes { hash.update($0) }
    }
    return hash.hexDigest
  }

  static func misses(_ kind: String) throws -> Int {
    let counter = MissCounter(warmUp: 100, steps: 1000)
    let settings = TrainingSettings(
      .steps(1100), batchSize: 16, optimizer: .adam(rate: 0.001), loss: .crossEntropy, clip: 0.05, seed: 1)
    if kind == "lstm" {
      var network = try Network(
        .chain("lstm", input: [12, 12], [("lstm", LSTM(12, 16, returns: .last)), ("fc", Linear(16, 10))]), seed: 3)
      let images = try digits(64)
      let rows = try TensorSource(images.inputs[0].reshaped([64, 12, 12]), target: images.target)
      try Trainer(settings).train(&network, on: rows, observer: counter)
    } else {
      var network = try Network(convnet(dropout: 0.2), seed: 3)
      try Trainer(settings).train(&network, on: digits(64), observer: counter)
    }
    return counter.misses
  }

  static func digits(_ count: Int) throws -> TensorSource {
    var stream = RandomStream(seed: 11, "fixture")
    let images = try stream.normal([count, 1, 12, 12])
    return try TensorSource(images, target: images.flattened(from: 1).slice(axis: 1, 0..<10).argmax())
  }

  static func convnet(dropout: Double) -> Graph {
    .chain(
      "fixture", input: [1, 12, 12],
      [
        ("conv1", Conv2d(1, 8, window: Window(3, padding: 1))), ("norm1", BatchNorm(8)), ("relu1", Activation(.relu)),
        ("pool1", MaxPool2d(2)), ("conv2", Conv2d(8, 16, window: Window(3, padding: 1))), ("relu2", Activation(.relu)),
        ("pool2", MaxPool2d(2)), ("flat", Flatten()), ("fc1", Linear(144, 64)), ("relu3", Activation(.relu)),
        ("drop", Dropout(dropout)), ("fc2", Linear(64, 10)),
      ])
  }
}

/// Counts the pool's misses after the first steps.
final class MissCounter: TrainingObserver {
  private let warmUp: Int
  private let steps: Int
  private var start = 0
  private(set) var misses = 0

  init(warmUp: Int, steps: Int) { (self.warmUp, self.steps) = (warmUp, steps) }

  func step(_ step: TrainingStep) {
    if step.step == warmUp - 1 { start = MemoryPool.statistics.misses }
    if step.step == warmUp + steps - 1 { misses = MemoryPool.statistics.misses - start }
  }
}
