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
  /// How many searches have gone before, so that noise is new.
  let round: Int
  let vectors: Tensor
  let references: [Tensor]
  let weights: [Tensor]
  let length: Int
  let features: Int
  var settings: InformationSettings { measure.settings }

  init(
    _ measure: InformationMeasure, _ staircase: Staircase, _ texts: [WordText], numbers: [Int], round: Int = 0
  ) throws {
    (self.measure, self.staircase, self.texts, self.numbers) = (measure, staircase, texts, numbers)
    self.round = round
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

  /// What a search knows of one feature and text when it ends, for a longer one to begin with.
  struct Start {
    /// For each chain log σ of each word.
    var chains: [[Double]]
    var ignored: [Bool]
  }

  /// Searches, and says what was found for each text and feature, and where a longer search would begin.
  ///
  /// - Parameters:
  ///   - samples: The passes of this search.
  ///   - starts: Where it begins, `[feature][text]`; the optimum for small noise where there is nothing yet.
  ///   - progress: Is told how many passes are done.
  func run(
    samples: Int, from starts: [[Start]]?, progress: (Int) throws -> Void
  ) throws -> (results: [[RetainedInformation]], starts: [[Start]]) {
    let budget = Budget(samples: samples, chains: settings.chains)
    var done = 0
    var state: InformationState
    if let starts {
      state = resumed(starts)
    } else {
      state = start(try sensitivities(probes: budget.probes))
      done = budget.probes
      try progress(done)
    }
    var noise = StretchedNoise(cells: features * texts.count)
    for step in 0..<budget.steps {
      let found = try distortions(state.logSigma, &noise, step: step, pairs: budget.pairs)
      let rate = Self.rate(step + (starts == nil ? 0 : Self.knownSteps))
      state.advance(found, rate: rate, isAveraged: step >= budget.steps / 3, self)
      try progress(done + (step + 1) * budget.pairs * 2 * settings.chains)
    }
    var final = state.summarized(self)
    // Fresh noise, the same σ in all chains: twice, to correct and to measure.
    let correction = try evaluated(final, &noise, step: budget.steps, pairs: budget.corrections)
    final.correct(correction, self)
    try calibrate(&final, after: correction, &noise, step: budget.steps + 1, pairs: budget.corrections)
    let evaluation = try evaluated(final, &noise, step: budget.steps + 2, pairs: budget.evaluations)
    try progress(samples)
    let found = state.starts.chunks(of: texts.count).map(Array.init)
    return (try results(final, evaluation, ignored: state.ignored, samples: samples), found)
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
    /// Pairs of the last correction, and of each look at the distortion after it, in each chain.
    let corrections: Int
    /// Pairs of the measurement of what was found, in each chain.
    let evaluations: Int

    private static let usualSteps = 64

    init(samples: Int, chains: Int) {
      let perPair = 2 * chains
      probes = max(4, min(16, samples / 32))
      corrections = max(1, samples / 12 / perPair)
      let pairsInAll = (samples - probes) / perPair
      // A look runs forward alone and counts as half a pass. All are set aside, used or not: what one text is measured by must not hang on those that it runs with.
      let looks = (DistortionSearch.mostLooks * corrections + 1) / 2
      let left = max(1, pairsInAll - corrections - looks - samples * 3 / 10 / perPair)
      pairs = max(1, left / Self.usualSteps)
      steps = max(1, left / pairs)
      evaluations = max(1, pairsInAll - corrections - looks - steps * pairs)
    }
  }

  /// The steps after which a longer search takes up an earlier one.
  private static let knownSteps = 8

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

  /// The gradient, zeros where nothing depends on the words.
  func gradient(_ tape: Tape, _ goal: Tensor, _ points: Tensor) throws -> Tensor {
    guard goal.isTracked else { return try points.detached.zerosLike() }
    return try tape.gradients(of: goal, at: [points])[0]
  }

  func stream(
    _ purpose: String, _ feature: Int, _ text: Int, _ step: Int = 0, _ turn: Int = 0
  ) -> RandomStream {
    RandomStream(seed: settings.seed, "\(purpose) \(staircase.features[feature])", numbers[text], step, turn, round)
  }

  /// The distortions of what was found, the mean over chains: `[feature][text]` and `[feature][text][word]`.
  private func evaluated(
    _ final: InformationOptimum, _ noise: inout StretchedNoise, step: Int, pairs: Int, isForward: Bool = false
  ) throws -> Distortions {
    let logSigma = final.logSigma.chunks(of: length).flatMap { words in (0..<settings.chains).flatMap { _ in words } }
    let found = try distortions(logSigma, &noise, step: step, pairs: pairs, isForward: isForward)
    var values = [Double](repeating: 0, count: features * texts.count)
    var shares = [Double](repeating: 0, count: values.count * length)
    for (place, value) in found.values.enumerated() { values[place / settings.chains] += value }
    for (place, value) in found.shares.enumerated() {
      shares[place / (settings.chains * length) * length + place % length] += value
    }
    let share = 1 / Double(settings.chains)
    return Distortions(values: values.map { $0 * share }, shares: shares.map { $0 * share })
  }

  /// Brings all words below the cap together to the wanted distortion, where it is off: runs forward alone, with the same draws again and again.
  ///
  /// Where a network answers by jumps, D is a mean of rare large changes, and steps follow it badly; along one line it grows, and is easily met.
  private func calibrate(
    _ final: inout InformationOptimum, after correction: Distortions, _ noise: inout StretchedNoise, step: Int,
    pairs: Int
  ) throws {
    guard case .fixedDistortion(let delta) = settings.form else { return }
    let start = final
    var search = correction.values.enumerated().map { cell, value in
      let free = (cell * length..<(cell + 1) * length).filter { !start.isCapped[$0] }
      return DistortionSearch(slope: free.reduce(0) { $0 + correction.shares[$1] } / value)
    }
    for _ in 0..<DistortionSearch.mostLooks {
      let values = try evaluated(final, &noise, step: step, pairs: pairs, isForward: true).values
      for (cell, value) in values.enumerated() { search[cell].advance(ratio: value / delta) }
      final = start.shifted(search.map(\.shift))
      if search.allSatisfy(\.isDone) { break }
    }
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

  /// The state at which earlier searches ended.
  private func resumed(_ starts: [[Start]]) -> InformationState {
    let cells = starts.joined()
    return InformationState(
      logSigma: cells.flatMap { $0.chains.joined() }, length: length, chains: settings.chains,
      ignored: cells.flatMap(\.ignored))
  }
}

extension Array {
  /// The elements in runs of so many.
  func chunks(of size: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: count, by: Swift.max(size, 1)).map { self[$0..<Swift.min($0 + size, count)] }
  }
}
