internal import VitroCore
internal import VitroFitting
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// What a direction does to the continuations of a prompt when it is added.
struct SteeringBench {
  /// What a direction does at each strength.
  struct Effects: Codable, Sendable {
    /// Mean log p per token of the positive continuations minus that of the negative ones, in nats, by strength.
    var preferences: [Double]
    /// The mean loss of the prompt's own tokens, in nats, by strength.
    var losses: [Double]
  }

  /// The effects of the vector and of random directions of its length.
  struct Measured: Codable, Sendable {
    var vector: Effects
    var random: [Effects]
  }

  /// A text that was written under a strength.
  struct Written: Codable, Sendable {
    /// `vector` or `random`.
    var direction: String
    var strength: Double
    var text: String
  }

  let words: ModelWords
  let prompt: SteeringPrompt
  let vector: SteeringVector

  /// A random direction of the vector's length.
  private func random(_ number: Int, _ seed: UInt64) throws -> [Double] {
    var stream = RandomStream(seed: seed, "steering control", number)
    let values = try stream.normal([vector.direction.count], dtype: .float64).doubles
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.map { $0 * vector.norm / norm }
  }

  private func edit(_ direction: [Double], _ strength: Double) throws -> [String: TapEdit] {
    guard strength != 0 else { return [:] }
    let dtype = words.model.network.parameters.dtype
    return [vector.tap: .add(try Tensor(direction.map { $0 * strength }).cast(to: dtype))]
  }

  func effects(
    _ strengths: [Double], controls: Int, seed: UInt64, progress: (Int, Int) throws -> Void
  ) throws -> Measured {
    var done = 0
    func measure(_ direction: [Double]) throws -> Effects {
      var effects = Effects(preferences: [], losses: [])
      for strength in strengths {
        try progress(done, (controls + 1) * strengths.count)
        done += 1
        let (preference, loss) = try outcome(of: edit(direction, strength))
        effects.preferences.append(preference)
        effects.losses.append(loss)
      }
      return effects
    }
    let own = try measure(vector.direction)
    return Measured(vector: own, random: try (0..<controls).map { try measure(random($0, seed)) })
  }

  private func outcome(of edits: [String: TapEdit]) throws -> (preference: Double, loss: Double) {
    let texts = prompt.positive + prompt.negative
    let nats = try TokenLosses(words.model, texts: texts, editing: edits).nats
    func mean(_ values: some Collection<Double>) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }
    // The first tokens, the same in all texts, are the prompt's own.
    let own = prompt.tokens.count - 1
    func score(_ losses: some Collection<[Double]>) -> Double { -mean(losses.map { mean($0.dropFirst(own)) }) }
    let count = prompt.positive.count
    let loss = nats.first.map { mean($0.prefix(own)) } ?? .nan
    return (score(nats.prefix(count)) - score(nats.dropFirst(count)), loss)
  }

  /// What the model writes under the vector at each strength, and under one random direction.
  func texts(
    _ strengths: [Double], count: Int, seed: UInt64, progress: (Int, Int) throws -> Void
  ) throws -> [Written] {
    let other = try random(0, seed)
    let jobs =
      strengths.map { ("vector", vector.direction, $0) } + (strengths.max().map { [("random", other, $0)] } ?? [])
    var generation = Generation(count: count)
    generation.seed = seed
    generation.ends = Set([words.model.ownTokenizer?.end].compactMap(\.self))
    return try jobs.enumerated().map { number, job in
      try progress(number, jobs.count)
      let added = try words.model.generate(after: prompt.tokens, generation, editing: edit(job.1, job.2)) { _ in
        try progress(number, jobs.count)
        return true
      }
      return Written(direction: job.0, strength: job.2, text: try words.text(of: added, after: prompt.tokens))
    }
  }
}
