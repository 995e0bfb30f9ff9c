internal import VitroCore
internal import VitroFitting
internal import VitroTensor

extension ProbeProblem {
  /// Logistic regressions on the features that tell most of each target; the first target's strength is the others'.
  func sparse() throws -> [ProbeFit] {
    var strength: Double?
    return try targets.map { target in
      let sets = target.labelSets
      guard !sets.isEmpty else { return fixed(target, strength: strength) }
      let rankings = try rank(target)
      let chosen = rankings.map { Array($0.prefix(min(settings.neurons, width))) }
      let columns = try chosen.map { try train.gather(Tensor($0), axis: 1) }
      var candidates: [ProbeFit] = []
      var starts = [LinearModel?](repeating: nil, count: sets.count)
      for candidate in strength.map({ [$0] }) ?? settings.strengths.sorted(by: >) {
        let fits = try sets.indices.map { index in
          try regression(candidate).fit(
            columns[index], labelSets: [sets[index]], starts: starts[index].map { [$0] }
          ) { _ in !observer.shouldStop }[0]
        }
        starts = fits.map(\.model)
        let models = try zip(fits, chosen).map { try widened($0.model, to: $1) }
        candidates.append(
          ProbeFit(
            settings: settings, strength: candidate, neurons: chosen, converged: fits.allSatisfy(\.converged),
            readout: target.readout(models, areLogOdds: true, width: width)))
      }
      let found = try best(candidates) { try crossEntropy($0.readout) }
      strength = strength ?? found.strength
      return found
    }
  }

  /// The features, the most telling first, for the classes or for each label.
  private func rank(_ target: FittableTarget) throws -> [[Int]] {
    switch settings.ranking {
    case .meanDifference: return try target.labelSets.map { Self.descending(try spread($0)) }
    case .fullProbe:
      var all = self.settings
      all.kind = .logistic
      let full = ProbeProblem(
        settings: all, train: train, targets: [target], validation: validation, validationTarget: validationTarget,
        observer: observer)
      let scale = try Tensor(Standardizer(fitting: train).scale)
      return try (full.logistic()[0].linearModels ?? []).map { model in
        Self.descending(try (model.weights * scale).abs().max(axes: [0]).doubles)
      }
    }
  }

  /// For each feature the share η² of its variance that lies between classes: Σ_k n_k (μ_k − μ)² / Σ_i (x_i − μ)².
  private func spread(_ set: LabelSet) throws -> [Double] {
    let standardizer = try Standardizer(fitting: train)
    let standardized = try standardizer(train).cast(to: .float64)
    let members = try Tensor(set.labels).oneHot(count: set.classCount, dtype: .float64)
    let sums = try members.matmul(standardized, transposeA: true)
    let counts = try members.sum(axes: [0]).expandingAxis(1)
    return try (sums.square() / counts).sum(axes: [0]).doubles.map { $0 / Double(train.shape[0]) }
  }

  private static func descending(_ values: [Double]) -> [Int] {
    values.indices.sorted { values[$0] == values[$1] ? $0 < $1 : values[$0] > values[$1] }
  }

  /// The model of all features whose weights are a narrow model's, and 0 elsewhere.
  private func widened(_ model: LinearModel, to features: [Int]) throws -> LinearModel {
    let narrow = try model.weights.doubles
    var weights = [Double](repeating: 0, count: model.outputCount * width)
    for output in 0..<model.outputCount {
      for (position, feature) in features.enumerated() {
        weights[output * width + feature] = narrow[output * features.count + position]
      }
    }
    return try LinearModel(
      kind: model.kind, weights: Tensor(weights, shape: [model.outputCount, width]), intercepts: model.intercepts)
  }
}
