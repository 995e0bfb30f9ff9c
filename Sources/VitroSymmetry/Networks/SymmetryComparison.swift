internal import VitroCore
internal import VitroFitting
internal import VitroNetworks
internal import VitroTensor

/// Values of moved inputs beside moved values, tap by tap.
struct SymmetryComparison {
  private let action: GroupAction
  private var taps: [Tap] = []
  private let liveInputs: [Int]

  private struct Tap {
    let name: String
    let place: SymmetryAnalysis.Place
    /// `[examples, …]`.
    let base: Tensor
    /// The mean of ‖f − mean f‖² over examples.
    let variance: Double
    /// For each example, the sum over what was compared.
    var distances: [Double]
    var compared = 0
    var controls: [Double]
    var controlled = 0
  }

  init(
    names: [String], base: Activations, inputName: String, action: GroupAction,
    places: [String: SymmetryAnalysis.Place]
  ) throws {
    self.action = action
    var live = Array(action.parts.indices)
    var points = [action.points]
    for name in names {
      let value = try base.value(at: name)
      let shape = Array(value.shape.dropFirst())
      if name == inputName { points = action.axes(in: shape).map { Array(shape[$0]) } ?? points }
      // Other axes may hold as many values by chance: 16 channels of 4 rows are not 8 × 8 points.
      let axes = action.axes(in: shape).flatMap { [points, [action.points]].contains(Array(shape[$0])) ? $0 : nil }
      let place = places[name] ?? axes.map { .points(axes: $0, action) } ?? .invariant
      let centred = try value - value.mean(axes: [0], keepingAxes: true)
      let count = value.shape[0]
      let variance = try centred.square().sum().item() / Double(count)
      guard variance.isFinite else {
        throw VitroError(
          .numerical, "symmetry under \(action.name)", "the values at '\(name)' are not finite",
          hint: "The network may have diverged in training; look at its weights.", details: ["tap": name])
      }
      taps.append(
        Tap(
          name: name, place: place, base: value, variance: variance,
          distances: [Double](repeating: 0, count: count), controls: [Double](repeating: 0, count: count)))
      if name == inputName, case .points(let axes, _) = place, !action.parts.isEmpty {
        let energies = try Self.energies(value, axes: axes, parts: action.parts).map { $0.reduce(0, +) }
        let total = energies.reduce(0, +)
        live = energies.indices.filter { energies[$0] > SymmetryAnalysis.roundingShare * total }
      }
    }
    liveInputs = live
  }

  /// Compares the values of inputs that a generator moved.
  mutating func add(_ run: Activations, generator number: Int) throws {
    for index in taps.indices {
      let expected = try moved(taps[index]) { $0.generators[Swift.min(number, $0.generators.count - 1)] }
      let found = try Self.distances(run.value(at: taps[index].name), expected)
      for example in found.indices { taps[index].distances[example] += found[example] }
      taps[index].compared += 1
    }
  }

  /// Compares the values of inputs that a random permutation moved, with values that it moved, or one of the same cycle type as the generator has there.
  mutating func addControl(
    _ run: Activations, generator number: Int, scrambled: [Int], _ stream: inout RandomStream
  ) throws {
    for index in taps.indices {
      let expected = try moved(taps[index]) { own in
        if own.generators == action.generators { return scrambled }
        return own.scrambled(own.generators[Swift.min(number, own.generators.count - 1)], &stream)
      }
      let found = try Self.distances(run.value(at: taps[index].name), expected)
      for example in found.indices { taps[index].controls[example] += found[example] }
      taps[index].controlled += 1
    }
  }

  private func moved(_ tap: Tap, _ permutation: (GroupAction) -> [Int]) throws -> Tensor {
    guard case .points(let axes, let own) = tap.place else { return tap.base }
    return try own.move(tap.base, by: permutation(own), axes: axes.shifted(by: 1))
  }

  /// ‖a − b‖² of each example.
  private static func distances(_ a: Tensor, _ b: Tensor) throws -> [Double] {
    let squares = try (a - b).square()
    return try squares.rank == 1 ? squares.doubles : squares.sum(axes: Array(1..<squares.rank)).doubles
  }

  /// The energy of each part in each example: `[part][example]`.
  private static func energies(_ values: Tensor, axes: Range<Int>, parts: [SimplePart]) throws -> [[Double]] {
    let shape = values.shape
    let (before, after) = (shape[1..<axes.lowerBound + 1].reduce(1, *), shape[(axes.upperBound + 1)...].reduce(1, *))
    let points = shape[axes.shifted(by: 1)].reduce(1, *)
    let rows = try values.reshaped([shape[0], before, points, after]).transposed().reshaped([-1, points])
    let basis = try Tensor.concatenate(parts.map(\.basis), axis: 1)
    let squares = try rows.matmul(basis).square().reshaped([shape[0], before * after, basis.shape[1]]).sum(axes: [1])
    let widths = parts.map { $0.basis.shape[1] }
    return try squares.split(axis: 1, lengths: widths).map { try $0.sum(axes: [1]).doubles }
  }

  func readings() throws -> [SymmetryAnalysis.Reading] { try taps.map(reading) }

  private func reading(_ tap: Tap) throws -> SymmetryAnalysis.Reading {
    func error(_ sums: [Double], _ count: Int) throws -> Estimate? {
      // Values that are the same for all examples are as far from one another as rounding is.
      let scale = try tap.base.square().sum().item() / Double(tap.base.shape[0])
      guard count > 0, tap.variance > SymmetryAnalysis.roundingShare * scale else { return nil }
      let squares = try Estimate.mean(of: sums.map { $0 / Double(count) / (2 * tap.variance) })
      return Estimate(
        value: squares.value.squareRoot(), low: Swift.max(0, squares.low).squareRoot(),
        high: squares.high.squareRoot(), confidence: squares.confidence)
    }
    var (shares, dead): ([Estimate], [Int]) = ([], [])
    var silent: [Int] = []
    if case .points(let axes, let own) = tap.place, !own.parts.isEmpty, tap.variance > 0 {
      let centred = try tap.base - tap.base.mean(axes: [0], keepingAxes: true)
      shares = try Self.energies(centred, axes: axes, parts: own.parts).map { energies in
        try .mean(of: energies.map { $0 / tap.variance })
      }
      dead = shares.indices.filter { shares[$0].value < SymmetryAnalysis.roundingShare }
      if own.generators == action.generators {
        let proved = own.parts.silent(given: liveInputs)
        silent = dead.filter { proved[$0] }
      }
    }
    return SymmetryAnalysis.Reading(
      tap: tap.name, place: tap.place, error: try error(tap.distances, tap.compared),
      control: try error(tap.controls, tap.controlled), shares: shares, dead: dead, silent: silent)
  }
}
