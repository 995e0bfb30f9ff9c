internal import Foundation
internal import VitroNetworks
internal import VitroTensor

/// Noise, and what it does to features.
extension InformationDescent {
  /// What one step's noise says: D for each chain, and σ_i ∂D/∂σ_i for each word of each chain.
  struct Distortions {
    /// `[feature][text][chain]`.
    var values: [Double]
    /// `[feature][text][chain][word]`.
    var shares: [Double]
  }

  /// Distortions under antithetic noise, stretched where that says more: the mean of so many pairs for each chain.
  ///
  /// Their slopes teach where.
  func distortions(
    _ logSigma: [Double], _ stretched: inout StretchedNoise, step: Int, pairs: Int, isForward: Bool = false
  ) throws -> Distortions {
    let (chains, cells) = (settings.chains, features * texts.count)
    let sigma = try Tensor(logSigma.map { exp($0) }, shape: [cells, chains, 1, length, 1]).cast(to: vectors.dtype)
    var result = Distortions(
      values: [Double](repeating: 0, count: cells * chains),
      shares: [Double](repeating: 0, count: cells * chains * length))
    let drawnWith = stretched
    // What does not fit into one pass takes turns: pairs first, then chains.
    let rows = max(1, cells * 2 * length)
    let together = max(1, min(chains, measure.mostRows / rows))
    let inTurn = max(1, min(pairs, measure.mostRows / (rows * chains)))
    for (turn, first) in stride(from: 0, to: pairs, by: inTurn).enumerated() {
      let count = min(inTurn, pairs - first)
      let normal = try Tensor.stack(
        (0..<features).flatMap { feature in
          try texts.indices.map { text in
            var stream = stream("noise", feature, text, step, turn)
            return try stream.normal([chains, count, length, measure.network.width], dtype: vectors.dtype)
          }
        })
      let share = Double(count) / Double(pairs)
      for firstChain in stride(from: 0, to: chains, by: together) {
        let some = firstChain..<min(firstChain + together, chains)
        let (draws, weights) = try drawnWith.pairs(some.count == chains ? normal : normal.slice(axis: 1, some))
        let part = try distortions(
          draws, weights, sigma: some.count == chains ? sigma : sigma.slice(axis: 1, some), &stretched,
          isForward: isForward)
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

  /// Distortions under given draws, `[cells, chains, draws, length, width]` in units of σ, with their weights.
  private func distortions(
    _ draws: Tensor, _ importance: Tensor?, sigma: Tensor, _ stretched: inout StretchedNoise, isForward: Bool
  ) throws -> Distortions {
    let (cells, chains, width) = (draws.shape[0], draws.shape[1], draws.shape[4])
    let replicas = chains * draws.shape[2]
    let tokens = texts.flatMap { text in (0..<replicas).map { _ in text.tokens } }
    let points = try
      ((draws * sigma).reshaped([features, texts.count, replicas, length, width])
      + vectors.reshaped([1, texts.count, 1, length, width])).reshaped([cells * replicas, length, width])
    let counts = try importance?.reshaped([features, texts.count, replicas])
    func changes(_ points: Tensor) throws -> [Tensor] {
      try staircase.values(tokens, points).enumerated().map { number, value in
        let entries = value.shape[1]
        let change =
          try value.reshaped([texts.count, replicas, entries])
          - references[number].reshaped([texts.count, 1, entries])
        let distortion = try (change * weights[number]).square().mean(axes: [-1])
        return try counts.map { try distortion * $0.select(at: number) } ?? distortion
      }
    }
    func means(_ changes: [Tensor]) throws -> [Double] {
      try changes.flatMap { try $0.detached.reshaped([texts.count * chains, -1]).mean(axes: [1]).doubles }
    }
    guard !isForward else {
      return Distortions(
        values: try means(changes(points)), shares: [Double](repeating: 0, count: cells * chains * length))
    }
    return try Tape.record { tape in
      let points = tape.watch(points)
      let changes = try changes(points)
      let goal = try changes.reduce(Tensor.zeros([], dtype: vectors.dtype)) { try $0 + $1.sum() }
      let slopes = try gradient(tape, goal, points).reshaped(draws.shape) * sigma
      try stretched.learn(slopes.reshaped([cells, replicas, length * width]), length: length)
      let shares = try (slopes * draws).sum(axes: [-1]).mean(axes: [2])
      return Distortions(values: try means(changes), shares: try shares.doubles)
    }
  }
}
