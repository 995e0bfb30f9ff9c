internal import Foundation

/// How much of a network on a group lies in a simple.
public struct SimpleMeasures: Codable, Sendable, Hashable {
  /// The simple's name.
  public var name: String
  /// Its dimension over the reals.
  public var dimension: Int
  /// The cosine between the logits, centred over the answers, and χ(a·b·c⁻¹).
  public var logitSimilarity: Double
  /// The share of E_x in its isotypic part; NaN where there are no embeddings, as of the next two.
  public var xEmbed: Double
  /// The share of E_y.
  public var yEmbed: Double
  /// The share of U.
  public var unembed: Double
  /// The share of the centred hidden layer in its matrix elements at a.
  public var hiddenA: Double
  /// At b.
  public var hiddenB: Double
  /// At a·b.
  public var hiddenAB: Double

  /// Whether the logits use it.
  public var isKey: Bool { logitSimilarity > CompositionAnalysis.keySimilarity }
}

/// How a network multiplies: the shares of its key simples, and its losses with and without them.
public struct CompositionMeasures: Codable, Sendable, Hashable {
  /// Every simple, in the task's order.
  public var simples: [SimpleMeasures]
  /// Mean cross-entropy over all pairs.
  public var loss: Double
  /// The share of all pairs that it multiplies rightly.
  public var accuracy: Double
  /// Mean cross-entropy over all pairs when only the key simples' part at a·b is kept.
  public var restrictedLoss: Double
  /// Mean cross-entropy over the training pairs (all, when they are not known) when that part is taken away.
  public var excludedLoss: Double
  /// The Gini coefficient of the energies of the simples in the embedding, or, without one, in the hidden layer at a: 0 when all have the
  /// same per dimension, near 1 when one has all.
  public var gini: Double

  /// The simples that the logits use.
  public var key: [SimpleMeasures] { simples.filter(\.isKey) }
  private func total(_ share: (SimpleMeasures) -> Double) -> Double { key.map(share).reduce(0, +) }
  /// The key simples' share of E_x.
  public var xEmbed: Double { total(\.xEmbed) }
  /// Of E_y.
  public var yEmbed: Double { total(\.yEmbed) }
  /// Of U.
  public var unembed: Double { total(\.unembed) }
  /// Of the hidden layer, at a.
  public var hiddenA: Double { total(\.hiddenA) }
  /// At b.
  public var hiddenB: Double { total(\.hiddenB) }
  /// At a·b.
  public var hiddenAB: Double { total(\.hiddenAB) }
  /// Σ similarity²: the share of the centred logits that the characters explain.
  public var logits: Double { total { $0.logitSimilarity * $0.logitSimilarity } }
}

extension CompositionAnalysis {
  /// Measures the network; `key` are the simples whose part is kept or taken away, by themselves those that its logits use.
  ///
  /// - Complexity: O(N³ + N²·H).
  public func measures(key: [Int]? = nil) -> CompositionMeasures {
    let (similarities, hiddenMeans) = (logitSimilarities(), means(hidden, columns: width))
    let total = centredEnergies().reduce(0, +)
    func sums(_ functions: [Double]) -> [Double] {
      basis.energies(functions, width: width).map { $0.reduce(0, +) }
    }
    func shares(_ table: [Float]?) -> [Double] {
      guard let table else { return Array(repeating: .nan, count: task.simples.count) }
      let energies = sums(table.map(Double.init))
      let whole = energies.reduce(0, +)
      return energies.map { $0 / whole }
    }
    func hiddenShares(_ means: [Double]) -> [Double] { sums(means).map { Double(order) * $0 / total } }
    let (x, y) = (shares(embeddings?.left), shares(embeddings?.right))
    let u = shares(unembed.map { transposed($0, rows: width, columns: order) })
    let a = hiddenShares(hiddenMeans.left)
    let (b, ab) = (hiddenShares(hiddenMeans.right), hiddenShares(hiddenMeans.product))
    let simples = task.simples.enumerated().map { index, simple in
      // The mean is taken out of the hidden layer, and it is what the trivial one has there.
      let isTrivial = simple.values.allSatisfy { abs($0 - 1) < 1e-9 }
      return SimpleMeasures(
        name: simple.name, dimension: simple.dimension, logitSimilarity: similarities[index], xEmbed: x[index],
        yEmbed: y[index], unembed: u[index], hiddenA: isTrivial ? 0 : a[index], hiddenB: isTrivial ? 0 : b[index],
        hiddenAB: isTrivial ? 0 : ab[index])
    }
    let key = key ?? simples.indices.filter { simples[$0].isKey }
    let losses = losses(hiddenMeans.product, key: key)
    let energies = embeddings == nil ? simples.map(\.hiddenA) : x
    return CompositionMeasures(
      simples: simples, loss: losses.loss, accuracy: losses.accuracy, restrictedLoss: losses.restricted,
      excludedLoss: losses.excluded,
      gini: Self.gini(zip(energies, task.simples).map { $0 / Double($1.multiplicity) }))
  }

  private func transposed(_ values: [Float], rows: Int, columns: Int) -> [Float] {
    (0..<rows * columns).map { values[$0 % rows * columns + $0 / rows] }
  }

  /// The cosine of the centred logits and χ(a·b·c⁻¹) for every simple; 0 for the trivial one, which does not tell answers apart.
  ///
  /// Σ over pairs and answers of logit·χ(a·b·c⁻¹) = Σ over t of χ(t)·S(t), S(t) the sum of the logits with a·b·c⁻¹ = t.
  private func logitSimilarities() -> [Double] {
    let n = order
    var (sums, energy) = ([Double](repeating: 0, count: n), 0.0)
    // Which t belongs to answer c of a pair with product p: p·c⁻¹.
    let quotients = (0..<n).flatMap { p in (0..<n).map { Int32(task.product(p, task.inverse($0))) } }
    logits.withUnsafeBufferPointer { logits in
      for pair in 0..<n * n {
        let row = pair * n
        let mean = (0..<n).reduce(0) { $0 + Double(logits[row + $1]) } / Double(n)
        let start = Int(task.products[pair]) * n
        for c in 0..<n {
          let value = Double(logits[row + c]) - mean
          sums[Int(quotients[start + c])] += value
          energy += value * value
        }
      }
    }
    return task.simples.map { simple in
      let isTrivial = simple.values.allSatisfy { abs($0 - 1) < 1e-9 }
      let norm = (simple.values.reduce(0) { $0 + $1 * $1 } * Double(n * n) * energy).squareRoot()
      let product = zip(simple.values, sums).reduce(0) { $0 + $1.0 * $1.1 }
      return isTrivial || norm == 0 ? 0 : product / norm
    }
  }

  /// The Gini coefficient of amounts: half the mean difference of two of them, by their mean.
  static func gini(_ amounts: [Double]) -> Double {
    let (sorted, total) = (amounts.sorted(), amounts.reduce(0, +))
    guard total > 0, sorted.count > 1 else { return 0 }
    let count = Double(sorted.count)
    let weighted = sorted.enumerated().reduce(0) { $0 + (2 * Double($1.offset + 1) - count - 1) * $1.element }
    return weighted / (count * total)
  }
}
