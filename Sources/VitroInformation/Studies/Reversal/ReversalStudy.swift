internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// Reversal: which symbol is held at which step, in which layer, by which method.
///
/// Networks read n symbols and then n blanks, at which they answer with the symbols in reverse. What each state must hold is known: nothing of symbols that it has
/// not seen, and, in an LSTM, all symbols that are still to be answered. A transformer fetches each when it is its turn, so that its state must hold the answered one.
public struct ReversalStudy: Sendable {
  /// The number of symbols in a text.
  public var length = 6
  /// The number of different symbols.
  public var symbols = 8
  /// How many networks of each kind are trained.
  public var seeds = 5
  /// The steps of training.
  public var steps = 2000
  /// The texts that are measured, for each network.
  public var texts = 3
  /// How information is measured: at half of a state's variance, for networks that are sure of their answers change states by jumps, which a small distortion meets too seldom to be measured.
  public var measure = InformationSettings(distortion: 0.5, samples: 1600, mostSamples: 150_000)
  /// The methods that stand beside it, by name.
  public var methods = ReversalStudy.usualMethods

  /// Six symbols of eight, five networks of each kind.
  public init() {}

  /// The methods that are compared unless others are named.
  public static let usualMethods = ["gradient", "lrp", "occlusion"]

  var task: ReversalTask { ReversalTask(length: length, symbols: symbols) }

  /// Checks that the study can run.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) naming the first setting that cannot be.
  public func validate() throws {
    func check(_ range: ClosedRange<Int>, _ value: Int, _ field: String) throws {
      guard !range.contains(value) else { return }
      throw VitroError(
        .argument, "reversal", "\(field): found \(value), expected \(range.lowerBound) to \(range.upperBound)",
        details: ["field": field, "found": "\(value)", "expected": "\(range.lowerBound) to \(range.upperBound)"])
    }
    try check(3...64, length, "length")
    try check(2...1000, symbols, "symbols")
    try check(1...100, seeds, "seeds")
    try check(1...10_000_000, steps, "steps")
    try check(2...10_000, texts, "texts")
    try measure.validate()
    for name in methods { _ = try AttributionMethods.named(name) }
  }

  /// The examples of one step of training.
  static let batchSize = 64
  /// The texts that spreads are measured over.
  static let referenceTexts = 200
  /// The texts of reserved sequences that each network is tested on.
  static let testTexts = 500

  /// Trains all networks of a kind in one pass.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when stopped or when the loss is no longer a number.
  func train(
    _ kind: ReversalNetwork, seed: UInt64, checkpoints: String? = nil, observer: any Observer
  ) throws -> Network {
    var network = try Network(kind.graph(task), instances: seeds, seed: seed)
    let trainer = Trainer(
      TrainingSettings(
        .epochs(1), batchSize: Self.batchSize, optimizer: .adam(rate: kind == .lstm ? 5e-3 : 2e-3),
        schedule: .oneCycle(steps: steps, risingPart: 0.1), loss: .crossEntropy, clip: 1, seed: seed, shuffle: false,
        checkpoint: checkpoints.map { _ in .seconds(20) }))
    let source = ReversalSource(task: task, seed: seed, count: steps * Self.batchSize)
    let result = try trainer.train(
      &network, on: source, checkpoints: checkpoints,
      observer: TrainingReporter(observer, stage: "training \(seeds) × \(kind.title)", prefix: "\(kind.rawValue) "))
    guard result.state != .interrupted else {
      throw VitroError(.interrupted, "reversal", "stopped after \(result.steps) of \(steps) steps")
    }
    return network
  }

  /// The share of symbols that a network answers right, on sequences that no network was trained on.
  func accuracy(_ network: Network, seed: UInt64) throws -> Double {
    let indices = Array(0..<Self.testTexts)
    let batch = try ReversalSource(task: task, seed: seed ^ 0x7e57, count: Self.testTexts, reserved: true).batch(
      indices)
    let answers = try network.run(batch.inputs).output.argmax().slice(axis: 1, length..<task.context)
    let hits = try answers.isEqual(to: batch.target.slice(axis: 1, length..<task.context).cast(to: answers.dtype))
    return try hits.cast(to: .float64).mean().item()
  }

  /// Texts as a network reads them: of reserved sequences, or of those to learn from.
  func samples(_ network: WordNetwork, count: Int, seed: UInt64, reserved: Bool) throws -> [WordText] {
    try (0..<count).map { number in
      let symbols = task.symbols(of: number, seed: seed, reserved: reserved)
      let tokens = task.tokens(symbols)
      return WordText(tokens, words: task.names(symbols), vectors: try network.vectors(of: tokens))
    }
  }
}
