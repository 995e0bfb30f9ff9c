internal import VitroCore
internal import VitroData
internal import VitroFitting
internal import VitroTensor

/// The recorded values at one tap as the rows of probes, read from disk for each division when they are asked for.
struct TapRows {
  let store: ActivationStore
  let tap: String
  let width: Int
  /// Where each example's row is in the store.
  let places: [Int: Int]
  let divisions: ProbeDivisions
  let groups: [Int]?

  /// The rows of a division, with their groups, which are their types too.
  func parts(_ number: Int) throws -> ProbeParts {
    let division = divisions.parts[number]
    return try ProbeParts(
      train: rows(division.train), validation: rows(division.validation), test: rows(division.test))
  }

  private func rows(_ examples: [Int]) throws -> ProbeRows {
    let labels = examples.map { divisions.labels[$0] }
    let groups = groups.map { groups in examples.map { groups[$0] } }
    return try ProbeRows(
      features(examples),
      .classes(labels, count: divisions.classes.count), groups: groups, types: groups)
  }

  /// The values of examples, `[examples, width]`.
  func features(_ examples: [Int]) throws -> Tensor {
    try store.features(at: tap, rows: examples.compactMap { places[$0] })
  }

  /// The first value that is no number.
  func firstNotFinite() throws -> (row: Int, feature: Int)? {
    var found: (row: Int, feature: Int)?
    let budget = max(16 << 20, width * DType.float32.byteWidth)
    try store.forEachBlock(at: tap, memoryBudget: budget) { block, positions in
      guard found == nil, !block.isFinite, let place = try block.floats.firstIndex(where: { !$0.isFinite }) else {
        return
      }
      found = (positions.lowerBound + place / block.shape[1], place % block.shape[1])
    }
    return found
  }

  /// How often rows stand in memory while a probe is fitted: as they are read, standardized, and once more on their way.
  private static let copies = 3

  /// Why the rows of a value are not held in memory, if they are too large.
  static func obstacle(
    _ tap: (name: String, width: Int), rows: Int, megabytes: Int, remedy: String = "lower --most-rows"
  ) -> LayerReadings.SkippedTap? {
    let (bytes, overflow) = tap.width.multipliedReportingOverflow(by: rows * DType.float32.byteWidth * copies)
    guard overflow || bytes > megabytes << 20 else { return nil }
    let needed = overflow ? "too much" : "\((bytes + (1 << 20) - 1) >> 20) MiB"
    return .init(
      tap: tap.name,
      reason:
        "\(rows) rows of \(tap.width) features take \(needed) in \(copies) copies, more than --memory \(megabytes): raise it, or \(remedy)"
    )
  }
}
