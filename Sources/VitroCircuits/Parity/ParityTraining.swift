internal import VitroCore
public import VitroFitting
internal import VitroNetworks
internal import VitroPiecewise

/// Many networks of one architecture trained on parity one way, and how they ended.
public struct ParityTraining: Codable, Sendable, Hashable {
  /// How the networks are trained; all take the same number of steps.
  public enum Method: Codable, Sendable, Hashable {
    /// All integers from the first step.
    case plain
    /// Twice as many integers after each of n equal parts of the steps: 2, 4, 8 … 2ⁿ.
    case curriculum
    /// From the written weights with normal noise of this deviation on each weight and bias; without noise one network is enough.
    case warmStart(noise: Double)
  }

  /// The architecture.
  public var architecture: ParityArchitecture
  /// How it is trained.
  public var method: Method
  /// n.
  public var bits: Int
  /// The final mean squared error of each network, on all 2ⁿ integers.
  public var losses: [Double]
  /// The networks that answer every integer on the right side of 1/2.
  public var solved: Int
  /// Why it was not trained: too few linear pieces.
  public var refusal: String?
  /// The way from a stuck network to the written one.
  public var line: ParityLine?

  /// What tells it from others, in a few words.
  public var name: String {
    switch method {
    case .plain: architecture.name
    case .curriculum: "\(architecture.widthText), curriculum"
    case .warmStart(0): "\(architecture.widthText), the written weights themselves"
    case .warmStart(let noise): "\(architecture.widthText), from written weights ± \(noise)"
    }
  }

  /// The share of networks that solve the task, with its Clopper–Pearson interval; `nil` where none was trained.
  public var share: Estimate? {
    losses.isEmpty ? nil : try? Estimate.clopperPearson(successes: solved, trials: losses.count)
  }

  /// The median final loss.
  public var medianLoss: Double { losses.isEmpty ? .nan : losses.sorted()[losses.count / 2] }

  /// The networks whose loss ends within a tenth of the target's variance 1/4: no better than the mean.
  public var atTheMean: Int { losses.count { abs($0 - 0.25) <= 0.025 } }
}

/// The loss on the straight line from a stuck network to the written one, and both functions exactly.
public struct ParityLine: Codable, Sendable, Hashable {
  /// How far along: 0 is the stuck network, 1 the written one.
  public var places: [Double]
  /// The mean squared error there.
  public var losses: [Double]
  /// The exact corners of the stuck network's function on [0, 2ⁿ − 1], `[[x, y]]`.
  public var stuck: [[Double]]
  /// The exact corners of the written network's function.
  public var written: [[Double]]
}

extension ParityStudy {
  private func training(_ graph: Graph, integers: Int, steps: Int) -> InstanceTraining {
    InstanceTraining(
      graph: graph, inputs: (0..<integers).map { [Double($0)] }, targets: (0..<integers).map { [Double($0 % 2)] },
      steps: steps)
  }

  /// Trains networks, or says why the architecture cannot do it.
  func train(
    _ architecture: ParityArchitecture, _ method: ParityTraining.Method = .plain, drawsLine: Bool = false,
    seed: UInt64, observer: any Observer
  ) throws -> ParityTraining {
    var result = ParityTraining(architecture: architecture, method: method, bits: bits, losses: [], solved: 0)
    do { try ParityBound.check(hidden: architecture.hidden, bits: bits) } catch let error as VitroError {
      result.refusal = error.message
      return result
    }
    let graph = architecture.graph(bits: bits)
    let all = training(graph, integers: 1 << bits, steps: steps)
    var network = try Network(graph, instances: seeds, seed: seed)
    switch method {
    case .plain: try all.train(&network, seed: seed, observer: observer)
    case .curriculum:
      for bit in 1...bits {
        let part = steps * bit / bits - steps * (bit - 1) / bits
        try training(graph, integers: 1 << bit, steps: part).train(&network, seed: seed, observer: observer)
      }
    case .warmStart(let noise):
      network = try architecture.written(bits: bits).noisyInstances(
        noise == 0 ? 1 : seeds, deviation: noise, seed: seed)
      try all.train(&network, seed: seed, observer: observer)
    }
    let trained = try all.measure(network)
    result.losses = trained.losses
    result.solved = trained.errors.count { $0 < 0.5 }
    if drawsLine { result.line = try line(from: trained, architecture) }
    return result
  }

  private func line(from trained: TrainedInstances, _ architecture: ParityArchitecture) throws -> ParityLine {
    let stuck = try trained.network.instance(trained.median)
    let written = try architecture.written(bits: bits)
    let places = (0...100).map { Double($0) / 100 }
    let along = try training(stuck.graph, integers: 1 << bits, steps: 0).measure(stuck.line(to: written, at: places))
    let box = InputBox(["x"], 0, Rational((1 << bits) - 1))
    func corners(_ network: Network) throws -> [[Double]] {
      try FunctionPictures(ReLUProgram(network, names: ["x"]), box: box).corners().map { [$0.x, $0.y] }
    }
    return ParityLine(
      places: places, losses: along.losses, stuck: try corners(stuck), written: try corners(written))
  }
}
