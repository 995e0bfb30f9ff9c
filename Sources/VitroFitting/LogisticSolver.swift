internal import CVitroKernels
internal import VitroCore
internal import VitroTensor

/// The minimization of several logistic objectives over the same rows, in step: one pass evaluates all that still run.
struct LogisticSolver {
  /// One label set and how far its descent has come.
  private struct Problem {
    var labels: [Int32]
    var weights: [Double]?
    var meanWeight: Double
    var columns: Int
    var state: DescentState
    var preconditioner: Preconditioner?
    var gap = Double.infinity
    var curvatureSum = 0.0
    var iterations = 0
    var sinceRenewal = 0
    var evaluations = 0
    var finished = false
  }

  private struct Evaluation {
    var value: Double
    var gradient: [Double]
    var curvatureSum: Double
    var curvature: [Double]
  }

  private let settings: LogisticRegression
  private let rows: PaddedRows
  private var problems: [Problem]

  /// After so many iterations the preconditioner is made anew from the rows' curvatures, whatever it costs.
  private static let renewalInterval = 30
  /// After so many, it is made anew if that costs no more than `worthwhileCost` iterations and the end is not near.
  private static let earliestRenewal = 8
  private static let worthwhileCost = 9.0

  init(_ settings: LogisticRegression, _ rows: PaddedRows, _ sets: [LabelSet], starts: [LinearModel]?) throws {
    self.settings = settings
    self.rows = rows
    let rounding = rows.values.dtype == .float32 ? 1e-7 : 1e-14
    problems = try sets.enumerated().map { index, set in
      let weights = settings.rowWeights(set)
      var point = [Double](repeating: 0, count: set.columns * rows.leading)
      if let start = starts?[index] {
        point = rows.unfolded(weights: try start.weights.doubles, intercepts: try start.intercepts.doubles)
        if !settings.fitsIntercept { for k in 0..<set.columns { point[k * rows.leading + rows.features] = 0 } }
      }
      return Problem(
        labels: set.labels.map { Int32($0) }, weights: weights,
        meanWeight: weights.map { $0.reduce(0, +) / Double($0.count) } ?? 1, columns: set.columns,
        state: DescentState(at: point, rounding: rounding))
    }
  }

  /// Descends until every problem has converged, stalled or used up its iterations.
  mutating func run(_ progress: ((FitProgress) -> Bool)?) throws {
    try begin()
    var iteration = 0
    while problems.contains(where: { !$0.finished }) {
      let active = problems.indices.filter { !problems[$0].finished }
      let found = try evaluate(active)
      var moved = false
      for (index, evaluation) in zip(active, found) {
        switch problems[index].state.judge(value: evaluation.value, gradient: evaluation.gradient) {
        case .retry: break
        case .stalled: problems[index].finished = true
        case .moved:
          moved = true
          try take(evaluation, index)
        }
      }
      guard moved else { continue }
      iteration += 1
      if let progress, !progress(report(iteration)) {
        throw VitroError(.interrupted, "LogisticRegression.fit", "stopped after \(iteration) iterations")
      }
    }
  }

  private mutating func begin() throws {
    let found = try evaluate(Array(problems.indices))
    var shared: [Double: Preconditioner] = [:]
    let sample = sampleOfRows()
    for (index, evaluation) in found.enumerated() {
      problems[index].state.begin(value: evaluation.value, gradient: evaluation.gradient)
      guard evaluation.value.isFinite else {
        throw VitroError(
          .numerical, "LogisticRegression.fit", "the objective is \(evaluation.value) at the start",
          hint: "Standardize the features.")
      }
      measure(evaluation, index)
      if problems[index].finished { continue }
      let scale = curvatureScale(problems[index])
      let preconditioner =
        try shared[scale]
        ?? Preconditioner(rows, scale: scale, curvature: sample, intercept: settings.fitsIntercept)
      shared[scale] = preconditioner
      problems[index].preconditioner = preconditioner
      let solved = try preconditioner.apply(evaluation.gradient, columns: problems[index].columns)
      problems[index].state.restart(solvedGradient: solved)
    }
  }

  /// Weights that choose every second row, in no order, where there are many: enough for a first preconditioner.
  private func sampleOfRows() -> [Double]? {
    guard rows.rows >= 8 * rows.features else { return nil }
    return (0..<rows.rows).map { (UInt32(truncatingIfNeeded: $0) &* 2_654_435_769) >> 31 == 0 ? 2 : 0 }
  }

  /// C times the curvature of the loss where all classes are equally probable.
  private func curvatureScale(_ problem: Problem) -> Double {
    settings.inverseRegularization * problem.meanWeight * (problem.columns == 1 ? 0.25 : 1 / Double(problem.columns))
  }

  private mutating func take(_ evaluation: Evaluation, _ index: Int) throws {
    problems[index].iterations += 1
    problems[index].sinceRenewal += 1
    measure(evaluation, index)
    if problems[index].finished { return }
    if let curvature = renewal(evaluation, index) {
      let preconditioner = try Preconditioner(
        rows, scale: settings.inverseRegularization, curvature: curvature, intercept: settings.fitsIntercept)
      problems[index].preconditioner = preconditioner
      problems[index].sinceRenewal = 0
      let solved = try preconditioner.apply(evaluation.gradient, columns: problems[index].columns)
      problems[index].state.restart(solvedGradient: solved)
    } else if let preconditioner = problems[index].preconditioner {
      let solved = try preconditioner.apply(evaluation.gradient, columns: problems[index].columns)
      if !problems[index].state.advance(solvedGradient: solved) { problems[index].finished = true }
    }
  }

  /// The curvatures to make a new preconditioner of, if it is time: the largest, that make up most of their sum.
  private func renewal(_ evaluation: Evaluation, _ index: Int) -> [Double]? {
    let since = problems[index].sinceRenewal
    guard since >= Self.earliestRenewal else { return nil }
    let isDue = since >= Self.renewalInterval
    guard isDue || problems[index].gap > 1e-2 else { return nil }
    var (sum, kept, threshold) = (0.0, 0, 0.0)
    for curvature in evaluation.curvature.sorted(by: >) {
      sum += curvature
      kept += 1
      threshold = curvature
      if sum >= 0.98 * evaluation.curvatureSum { break }
    }
    // Measured: a Gram matrix of all rows takes the time of features/45 passes over few columns, half as many over many.
    let cost = Double(kept * rows.leading) / Double(rows.rows * (problems[index].columns > 4 ? 90 : 45))
    guard isDue || cost <= Self.worthwhileCost else { return nil }
    return evaluation.curvature.map { $0 < threshold ? 0 : $0 }
  }

  private mutating func measure(_ evaluation: Evaluation, _ index: Int) {
    let (features, leading) = (rows.features, rows.leading)
    var (weights, intercepts) = (0.0, 0.0)
    for k in 0..<problems[index].columns {
      for j in 0..<features {
        let g = evaluation.gradient[k * leading + j]
        weights += g * g
      }
      let g = evaluation.gradient[k * leading + features]
      intercepts += g * g
    }
    let curvature = settings.inverseRegularization * evaluation.curvatureSum
    let gap = weights / 2 + (intercepts > 0 ? intercepts / (2 * curvature) : 0)
    problems[index].gap = evaluation.value > 0 ? gap / evaluation.value : 0
    problems[index].finished =
      problems[index].gap <= settings.tolerance || problems[index].iterations >= settings.maximumIterations
  }

  private func report(_ iteration: Int) -> FitProgress {
    FitProgress(
      iteration: iteration, unfinished: problems.count { !$0.finished },
      relativeGap: problems.map(\.gap).max() ?? 0)
  }

  /// Objectives and gradients of some problems at their trial points.
  private mutating func evaluate(_ indices: [Int]) throws -> [Evaluation] {
    let leading = rows.leading
    let sizes = indices.map { problems[$0].columns * leading }
    var losses = try evaluateLosses(indices)
    for (position, index) in indices.enumerated() {
      problems[index].evaluations += 1
      let c = settings.inverseRegularization
      let point = problems[index].state.trial
      var penalty = 0.0
      for i in 0..<sizes[position] {
        let place = i % leading
        losses[position].gradient[i] *= c
        if place < rows.features {
          penalty += point[i] * point[i]
          losses[position].gradient[i] += point[i]
        } else if place > rows.features || !settings.fitsIntercept {
          losses[position].gradient[i] = 0
        }
      }
      losses[position].value = penalty / 2 + c * losses[position].value
    }
    return losses
  }

  private func evaluateLosses(_ indices: [Int]) throws -> [Evaluation] {
    let chosen = indices.map { problems[$0] }
    let offsets = chosen.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.columns * rows.leading) }
    let points = chosen.flatMap(\.state.trial)
    let labels = chosen.flatMap(\.labels)
    let weights = chosen.flatMap { $0.weights ?? [] }
    var gradients = [Double](repeating: 0, count: points.count)
    var curvatures = [Double](repeating: 0, count: chosen.count * rows.rows)
    var done = false
    var sets: [vitro_classification] = []
    points.withUnsafeBufferPointer { points in
      labels.withUnsafeBufferPointer { labels in
        weights.withUnsafeBufferPointer { weights in
          gradients.withUnsafeMutableBufferPointer { gradients in
            curvatures.withUnsafeMutableBufferPointer { curvatures in
              var weightOffset = 0
              for (position, problem) in chosen.enumerated() {
                sets.append(
                  vitro_classification(
                    labels: labels.baseAddress.map { $0 + position * rows.rows },
                    weights: problem.weights == nil ? nil : weights.baseAddress.map { $0 + weightOffset },
                    columns: Int64(problem.columns), coefficients: points.baseAddress.map { $0 + offsets[position] },
                    gradient: gradients.baseAddress.map { $0 + offsets[position] },
                    curvature: curvatures.baseAddress.map { $0 + position * rows.rows },
                    loss: 0, curvature_sum: 0))
                if problem.weights != nil { weightOffset += rows.rows }
              }
              done = rows.values.raw.withBytes { bytes in
                vitro_classification_losses(
                  rows.values.dtype.kernel, bytes.baseAddress, Int64(rows.rows), Int64(rows.leading), &sets,
                  Int64(sets.count))
              }
            }
          }
        }
      }
    }
    guard done else { throw VitroError(.memory, "LogisticRegression.fit", "there is no memory for the gradients") }
    return sets.indices.map { position in
      Evaluation(
        value: sets[position].loss, gradient: Array(gradients[offsets[position]..<offsets[position + 1]]),
        curvatureSum: sets[position].curvature_sum,
        curvature: Array(curvatures[position * rows.rows..<(position + 1) * rows.rows]))
    }
  }

  /// What was found, for each label set.
  func results(standardizer: Standardizer?) throws -> [LogisticFit] {
    try problems.map { problem in
      let model = try LinearModel(kind: .logistic, rows, problem.state.point, outputs: problem.columns)
      return LogisticFit(
        model: model, objective: problem.state.value,
        gradientNorm: problem.state.gradient.reduce(0) { max($0, abs($1)) },
        relativeGapBound: problem.gap, iterations: problem.iterations, evaluations: problem.evaluations,
        converged: problem.gap <= settings.tolerance, standardizer: standardizer)
    }
  }
}
