internal import VitroCore
internal import VitroData
internal import VitroFitting
internal import VitroTensor

/// A probe fitted by the solver to activations that were kept, with the strength that errs least on the validation part.
struct ExactProbe {
  let probe: TapProbe
  let strength: Double
  let converged: Bool

  /// A row whose value is NaN or infinite.
  struct RowNotFinite: Error { let number: Int }

  /// Fits a probe to the rows of a tap, or says which of them cannot be fitted.
  ///
  /// Strengths are tried from strong to weak penalty, each from the fit before, until the validation error grows.
  static func fit(
    _ store: ActivationStore, _ tap: String, _ problem: LayerProblem, _ candidates: [Double],
    _ observer: any Observer
  ) throws -> Result<ExactProbe, RowNotFinite> {
    let raw = ProbeFeatures(
      train: try store.features(at: tap, rows: problem.train),
      validation: try store.features(at: tap, rows: problem.validation),
      test: try store.features(at: tap, rows: problem.test))
    for (features, rows) in [
      (raw.train, problem.train), (raw.validation, problem.validation), (raw.test, problem.test),
    ] {
      if let row = try features.firstRowNotFinite { return .failure(RowNotFinite(number: rows.lowerBound + row)) }
    }
    let standardizer = try Standardizer(fitting: raw.train)
    let features = try raw.compressed()
    let sets = problem.labelSets.map { LabelSet(Array($0[problem.train]), classCount: problem.classCount) }
    var best: (errors: Int, fits: [LogisticFit], strength: Double)?
    for candidate in candidates.sorted() {
      let strength = candidate / Double(problem.train.count)
      let regression = LogisticRegression(
        inverseRegularization: strength, standardizing: !features.isStandardized, tolerance: LayerProbes.tolerance,
        maximumIterations: LayerProbes.mostIterations)
      let fits = try regression.fit(features.train, labelSets: sets, starts: best?.fits.map(\.model)) { _ in
        !observer.shouldStop
      }
      let errors = zip(try fits[0].model.predict(features.validation), problem.labels[problem.validation])
        .count { $0 != $1 }
      guard errors < best?.errors ?? .max else { break }
      best = (errors, fits, strength)
    }
    guard let best else { throw VitroError(.argument, "probing", "there are no strengths to choose from") }
    func correct(_ fit: LogisticFit, _ labels: [Int]) throws -> [Bool] {
      zip(try fit.model.predict(features.test), labels[problem.test]).map { $0 == $1 }
    }
    let probe = TapProbe(
      tap: tap, model: try features.uncompressed(best.fits[0].model, standardizer),
      control: try features.uncompressed(best.fits[1].model, standardizer), mean: standardizer.mean,
      deviation: standardizer.scale, classes: problem.classes, correct: try correct(best.fits[0], problem.labels),
      controlCorrect: try correct(best.fits[1], problem.shuffled))
    return .success(
      ExactProbe(probe: probe, strength: best.strength, converged: best.fits.allSatisfy(\.converged)))
  }
}
