internal import Foundation
internal import VitroCore
internal import VitroFitting
internal import VitroNetworks
internal import VitroTensor

/// The search for the noise of a batch of texts of one length, for all features at once.
///
/// Arrays of numbers are `[feature][text][chain][word]`, flat; features are in the staircase's order.
struct InformationDescent {
  let measure: InformationMeasure
  let staircase: Staircase
  let texts: [WordText]
  /// The texts' numbers among all, which noise is drawn by.
  let numbers: [Int]
  private let vectors: Tensor
  private let references: [Tensor]
  private let weights: [Tensor]
  private let length: Int
  private let features: Int
  private var settings: InformationSettings { measure.settings }

  init(_ measure: InformationMeasure, _ staircase: Staircase, _ texts: [WordText], numbers: [Int]) throws {
    (self.measure, self.staircase, self.texts, self.numbers) = (measure, staircase, texts, numbers)
    length = texts[0].count
    features = staircase.features.count
    vectors = try .stack(texts.map(\.vectors))
    let run = try measure.network.run(texts, recording: Array(Set(staircase.features.map(\.tap))).sorted())
    references = try staircase.features.map { try measure.network.value(of: $0, in: run) }
    weights = try zip(staircase.features, references).map { feature, value in
      guard value.isFinite else {
        throw VitroError(
          .numerical, "measuring '\(feature)' of '\(measure.network.name)'", "its value is not finite",
          hint: "Does the network overflow on this text?")
      }
      return try measure.scales.weights(of: feature, entries: value.shape[1], dtype: value.dtype)
    }
  }

  // MARK: - The search

  /// Searches, and says what was found for each text and feature.
  func run(progress: (Int) throws -> Void) throws -> [[RetainedInformation]] {
    let budget = Budget(settings)
    let sensitivities = try self.sensitivities(probes: budget.probes)
    try progress(budget.probes)
    var state = start(sensitivities)
    for step in 0..<budget.steps {
      let found = try distortions(state.logSigma, step: step, pairs: budget.pairs)
      state.advance(found, rate: Self.rate(step), isAveraged: step >= budget.steps / 3, self)
      try progress(budget.probes + (step + 1) * budget.pairs * 2 * settings.chains)
    }
    var final = state.summarized(self)
    // Fresh noise, the same σ in all chains: twice, to correct and to measure.
    let correction = try evaluated(final, step: budget.steps, pairs: budget.corrections)
    final.correct(correction, self)
    let evaluation = try evaluated(final, step: budget.steps + 1, pairs: budget.evaluations)
    try progress(settings.samples)
    return try results(final, evaluation, ignored: state.ignored)
  }

  /// How passes are shared out.
  ///
  /// A larger budget makes steps surer before it makes them more: where a network answers by jumps, few draws say anything, and steps that see none would drift.
  private struct Budget {
    /// Random signs for the start.
    let probes: Int
    let steps: Int
    /// Antithetic pairs of a step, in each chain.
    let pairs: Int
    /// Pairs of the last correction, and of the measurement of what was found, in each chain.
    let corrections, evaluations: Int

    private static let usualSteps = 64

    init(_ settings: InformationSettings) {
      let perPair = 2 * settings.chains
      probes = max(4, min(16, settings.samples / 32))
      corrections = max(1, settings.samples / 6 / perPair)
      evaluations = max(1, settings.samples / 4 / perPair)
      let left = max(1, (settings.samples - probes) / perPair - corrections - evaluations)
      pairs = max(1, left / Self.usualSteps)
      steps = max(1, left / pairs)
    }
  }

  /// The step in log σ: large at first, for the start may be far off where the feature is not linear.
  private static func rate(_ step: Int) -> Double { 0.6 / pow(1 + Double(step) / 5, 0.6) }

  /// a_i = mean_m ‖∂Φ_m/∂x_i‖²/R_m² by random signs over the feature's entries: `[feature][text][word]`; one backward pass serves all words.
  private func sensitivities(probes: Int) throws -> [Double] {
    var sums = [Double](repeating: 0, count: features * texts.count * length)
    let inTurn = max(1, min(probes, measure.mostRows / max(1, features * texts.count * length)))
    for (turn, first) in stride(from: 0, to: probes, by: inTurn).enumerated() {
      let count = min(inTurn, probes - first)
      for (place, value) in try squaredSlopes(probes: count, turn: turn).enumerated() { sums[place] += value }
    }
    return sums.map { $0 / Double(probes) }
  }

  /// The squared norms of random projections of the derivative at each word, added over so many.
  private func squaredSlopes(probes: Int, turn: Int) throws -> [Double] {
    let tokens = texts.flatMap { text in (0..<probes).map { _ in text.tokens } }
    let shape = [features, texts.count, probes, length, measure.network.width]
    let points = try vectors.reshaped([1, texts.count, 1, length, measure.network.width]).expanded(to: shape)
      .reshaped([features * texts.count * probes, length, measure.network.width])
    let squares = try Tape.record { tape in
      let points = tape.watch(points)
      var goal = try Tensor.zeros([], dtype: vectors.dtype)
      for (number, value) in try staircase.values(tokens, points).enumerated() {
        let entries = value.shape[1]
        let signs = try (0..<texts.count).map { text in
          var stream = stream("signs", number, text, turn)
          return try stream.bernoulli([probes, entries], probability: 0.5).cast(to: value.dtype) * 2 - 1
        }
        // Divided by √entries, so that squared norms are means over entries.
        let signed = try Tensor.concatenate(signs) * weights[number] * (1 / Double(entries).squareRoot())
        goal = try goal + (value * signed).sum()
      }
      return try gradient(tape, goal, points).square().sum(axes: [-1])
    }
    return try squares.reshaped([features * texts.count, probes, length]).sum(axes: [1]).doubles
  }

  /// What one step's noise says: D for each chain, and σ_i ∂D/∂σ_i for each word of each chain.
  struct Distortions {
    /// `[feature][text][chain]`.
    var values: [Double]
    /// `[feature][text][chain][word]`.
    var shares: [Double]
  }

  /// Distortions under antithetic noise, ε and −ε, so that odd terms cancel: the mean of so many pairs for each chain.
  func distortions(_ logSigma: [Double], step: Int, pairs: Int) throws -> Distortions {
    let (chains, cells) = (settings.chains, features * texts.count)
    let sigma = try Tensor(logSigma.map { exp($0) }, shape: [cells, chains, 1, length, 1]).cast(to: vectors.dtype)
    var result = Distortions(
      values: [Double](repeating: 0, count: cells * chains),
      shares: [Double](repeating: 0, count: cells * chains * length))
    // What does not fit into one pass takes turns: pairs first, then chains.
    let rows = max(1, cells * 2 * length)
    let together = max(1, min(chains, measure.mostRows / rows))
    let inTurn = max(1, min(pairs, measure.mostRows / (rows * chains)))
    for (turn, first) in stride(from: 0, to: pairs, by: inTurn).enumerated() {
      let count = min(inTurn, pairs - first)
      let drawn = try (0..<features).flatMap { feature in
        try texts.indices.map { text in
          var stream = stream("noise", feature, text, step, turn)
          return try stream.normal([chains, count, length, measure.network.width], dtype: vectors.dtype)
        }
      }
      let noise = try Tensor.stack(drawn) * sigma
      let share = Double(count) / Double(pairs)
      for firstChain in stride(from: 0, to: chains, by: together) {
        let some = firstChain..<min(firstChain + together, chains)
        let part = try distortions(some.count == chains ? noise : noise.slice(axis: 1, some))
        for cell in 0..<cells {
          for (place, chain) in some.enumerated() {
            let (from, to) = (cell * some.count + place, cell * chains + chain)
            result.values[to] += share * part.values[from]
            for word in 0..<length { result.shares[to * length + word] += share * part.shares[from * length + word] }
          }
        }
      }
    }
    return result
  }

  /// Distortions under given noise and its opposite, `[cells, chains, pairs, length, width]`.
  private func distortions(_ noise: Tensor) throws -> Distortions {
    let (cells, chains, width) = (noise.shape[0], noise.shape[1], noise.shape[4])
    let replicas = 2 * chains * noise.shape[2]
    let tokens = texts.flatMap { text in (0..<replicas).map { _ in text.tokens } }
    let both = try Tensor.concatenate([noise, noise * -1], axis: 2)
    let points = try
      (both.reshaped([features, texts.count, replicas, length, width])
      + vectors.reshaped([1, texts.count, 1, length, width])).reshaped([cells * replicas, length, width])
    return try Tape.record { tape in
      let points = tape.watch(points)
      var goal = try Tensor.zeros([], dtype: vectors.dtype)
      var values: [Double] = []
      for (number, value) in try staircase.values(tokens, points).enumerated() {
        let entries = value.shape[1]
        let change =
          try value.reshaped([texts.count, replicas, entries])
          - references[number].reshaped([texts.count, 1, entries])
        let distortion = try (change * weights[number]).square().mean(axes: [-1])
        goal = try goal + distortion.sum()
        values += try distortion.detached.reshaped([texts.count * chains, -1]).mean(axes: [1]).doubles
      }
      let slope = try gradient(tape, goal, points).reshaped(both.shape)
      let shares = try (slope * both).sum(axes: [-1]).mean(axes: [2])
      return Distortions(values: values, shares: try shares.doubles)
    }
  }

  /// The gradient, zeros where nothing depends on the words.
  private func gradient(_ tape: Tape, _ goal: Tensor, _ points: Tensor) throws -> Tensor {
    guard goal.isTracked else { return try points.detached.zerosLike() }
    return try tape.gradients(of: goal, at: [points])[0]
  }

  private func stream(
    _ purpose: String, _ feature: Int, _ text: Int, _ step: Int = 0, _ turn: Int = 0
  ) -> RandomStream {
    RandomStream(seed: settings.seed, "\(purpose) \(staircase.features[feature])", numbers[text], step, turn)
  }

  /// The distortions of what was found, the mean over chains: `[feature][text]` and `[feature][text][word]`.
  private func evaluated(_ final: InformationOptimum, step: Int, pairs: Int) throws -> Distortions {
    let logSigma = final.logSigma.chunks(of: length).flatMap { words in (0..<settings.chains).flatMap { _ in words } }
    let found = try distortions(logSigma, step: step, pairs: pairs)
    var values = [Double](repeating: 0, count: features * texts.count)
    var shares = [Double](repeating: 0, count: values.count * length)
    for (place, value) in found.values.enumerated() { values[place / settings.chains] += value }
    for (place, value) in found.shares.enumerated() {
      shares[place / (settings.chains * length) * length + place % length] += value
    }
    let share = 1 / Double(settings.chains)
    return Distortions(values: values.map { $0 * share }, shares: shares.map { $0 * share })
  }

  // MARK: - Start and end

  /// The optimum for small noise: σ_i = √(δ/(n a_i)), or √(rate/(2 n a_i)).
  private func start(_ sensitivities: [Double]) -> InformationState {
    let spent =
      switch settings.form {
      case .fixedDistortion(let delta): delta
      case .penalty(let rate, _): rate / 2
      }
    let cap = log(measure.cap)
    let logSigma = sensitivities.chunks(of: length).flatMap { words in
      let start = words.map { a in a > 0 ? min(cap, 0.5 * log(spent / (Double(length) * a))) : cap }
      return (0..<settings.chains).flatMap { _ in start }
    }
    return InformationState(
      logSigma: logSigma, length: length, chains: settings.chains, ignored: sensitivities.map { $0 == 0 })
  }

  private func results(
    _ final: InformationOptimum, _ evaluation: Distortions, ignored: [Bool]
  ) throws -> [[RetainedInformation]] {
    try texts.indices.map { text in
      try (0..<features).map { feature in
        let cell = feature * texts.count + text
        let words = cell * length..<(cell + 1) * length
        let isUnbounded = words.map { final.isCapped[$0] }
        let shares = words.map { evaluation.shares[$0] }
        let distortion = evaluation.values[cell]
        guard distortion.isFinite, shares.allSatisfy(\.isFinite) else {
          throw VitroError(
            .numerical, "measuring '\(staircase.features[feature])' of '\(measure.network.name)'",
            "the feature is not finite under noise")
        }
        let residual = self.residual(shares, isUnbounded, distortion)
        let logSigma = words.map { final.logSigma[$0] }
        let spread = measure.scales.wordSpread
        return RetainedInformation(
          feature: staircase.features[feature], logSigma: logSigma,
          halfWidth: words.map { final.isCapped[$0] ? 0 : final.halfWidth[$0] },
          meanHalfWidth: final.meanHalfWidth[cell], isUnbounded: isUnbounded,
          isIgnored: words.map { ignored[$0] },
          isConstant: try measure.scales.spread(of: staircase.features[feature]) == nil,
          kept: zip(logSigma, isUnbounded).map { logSigma, isUnbounded in
            isUnbounded
              ? 0
              : RetainedInformation.kept(sigma: exp(logSigma) / spread, cap: measure.cap / spread)
          },
          distortion: distortion, shares: shares, residual: residual, isConverged: residual <= settings.tolerance,
          samples: settings.samples)
      }
    }
  }

  /// How far shares are from their target, and D from δ.
  private func residual(_ shares: [Double], _ isCapped: [Bool], _ distortion: Double) -> Double {
    let target = self.target(shares, isCapped)
    var squares: [Double] = []
    for (share, isCapped) in zip(shares, isCapped) {
      let excess = target > 0 ? share / target - 1 : 0
      if !isCapped { squares.append(excess * excess) }
    }
    let free = squares.isEmpty ? 0 : (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    // A word at the cap must spend no more than the others.
    let pressed = zip(shares, isCapped).map { $1 && target > 0 ? max(0, $0 / target - 1) : 0 }.max() ?? 0
    guard case .fixedDistortion(let delta) = settings.form else { return max(free, pressed) }
    let excess = distortion / delta - 1
    return max(free, squares.isEmpty ? max(0, excess) : abs(excess), squares.isEmpty ? 0 : pressed)
  }

  /// What each word below the cap should spend.
  func target(_ shares: some Collection<Double>, _ isCapped: some Collection<Bool>) -> Double {
    switch settings.form {
    case .penalty(let rate, _): return rate / Double(length)
    case .fixedDistortion:
      let free = zip(shares, isCapped).filter { !$1 }.map(\.0)
      return free.isEmpty ? 0 : max(0, free.reduce(0, +) / Double(free.count))
    }
  }
}

extension Array {
  /// The elements in runs of so many.
  func chunks(of size: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: count, by: Swift.max(size, 1)).map { self[$0..<Swift.min($0 + size, count)] }
  }
}
