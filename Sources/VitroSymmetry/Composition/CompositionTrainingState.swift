internal import CVitroKernels
internal import Foundation
internal import VitroCore
internal import VitroFormats
internal import VitroTensor

/// What was seen of a network in training.
public struct CompositionLook: Codable, Sendable, Hashable {
  /// After how many epochs.
  public var epoch: Int
  /// Mean cross-entropy on the training pairs.
  public var trainingLoss: Double
  /// Mean cross-entropy on the others.
  public var testLoss: Double
  /// The share of training pairs that it multiplies rightly.
  public var trainingAccuracy: Double
  /// The share of the others.
  public var testAccuracy: Double

  /// Above this accuracy a network has memorised, or grokked.
  public static let learned = 0.99
}

/// Folded networks on their way, at most ``most``: when there are more, every other one is dropped.
struct Snapshots: Sendable {
  static let most = 48
  /// Looks between two snapshots.
  var stride = 1
  var epochs: [Int] = []
  /// `[snapshots][E_x, E_y, U]`.
  var numbers: [[Float]] = []

  mutating func add(_ folded: [Float], epoch: Int, look: Int) {
    guard look % stride == 0 else { return }
    epochs.append(epoch)
    numbers.append(folded)
    guard numbers.count > Self.most else { return }
    stride *= 2
    let kept = epochs.indices.filter { $0 % 2 == 0 }
    epochs = kept.map { epochs[$0] }
    numbers = kept.map { numbers[$0] }
  }
}

/// How far one network has come.
struct CompositionTrainingState: Sendable {
  var index: Int
  var epoch = 0
  var parameters: [Float]
  var first: [Float]
  var second: [Float]
  var looks: [CompositionLook] = []
  var snapshots = Snapshots()

  init(_ training: CompositionTraining, index: Int) throws {
    self.index = index
    parameters = try training.initialParameters(index)
    first = Array(repeating: 0, count: parameters.count)
    second = first
    snapshots.add(folded(training), epoch: 0, look: 0)
  }

  /// The first look with more than 99 % of training pairs right.
  var memorised: Int? { looks.first { $0.trainingAccuracy > CompositionLook.learned }?.epoch }
  /// The first look with more than 99 % of the other pairs right.
  var grokked: Int? { looks.first { $0.testAccuracy > CompositionLook.learned }?.epoch }

  var hasDiverged: Bool { looks.last.map { !$0.trainingLoss.isFinite } ?? false }

  func isDone(_ training: CompositionTraining) -> Bool {
    epoch >= training.epochs || hasDiverged
      || grokked.map { (looks.last?.epoch ?? 0) >= $0 + training.stopAfter } ?? false
  }

  /// E_x, E_y and U, one after another.
  func folded(_ training: CompositionTraining) -> [Float] {
    let table = training.task.order * training.hidden
    var shape = training.kernelShape
    var numbers = [Float](repeating: 0, count: 2 * table)
    vitro_composition_fold(&shape, parameters, &numbers)
    return numbers + parameters.suffix(table)
  }

  /// Trains to the next look, or until the observer asks to stop.
  mutating func advance(
    _ training: CompositionTraining, _ pairs: (training: CompositionPairs, test: CompositionPairs),
    observer: any Observer
  ) throws {
    let end = min((epoch / training.interval + 1) * training.interval, training.epochs)
    var (shape, adam) = (training.kernelShape, training.adam)
    while epoch < end {
      if observer.shouldStop { return }
      let (start, steps) = (Int64(epoch), min(training.epochsOfPiece, end - epoch))
      let isDone = pairs.training.withKernelPairs {
        vitro_composition_train(&shape, $0, &adam, start, Int64(steps), &parameters, &first, &second, nil)
      }
      guard isDone else { throw VitroError(.memory, "training composition networks", "memory is short") }
      epoch += steps
    }
    let numbers = folded(training)
    let network = try CompositionNetwork(training, folded: numbers)
    let (learned, unseen) = (try network.score(pairs.training), try network.score(pairs.test))
    looks.append(
      CompositionLook(
        epoch: epoch, trainingLoss: learned.loss, testLoss: unseen.loss, trainingAccuracy: learned.accuracy,
        testAccuracy: unseen.accuracy))
    snapshots.add(numbers, epoch: epoch, look: looks.count)
  }
}

extension CompositionNetwork {
  init(_ training: CompositionTraining, folded numbers: [Float]) throws {
    let table = training.task.order * training.hidden
    guard numbers.count == 3 * table else {
      throw VitroError(.shape, "a composition network", "\(numbers.count) numbers, expected \(3 * table)")
    }
    try self.init(
      order: training.task.order, width: training.hidden, left: Array(numbers[..<table]),
      right: Array(numbers[table..<2 * table]), unembed: Array(numbers[(2 * table)...]))
  }

  /// The mean cross-entropy on pairs and the share that it multiplies rightly.
  public func score(_ pairs: CompositionPairs) throws -> (loss: Double, accuracy: Double) {
    let answers = try answers(pairs)
    let right = zip(answers.elements, pairs.product).count { $0 == $1 }
    let count = Double(max(pairs.count, 1))
    return (answers.losses.reduce(0, +) / count, Double(right) / count)
  }
}
