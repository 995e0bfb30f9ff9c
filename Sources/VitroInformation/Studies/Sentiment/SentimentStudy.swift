internal import VitroCore
internal import VitroData
internal import VitroFitting
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// Sentiment: what networks that judge sentences keep of their words, layer by layer.
///
/// An LSTM, a convolutional network and a transformer are trained on a table of sentences with two labels, and a pretrained model of texts, where one is given, is
/// fine-tuned on it. For each layer: how much of each word it fixes, beside how well a line reads the label off it; which classes of words are kept; whether
/// neighbours are kept alike; where a separator is dropped; how all that arises in training.
public struct SentimentStudy: Sendable {
  /// The table of sentences and labels (CSV or TSV).
  public var data: String?
  /// A pretrained model of texts to fine-tune: a directory.
  public var model: String?
  /// How many networks of each kind are trained.
  public var seeds = 5
  /// The passes through the data of the networks that are trained here.
  public var epochs = 4
  /// The most sentences to learn from.
  public var sentences = 5000
  /// The sentences that the pretrained model is fine-tuned on.
  public var tuned = 1200
  /// The sentences that are measured, for each network trained here.
  public var texts = 8
  /// The sentences that are measured with the pretrained model.
  public var tunedTexts = 10
  /// How information is measured.
  ///
  /// At the usual distortion networks that judge sentences by jumps converge too slowly; at 0.5 nearly all words are at the cap.
  public var measure = InformationSettings(distortion: 0.2, samples: 600, mostSamples: 80_000)
  /// The passes for each text and layer of the pretrained model, which is slower and settles sooner, and the most of them.
  public var tunedSamples = (usual: 400, most: 4000)

  /// Five networks of each kind, and no data.
  public init() {}

  /// The most tokens of a sentence that networks trained here read.
  static let context = 512
  /// The most tokens of a sentence that is measured.
  static let longest = 28
  /// The sentences that probes learn from, and are tested on.
  static let probed = (training: 1000, test: 500)
  /// The sentences that decoders learn from.
  static let decoded = 500
  /// The sentences that spreads are measured over.
  static let reference = 200

  /// Checks that the study can run.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) naming the first setting that cannot be, and data that are missing.
  public func validate() throws {
    func check(_ range: ClosedRange<Int>, _ value: Int, _ field: String) throws {
      guard !range.contains(value) else { return }
      throw VitroError(
        .argument, "sentiment", "\(field): found \(value), expected \(range.lowerBound) to \(range.upperBound)",
        details: ["field": field, "found": "\(value)", "expected": "\(range.lowerBound) to \(range.upperBound)"])
    }
    guard data?.isEmpty == false else {
      throw VitroError(
        .argument, "sentiment", "data: found nothing, expected a table of sentences with labels",
        hint:
          "Give a CSV or TSV file with a column of sentences and one of two labels, such as SST-2: --data sst2.tsv.",
        details: ["field": "data", "found": "nothing", "expected": "a table of sentences with labels"])
    }
    try check(1...100, seeds, "seeds")
    try check(1...10_000, epochs, "epochs")
    try check(400...10_000_000, sentences, "sentences")
    try check(32...10_000_000, tuned, "tuned")
    try check(4...10_000, texts, "texts")
    try check(4...10_000, tunedTexts, "tunedTexts")
    try measure.validate()
    try check(max(InformationSettings.fewestSamples, 20 * measure.chains)...1 << 24, tunedSamples.usual, "tunedSamples")
  }
}

/// The sentences of the study, divided.
struct SentimentData: Sendable {
  let classes: [String]
  private(set) var training: LabeledTexts
  private(set) var test: LabeledTexts
  /// How many sentences were left out because they were empty or did not fit.
  private(set) var leftOut: Int
  /// The words that lean to a class in the sentences to learn from.
  let sentiment: SentimentWords

  init(_ texts: LabeledTexts, most: Int, seed: UInt64) throws {
    guard texts.classNames.count == 2 else {
      throw VitroError(
        .argument, "sentiment", "'\(texts.name)' has labels of \(texts.classNames.count) kinds, expected 2",
        details: ["field": "data", "found": "\(texts.classNames.count) classes", "expected": "2 classes"])
    }
    classes = texts.classNames
    let all = texts
    let texts = try all.subset(
      all.texts.indices.filter { all.texts[$0].contains { $0.isLetter || $0.isNumber } }
    ).keepingCopiesTogether()
    leftOut = all.count - texts.count
    let shares = [0.8, 0.2]
    let parts =
      if let groups = texts.groups {
        try Splits.grouped(groups: groups, labels: texts.labels, shares: shares, seed: seed)
      } else {
        try Splits.stratified(labels: texts.labels, shares: shares, seed: seed)
      }
    func shuffled(_ rows: [Int], _ count: Int) -> [Int] {
      var stream = RandomStream(seed: seed, "sentences", rows.count)
      return stream.permutation(rows.count).prefix(count).map { rows[$0] }
    }
    training = try texts.subset(shuffled(parts[0], most))
    test = try texts.subset(shuffled(parts[1], parts[1].count))
    try Self.check(training, test, texts.name)
    sentiment = try SentimentWords(
      training.texts.map { text in
        text.split { !$0.isLetter && !$0.isNumber && $0 != "'" && $0 != "-" }.map { String($0) }
      }, labels: training.labels)
  }
  private static func check(_ training: LabeledTexts, _ test: LabeledTexts, _ name: String) throws {
    guard training.count < 300 || test.count < 60 else { return }
    let found = "\(training.count) sentences to learn from and \(test.count) to test on"
    throw VitroError(
      .argument, "sentiment", "'\(name)' leaves \(found), expected 300 and 60 or more",
      details: ["field": "data", "found": found, "expected": "300 and 60 or more"])
  }

  /// The sentences that a network can read; the others are counted.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when too few are left.
  func fitting(_ fits: (String) throws -> Bool) throws -> SentimentData {
    var result = self
    result.training = try training.subset(training.texts.indices.filter { try fits(training.texts[$0]) })
    result.test = try test.subset(test.texts.indices.filter { try fits(test.texts[$0]) })
    result.leftOut += training.count - result.training.count + test.count - result.test.count
    try Self.check(result.training, result.test, training.name)
    return result
  }

  /// The same sentences, begun elsewhere for each of several networks, so that each is measured on others as far as there are enough.
  func begun(for number: Int, of count: Int) throws -> SentimentData {
    func turned(_ texts: LabeledTexts) throws -> LabeledTexts {
      let start = texts.count * number / max(count, number + 1)
      return try texts.subset((0..<texts.count).map { ($0 + start) % texts.count })
    }
    var result = self
    (result.training, result.test) = (try turned(training), try turned(test))
    return result
  }
}
