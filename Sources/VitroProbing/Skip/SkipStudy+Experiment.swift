internal import Foundation
internal import VitroCore
internal import VitroData
public import VitroLab
internal import VitroNetworks

extension SkipStudy: Experiment {
  /// `vitro probe …`.
  public static var group: (any ExperimentGroup.Type)? { Probing.self }
  /// `skip`.
  public static let name = "skip"
  /// What the loss does not show of a network.
  public static let abstract = "128 layers, a skip connection past half of them, and what is left of that half."
  /// What the report shows.
  public static let discussion = """
    Trains 128 fully connected ReLU layers on images by plain gradient descent, with and without a skip connection that \
    carries the image past the first half (Alain & Bengio, 2016, section 5.1). Linear probes on every layer show what \
    became of the half that was bypassed.

    DATA is what 'vitro examine' takes; the digits ship with Vitro.

    Example: vitro probe skip --data mnist:my-mnist --report skip
    """
  /// The data, the network and its training.
  public static let fields: [Field<Self>] = [
    Field(
      "data", path: \.data, names: ["digits", "fashion-mnist", "mnist:DIR"], valueName: "data",
      help: "The labelled images."),
    Field("layers", \.layers, in: 2...1024, help: "How many hidden layers; an even number."),
    Field("width", \.width, in: 1...4096, help: "The units of each layer."),
    Field("steps", \.steps, in: 1...10_000_000, help: "The steps of each training."),
    Field("rate", \.rate, in: 0...1000, help: "The learning rate."),
    Field("batchSize", \.batchSize, in: 1...1_000_000, help: "The examples of a step."),
    Field("gain", \.gain, in: 0...100, help: "The scale of the weights at first; 1 keeps the size of signals."),
    Field(
      "moments", \.moments, in: 0...10_000_000,
      help: "After which steps to probe, as far as they come, besides the last."),
    Field("seeds", \.seeds, in: 1...1000, help: "How many networks of each kind to train; the first is probed."),
  ]

  /// Two halves, and networks that fit into memory.
  public func validate() throws {
    guard layers % 2 == 0 else {
      throw VitroError(.argument, "probe skip", "there are \(layers) layers, expected an even number: two halves")
    }
    let (weights, overflow) = (layers * seeds).multipliedReportingOverflow(by: width * width)
    guard !overflow, weights <= Self.mostWeights else {
      throw VitroError(
        .argument, "probe skip",
        "\(seeds) × \(layers) layers of \(width) units have more than \(Self.mostWeights) weights",
        hint: "Take fewer layers, units or seeds.",
        details: ["field": "width", "found": "\(width)", "expected": "at most \(Self.mostWeights) weights in all"])
    }
  }

  /// The most weights of the networks of one kind: a gibibyte of them.
  private static let mostWeights = 1 << 28

  private static let skipStage = "training with the skip"

  /// Trains, probes and reports.
  public func run(_ run: Run) throws -> Outcome {
    let data = try LabeledData.load(data)
    for file in data.files { try run.read(file, role: "data") }
    let parts = try data.parts(seed: run.seed)
    let plain = try run.stage("training without the skip") { try train(data, parts, isSkipping: false, stage: $0) }
    let skipping = try run.stage(Self.skipStage) { try train(data, parts, isSkipping: true, stage: $0) }
    let moments = try probedSteps.map { step in
      try run.stage("probing after \(step) steps") { stage in
        try probe(
          network(after: step, of: Self.skipStage, in: run), since: network(after: 0, of: Self.skipStage, in: run),
          data,
          parts, step: step, stage: stage)
      }
    }
    let cuts = try run.stage("cutting the paths") { stage in
      try cut(network(after: steps, of: Self.skipStage, in: run), data.subset(parts.test), seed: stage.seed)
    }
    let result = SkipResult(
      study: self, dataName: data.name, classCount: data.classNames.count, plain: plain, skipping: skipping,
      moments: moments, cuts: cuts)
    return Outcome(report: try result.report(series: run.series()), facts: result.facts)
  }
}
