internal import Foundation
internal import VitroCore
internal import VitroFitting
public import VitroLab
public import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// What trained networks forget of the words that their task does not need, and which methods find the words that it needs.
///
/// Networks are trained on tasks whose relevant words are known (``PlantedTask``). At every layer the measure says what is kept of relevant and of irrelevant
/// words; at the answer every method ranks the words, and is judged by the area under the ROC curve.
///
/// ```swift
/// var forgetting = ForgettingStudy()
/// forgetting.tasks = [.firstWord]
/// forgetting.seeds = 5
/// ```
public struct ForgettingStudy: Sendable {
  /// The tasks.
  public var tasks = PlantedTask.allCases
  /// How networks read; the task of digits has its own way.
  public var architectures: [TextNetwork.Architecture] = [.lstm, .cnn, .encoder]
  /// The networks of each kind; intervals are over networks from two on, and over texts with one.
  public var seeds = 1
  /// The texts that are measured, none of them learned from.
  public var texts = 24
  /// How information is measured; each network has a seed of its own.
  ///
  /// At half of a feature's variance: a network that is sure of its answer changes it by jumps, which a small distortion meets too seldom to be measured.
  public var measure = InformationSettings(distortion: 0.5, samples: 1600, mostSamples: 100_000)
  /// The passes of the measure for each text and layer.
  public var samples: Int {
    get { measure.samples }
    set { measure.samples = newValue }
  }
  /// The methods beside the measure; all that there are unless named.
  public var methods: [String]?
  /// The task whose networks are also measured while they learn; nothing leaves that out.
  public var dynamics: PlantedTask? = .firstWord
  /// How large networks are and how long they learn.
  public var training = PlantedNetwork.Training()

  /// All tasks, three architectures, one seed.
  public init() {}

  /// The texts that spreads are measured over.
  static let referenceCount = 200

  /// Trains, measures and reports; each network is a stage.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for methods that do not exist, or when stopped.
  public func run(_ run: Run) throws -> Outcome {
    let kinds = try JudgedMethods.chosen(methods)
    var cells: [ForgettingCell] = []
    for task in tasks {
      for architecture in task == .digits ? [nil] : architectures.map(Optional.some) {
        for number in 0..<max(seeds, 1) {
          let name = "\(task.rawValue) \(architecture?.rawValue ?? "gru") \(number + 1)"
          cells.append(
            try run.stage(name) { stage in
              try cell(task, architecture, seed: run.seed &+ UInt64(number), kinds, stage)
            })
        }
      }
    }
    var moments: [ForgettingMoment] = []
    if let dynamics, dynamics != .digits {
      for number in 0..<max(seeds, 1) {
        moments += try run.stage("learning \(dynamics.rawValue) \(number + 1)") { stage in
          try learning(dynamics, seed: run.seed &+ UInt64(number), stage)
        }
      }
    }
    let result = try ForgettingResult(self, cells, moments)
    return Outcome(report: try result.report(), facts: result.facts)
  }

  /// Trains a network and measures it.
  private func cell(
    _ task: PlantedTask, _ architecture: TextNetwork.Architecture?, seed: UInt64,
    _ kinds: [any AttributionMethod.Type], _ stage: Stage
  ) throws -> ForgettingCell {
    let trained = try PlantedNetwork.train(
      task, architecture, seed: seed, training: training, stage: stage.name, observer: stage)
    try trained.whole.save(to: stage.directory.appending(path: "network").path)
    let test = PlantedNetwork.testTexts(task, training, seed: seed)
    let planted = Array(test.filter { $0.distribution != nil }.prefix(texts))
    let subject = try ForgettingSubject(trained, planted, self, seed: seed, stage)
    var cell = ForgettingCell(
      task: task, reader: trained.reader, seed: seed, accuracy: try trained.accuracy(test),
      layers: trained.features.map(\.description))
    try subject.measure(trained.features, into: &cell)
    // What a method finds says something of the truth only where the network has found it.
    guard cell.isSolved else { return cell }
    for kind in kinds where kind != InformationMethod.self { cell.methods.append(try subject.judge(kind)) }
    return cell
  }

  /// The passes after which a network is measured while it learns.
  private static let looks = [0, 1, 2, 3, 5, 8, 12, 20]

  /// What networks keep while they learn, at the state that is read.
  private func learning(_ task: PlantedTask, seed: UInt64, _ stage: Stage) throws -> [ForgettingMoment] {
    var moments: [ForgettingMoment] = []
    let test = PlantedNetwork.testTexts(task, training, seed: seed)
    let planted = Array(test.prefix(max(texts / 2, 2)))
    for architecture in architectures {
      // Fewer texts a pass, so that there is something to see between the first passes.
      var slow = training
      slow.texts = training.texts / 4
      var last = 0
      func look(_ network: PlantedNetwork) throws {
        let subject = try ForgettingSubject(network, planted, self, seed: seed, stage)
        var cell = ForgettingCell(
          task: task, reader: network.reader, seed: seed, accuracy: try network.accuracy(test), layers: ["pool"])
        try subject.measure(["pool"], into: &cell)
        moments.append(ForgettingMoment(epoch: last, cell: cell))
      }
      let learned = try PlantedNetwork.train(
        task, architecture, seed: seed, training: slow, stage: stage.name, observer: stage
      ) { epoch, network in
        last = epoch
        if Self.looks.contains(epoch) { try look(network) }
      }
      if !Self.looks.contains(last) { try look(learned) }
    }
    return moments
  }
}

/// A trained network with the texts that it is measured on.
struct ForgettingSubject {
  let network: PlantedNetwork
  let planted: [PlantedText]
  let question: AttributionQuestion
  let settings: InformationSettings

  init(
    _ network: PlantedNetwork, _ planted: [PlantedText], _ study: ForgettingStudy, seed: UInt64, _ stage: Stage
  ) throws {
    (self.network, self.planted) = (network, planted)
    let reference = try network.texts(
      network.task.texts(
        ForgettingStudy.referenceCount, seed: seed &+ 0x4ef, position: study.training.position))
    let scales = try FeatureScales(network.network, network.features, over: reference)
    question = try AttributionQuestion(
      network.network, network.texts(planted), .answer, scales: scales, seed: seed
    ) { done, count in
      try stage.checkpoint(stage.name)
      stage.update(ProgressUpdate(stage.name, completed: done, of: count))
    }
    var settings = study.measure
    settings.seed = seed
    self.settings = settings
  }

  /// What each layer keeps of relevant and of irrelevant words; the last layer's order of words is the measure's own attribution.
  func measure(_ features: [Feature], into cell: inout ForgettingCell) throws {
    let measure = try InformationMeasure(network.network, question.scales, settings: settings)
    let found = try measure(question.texts, features, progress: question.progress)
    func mean(_ text: Int, _ layer: Int, _ isRelevant: Bool) -> Double? {
      let kept = found[text][layer].kept
      let places = planted[text].tokens.indices.filter {
        !planted[text].isMark[$0] && planted[text].isRelevant[$0] == isRelevant
      }
      return places.isEmpty ? nil : places.reduce(0) { $0 + kept[$1] } / Double(places.count)
    }
    for layer in features.indices {
      cell.relevant.append(planted.indices.map { mean($0, layer, true) })
      cell.irrelevant.append(planted.indices.map { mean($0, layer, false) })
    }
    cell.isConverged = features.indices.map { layer in found.map { $0[layer].isConverged } }
    cell.convergence = features.indices.map { layer in Convergence(found.map { $0[layer] }) }
    guard features.last == network.features.last else { return }
    cell.methods = [try judged(InformationMethod.self, found.compactMap { $0.last?.logSigma.map { -$0 } })]
  }

  /// How well a method finds the relevant words.
  func judge(_ kind: any AttributionMethod.Type) throws -> MethodTruth {
    let method = kind.init()
    if let reason = try method.reasonUndefined(question.target, in: question.network) {
      return MethodTruth(name: kind.name, title: kind.title, reasonUndefined: reason)
    }
    return try judged(kind, method.scores(question))
  }

  private func judged(_ kind: any AttributionMethod.Type, _ scores: [[Double]]) throws -> MethodTruth {
    var truth = MethodTruth(name: kind.name, title: kind.title)
    for (text, scores) in zip(planted, scores) {
      let places = text.tokens.indices.filter { !text.isMark[$0] }
      let own = [places.map { scores[$0].isNaN ? 0 : scores[$0] }]
      let sizes = MethodJudge.sizes(own, kind)[0]
      let relevant = places.map { text.isRelevant[$0] }
      let area = try TruthScores.auc(sizes, relevant: relevant)
      truth.auc.append(area.isNaN ? nil : area)
      let count = Double(relevant.count { $0 })
      let target = relevant.map { $0 ? 1 / count : 0 }
      let shares = TruthScores.distribution(MethodJudge.amounts(own, kind)[0])
      let divergence = TruthScores.divergence(target, shares)
      truth.divergence.append(divergence.isFinite ? divergence : nil)
      truth.jensenShannon.append(TruthScores.jensenShannon(target, shares))
    }
    return truth
  }
}
