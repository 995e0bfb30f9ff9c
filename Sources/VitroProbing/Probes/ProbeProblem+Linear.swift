internal import VitroCore
internal import VitroFitting
internal import VitroTensor

extension ProbeProblem {
  /// Logistic regressions of all targets in one pass for each strength, from the strongest on, each starting where the last ended.
  func logistic() throws -> [ProbeFit] {
    let sets = targets.flatMap(\.labelSets)
    guard !sets.isEmpty else { return targets.map { fixed($0) } }
    try requireRoom(min(2 * train.shape[0], width), most: 2 * Self.largestSystem)
    var starts: [LinearModel]?
    var candidates: [(strength: Double, fits: [ProbeFit])] = []
    for strength in settings.strengths.sorted(by: >) {
      let fits = try regression(strength).fit(train, labelSets: sets, starts: starts) { _ in !observer.shouldStop }
      starts = fits.map(\.model)
      candidates.append((strength, split(fits, strength: strength)))
    }
    return try best(candidates) { try crossEntropy($0.fits[0].readout) }.fits
  }

  func regression(_ strength: Double) -> LogisticRegression {
    LogisticRegression(
      inverseRegularization: 1 / strength, classWeights: settings.classWeights == .balanced ? .balanced : .uniform,
      standardizing: settings.standardizing, tolerance: settings.tolerance)
  }

  /// Hands the fits of all label sets back to the targets that they are of.
  private func split(_ fits: [LogisticFit], strength: Double) -> [ProbeFit] {
    var rest = fits[...]
    return targets.map { target in
      let own = Array(rest.prefix(target.labelSets.count))
      rest = rest.dropFirst(own.count)
      return ProbeFit(
        settings: settings, strength: strength, neurons: nil, converged: own.allSatisfy(\.converged),
        readout: target.readout(own.map(\.model), areLogOdds: true, width: width))
    }
  }

  /// Ridge regressions; classes and labels are targets of ±1.
  func ridge() throws -> [ProbeFit] {
    try requireRoom(min(train.shape[0], width), most: Self.largestSystem)
    let strengths = settings.strengths.sorted(by: >)
    let candidates = try targets.map { target in
      try target.isFixed ? strengths.map { fixed(target, strength: $0) } : ridge(target, strengths)
    }
    let chosen = try best(Array(strengths.indices)) { try squaredError(candidates[0][$0].readout) }
    return candidates.map { $0[chosen] }
  }

  private func ridge(_ target: FittableTarget, _ strengths: [Double]) throws -> [ProbeFit] {
    let rows = train.shape[0]
    let settings = Ridge(standardizing: settings.standardizing)
    let tables = try target.values.map { [$0] } ?? signs(target)
    let weights =
      target.meaning == .classes ? FittableTarget.rowWeights(target.classes, self.settings.classWeights) : nil
    var models = [[LinearModel]](repeating: [], count: strengths.count)
    for table in tables {
      let fits = try settings.fit(
        train, targets: table.reshaped([rows, table.count / rows]), alphas: strengths, sampleWeights: weights)
      for (index, model) in fits.enumerated() {
        var model = model
        if target.meaning != .values { model.kind = .scores }
        models[index].append(model)
      }
    }
    return zip(strengths, models).map { strength, models in
      ProbeFit(
        settings: self.settings, strength: strength, neurons: nil, converged: true,
        readout: target.readout(models, areLogOdds: false, width: width))
    }
  }

  /// +1 where a class or label holds and −1 elsewhere: a table of the classes (of two the second alone), or a column for each label.
  private func signs(_ target: FittableTarget) throws -> [Tensor] {
    if target.meaning == .labels { return try target.labels.map { try Tensor($0.map { Double(2 * $0 - 1) }) } }
    let members = try Tensor(target.classes).oneHot(count: target.fitted.count, dtype: .float64) * 2 - 1
    return [try target.fitted.count == 2 ? members.slice(axis: 1, 1..<2) : members]
  }

  /// The mean squared error on the validation rows: of values in units of their variance, of classes and labels to ±1.
  private func squaredError(_ readout: ProbeReadout) throws -> Double {
    let scores = try readout.predictions(validation).scores
    switch validationTarget {
    case .values(let table):
      let scale = try Tensor(Standardizer(fitting: targets[0].values ?? table).scale)
      return try ((scores - table) / scale).square().mean().item()
    case .multiLabel(let table): return try (scores - (table * 2 - 1)).square().mean().item()
    case .classes(let labels, let count):
      var truth = try Tensor(labels).oneHot(count: count, dtype: .float64) * 2 - 1
      var scores = scores
      // Two classes have one score, that of the second.
      if targets[0].fitted.count == 2 {
        scores = try scores.slice(axis: 1, targets[0].fitted[1]..<targets[0].fitted[1] + 1)
        truth = try truth.slice(axis: 1, targets[0].fitted[1]..<targets[0].fitted[1] + 1)
      }
      return try (scores - truth).square().mean().item()
    }
  }

  /// Mass-mean probes and discriminants.
  func discriminants() throws -> [ProbeFit] {
    let needsCovariance = settings.kind == .lda || settings.metric != .plain
    if needsCovariance { try requireRoom(width, most: Self.largestSystem) }
    let standardizer = settings.standardizing ? try Standardizer(fitting: train) : nil
    let features = try standardizer.map { try $0(train) } ?? train
    return try targets.map { target in
      let models = try target.labelSets.map { set in
        try observer.checkpoint("probe")
        let model = try discriminant(features, set)
        return try standardizer.map { try model.inRawCoordinates(of: $0) } ?? model
      }
      return ProbeFit(
        settings: settings, strength: nil, neurons: nil, converged: true,
        readout: target.readout(models, areLogOdds: settings.kind.givesProbabilities || models.isEmpty, width: width))
    }
  }

  private static let largestSystem = 8192

  /// Refuses a dense system that would take gigabytes and hours.
  private func requireRoom(_ size: Int, most: Int) throws {
    guard size > most else { return }
    throw VitroError(
      .unsupported, "probe",
      "a probe of kind '\(settings.kind.rawValue)' on \(train.shape[0]) rows of \(width) features solves \(size) × \(size) equations, at most \(most) × \(most) are taken",
      hint: "Pool the features, take fewer rows, or use an MLP or a plain mass-mean probe.")
  }

  private func discriminant(_ features: Tensor, _ set: LabelSet) throws -> LinearModel {
    if settings.kind == .massMean {
      return try MassMean(metric: settings.metric).fit(features, labels: set.labels, classCount: set.classCount)
    }
    let priors = settings.classWeights == .balanced ? [Double](repeating: 1, count: set.classCount) : nil
    return try DiscriminantAnalysis(shrinkage: settings.shrinkage, priors: priors)
      .fit(features, labels: set.labels, classCount: set.classCount).model
  }
}
