internal import VitroCore
internal import VitroTensor

/// How many hidden units have pre-activations that are constant on cosets (Stander et al., 2024).
///
/// A column of an embedding counts as constant on the cosets of S when the share of its centred energy within cosets is at most a hundredth and
/// twice the share outside of the unit's simple, and a tenth at most. Every function of a simple is constant on the cosets of its kernel; what says
/// something is a greater S, and how often functions drawn at random from the same simple pass.
public struct CosetMeasures: Codable, Sendable, Hashable {
  /// How many subgroups were tried.
  public var subgroups: Int
  /// How many units were.
  public var units: Int
  /// How many have both columns constant on cosets of some subgroup.
  public var constant: Int
  /// How many of a subgroup greater than the kernel of their simple.
  public var beyondKernel: Int
  /// How many pairs of random functions of the units' simples are so.
  public var control: Int
  /// By the order of the greatest subgroups of both columns: how many units.
  public var orders: [Count]

  /// How many units have two orders of subgroups.
  public struct Count: Codable, Sendable, Hashable {
    /// The simple.
    public var simple: String
    /// The order of the greatest subgroup on whose cosets E_x is constant.
    public var left: Int
    /// Which: `left` g·S, `right` S·g, or `normal`.
    public var leftSide: String
    /// The same of E_y.
    public var right: Int
    /// Which.
    public var rightSide: String
    /// How many units.
    public var units: Int
  }
}

extension CompositionAnalysis {
  /// Tests units with one simple for pre-activations that are constant on cosets; nothing without embeddings.
  ///
  /// - Parameters:
  ///   - neurons: What ``neurons()`` has found.
  ///   - seed: What the control's functions come from.
  ///   - network: The number of the network among others that are measured beside it: each has functions of its own.
  /// - Complexity: O(units · subgroups · N).
  public func cosetMeasures(_ neurons: [NeuronMeasures], seed: UInt64, network: Int = 0) throws -> CosetMeasures? {
    guard let embeddings else { return nil }
    let subgroups = task.smallSubgroups()
    // Of the trivial simple every function is constant.
    let single = neurons.filter { $0.isSingle && $0.simple != trivial }
    var measures = CosetMeasures(
      subgroups: subgroups.count, units: single.count, constant: 0, beyondKernel: 0, control: 0, orders: [])
    var counts: [CosetMeasures.Count: Int] = [:]
    for neuron in single {
      let simple = task.simples[neuron.simple]
      let x = greatest(column(embeddings.left, neuron.unit), noise: 1 - neuron.xShare, subgroups)
      let y = greatest(column(embeddings.right, neuron.unit), noise: 1 - neuron.yShare, subgroups)
      if let x, let y {
        measures.constant += 1
        if min(x.order, y.order) > simple.kernelOrder { measures.beyondKernel += 1 }
        counts[
          .init(simple: simple.name, left: x.order, leftSide: x.side, right: y.order, rightSide: y.side, units: 0),
          default: 0] += 1
      }
      let random = try [0, 1].map { side in
        var stream = RandomStream(seed: seed, "coset control", network, neuron.unit, side)
        let function = try stream.normal([order], dtype: .float64).doubles
        return basis.project(function, width: 1, onto: [neuron.simple])
      }
      let a = greatest(random[0], noise: 1 - neuron.xShare, subgroups)
      let b = greatest(random[1], noise: 1 - neuron.yShare, subgroups)
      if let a, let b, min(a.order, b.order) > simple.kernelOrder { measures.control += 1 }
    }
    measures.orders = counts.map { key, units in
      var count = key
      count.units = units
      return count
    }.sorted { a, b in
      (b.units, a.simple, a.left, a.right, a.leftSide, a.rightSide)
        < (a.units, b.simple, b.left, b.right, b.leftSide, b.rightSide)
    }
    return measures
  }

  private func column(_ table: [Float], _ unit: Int) -> [Double] {
    (0..<order).map { Double(table[$0 * width + unit]) }
  }

  /// The greatest subgroup on whose cosets a function is constant.
  private func greatest(_ function: [Double], noise: Double, _ subgroups: [Subgroup]) -> (order: Int, side: String)? {
    let tolerance = min(0.01 + 2 * max(noise, 0), 0.1)
    let mean = function.reduce(0, +) / Double(order)
    let centred = function.map { $0 - mean }
    let energy = centred.reduce(0) { $0 + $1 * $1 }
    /// The share of the energy between cosets is Σ over cosets of (sum)²/|S|.
    func within(_ cosets: [Int], _ size: Int) -> Double {
      var sums = [Double](repeating: 0, count: order)
      for (value, coset) in zip(centred, cosets) { sums[coset] += value }
      return 1 - sums.reduce(0) { $0 + $1 * $1 } / (Double(size) * energy)
    }
    guard energy > 0 else { return nil }
    for subgroup in subgroups.reversed() {
      let isLeft = within(subgroup.leftCosets, subgroup.order) <= tolerance
      if isLeft || within(subgroup.rightCosets, subgroup.order) <= tolerance {
        return (subgroup.order, subgroup.isNormal ? "normal" : isLeft ? "left" : "right")
      }
    }
    return nil
  }
}
