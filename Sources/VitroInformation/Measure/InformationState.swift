internal import Foundation
internal import VitroFitting

/// The noise of all chains on its way: `[feature][text][chain][word]`, flat.
struct InformationState {
  /// log σ.
  private(set) var logSigma: [Double]
  /// Whether each word of each feature and text has had no derivative but 0.
  private(set) var ignored: [Bool]
  let length: Int
  let chains: Int
  private var sums: [Double]
  private var averaged = 0
  /// Smoothed shares of each chain: what the mean of the words below the cap is taken of.
  private var smooth: [Double] = []
  /// Smoothed distortions of each chain.
  private var smoothValues: [Double] = []

  init(logSigma: [Double], length: Int, chains: Int, ignored: [Bool]) {
    (self.logSigma, self.length, self.chains, self.ignored) = (logSigma, length, chains, ignored)
    sums = [Double](repeating: 0, count: logSigma.count)
  }

  /// How much of the older shares stays.
  private static let memory = 0.7
  /// The largest change of log σ in one step.
  private static let longestStep = 1.0

  /// One step towards equal shares and the wanted distortion.
  ///
  /// Where the feature is linear in the noise, shares are 2 a_i σ_i², so that half the relative gap is Newton's step in log σ.
  mutating func advance(
    _ found: InformationDescent.Distortions, rate: Double, isAveraged: Bool, _ descent: InformationDescent
  ) {
    let cap = log(descent.measure.cap)
    if smooth.isEmpty {
      (smooth, smoothValues) = (found.shares, found.values)
    } else {
      for row in smoothValues.indices {
        smoothValues[row] = Self.memory * smoothValues[row] + (1 - Self.memory) * found.values[row]
      }
      for place in smooth.indices {
        smooth[place] = Self.memory * smooth[place] + (1 - Self.memory) * found.shares[place]
      }
    }
    for row in found.values.indices {
      let words = row * length..<(row + 1) * length
      let isCapped = words.map { logSigma[$0] >= cap }
      var target = descent.target(smooth[words], isCapped)
      // All are at the cap: what one of them may spend is its part of the distortion that is left.
      if target == 0 { target = max(smooth[words].max() ?? 0, .leastNormalMagnitude) }
      let scale = descent.pull(towards: smoothValues[row])
      for place in words {
        let cell = place / (chains * length) * length + place % length
        if found.shares[place] != 0 { ignored[cell] = false }
        guard !(ignored[cell] && found.shares[place] == 0) else {
          logSigma[place] = cap
          continue
        }
        let gap = 0.5 * (1 - found.shares[place] / target) + scale
        let step = rate * min(Self.longestStep, max(-Self.longestStep, gap))
        logSigma[place] = min(cap, logSigma[place] + step)
      }
    }
    guard isAveraged else { return }
    averaged += 1
    for place in sums.indices { sums[place] += logSigma[place] }
  }

  /// The mean of the last iterates of each chain.
  private var means: [Double] { averaged == 0 ? logSigma : sums.map { $0 / Double(averaged) } }

  /// Where a longer search begins: `[feature · text]`.
  var starts: [InformationDescent.Start] {
    let ignored = ignored.chunks(of: length)
    return means.chunks(of: chains * length).enumerated().map { cell, chains in
      InformationDescent.Start(chains: Array(chains).chunks(of: length).map(Array.init), ignored: Array(ignored[cell]))
    }
  }

  /// The mean of the last iterates of all chains, and how far chains are apart.
  func summarized(_ descent: InformationDescent) -> InformationOptimum {
    let cap = log(descent.measure.cap)
    let means = self.means
    let cells = means.count / (length * chains)
    var optimum = InformationOptimum(cap: cap, length: length)
    for cell in 0..<cells {
      for word in 0..<length {
        let values = (0..<chains).map { means[(cell * chains + $0) * length + word] }
        let mean = values.reduce(0, +) / Double(chains)
        optimum.logSigma.append(mean)
        let estimate = try? Estimate.mean(of: values)
        optimum.halfWidth.append(estimate.map { ($0.high - $0.low) / 2 } ?? 0)
        optimum.isCapped.append(mean >= cap - InformationOptimum.closeness)
      }
      let overWords = (0..<chains).map { chain in
        let first = (cell * chains + chain) * length
        return means[first..<first + length].reduce(0, +) / Double(length)
      }
      let estimate = try? Estimate.mean(of: overWords)
      optimum.meanHalfWidth.append(estimate.map { ($0.high - $0.low) / 2 } ?? 0)
    }
    for place in optimum.isCapped.indices where optimum.isCapped[place] { optimum.logSigma[place] = cap }
    return optimum
  }
}

/// The noise that was found: `[feature][text][word]`, flat.
struct InformationOptimum {
  let cap: Double
  let length: Int
  var logSigma: [Double] = []
  var halfWidth: [Double] = []
  /// `[feature][text]`: that of the mean over words.
  var meanHalfWidth: [Double] = []
  var isCapped: [Bool] = []

  init(cap: Double, length: Int) { (self.cap, self.length) = (cap, length) }

  /// The same with the words below the cap of each feature and text moved together.
  func shifted(_ shifts: [Double]) -> InformationOptimum {
    var result = self
    for place in logSigma.indices where !isCapped[place] {
      result.logSigma[place] = min(cap, logSigma[place] + shifts[place / length])
      result.isCapped[place] = result.logSigma[place] >= cap
    }
    return result
  }

  /// How near to the cap a mean of iterates counts as being there.
  static let closeness = 0.02

  /// One last step, from shares that were measured with all chains at the same noise; half of it, for they have an error, too.
  mutating func correct(_ found: InformationDescent.Distortions, _ descent: InformationDescent) {
    for row in found.values.indices {
      let words = row * length..<(row + 1) * length
      let target = descent.target(found.shares[words], isCapped[words])
      guard target > 0 else { continue }
      let scale = descent.pull(towards: found.values[row])
      for place in words {
        let gap = 0.5 * (1 - found.shares[place] / target)
        guard !isCapped[place] || gap < -0.1 else { continue }
        logSigma[place] = min(cap, logSigma[place] + scale + 0.3 * min(0.5, max(-0.5, gap)))
        isCapped[place] = logSigma[place] >= cap
      }
    }
  }
}

extension InformationDescent {
  /// What log σ of all words must grow by to reach the wanted distortion, where the feature is linear in the noise; nothing in the published form.
  func pull(towards distortion: Double) -> Double {
    guard case .fixedDistortion(let delta) = measure.settings.form else { return 0 }
    guard distortion > 0 else { return 0.5 }
    return 0.5 * min(1, max(-1, 1 - distortion / delta))
  }
}
