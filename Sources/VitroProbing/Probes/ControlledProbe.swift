public import VitroCore
public import VitroFitting
internal import VitroTensor

/// What a probe reads, with its control: there is no such result without one.
///
/// ```swift
/// let again = try Probe(ProbeSettings(.logistic)).run(parts)
/// let accuracy = again.scores[.accuracy]  // on the test part, with its interval
/// let selectivity = again.control.selectivity  // how much of it is not the probe's own doing
/// let majority = again.baseline  // the score of always answering the most frequent class
/// ```
public struct ControlledProbe: Sendable {
  /// The fitted probe.
  public let fit: ProbeFit
  /// Its scores on the test part.
  public let scores: ProbeScores
  /// What the same kind of probe scores where there is nothing to read.
  public let control: ProbeControl
  /// The score without any features: of the most frequent class, label by label, or of the mean value of the training part.
  public let baseline: Double
  /// What each row that the control was judged on contributes to its score, and what these rows belong to.
  var controlRows: (merits: [Double], groups: [Int]?) = ([], nil)

  /// Puts a probe and its control together.
  public init(fit: ProbeFit, scores: ProbeScores, control: ProbeControl, baseline: Double) {
    self.fit = fit
    self.scores = scores
    self.control = control
    self.baseline = baseline
  }
}

/// A control, and the comparison of the task with it.
public struct ProbeControl: Sendable, Hashable, Codable {
  /// What the control is.
  public let task: ControlTask
  /// The scores of the control.
  public let scores: ProbeScores
  /// The scores of the task on the same rows as the control's: the probe's own, unless the rows were divided anew.
  public let comparison: ProbeScores
  /// The task's score minus the control's (Hewitt & Liang, 2019), with a paired bootstrap interval: every draw of rows counts for both.
  public let selectivity: Estimate
  /// The exact one-sided p-value of the paired sign test: how probable so many rows (groups) better read than in the control would be by chance.
  public let pValue: Double
}

extension Probe {
  /// Fits, judges on the test part, and does the same with a control task.
  ///
  /// The control is fitted with the strength that was chosen for the task. Paired intervals and the sign test draw groups where there are groups; with
  /// a control by type they draw types, for rows of one type have one random target.
  ///
  /// - Throws: ``/VitroCore/VitroError`` as ``fit(_:validation:observer:)``; and when values do not vary over the test part.
  public func run(_ parts: ProbeParts, observer: any Observer = SilentObserver()) throws -> ControlledProbe {
    let controlled = try ControlledParts(parts, seed: settings.seed)
    let inner = controlled.parts
    let companion = (train: controlled.train, validation: controlled.validation)
    let fits = try fit(inner.train, validation: inner.validation, companions: [companion], observer: observer)
    let comparison = try Judged(fits[0], inner.test)
    let control = try Judged(fits[1], inner.test.with(controlled.test))
    let pairing = inner.test.groups ?? (controlled.task.rule == .byType ? inner.test.types : nil)
    let (first, second) = (comparison.judge, control.judge)
    let selectivity = try Bootstrap.interval(rows: inner.test.count, groups: pairing, seed: settings.seed) { drawn in
      let counts = first.counts(drawn)
      return first.primaryScore(counts: counts) - second.primaryScore(counts: counts)
    }
    let compared = try comparison.scores(settings.seed)
    let beside = try ProbeControl(
      task: controlled.task, scores: control.scores(settings.seed), comparison: compared, selectivity: selectivity,
      pValue: BinomialTest.signTest(first.merits, against: second.merits, groups: pairing))
    let own =
      controlled.task.isDividedAnew
      ? try fit(parts.train, validation: parts.validation, companions: [], observer: observer)[0] : nil
    var result = try ControlledProbe(
      fit: own ?? fits[0], scores: own?.scores(parts.test) ?? compared, control: beside,
      baseline: Self.baseline(parts))
    result.controlRows = (second.merits, inner.test.groups)
    return result
  }

  /// What a fit answers for rows, and the judge of it.
  private struct Judged {
    let rows: ProbeRows
    let predictions: ProbePredictions
    let judge: ProbeJudge

    init(_ fit: ProbeFit, _ rows: ProbeRows) throws {
      self.rows = rows
      predictions = try fit.predictions(rows.features)
      judge = try ProbeJudge(predictions, rows.target)
    }

    func scores(_ seed: UInt64) throws -> ProbeScores { try ProbeScores(predictions, of: rows, seed: seed) }
  }

  /// The primary score of the answer that is best for the training rows without looking at features.
  private static func baseline(_ parts: ProbeParts) throws -> Double {
    let outputs = parts.train.target.outputCount
    let constant: [Double]
    switch parts.train.target {
    case .classes(let labels, let count):
      var counts = [Double](repeating: 0, count: count)
      for label in labels { counts[label] += 1 }
      constant = counts
    case .multiLabel(let table): constant = try table.mean(axes: [0]).doubles.map { $0 - 0.5 }
    case .values(let table): constant = try table.mean(axes: [0]).doubles
    }
    let scores = try Tensor(constant).expandingAxis(0).expanded(to: [parts.test.count, outputs])
    let answers = try ProbePredictions(parts.train.target.meaning, scores: scores, areLogOdds: false)
    return try ProbeJudge(answers, parts.test.target).primaryScore(counts: [Int](repeating: 1, count: parts.test.count))
  }
}
