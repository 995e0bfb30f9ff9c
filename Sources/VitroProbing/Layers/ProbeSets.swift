internal import VitroCore
internal import VitroData
internal import VitroFitting
internal import VitroNetworks
internal import VitroTensor

/// The three parts of a data set as probes need them: examples, labels, and labels shuffled within each part.
struct ProbeSets {
  let labels, shuffled: LabelSet
  let validation, test, shuffledTest: [Int]
  let majorityError: Double
  private let data: LabeledData
  private let parts: DataParts

  init(_ data: LabeledData, _ parts: DataParts, seed: UInt64) throws {
    self.data = data
    self.parts = parts
    // Classes without a training example cannot be fitted; the others are numbered anew.
    let present = Set(parts.train.map { data.labels[$0] }).sorted()
    guard present.count >= 2 else {
      throw VitroError(
        .argument, "probing", "the training part of '\(data.name)' has \(present.count) class(es), expected two or more"
      )
    }
    let numbers = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, $0) })
    func compact(_ positions: [Int]) -> [Int] { positions.map { numbers[data.labels[$0]] ?? -1 } }
    func shuffle(_ labels: [Int], _ purpose: String) -> [Int] {
      var stream = RandomStream(seed: seed, purpose)
      return stream.permutation(labels.count).map { labels[$0] }
    }
    let train = compact(parts.train)
    labels = LabelSet(train, classCount: present.count)
    shuffled = LabelSet(shuffle(train, "shuffled training labels"), classCount: present.count)
    validation = compact(parts.validation)
    test = compact(parts.test)
    shuffledTest = shuffle(test, "shuffled test labels")
    var counts = [Int](repeating: 0, count: present.count)
    for label in train { counts[label] += 1 }
    let majority = counts.indices.max { counts[$0] < counts[$1] } ?? 0
    majorityError = Double(test.count { $0 != majority }) / Double(max(test.count, 1))
  }

  func errors(_ predictions: [Int], against truth: [Int]) -> Int { zip(predictions, truth).count { $0 != $1 } }

  /// The activations at a tap, flattened, for each part; `nil` when the value is not made of numbers.
  func features(_ network: Network, at tap: String) throws -> ProbeFeatures? {
    func flat(_ positions: [Int]) throws -> Tensor? {
      let values = try network.activations(data.subset(positions), at: .names([tap]))
      guard let value = values[tap], value.dtype.isFloatingPoint else { return nil }
      return try (value.rank == 1 ? value.expandingAxis(1) : value.flattened(from: 1)).cast(to: .float32)
    }
    guard let train = try flat(parts.train), let validation = try flat(parts.validation),
      let test = try flat(parts.test)
    else { return nil }
    return ProbeFeatures(train: train, validation: validation, test: test)
  }
}
