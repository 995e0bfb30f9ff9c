internal import VitroCore
internal import VitroFitting
internal import VitroNetworks
internal import VitroTensor

/// One value of a network at work: its recorded batches, their spread, and the answers that the rest gives to what is put in its place.
struct InterventionTap {
  let study: DirectionInterventions
  let directions: ProbeDirections
  let groups: [Int]?
  /// What the untouched network answers, and whether that is right.
  let answers: [Int]
  let right: [Bool]
  let seed: UInt64
  let branch: TapBranch
  let recordings: [TapBranch.Recording]
  /// The class of each example.
  let labels: [Int]
  /// The variance of each feature over the examples, `[width]`.
  let variances: [Double]
  private let observer: any Observer

  init(
    _ study: DirectionInterventions, _ network: Network, _ directions: ProbeDirections, _ examples: any BatchSource,
    _ subjects: InterventionExamples, answers: [Int], right: [Bool], seed: UInt64, observer: any Observer
  ) throws {
    self.study = study
    self.directions = directions
    self.groups = subjects.groups
    self.answers = answers
    self.right = right
    self.seed = seed
    self.observer = observer
    branch = try TapBranch(network, tap: directions.tap)
    var recordings: [TapBranch.Recording] = []
    for batch in subjects.batches {
      try observer.checkpoint("intervening at '\(directions.tap)'")
      recordings.append(try branch.record(examples.batch(batch)))
      guard recordings.count == 1 else { continue }
      let bytes = recordings[0].byteCount.multipliedReportingOverflow(by: subjects.batches.count)
      guard !bytes.overflow, bytes.partialValue <= study.mostBytes else {
        throw VitroError(
          .memory, "intervening at '\(directions.tap)'",
          "its values take about \(bytes.partialValue) bytes, the limit is \(study.mostBytes)",
          hint: "Take fewer examples, or raise mostBytes.")
      }
      let width = try DirectionSubspace.rows(of: recordings[0].value).shape[1]
      guard width == directions.width else {
        throw VitroError(
          .shape, "intervening at '\(directions.tap)'",
          "it has \(width) features, the directions have \(directions.width)",
          details: ["field": directions.tap, "found": "\(directions.width)", "expected": "\(width)"])
      }
    }
    self.recordings = recordings
    labels = recordings.flatMap(\.labels)
    variances = try Self.variances(recordings, mean: directions.mean)
  }

  /// What the rest of the network answers when every example's value is changed in one way.
  func answers(to change: (Tensor) throws -> Tensor, of recordings: [TapBranch.Recording]? = nil) throws -> [Int] {
    try (recordings ?? self.recordings).flatMap { recording in
      try observer.checkpoint("intervening at '\(directions.tap)'")
      return try branch.answers(recording, with: change(recording.value))
    }
  }

  /// Random rows of the probe's kind: normal in standardized coordinates, and 0 for features that do not vary, as a penalized probe's are.
  func randomRows(_ count: Int, _ purpose: String, _ index: Int) throws -> Tensor {
    var stream = RandomStream(seed: seed, "\(purpose) at \(directions.tap)", index)
    let width = directions.width
    let factors = zip(variances, directions.scale).map { $0 > 0 ? 1 / $1 : 0 }
    return try stream.normal([count, width], dtype: .float64) * Tensor(factors, shape: [1, width])
  }

  /// The variance over the examples of the value along each of orthonormal or unit rows `[rows, width]`.
  func variances(along rows: Tensor) throws -> [Double] {
    let mean = try Tensor(directions.mean, shape: [1, directions.width])
    var moments = RunningMoments(count: rows.shape[0])
    for recording in recordings {
      let values = try DirectionSubspace.rows(of: recording.value)
      try moments.add(DirectionSubspace.coordinates(of: values, along: rows, from: mean).cast(to: .float64))
    }
    return moments.variances
  }

  private static func variances(_ recordings: [TapBranch.Recording], mean: [Double]) throws -> [Double] {
    let shift = try Tensor(mean, shape: [1, mean.count])
    var moments = RunningMoments(count: mean.count)
    for recording in recordings {
      try moments.add(DirectionSubspace.rows(of: recording.value).cast(to: .float64) - shift)
    }
    return moments.variances
  }
}

extension TapBranch.Recording {
  fileprivate var byteCount: Int { ([value] + others.values).reduce(0) { $0 + $1.raw.byteCount } }
}

/// Sums for the variance of columns that come in batches, already near their means.
private struct RunningMoments {
  private var count = 0
  private var sums: [Double]
  private var squares: [Double]

  init(count: Int) {
    sums = [Double](repeating: 0, count: count)
    squares = sums
  }

  mutating func add(_ rows: Tensor) throws {
    count += rows.shape[0]
    for (column, sum) in try rows.sum(axes: [0]).doubles.enumerated() { sums[column] += sum }
    for (column, square) in try rows.square().sum(axes: [0]).doubles.enumerated() { squares[column] += square }
  }

  /// Variances; 0 where there is no more than rounding.
  var variances: [Double] {
    zip(sums, squares).map { sum, square in
      let (mean, meanSquare) = (sum / Double(max(count, 1)), square / Double(max(count, 1)))
      let variance = meanSquare - mean * mean
      return variance > 1e-12 * meanSquare ? variance : 0
    }
  }
}
