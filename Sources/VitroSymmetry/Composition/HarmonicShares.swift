internal import VitroCore

/// Where the energy of hidden units of one simple K goes, K ⊠ 1 and 1 ⊠ K being what they are fed: which harmonics a ReLU makes, and which it
/// may not.
///
/// ReLU(z) = z/2 + |z|/2, and |z| does not tell z from −z. On a circle a unit ReLU(A·cos(wa + φ) + B·cos(wb + ψ)) has therefore only the
/// harmonics (k₁, k₂)·w with k₁ + k₂ even, and those of z itself. Where an element acts on K as −1 the same holds of the energy that changes
/// sign with it. The rest is forbidden: it is there only as far as the unit is fed more than K, or, on a finite cycle of odd length, by aliasing.
public struct HarmonicShares: Codable, Sendable, Hashable {
  /// How many units count: those with one simple in both embeddings.
  public var units: Int
  /// The share of (1, 0): K ⊠ 1.
  public var left: Double
  /// The share of (0, 1): 1 ⊠ K.
  public var right: Double
  /// The share of (1, 1): K ⊠ K.
  public var product: Double
  /// The part of ``product`` at a·b.
  public var sum: Double
  /// The share of (2, 0), and of (0, 2); NaN for groups that are not cyclic.
  public var doubled: [Double]
  /// The share of (2, 2); NaN for groups that are not cyclic.
  public var squared: Double
  /// The share that the rule forbids; NaN where there is no rule.
  public var forbidden: Double
  /// The share at frequencies that are no multiple of the unit's; NaN for groups that are not cyclic.
  public var outside: Double
  /// For how many units the rule is defined.
  public var ruled: Int
  /// What the rule is, or why there is none.
  public var rule: String

  /// What equal amplitudes on the product of two circles give: .3723, .3723 and .2174 of the energy, half of the last at a + b.
  public static let predicted = (
    left: 0.3723, right: 0.3723, product: 0.2174, sum: 0.1087, doubled: 0.0121, squared: 0.0087
  )
}

extension CompositionAnalysis {
  /// Where the energy of single-simple units goes.
  ///
  /// - Parameter neurons: What ``neurons()`` has found.
  /// - Complexity: O(units · N²).
  public func harmonicShares(_ neurons: [NeuronMeasures]) -> HarmonicShares {
    // The trivial simple's energy is the mean, which centred activations have not.
    let trivial = trivial
    let single = neurons.filter { $0.isSingle && $0.simple != trivial }
    let byProduct = basis.energies(means(hidden, columns: width).product, width: width)
    let total = single.map(\.energy).reduce(0, +)
    func share(_ value: (NeuronMeasures) -> Double) -> Double {
      single.isEmpty ? .nan : single.reduce(0) { $0 + $1.energy * value($1) } / total
    }
    var shares = HarmonicShares(
      units: single.count, left: share { $0.pairShares[$0.simple][trivial] },
      right: share { $0.pairShares[trivial][$0.simple] }, product: share { $0.pairShares[$0.simple][$0.simple] },
      sum: share { Double(order) * byProduct[$0.simple][$0.unit] / $0.energy }, doubled: [.nan, .nan], squared: .nan,
      forbidden: .nan, outside: .nan, ruled: single.count, rule: "")
    guard !single.isEmpty else {
      shares.rule = "No unit has one simple in both embeddings."
      return shares
    }
    if let lattices = frequencyLattices() {
      func at(_ neuron: NeuronMeasures, _ wanted: (Int?, Int?) -> Bool) -> Double {
        let multiples = lattices[neuron.simple]
        var sum = 0.0
        for (k, row) in zip(multiples, neuron.pairShares) {
          for (l, value) in zip(multiples, row) where wanted(k, l) { sum += value }
        }
        return sum
      }
      shares.doubled = [share { at($0) { $0 == 2 && $1 == 0 } }, share { at($0) { $0 == 0 && $1 == 2 } }]
      shares.squared = share { at($0) { $0 == 2 && $1 == 2 } }
      shares.outside = share { at($0) { $0 == nil || $1 == nil } }
      shares.forbidden = share {
        at($0) { k, l in
          guard let k, let l else { return false }
          return (k + l) % 2 == 1 && k + l != 1
        }
      }
      shares.rule =
        "Harmonics (k₁, k₂)·w with k₁ + k₂ odd, other than (1, 0) and (0, 1), k counted from the unit's own frequency w."
      return shares
    }
    let ruled = single.compactMap { neuron in elementOfMinusOne(neuron.simple).map { (neuron, $0) } }
    shares.ruled = ruled.count
    guard !ruled.isEmpty else {
      shares.rule = "No element acts as −1 on any simple of these units, so the sign forbids nothing."
      return shares
    }
    let energy = ruled.reduce(0) { $0 + $1.0.energy }
    shares.forbidden = ruled.reduce(0) { $0 + oddRemainder($1.0, $1.1) } / energy
    shares.rule =
      "What changes sign under an element that acts as −1 on the unit's simple, other than the simple itself at a and at b."
    return shares
  }

  /// Of a cyclic group, for each simple of frequency w and each simple f the k of least size with f = ±k·w; `nil` where there is none.
  ///
  /// Nothing for groups that are not cyclic.
  private func frequencyLattices() -> [[Int?]]? {
    guard let frequencies = task.cyclicFrequencies else { return nil }
    let n = order
    return frequencies.map { w in
      frequencies.map { f in (0...n / 2).first { k in [f, (n - f) % n].contains(k * w % n) } }
    }
  }

  /// An element that acts on a simple as −1.
  private func elementOfMinusOne(_ simple: Int) -> Int? {
    let character = task.simples[simple]
    return (0..<order).first { abs(character.values[$0] + Double(character.dimension)) < 1e-6 }
  }

  /// The energy of a unit that changes sign when both factors are multiplied by an element, without that of its simple at a or b alone.
  private func oddRemainder(_ neuron: NeuronMeasures, _ element: Int) -> Double {
    let (map, n) = (activationMap(neuron.unit), order)
    var odd = [Double](repeating: 0, count: n * n)
    for a in 0..<n {
      for b in 0..<n {
        odd[a * n + b] = (map[a * n + b] - map[task.product(element, a) * n + task.product(element, b)]) / 2
      }
    }
    let energies = basis.pairEnergies(odd)
    let whole = odd.reduce(0) { $0 + $1 * $1 }
    return max(0, whole - energies[neuron.simple][trivial] - energies[trivial][neuron.simple])
  }
}
