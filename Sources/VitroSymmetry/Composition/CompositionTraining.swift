internal import CVitroKernels
internal import Foundation
internal import VitroCore
internal import VitroTensor

/// How networks of one hidden layer learn a group's multiplication: everything that decides the bits of the result.
///
/// The network of Chughtai, Chan & Nanda (2023): embeddings W_x, W_y `[N, embed]`, a hidden layer W `[2·embed, hidden]` of ReLUs without
/// biases, U `[hidden, N]`; weights begin normal with deviation 1/√fan. Trained on all training pairs at once by AdamW with softmax
/// cross-entropy, whose gradient keeps its digits when a probability is next to 1. W_x·W_top and W_y·W_bottom are folded into two tables of
/// N rows each step: the same gradients, less work.
public struct CompositionTraining: Codable, Sendable, Hashable {
  /// What is learned.
  public var task: CompositionTask
  /// The share of all pairs that is trained on.
  public var fraction: Double
  /// The width of the embeddings.
  public var embed: Int
  /// The number of hidden units.
  public var hidden: Int
  /// The most epochs.
  public var epochs: Int
  /// AdamW's learning rate.
  public var rate: Double
  /// AdamW's weight decay.
  public var decay: Double
  /// How many networks, each with its own weights and its own training pairs.
  public var seeds: Int
  /// How many epochs a network goes on after it has grokked.
  public var stopAfter: Int
  /// How many epochs lie between two looks at losses and accuracies.
  public var interval: Int
  /// What everything random comes from.
  public var seed: UInt64

  /// Creates a training; what is not given is chosen by the order of the group.
  public init(
    _ task: CompositionTask, fraction: Double? = nil, embed: Int? = nil, hidden: Int? = nil, epochs: Int? = nil,
    rate: Double = 1e-3, decay: Double = 1, seeds: Int = 5, stopAfter: Int = 2000, interval: Int = 100, seed: UInt64
  ) {
    self.task = task
    self.fraction = fraction ?? Self.fraction(order: task.order)
    self.embed = embed ?? (task.order < 60 ? 128 : 256)
    self.hidden = hidden ?? 128
    self.epochs = epochs ?? Self.epochs(task)
    self.rate = rate
    self.decay = decay
    self.seeds = seeds
    self.stopAfter = stopAfter
    self.interval = interval
    self.seed = seed
  }

  /// The share of pairs by itself: straight lines in log N through what has been seen to grok, .8 at 23 elements, .7 at 31, .5 at 59, .3 at 113.
  public static func fraction(order: Int) -> Double {
    let known = [(23.0, 0.8), (31.0, 0.7), (59.0, 0.5), (113.0, 0.3)]
    let order = Double(order)
    guard let first = known.first, order > first.0 else { return 0.8 }
    for (low, high) in zip(known, known.dropFirst()) where order <= high.0 {
      let share = log(order / low.0) / log(high.0 / low.0)
      return ((low.1 + share * (high.1 - low.1)) * 100).rounded() / 100
    }
    return 0.3
  }

  /// The most epochs by itself: 10 000 for abelian groups of up to 40 elements; else 30 000, 100 000 or 150 000 for up to 24, 60 and more.
  public static func epochs(_ task: CompositionTask) -> Int {
    if task.order <= 40, task.isAbelian { return 10_000 }
    return task.order <= 24 ? 30_000 : task.order <= 60 ? 100_000 : 150_000
  }

  /// The number of pairs that are trained on.
  public var trainingCount: Int { Int(fraction * Double(task.order * task.order)) }

  /// Checks that the settings can work.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) that says what cannot.
  public func validate() throws {
    try task.validate()
    func check(_ holds: Bool, _ message: String) throws {
      if !holds { throw VitroError(.argument, "training on \(task.name)", message) }
    }
    let pairs = task.order * task.order
    try check(
      fraction.isFinite && (1..<pairs).contains(Int(max(-1, min(fraction, 2)) * Double(pairs))),
      "a share of \(fraction) of \(pairs) pairs leaves none to train or none to test on")
    try check((1...4096).contains(embed) && (1...4096).contains(hidden), "widths go from 1 to 4096")
    try check((1...10_000_000).contains(epochs), "\(epochs) epochs are asked for, expected 1 to 10 000 000")
    try check(
      rate.isFinite && rate > 0 && decay.isFinite && decay >= 0 && rate * decay < 1,
      "the rate is \(rate) and the decay \(decay)")
    try check((1...1000).contains(seeds), "\(seeds) seeds are asked for, expected 1 to 1000")
    try check(stopAfter >= 0 && interval > 0, "a network is looked at every \(interval) epochs")
    try check(epochs / interval <= 100_000, "\(epochs) epochs are too many to look every \(interval)")
    let values = Double(pairs) * Double(hidden + task.order)
    try check(
      values <= 6e7, "\(pairs) pairs of \(hidden) activations and \(task.order) logits are too many to measure")
    let numbers = Double(seeds) * (3 * Double(parameterCount) + Double(Snapshots.most * 3 * task.order * hidden))
    try check(numbers < 5e8, "\(seeds) networks of \(parameterCount) weights need more than 2 GiB")
  }

  /// The number of weights of one network.
  public var parameterCount: Int {
    2 * task.order * embed + 2 * embed * hidden + hidden * task.order
  }

  /// The epochs at which a network has been looked at when it has come so far.
  func looks(until epoch: Int) -> [Int] {
    let regular = Array(stride(from: interval, through: epoch, by: interval))
    return epoch == epochs && epoch % interval != 0 ? regular + [epoch] : regular
  }

  /// The epochs between two looks at the observer: about a third of a second, one at least.
  var epochsOfPiece: Int {
    let products =
      Double(trainingCount) * Double(hidden * task.order) + 2 * Double(task.order * embed) * Double(hidden)
    return max(1, Int(min(5e9 / products, 1e6)))
  }

  var kernelShape: vitro_composition_shape {
    vitro_composition_shape(order: Int64(task.order), embed: Int64(embed), hidden: Int64(hidden))
  }

  var adam: vitro_adam {
    vitro_adam(rate: rate, beta1: 0.9, beta2: 0.98, epsilon: 1e-8, decay: decay, decoupled: true, step: 1)
  }

  /// The numbers a·N + b of the pairs that a network is trained on, and of the others.
  public func split(_ index: Int) -> (training: [Int], test: [Int]) {
    var stream = RandomStream(seed: seed, "composition pairs", index)
    let numbers = stream.permutation(task.order * task.order)
    return (numbers.prefix(trainingCount).sorted(), numbers.dropFirst(trainingCount).sorted())
  }

  /// The weights a network begins with.
  func initialParameters(_ index: Int) throws -> [Float] {
    func normal(_ name: String, _ count: Int, fan: Int) throws -> [Float] {
      var stream = RandomStream(seed: seed, "composition \(name)", index)
      return try stream.normal([count], deviation: 1 / Double(fan).squareRoot()).floats
    }
    return try normal("x", task.order * embed, fan: embed) + normal("y", task.order * embed, fan: embed)
      + normal("hidden", 2 * embed * hidden, fan: 2 * embed) + normal("unembed", hidden * task.order, fan: hidden)
  }
}
