internal import Foundation
internal import VitroCore

/// What was found, and how far it is from the optimum.
extension InformationDescent {
  func results(
    _ final: InformationOptimum, _ evaluation: Distortions, ignored: [Bool], samples: Int
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
          samples: samples)
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
