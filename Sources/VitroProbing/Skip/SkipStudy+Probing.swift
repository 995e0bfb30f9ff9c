internal import VitroCore
internal import VitroData
internal import VitroFitting
internal import VitroLab
internal import VitroNetworks
internal import VitroTensor

/// What probes read in the network with the skip connection at one moment of its training.
struct SkipMoment: Codable, Sendable {
  /// The steps of training that were done.
  var step: Int
  /// The layers that could be probed, in order.
  var layers: [Layer]
  /// The test error of the probe of the image itself.
  var image: Estimate
  /// The test error of always answering the most frequent class.
  var majorityError: Double
  /// The share by which the weights of the two halves moved since before the training, ‖W − W₀‖ / ‖W₀‖.
  var movement: [Double]
  /// The root mean square of the weights of the two halves.
  var size: [Double]

  /// What the probe of one layer reads.
  struct Layer: Codable, Sendable {
    /// The layer, counted from 1.
    var number: Int
    /// The probe's test error.
    var error: Estimate
    /// That of the same probe with shuffled labels.
    var control: Estimate
  }
}

/// What the network with the skip connection loses when one of the two paths into its second half carries a constant.
struct SkipCuts: Codable, Sendable {
  /// Without what the bypassed layers compute.
  var bypassed: PairedChange
  /// Without the image that the skip connection carries.
  var skip: PairedChange
}

extension SkipStudy {
  /// The most examples that probes are fitted to, and judged on.
  static let probedExamples = 1000

  /// Fits probes to every layer.
  func probe(
    _ network: Network, since start: Network, _ data: LabeledData, _ parts: DataParts, step: Int, stage: Stage
  ) throws -> SkipMoment {
    var probes = LayerProbes()
    probes.limits = (train: Self.probedExamples, validation: Self.probedExamples / 2, test: Self.probedExamples)
    let result = try probes.read(network, data, parts: parts, seed: stage.seed, stage: stage.name, observer: stage)
    let readings = Dictionary(result.readings.map { ($0.tap, $0) }) { first, _ in first }
    guard let image = readings["input"] else {
      throw VitroError(.unsupported, "probe skip", "the images of '\(data.name)' cannot be probed")
    }
    let halves = [1...bypassed, bypassed + 1...layers]
    return SkipMoment(
      step: step,
      layers: (1...layers).compactMap { number in
        readings[Self.name(number)].map { SkipMoment.Layer(number: number, error: $0.error, control: $0.control) }
      }, image: image.error, majorityError: result.majorityError,
      movement: try halves.map { half in
        let (moved, whole) = try half.reduce((0.0, 0.0)) { sums, number in
          let name = "\(Self.name(number)).weight"
          let (now, before) = try (network.parameters.value(named: name), start.parameters.value(named: name))
          return try (sums.0 + (now - before).square().sum().item(), sums.1 + before.square().sum().item())
        }
        return (moved / whole).squareRoot()
      },
      size: try halves.map { half in
        let squares = try half.map {
          try network.parameters.value(named: "\(Self.name($0)).weight").square().mean().item()
        }
        return squares.mean.squareRoot()
      })
  }

  /// Puts the mean over the examples in the place of one path after the other where the two join.
  func cut(_ network: Network, _ test: LabeledData, seed: UInt64) throws -> SkipCuts {
    let branch = try TapBranch(network, tap: "join")
    var recordings: [TapBranch.Recording] = []
    for start in stride(from: 0, to: test.count, by: DirectionInterventions.batchSize) {
      let end = min(start + DirectionInterventions.batchSize, test.count)
      recordings.append(try branch.record(test.batch(Array(start..<end))))
    }
    let mean = try Tensor.concatenate(recordings.map(\.value)).mean(axes: [0], keepingAxes: true)
    let positions = 0..<mean.shape[1]
    func right(keeping isKept: (Int) -> Bool) throws -> [Bool] {
      let mask = try Tensor(positions.map { isKept($0) ? 1 : 0 } as [Float], shape: [1, positions.count])
      return try recordings.flatMap { recording in
        let answers = try branch.answers(recording, with: mean + (recording.value - mean) * mask)
        return zip(answers, recording.labels).map { $0 == $1 }
      }
    }
    let whole = try right { _ in true }
    let groups = test.groups
    return SkipCuts(
      bypassed: try PairedChange(before: whole, after: right { $0 >= width }, groups: groups, seed: seed),
      skip: try PairedChange(before: whole, after: right { $0 < width }, groups: groups, seed: seed))
  }
}
