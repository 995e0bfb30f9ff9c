internal import Foundation
internal import VitroCore
internal import VitroData
internal import VitroFitting
internal import VitroNetworks
internal import VitroTensor

/// How probes are trained by gradient descent, in the forward pass of the network that they read.
///
/// Values that are too wide to keep are probed while they are there: all probes of a network learn from the same batches by Adam, the gradient
/// stopped before the network, and each ends with the weights of the epoch in which it erred least on the validation examples (early
/// stopping, as Alain & Bengio, 2016).
public struct OnlineProbeSettings: Sendable, Hashable, Codable {
  /// How often the training examples are passed through; `nil` takes 3 epochs, and more where that is fewer than 1000 steps.
  public var epochs: Int?
  /// The examples of a step.
  public var batchSize = 128
  /// Adam's rate for 784 features; for others it goes with the square root of 784 over their number, up to threefold.
  ///
  /// In the last fifth of the epochs it is a fifth of that.
  public var rate = 2e-3

  /// Creates the settings with their defaults.
  public init() {}

  func epochs(of examples: Int) -> Int {
    let steps = max(1, (examples + batchSize - 1) / batchSize)
    return epochs ?? min(max(3, (1000 + steps - 1) / steps), 200)
  }
}

/// A training of probes in the forward pass of a network.
struct OnlineProbes {
  let settings: OnlineProbeSettings
  let network: Network
  let problem: LayerProblem
  let heads: ProbeHeads
  let scalings: [TapScaling]
  /// Where an interrupted training goes on from.
  let scratch: URL
  let seed: UInt64
  /// What the training is called before the eyes of the observer.
  let stage: String
  let observer: any Observer
  /// Sees the first pass over all examples, in their order.
  let watch: @Sendable (Activations, Range<Int>) throws -> Void

  /// The errors of each probe on the validation examples after each epoch so far, and the epoch of the least.
  private struct Account: Codable {
    var identity: String
    var errors: [[[Int]]] = []
    var best: [[Int]] = []
  }

  func fit() throws -> [TapProbe] {
    let epochs = settings.epochs(of: problem.train.count)
    var (account, learning, best) = try begin()
    for epoch in account.errors.count..<max(epochs, account.errors.count) {
      try train(&learning, epoch: epoch, of: epochs)
      let errors = try answers(of: learning, on: problem.validation, isFirst: epoch == 0).map { sets in
        sets.map { $0.count { !$0 } }
      }
      for tap in errors.indices {
        for set in errors[tap].indices
        where epoch == 0 || errors[tap][set] < account.errors[account.best[tap][set]][tap][set] {
          try heads.copy(tap, set: set, from: learning, to: &best)
          if epoch == 0 { account.best = errors.map { $0.map { _ in 0 } } }
          account.best[tap][set] = epoch
        }
      }
      account.errors.append(errors)
      try keep(account, best)
    }
    let correct = try answers(of: best, on: problem.test, isFirst: true)
    return try heads.taps.indices.map { tap in
      TapProbe(
        tap: heads.taps[tap].name, model: try heads.model(tap, set: 0, of: best, scalings[tap]),
        control: try heads.model(tap, set: 1, of: best, scalings[tap]), mean: try scalings[tap].mean.doubles,
        deviation: try scalings[tap].deviation.doubles, classes: problem.classes, correct: correct[tap][0],
        controlCorrect: correct[tap][1])
    }
  }

  /// One epoch more; the first in the order of the examples, so that what it sees can be kept, the others in an order of their own.
  private func train(_ learning: inout Network, epoch: Int, of epochs: Int) throws {
    var order = Array(problem.train)
    if epoch > 0 {
      var stream = RandomStream(seed: seed, "order of probing", epoch)
      order = stream.permutation(order.count)
    }
    let steps = (order.count + settings.batchSize - 1) / settings.batchSize
    let trainer = Trainer(
      TrainingSettings(
        .epochs(epoch + 1), batchSize: settings.batchSize, optimizer: .adam(rate: settings.rate),
        schedule: .step(epochs: epochs - max(1, epochs / 5), factor: 0.2), loss: .crossEntropy, seed: seed,
        shuffle: false, checkpoint: .seconds(30)))
    let result = try trainer.train(
      &learning, on: features(order, isFirst: epoch == 0), checkpoints: scratch.appending(path: "training").path,
      observer: TrainingReporter(observer, stage: stage, totalSteps: steps * epochs, prefix: "\(stage): "))
    guard result.state != .interrupted else {
      throw VitroError(.interrupted, stage, "stopped after \(result.steps) of \(steps * epochs) steps")
    }
  }

  private func features(_ order: [Int], isFirst: Bool) -> TapFeatures {
    var features = TapFeatures(network: network, heads: heads, problem: problem, scalings: scalings, order: order)
    if isFirst, let start = order.first {
      let watch = watch
      features.watch = { run, places in
        guard let first = places.first else { return }
        try watch(run, start + first..<start + first + places.count)
      }
    }
    return features
  }

  private static let judgedAtOnce = 250

  /// The batches of the first pass over all examples: what is computed again must run in the same company, or its last bits may differ.
  var batches: [Range<Int>] {
    [(problem.train, settings.batchSize), (problem.validation, Self.judgedAtOnce), (problem.test, Self.judgedAtOnce)]
      .flatMap { range, size in
        stride(from: range.lowerBound, to: range.upperBound, by: size).map { $0..<min($0 + size, range.upperBound) }
      }
  }

  private func answers(of probes: Network, on range: Range<Int>, isFirst: Bool) throws -> [[[Bool]]] {
    var correct = heads.taps.map { _ in [[Bool]](repeating: [], count: heads.setCount) }
    try probes.forEachBatch(features(Array(range), isFirst: isFirst), batchSize: Self.judgedAtOnce) { run, _, places in
      try observer.checkpoint(stage)
      let rows = places.map { range.lowerBound + $0 }
      let found = try heads.correct(run.output, labels: problem.labelSets, rows: rows)
      for tap in found.indices {
        for set in found[tap].indices { correct[tap][set] += found[tap][set] }
      }
    }
    return correct
  }

  // MARK: What an interruption leaves

  private var accountFile: URL { scratch.appending(path: "account.json") }
  private var bestFolder: String { scratch.appending(path: "best").path }

  /// What the account is of.
  private var identity: String {
    get throws {
      let words = [try network.fingerprint(), problem.identity, "\(settings)", "\(heads.taps)", "\(seed)"]
      return SHA256.hexDigest(of: Array(words.joined(separator: " ").utf8))
    }
  }

  private func begin() throws -> (Account, learning: Network, best: Network) {
    let fresh = try heads.network()
    let identity = try identity
    guard let data = try? Data(contentsOf: accountFile),
      let account = try? JSONDecoder().decode(Account.self, from: data),
      let best = try? Network(bestFolder), best.parameters.entries == fresh.parameters.entries
    else { return (Account(identity: identity), fresh, fresh) }
    guard account.identity == identity else {
      throw VitroError(
        .argument, stage, "the folder holds probes of another network, other data or other settings",
        hint: "Use another folder, or remove it.", details: ["file": scratch.path])
    }
    return (account, fresh, best)
  }

  /// The account comes last: an epoch that it does not know is measured again, to the same numbers.
  private func keep(_ account: Account, _ best: Network) throws {
    try best.save(to: bestFolder)
    try JSONEncoder().encode(account).write(to: accountFile, options: .atomic)
  }
}
