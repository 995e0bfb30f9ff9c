internal import VitroCore
internal import VitroData
internal import VitroTensor

/// What every value of a network is probed for: examples in one order, their labels, and the same labels shuffled.
///
/// The order is training, validation, test; the training examples stand in a random order, so that a first pass in order is as good as any.
struct LayerProblem: Sendable {
  let examples: any LabeledSource
  let train, validation, test: Range<Int>
  /// The place of each example in the data.
  private let positions: [Int]
  /// The data's classes that occur in training, ascending; the probes number them from 0.
  let classes: [Int]
  /// The label of each example, numbered anew over the classes that occur in training; −1 for others.
  let labels: [Int]
  /// The labels shuffled within each part: what is read where there is nothing to read.
  let shuffled: [Int]
  /// The order of the examples and their labels, as a checksum: activations of one problem are not those of another.
  let identity: String
  /// What each test example belongs to.
  let testGroups: [Int]?
  /// The test error of always answering the most frequent class of the training part.
  let majorityError: Double
  /// Classes without a training example, which no probe can answer, and the test examples they have.
  let unseenClasses: [(name: String, tests: Int)]

  init(_ data: some LabeledSource, _ parts: DataParts, seed: UInt64) throws {
    try Self.check(parts, data)
    let present = Set(parts.train.map { data.labels[$0] }).sorted()
    guard present.count >= 2 else {
      throw VitroError(
        .argument, "probing",
        "the training part of '\(data.name)' has examples of \(present.count == 1 ? "one class only" : "no class")",
        hint: "A probe needs two classes or more.",
        details: ["found": "\(present.count) classes", "expected": "two or more"])
    }
    var stream = RandomStream(seed: seed, "order of probing")
    let order =
      stream.permutation(parts.train.count).map { parts.train[$0] } + parts.validation + parts.test
    train = 0..<parts.train.count
    validation = train.upperBound..<train.upperBound + parts.validation.count
    test = validation.upperBound..<order.count
    examples = try data.subset(order)
    positions = order
    classes = present
    let numbers = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, $0) })
    let labels = order.map { numbers[data.labels[$0]] ?? -1 }
    self.labels = labels
    identity = SHA256.hexDigest(of: Array("\(data.name) \(data.files) \(order) \(labels)".utf8))
    shuffled = [("training", train), ("validation", validation), ("test", test)].flatMap { name, range in
      var stream = RandomStream(seed: seed, "shuffled \(name) labels")
      return stream.permutation(range.count).map { labels[range.lowerBound + $0] }
    }
    testGroups = data.groups.map { groups in parts.test.map { groups[$0] } }
    var counts = [Int](repeating: 0, count: present.count)
    for label in labels[train] { counts[label] += 1 }
    let majority = counts.indices.max { counts[$0] < counts[$1] } ?? 0
    majorityError = Double(labels[test].count { $0 != majority }) / Double(test.count)
    let classNames = data.classNames
    let testLabels = parts.test.map { data.labels[$0] }
    unseenClasses = Set(order.map { data.labels[$0] }).subtracting(present).sorted().map { label in
      (classNames[label], testLabels.count { $0 == label })
    }
  }

  /// Why a tap is left out at which an example has no number.
  func notFinite(_ row: Int) -> String { "NaN or infinite values, first seen in example \(positions[row])" }

  var classCount: Int { classes.count }

  /// The true labels and the shuffled ones.
  var labelSets: [[Int]] { [labels, shuffled] }

  private static func check(_ parts: DataParts, _ data: some LabeledSource) throws {
    for (name, part) in [("training", parts.train), ("validation", parts.validation), ("test", parts.test)] {
      guard !part.isEmpty else {
        throw VitroError(.argument, "probing", "the \(name) part of '\(data.name)' is empty")
      }
    }
    let all = parts.train + parts.validation + parts.test
    guard Set(all).count == all.count else {
      throw VitroError(
        .argument, "probing", "an example of '\(data.name)' stands in two parts",
        hint: "What a probe is judged on must not be what it was fitted on.")
    }
  }
}
