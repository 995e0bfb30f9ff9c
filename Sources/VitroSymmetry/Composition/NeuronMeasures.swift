internal import VitroCore
internal import VitroFitting

/// Which simple a hidden unit belongs to, and how purely.
public struct NeuronMeasures: Codable, Sendable, Hashable {
  /// The unit's number.
  public var unit: Int
  /// Its Σ (h − mean)² over all pairs.
  public var energy: Double
  /// The simple that has most of its embedding, by number; without embeddings that which explains most of its activations.
  public var simple: Int
  /// That simple's share of its column of E_x; NaN without embeddings.
  public var xShare: Double
  /// Of its column of E_y.
  public var yShare: Double
  /// The share of its activations that K ⊠ 1, 1 ⊠ K and K ⊠ K explain for one K: linear and quadratic terms.
  public var explained: Double
  /// That K, by number.
  public var explainedBy: Int
  /// Its centred energy in each pair of simples K ⊠ L, `[simples][simples]`, as shares.
  public var pairShares: [[Double]]

  /// Whether one simple has at least nine tenths of both its columns; without embeddings, explains 85 % of it.
  public var isSingle: Bool {
    xShare.isNaN ? explained >= 0.85 : min(xShare, yShare) >= 0.9
  }
}

extension CompositionAnalysis {
  /// The number of the trivial simple.
  var trivial: Int {
    task.simples.firstIndex { $0.values.allSatisfy { abs($0 - 1) < 1e-9 } } ?? 0
  }

  /// Measures the units that are alive: those with at least a millionth of the strongest one's energy.
  ///
  /// - Complexity: O(H·N³).
  public func neurons() throws -> [NeuronMeasures] {
    let energies = centredEnergies()
    let least = 1e-6 * (energies.max() ?? 0)
    let alive = energies.indices.filter { energies[$0] > least }
    func columns(_ table: [Float]?) -> [[Double]]? {
      table.map { basis.energies($0.map(Double.init), width: width) }
    }
    let (x, y) = (columns(embeddings?.left), columns(embeddings?.right))
    let trivial = trivial
    return try inParallel(alive.count) { place in
      let unit = alive[place]
      let pairShares = basis.pairEnergies(activationMap(unit)).map { $0.map { $0 / energies[unit] } }
      let explained = task.simples.indices.map {
        $0 == trivial ? 0 : pairShares[$0][trivial] + pairShares[trivial][$0] + pairShares[$0][$0]
      }
      let explainedBy = Self.place(ofLargest: explained)
      var found = NeuronMeasures(
        unit: unit, energy: energies[unit], simple: explainedBy, xShare: .nan, yShare: .nan,
        explained: explained[explainedBy], explainedBy: explainedBy, pairShares: pairShares)
      if let x, let y {
        let (left, right) = (x.map { $0[unit] }, y.map { $0[unit] })
        found.simple = Self.place(ofLargest: zip(left, right).map { $0 + $1 })
        found.xShare = left[found.simple] / max(left.reduce(0, +), .leastNonzeroMagnitude)
        found.yShare = right[found.simple] / max(right.reduce(0, +), .leastNonzeroMagnitude)
      }
      return found
    }
  }

  static func place(ofLargest values: [Double]) -> Int {
    values.indices.max { values[$0] < values[$1] } ?? 0
  }
}
