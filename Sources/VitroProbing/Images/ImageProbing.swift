internal import Foundation
internal import VitroCore
public import VitroData
internal import VitroFitting
public import VitroLab
internal import VitroNetworks

/// Alain & Bengio's experiment on images: a convnet is trained, and linear probes tell what each of its layers makes readable, before and after.
///
/// ```swift
/// var study = ImageProbing()
/// study.data = "digits"
/// study.epochs = 3
/// let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
/// ```
public struct ImageProbing: Experiment {
  /// `vitro probe …`.
  public static var group: (any ExperimentGroup.Type)? { Probing.self }
  /// `images`.
  public static let name = "images"
  /// What is asked.
  public static let abstract =
    "Images: what each layer of a convnet makes linearly readable, before and after training."
  /// What it does, and with what.
  public static let discussion = """
    Trains the convnet of Alain & Bengio (2016) on labelled images and fits a linear probe to ten of its values, on random \
    weights and after training, each beside the same probe with shuffled labels. The report shows the errors with intervals, \
    every layer on axes that can be turned, and what happens to the network's answers when what a probe reads is removed.

    DATA is 'digits' (ships with Vitro, half a minute), 'fashion-mnist' (apt install dataset-fashion-mnist), 'mnist:DIR' \
    (a directory with the four IDX files), a directory of IDX files, or one with a directory of PNG images for each class.

    Example: vitro probe images --data fashion-mnist --report fashion
    """
  /// The data and how long to train.
  public static let fields: [Field<Self>] = [
    Field(
      "data", path: \.data, names: ["digits", "fashion-mnist", "mnist:DIR"], valueName: "data",
      help: "The labelled images."),
    Field(
      "epochs", \.epochs, in: 1...10_000,
      help: "How often training passes through its images; by itself 10, more where they are few."),
    Field("seeds", \.seeds, in: 1...1000, help: "How many networks to train, for intervals over seeds."),
    Field("everyEpoch", \.everyEpoch, help: "Probe after every epoch too, for a film."),
    Field(
      "probeEpochs", \.probeEpochs, in: 1...10_000,
      help: "How often probes that learn in the forward pass see the images; by itself 3, more where they are few."),
    Field("precision", \.precision, help: "How activations are kept on disk."),
    Field(
      "memory", \.memory, in: 1...1_048_576,
      help: "The most MiB that images, and activations on their way to disk, may take."),
  ]

  /// Where the images are.
  public var data = "digits"
  /// How often training passes through its images.
  public var epochs: Int?
  /// How many networks are trained.
  public var seeds = 1
  /// Whether the probes are fitted after every epoch.
  public var everyEpoch = false
  /// How often probes that learn in the forward pass see the images.
  public var probeEpochs: Int?
  /// How activations are kept on disk.
  public var precision = ActivationStore.Precision.float32
  /// The most MiB that images, and activations on their way to disk, may take.
  public var memory = 1024

  /// The digits that ship with Vitro, one network.
  public init() {}

  /// Trains, probes, looks, and reports.
  public func run(_ run: Run) throws -> Outcome {
    let images = try LabeledSources.open(data, memoryBudget: memory << 20)
    try run.read(images, as: data)
    let convnet = try ImageConvnet(imageShape: images.exampleShape, classCount: images.classNames.count)
    let result = ImageProbingResult(
      title: images.name, source: images.source, classNames: images.classNames, epochs: epochs(of: images),
      seeds: try (0..<seeds).map { try seed($0, run, images, convnet) },
      used: try run.stage("taking out what probes read") { stage in
        try interventions(run, stage, images)
      },
      film: try everyEpoch ? film(run, images, convnet) : [],
      views: try run.stage("viewing layers") { try views(run, $0, images, convnet) })
    return Outcome(report: try result.report(series: run.series()), facts: result.facts)
  }

  // MARK: Settings

  /// A number of epochs that brings at least 2000 steps.
  func epochs(of images: some LabeledSource) -> Int {
    let steps = max(1, images.count / 107)
    return epochs ?? min(max(10, (2000 + steps - 1) / steps), 200)
  }

  /// The first network has the run's own seed.
  func seed(_ number: Int, of run: Run) -> UInt64 { run.seed &+ UInt64(number) }

  private var probes: LayerProbes {
    var probes = LayerProbes()
    probes.taps = ImageConvnet.probedTaps
    probes.online.epochs = probeEpochs
    probes.precision = precision
    probes.memoryBudget = memory << 18
    return probes
  }

  private func suffix(_ number: Int) -> String { seeds == 1 ? "" : ", seed \(number + 1)" }

  // MARK: Stages

  private func seed(
    _ number: Int, _ run: Run, _ images: any LabeledSource, _ convnet: ImageConvnet
  ) throws -> ImageProbingResult.Seed {
    let seed = seed(number, of: run)
    let parts = try images.parts(seed: seed)
    let accuracy = try run.stage("training\(suffix(number))") { stage in
      try train(convnet, images, parts, seed: seed, number: number, stage)
    }
    let before = try run.stage("probing random weights\(suffix(number))") { stage in
      try probe(convnet.network(seed: seed), images, parts, seed: seed, stage)
    }
    let after = try run.stage("probing the trained network\(suffix(number))") { stage in
      try probe(trained(run, number), images, parts, seed: seed, stage)
    }
    return ImageProbingResult.Seed(
      seed: seed, accuracy: accuracy, before: before, after: after, parts: parts, labels: images.labels)
  }

  private func trained(_ run: Run, _ number: Int, epoch: Int? = nil) throws -> Network {
    try Network(
      run.artifact(epoch.map { "epoch-\($0)" } ?? "network", of: "training\(suffix(number))").path)
  }

  /// Trains one network, epoch by epoch where each is to be kept, and says how it does on the test images.
  private func train(
    _ convnet: ImageConvnet, _ images: any LabeledSource, _ parts: DataParts, seed: UInt64, number: Int, _ stage: Stage
  ) throws -> Estimate {
    let epochs = epochs(of: images)
    let keepsEach = everyEpoch && number == 0
    var network = try convnet.network(seed: seed)
    let steps = (parts.train.count + 63) / 64 * epochs
    let (training, validation) = (try images.subset(parts.train), try images.subset(parts.validation))
    for epoch in keepsEach ? Array(1...epochs) : [epochs] {
      let kept = stage.checkpoints.appending(path: "epoch-\(epoch)").path
      // An epoch that was kept before an interruption is not that of the checkpoint, which is further on.
      if keepsEach, let known = try? Network(kept) {
        network = known
        continue
      }
      let result = try Trainer(ImageConvnet.settings(epochs: epoch, seed: seed)).train(
        &network, on: training, validation: validation, checkpoints: stage.checkpoints.path,
        observer: TrainingReporter(
          stage, stage: "training\(suffix(number))", totalSteps: steps, prefix: number == 0 ? "" : "seed \(number + 1) "
        ))
      guard result.state != .interrupted else {
        throw VitroError(.interrupted, "training the convnet", "stopped after \(result.steps) of \(steps) steps")
      }
      if keepsEach { try network.save(to: kept) }
    }
    for epoch in keepsEach ? Array(1...epochs) : [] {
      try FileManager.default.copyItem(
        at: stage.checkpoints.appending(path: "epoch-\(epoch)"), to: stage.directory.appending(path: "epoch-\(epoch)"))
    }
    try network.save(to: stage.directory.appending(path: "network").path)
    let share = try network.accuracy(images.subset(parts.test))[0]
    return try .clopperPearson(
      successes: Int((share * Double(parts.test.count)).rounded()), trials: parts.test.count)
  }

  private func probe(
    _ network: Network, _ images: any LabeledSource, _ parts: DataParts, seed: UInt64, _ stage: Stage
  ) throws -> [LayerReading] {
    let found = try probes.read(
      network, images, parts: parts, seed: seed, scratch: stage.checkpoints.appending(path: "probes"),
      stage: stage.name, observer: stage)
    try TapProbe.write(found.probes, to: stage.directory.appending(path: Self.probesFile))
    return found.readings
  }

  private static let probesFile = "probes.safetensors"

  /// Takes what the probes of the first trained network read out of it, and adds it, and counts what it answers.
  private func interventions(_ run: Run, _ stage: Stage, _ images: any LabeledSource) throws -> ReadableAndUsed {
    let parts = try images.parts(seed: run.seed)
    let probes = try TapProbe.read(
      run.artifact(Self.probesFile, of: "probing the trained network\(suffix(0))"))
    var interventions = DirectionInterventions()
    interventions.draws = 4
    interventions.mostExamples = 2000
    interventions.mostSteered = 128
    interventions.strengths = [-4, -2, 0, 2, 4]
    return try interventions.limited(toWidth: probes.map(\.mean.count).max() ?? 1).run(
      trained(run, 0), images.subset(parts.test), directions: probes.map(\.directions),
      groups: images.groups.map { groups in parts.test.map { groups[$0] } }, seed: run.seed, observer: stage)
  }

  /// The probes of the first network after each epoch but the last, which is probed anyway.
  private func film(
    _ run: Run, _ images: any LabeledSource, _ convnet: ImageConvnet
  ) throws -> [[LayerReading]] {
    let seed = seed(0, of: run)
    let parts = try images.parts(seed: seed)
    return try (1..<max(epochs(of: images), 1)).map { epoch in
      try run.stage("probing after epoch \(epoch)") { stage in
        try probe(trained(run, 0, epoch: epoch), images, parts, seed: seed, stage)
      }
    }
  }

  private func views(
    _ run: Run, _ stage: Stage, _ images: any LabeledSource, _ convnet: ImageConvnet
  ) throws -> ImageProbingResult.Views {
    let seed = seed(0, of: run)
    let parts = try images.parts(seed: seed)
    let views = LayerViews(taps: ImageConvnet.probedTaps)
    return ImageProbingResult.Views(
      before: try views.look(
        at: convnet.network(seed: seed), images, parts: parts, stage: "viewing random weights", observer: stage),
      after: try views.look(
        at: trained(run, 0), images, parts: parts, stage: "viewing the trained network", observer: stage))
  }
}

extension ActivationStore.Precision: FieldValue {}
