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
  public var texts = 24
  /// The sentences that are measured with the pretrained model.
  public var tunedTexts = 10
  /// How information is measured.
  public var measure = InformationSettings(samples: 320)
  /// The passes for each text and layer of the pretrained model, which is slower and settles sooner.
  public var tunedSamples = 120

  /// Five networks of each kind, and no data.
  public init() {}

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
    try check(max(InformationSettings.fewestSamples, 20 * measure.chains)...1 << 24, tunedSamples, "tunedSamples")
  }
}

/// The sentences of the study, divided.
struct SentimentData: Sendable {
  let classes: [String]
  let training: LabeledTexts
  let test: LabeledTexts
  /// The words that lean to a class in the sentences to learn from.
  let sentiment: SentimentWords

  init(_ texts: LabeledTexts, most: Int, seed: UInt64) throws {
    guard texts.classNames.count == 2 else {
      throw VitroError(
        .argument, "sentiment", "'\(texts.name)' has \(texts.classNames.count) classes, expected 2",
        details: ["field": "data", "found": "\(texts.classNames.count) classes", "expected": "2 classes"])
    }
    classes = texts.classNames
    let parts = try Splits.stratified(labels: texts.labels, shares: [0.8, 0.2], seed: seed)
    func shuffled(_ rows: [Int], _ count: Int) -> [Int] {
      var stream = RandomStream(seed: seed, "sentences", rows.count)
      return stream.permutation(rows.count).prefix(count).map { rows[$0] }
    }
    training = try texts.subset(shuffled(parts[0], most))
    test = try texts.subset(shuffled(parts[1], parts[1].count))
    guard training.count >= 300, test.count >= 60 else {
      throw VitroError(
        .argument, "sentiment", "'\(texts.name)' has \(texts.count) sentences, expected 400 or more",
        details: ["field": "data", "found": "\(texts.count) sentences", "expected": "400 or more"])
    }
    sentiment = try SentimentWords(
      training.texts.map { text in
        text.split { !$0.isLetter && !$0.isNumber && $0 != "'" && $0 != "-" }.map { String($0) }
      }, labels: training.labels)
  }
}
