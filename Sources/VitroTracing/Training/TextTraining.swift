internal import Foundation
internal import VitroCore
public import VitroLab
public import VitroModels
internal import VitroNetworks

/// Trains a network for text from scratch: an LSTM, a convolutional network or a transformer that tells classes apart, or a decoder that predicts the next token.
///
/// The network is saved with its tokenizer, so that every other command opens it as any language model.
///
/// ```swift
/// var study = TextTraining()
/// study.data = "films.csv"
/// study.groupColumn = "film"
/// study.architecture = .cnn
/// study.save = "my-network"
/// let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
/// ```
public struct TextTraining: Experiment {
  /// `vitro model …`.
  public static var group: (any ExperimentGroup.Type)? { Models.self }
  /// `train`.
  public static let name = "train"
  /// What it does.
  public static let abstract = "Train an LSTM, a convolutional network or a transformer on texts."
  /// With what.
  public static let discussion = """
    Trains a network from scratch to tell the classes of labelled texts apart, or, with --language, to predict the next \
    token of a text. DATA is a table of labelled texts as 'vitro probe text' reads it, or with --language a plain text file. \
    Texts of one length run together: nothing is padded. The network and its tokenizer are saved in the run, and in DIR with \
    --save DIR, and are then a model for every other command.

    Example: vitro model train --architecture cnn --data sst2_train.tsv --test sst2_test.tsv --save my-network
    Example: vitro model train --architecture decoder --language --data tinyshakespeare.txt --epochs 10
    """
  /// The data, the network and how long to train.
  public static let fields: [Field<Self>] = [
    Field("data", path: \.data, valueName: "file", help: "The texts to learn from."),
    Field(
      "validation", path: \.validation, valueName: "file", help: "Texts to stop by; by itself a part of the others."),
    Field("test", path: \.test, valueName: "file", help: "Texts to judge by; by itself a part of the others."),
    Field("textColumn", \.textColumn, valueName: "column", help: "The column of texts; by itself it is found out."),
    Field("labelColumn", \.labelColumn, valueName: "column", help: "The column of labels; by itself it is found out."),
    Field("groupColumn", \.groupColumn, valueName: "column", help: "The column of what texts belong to."),
    Field("language", \.language, help: "Predict the next token of a plain text file; the architecture is a decoder."),
    Field("architecture", \.architecture, help: "How tokens are read."),
    Field("pooling", \.pooling, help: "How the states of all tokens become one; by itself what is usual."),
    Field("units", \.units, help: "What a token is; by itself a word, and of a language model a character."),
    Field("least", \.least, in: 1...1_000_000, help: "How often a token must occur to be known."),
    Field("width", \.width, in: 1...65_536, help: "The length of a token's vector."),
    Field("hidden", \.hidden, in: 1...65_536, help: "The units of an LSTM, filters of each size, or hidden units."),
    Field("layers", \.layers, in: 1...128, help: "The layers of an LSTM or a transformer."),
    Field("heads", \.heads, in: 1...1024, help: "The heads of a transformer's layers."),
    Field("dropout", \.dropout, in: 0...0.95, help: "The part of the values that is dropped while training."),
    Field("context", \.context, in: 1...65_536, help: "The most tokens of a text; longer ones are cut."),
    Field("epochs", \.epochs, in: 1...10_000, help: "How often training passes through the texts at most."),
    Field("patience", \.patience, in: 0...10_000, help: "How many epochs in a row may bring nothing."),
    Field("rate", \.rate, in: 0...10, help: "The learning rate of Adam; by itself what suits the architecture."),
    Field("batchSize", \.batchSize, in: 1...65_536, help: "How many texts a step sees."),
    Field("save", \.save, valueName: "dir", help: "A directory to write the network to as well."),
  ]

  /// The texts to learn from.
  public var data: String?
  /// The texts to stop by.
  public var validation: String?
  /// The texts to judge by.
  public var test: String?
  /// The column of texts.
  public var textColumn: String?
  /// The column of labels.
  public var labelColumn: String?
  /// The column of what texts belong to.
  public var groupColumn: String?
  /// Whether the next token of a plain text is predicted.
  public var language = false
  /// How tokens are read; a decoder for a language model, whatever is said.
  public var architecture = TextNetwork.Architecture.lstm
  /// How the states of all tokens become one.
  public var pooling: TextNetwork.Pooling?
  /// What a token is.
  public var units: TextVocabulary.Units?
  /// How often a token must occur to be known.
  public var least: Int?
  /// The length of a token's vector.
  public var width: Int?
  /// The units of an LSTM, the filters of each size, or the hidden units of a transformer.
  public var hidden: Int?
  /// The layers.
  public var layers: Int?
  /// The heads of a transformer's layers.
  public var heads = 4
  /// The part of the values that is dropped while training.
  public var dropout: Double?
  /// The most tokens of a text.
  public var context: Int?
  /// How often training passes through the texts at most.
  public var epochs = 10
  /// How many epochs in a row may bring nothing.
  public var patience = 3
  /// The learning rate.
  public var rate: Double?
  /// How many texts a step sees.
  public var batchSize = 50
  /// Where to write the network as well.
  public var save: String?

  /// An LSTM; the data are missing.
  public init() {}

  /// Data are needed, and an architecture that can do what is asked.
  public func validate() throws {
    func refuse(_ field: String, _ message: String, hint: String? = nil) -> VitroError {
      VitroError(.argument, Self.fullName, message, hint: hint, details: ["field": field])
    }
    guard let data, !data.isEmpty else {
      throw refuse(
        "data", "--data is missing: name the texts to learn from",
        hint: "Such as 'vitro model train --data sst2_train.tsv --architecture cnn'.")
    }
    if language, architecture != .decoder {
      throw refuse(
        "architecture", "a network of the kind '\(architecture.rawValue)' predicts no tokens",
        hint: "Add --architecture decoder.")
    }
    if language, validation != nil || test != nil || textColumn ?? labelColumn ?? groupColumn != nil {
      throw refuse(
        "language", "--language takes one plain text, without columns; its last tenths are for validation and test")
    }
    if let rate, rate <= 0 { throw refuse("rate", "the rate is \(rate), expected a number above 0") }
    if let save, save.isEmpty { throw refuse("save", "--save names no directory") }
    try design(vocabulary: 2, classes: ["0", "1"]).validate()
  }

  /// Trains, judges, and reports.
  public func run(_ run: Run) throws -> Outcome {
    let corpus = try TextCorpus(self, run)
    let result = try run.stage(Self.stage) { stage in try TextTrainer(self, corpus, stage).train() }
    let trained = run.artifact(Self.artifact, of: Self.stage)
    if let save { try Self.copy(trained, to: save) }
    let report = try result.report(self, series: run.series())
    return Outcome(report: report, facts: result.facts(saved: save))
  }

  private static let stage = "training"
  static let artifact = "network"

  /// The network for a vocabulary and classes.
  func design(vocabulary: Int, classes: [String]) -> TextNetwork {
    TextNetwork(
      architecture, vocabulary: vocabulary, classes: classes, width: width, hidden: hidden, layers: layers,
      heads: heads, pooling: pooling, dropout: dropout, context: tokenLimit)
  }

  /// The most tokens of a text.
  var tokenLimit: Int { context ?? (language ? 128 : 256) }

  /// What a token is.
  var tokenUnits: TextVocabulary.Units { units ?? (language ? .characters : .words) }

  /// A rate at which the architecture learns quickly and surely.
  var learningRate: Double {
    if let rate { return rate }
    return switch architecture {
    case .lstm: 2e-3
    case .cnn: 1e-3
    case .encoder, .decoder: 1e-3
    }
  }

  private static func copy(_ source: URL, to directory: String) throws {
    let network = try Network(source.path)
    try network.save(to: directory)
    let file = "tokenizer.json"
    let target = URL(filePath: directory).appending(path: file)
    do {
      try? FileManager.default.removeItem(at: target)
      try FileManager.default.copyItem(at: source.appending(path: file), to: target)
    } catch {
      throw VitroError(
        .file, "writing \(target.path)", "the tokenizer cannot be written", details: ["file": target.path])
    }
  }
}

extension TextNetwork.Architecture: FieldValue {}
extension TextNetwork.Pooling: FieldValue {}
extension TextVocabulary.Units: FieldValue {}
