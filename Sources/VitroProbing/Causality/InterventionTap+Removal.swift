internal import VitroCore
internal import VitroFitting
internal import VitroTensor

extension InterventionTap {
  /// Everything that is measured at the value.
  func value() throws -> ReadableAndUsed.Value {
    let rows = try ProbeDirections.classRows(of: directions.model)
    let directed = try subspace(rows)
    let probe = try removal(of: directed)
    let shuffled = try directions.control.map { try removal(of: subspace(ProbeDirections.classRows(of: $0))).removal }
    let random = try (0..<study.draws).map { draw in
      try removal(of: subspace(randomRows(directed.rank, "random subspace", draw)))
    }
    let randomShares = right.indices.map { example in
      random.map { $0.right[example] ? 1.0 : 0 }.mean
    }
    let excess = zip(probe.right, randomShares).map { ($0 ? 1.0 : 0) - $1 }
    let pattern = try removal(of: subspace(patternRows(of: rows)))
    let shuffledPattern = try directions.control.map { control in
      try removal(of: subspace(patternRows(of: ProbeDirections.classRows(of: control))))
    }
    let readings = try readings()
    return ReadableAndUsed.Value(
      tap: directions.tap, width: directions.width, probe: try Self.accuracy(readings.probe),
      control: try readings.control.map(Self.accuracy),
      margin: try readings.control.map { control in
        try PairedChange.mean(
          of: zip(readings.probe, control).map { ($0 ? 1.0 : 0) - ($1 ? 1.0 : 0) }, groups: groups, seed: seed)
      },
      removal: probe.removal, shuffled: shuffled, random: random.map(\.removal),
      excess: try PairedChange.mean(of: excess, groups: groups, seed: seed),
      pattern: pattern.removal, shuffledPattern: shuffledPattern?.removal,
      patternExcess: try shuffledPattern.map { other in
        try PairedChange.mean(
          of: zip(pattern.right, other.right).map { ($0 ? 1.0 : 0) - ($1 ? 1.0 : 0) }, groups: groups, seed: seed)
      },
      classRemoval: try classRemoval(rows), steering: try steering(rows))
  }

  /// Σ s(x)·(x − μ)ᵀ over the examples for the scores s = W(x − μ), `[classes, width]`: how the value varies with what the probe reads.
  ///
  /// Weights say what to look at, patterns how it is held: weights also cancel what the value holds besides.
  private func patternRows(of weights: Tensor) throws -> Tensor {
    let mean = try Tensor(directions.mean, shape: [1, directions.width])
    var sum = try Tensor.zeros([weights.shape[0], directions.width], dtype: .float64)
    for recording in recordings {
      let values = try DirectionSubspace.rows(of: recording.value)
      let scores = try DirectionSubspace.coordinates(of: values, along: weights, from: mean)
      let products = try scores.matmul(values, transposeA: true).cast(to: .float64)
      sum = try sum + products - scores.sum(axes: [0]).cast(to: .float64).expandingAxis(1) * mean
    }
    return sum
  }

  private func subspace(_ rows: Tensor) throws -> DirectionSubspace {
    try DirectionSubspace(spannedBy: rows, mean: directions.mean, scale: directions.scale)
  }

  private func removal(
    of subspace: DirectionSubspace
  ) throws -> (removal: ReadableAndUsed.Removal, right: [Bool]) {
    let right = try zip(answers(without: subspace), labels).map { $0 == $1 }
    let total = variances.reduce(0, +)
    let removed = subspace.rank == 0 ? 0 : try variances(along: subspace.basis).reduce(0, +)
    let removal = ReadableAndUsed.Removal(
      rank: subspace.rank, variance: total > 0 ? removed / total : 0,
      change: try PairedChange(before: self.right, after: right, groups: groups, seed: seed))
    return (removal, right)
  }

  /// What the rest of the network answers without a subspace; an empty one changes nothing.
  private func answers(without subspace: DirectionSubspace) throws -> [Int] {
    subspace.rank == 0 ? answers : try answers(to: { try subspace.removing(from: $0) })
  }

  /// Which examples the probe answers right, and which shuffled labels the probe of shuffled labels.
  private func readings() throws -> (probe: [Bool], control: [Bool]?) {
    func right(_ model: LinearModel, _ truth: [Int]) throws -> [Bool] {
      let predictions = try recordings.flatMap { try model.predict(DirectionSubspace.rows(of: $0.value)) }
      return zip(predictions, truth).map { directions.classes[$0] == $1 }
    }
    var stream = RandomStream(seed: seed, "shuffled test labels")
    let shuffled = stream.permutation(labels.count).map { labels[$0] }
    return (try right(directions.model, labels), try directions.control.map { try right($0, shuffled) })
  }

  /// Takes out one class's direction after the other.
  private func classRemoval(_ rows: Tensor) throws -> ReadableAndUsed.ClassRemoval? {
    guard directions.classes.count >= 3 else { return nil }
    var (own, ofOthers) = ([(example: Int, change: Double)](), [[Double]](repeating: [], count: labels.count))
    for number in classNumbers {
      let answers = try answers(without: subspace(rows.slice(number..<number + 1)))
      for (example, answer) in answers.enumerated() {
        let change = (answer == labels[example] ? 1.0 : 0) - (right[example] ? 1.0 : 0)
        if labels[example] == directions.classes[number] {
          own.append((example, change))
        } else {
          ofOthers[example].append(change)
        }
      }
    }
    let others = ofOthers.enumerated().filter { !$0.element.isEmpty }
    guard !own.isEmpty, !others.isEmpty else { return nil }
    return ReadableAndUsed.ClassRemoval(
      own: try PairedChange.mean(
        of: own.map(\.change), groups: groups.map { groups in own.map { groups[$0.example] } }, seed: seed),
      others: try PairedChange.mean(
        of: others.map(\.element.mean), groups: groups.map { groups in others.map { groups[$0.offset] } }, seed: seed))
  }

  /// The classes of the probe that are taken one by one.
  var classNumbers: [Int] { DirectionInterventions.spread(study.mostClasses, of: directions.classes.count) }

  private static func accuracy(_ right: [Bool]) throws -> Estimate {
    try .clopperPearson(successes: right.count { $0 }, trials: right.count)
  }
}
