public import VitroCore

/// Everything that an analysis says of one network on a group, to keep and to draw.
public struct CompositionReading: Codable, Sendable {
  /// The group.
  public var group: String
  /// Its order, N.
  public var order: Int
  /// The shares of simples and the losses.
  public var measures: CompositionMeasures
  /// The units that are alive.
  public var units: [Unit]
  /// Where the energy of units of one simple goes.
  public var harmonics: HarmonicShares
  /// The forbidden share of the same units when each is fed nothing but its own simple; NaN without embeddings or without a rule.
  public var purifiedForbidden: Double
  /// Whether units are constant on cosets; nothing without embeddings.
  public var cosets: CosetMeasures?
  /// The strongest unit of the simple that has most units.
  public var example: Example?

  /// A unit, without its map.
  public struct Unit: Codable, Sendable, Hashable {
    /// Its number.
    public var unit: Int
    /// Its simple, by number.
    public var simple: Int
    /// The simple's share of its two columns, the lesser; NaN without embeddings.
    public var purity: Double
    /// What linear and quadratic terms of one simple explain of its activations.
    public var explained: Double
    /// Whether it counts as a unit of one simple.
    public var isSingle: Bool
  }

  /// A unit in full.
  public struct Example: Codable, Sendable, Hashable {
    /// Its number.
    public var unit: Int
    /// Its simple, by number.
    public var simple: Int
    /// The elements in which order the rows of the map stand: for a cyclic group by the phase that the simple gives them, else by what the
    /// embedding gives the unit.
    public var rows: [Int]
    /// The elements in which order its columns stand.
    public var columns: [Int]
    /// Its activations over pairs, `[N, N]`, rows and columns in their orders.
    public var map: [Double]
    /// Its centred energy in K ⊠ L, `[simples][simples]`, as shares.
    public var pairShares: [[Double]]
  }
}

extension CompositionAnalysis {
  /// Reads the network: all measures at once.
  ///
  /// - Parameters:
  ///   - seed: What the control of the coset test comes from.
  ///   - network: The number of the network among others that are measured beside it.
  /// - Throws: ``/VitroCore/VitroError`` (`memory`).
  /// - Complexity: O(H·N³).
  public func reading(seed: UInt64 = 0, network: Int = 0) throws -> CompositionReading {
    let neurons = try neurons()
    let single = neurons.filter(\.isSingle)
    let counts = task.simples.indices.map { simple in single.count { $0.simple == simple } }
    let most = Self.place(ofLargest: counts.map(Double.init))
    let example = single.filter { $0.simple == most }.max { $0.energy < $1.energy }
    return CompositionReading(
      group: task.name, order: order, measures: measures(),
      units: neurons.map {
        .init(
          unit: $0.unit, simple: $0.simple, purity: $0.xShare.isNaN ? .nan : min($0.xShare, $0.yShare),
          explained: $0.explained, isSingle: $0.isSingle)
      },
      harmonics: harmonicShares(neurons), purifiedForbidden: try purified(single)?.forbidden ?? .nan,
      cosets: try cosetMeasures(neurons, seed: seed, network: network),
      example: example.map { neuron in
        let (rows, columns) = elementOrders(neuron)
        let map = rows.flatMap { a in columns.map { Double(hidden[(a * order + $0) * width + neuron.unit]) } }
        return .init(
          unit: neuron.unit, simple: neuron.simple, rows: rows, columns: columns, map: map,
          pairShares: neuron.pairShares)
      })
  }

  /// The elements in an order in which a unit's map is smooth.
  private func elementOrders(_ neuron: NeuronMeasures) -> (rows: [Int], columns: [Int]) {
    if let powers = task.cyclicOrdering, let frequencies = task.cyclicFrequencies {
      let phases = powers.indices.map { ($0 * frequencies[neuron.simple] % order, $0) }
      let sorted = phases.sorted { $0 < $1 }.map { powers[$0.1] }
      return (sorted, sorted)
    }
    guard let embeddings else { return (Array(0..<order), Array(0..<order)) }
    func sorted(_ table: [Float]) -> [Int] {
      (0..<order).sorted { (table[$0 * width + neuron.unit], $0) < (table[$1 * width + neuron.unit], $1) }
    }
    return (sorted(embeddings.left), sorted(embeddings.right))
  }

  /// The harmonics of units that are fed their own simple alone: what is left of the forbidden ones is aliasing.
  private func purified(_ single: [NeuronMeasures]) throws -> HarmonicShares? {
    guard let embeddings, !single.isEmpty else { return nil }
    func project(_ table: [Float]) -> [Float] {
      var pure = [Float](repeating: 0, count: order * single.count)
      for (place, neuron) in single.enumerated() {
        let column = (0..<order).map { Double(table[$0 * width + neuron.unit]) }
        let own = basis.project(column, width: 1, onto: [neuron.simple])
        for a in 0..<order { pure[a * single.count + place] = Float(own[a]) }
      }
      return pure
    }
    let network = try CompositionNetwork(
      order: order, width: single.count, left: project(embeddings.left), right: project(embeddings.right),
      unembed: Array(repeating: 0, count: order * single.count))
    let analysis = try CompositionAnalysis(task, network, basis: basis)
    return analysis.harmonicShares(try analysis.neurons())
  }
}

extension CompositionReading {
  /// The numbers for programs: `shares`, losses, simples, harmonics, cosets.
  public var facts: [String: JSONValue] {
    var facts: [String: JSONValue] = [
      "group": .string(group), "order": .integer(order), "accuracy": .number(measures.accuracy),
      "loss": .number(measures.loss),
      "shares": [
        "xEmbed": .number(measures.xEmbed), "yEmbed": .number(measures.yEmbed), "unembed": .number(measures.unembed),
        "hiddenA": .number(measures.hiddenA), "hiddenB": .number(measures.hiddenB),
        "hiddenAB": .number(measures.hiddenAB), "logits": .number(measures.logits),
      ],
      "restrictedLoss": .number(measures.restrictedLoss), "excludedLoss": .number(measures.excludedLoss),
      "gini": .number(measures.gini),
      "keySimples": .array(measures.key.map { .string($0.name) }),
      "simples": .array(
        measures.simples.map {
          [
            "name": .string($0.name), "logitSimilarity": .number($0.logitSimilarity), "xEmbed": .number($0.xEmbed),
            "yEmbed": .number($0.yEmbed), "unembed": .number($0.unembed), "hiddenA": .number($0.hiddenA),
            "hiddenB": .number($0.hiddenB), "hiddenAB": .number($0.hiddenAB),
          ]
        }),
      "units": [
        "alive": .integer(units.count), "single": .integer(units.count(where: \.isSingle)),
        "explainedAbove85": .integer(units.count { $0.explained > 0.85 }),
      ],
      "harmonics": [
        "left": .number(harmonics.left), "right": .number(harmonics.right), "product": .number(harmonics.product),
        "sum": .number(harmonics.sum), "doubled": .numbers(harmonics.doubled), "squared": .number(harmonics.squared),
        "outside": .number(harmonics.outside), "units": .integer(harmonics.units), "ruled": .integer(harmonics.ruled),
        "rule": .string(harmonics.rule),
      ],
      "forbiddenShare": .number(harmonics.forbidden), "forbiddenSharePurified": .number(purifiedForbidden),
    ]
    if let cosets {
      facts["cosets"] = [
        "subgroups": .integer(cosets.subgroups), "units": .integer(cosets.units), "constant": .integer(cosets.constant),
        "beyondKernel": .integer(cosets.beyondKernel), "control": .integer(cosets.control),
        "orders": .array(
          cosets.orders.map {
            [
              "simple": .string($0.simple), "left": .integer($0.left), "leftSide": .string($0.leftSide),
              "right": .integer($0.right), "rightSide": .string($0.rightSide), "units": .integer($0.units),
            ]
          }),
      ]
    }
    return facts
  }
}
