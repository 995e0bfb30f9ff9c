internal import Foundation
internal import VitroCore
internal import VitroData
internal import VitroFitting
internal import VitroLab
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// The network that methods are judged on, with its texts.
struct FaithfulnessSubject {
  /// What it is called.
  var name: String
  var network: WordNetwork
  var texts: [WordText]
  var reference: [WordText]
  /// The planted truth.
  var relevant: [[Bool]]?
  /// How well the network does what it is for, where that is known.
  var accuracy: Estimate?
  /// The texts that were too long.
  var leftOut = 0

  /// The numbers that the network has learned.
  var parameters: Int { Self.parameters(of: network) }

  private static func parameters(of network: WordNetwork) -> Int {
    network.network.parameters.entries.reduce(0) { $0 + $1.count }
  }

  init(_ study: FaithfulnessStudy, _ run: Run) throws {
    if let task = study.task {
      try self.init(planted: task, study, run)
    } else {
      try self.init(model: study.model ?? "", data: study.data ?? "", study, run)
    }
  }

  /// A network that is trained on a task; the stage keeps it.
  private init(planted task: PlantedTask, _ study: FaithfulnessStudy, _ run: Run) throws {
    let architecture = task == .digits ? nil : study.architecture.architecture
    var training = PlantedNetwork.Training()
    training.position = study.position
    let file = "network"
    let stage = "training"
    let accuracy = try run.stage(stage) { stage in
      let trained = try PlantedNetwork.train(
        task, architecture, seed: stage.seed, training: training, stage: stage.name, observer: stage)
      try trained.whole.save(to: stage.directory.appending(path: file).path)
      return try trained.accuracy(PlantedNetwork.testTexts(task, training, seed: stage.seed))
    }
    let trained = try PlantedNetwork(
      task, architecture, Network(contentsOf: run.artifact(file, of: stage).path))
    let test = PlantedNetwork.testTexts(task, training, seed: run.seed).filter { $0.distribution != nil }
    let planted = Array(test.prefix(FaithfulnessSize(study, parameters: Self.parameters(of: trained.network)).texts))
    let others = task.texts(study.reference, seed: run.seed &+ 0x4ef, position: study.position)
    name = trained.name
    network = trained.network
    texts = try trained.texts(planted)
    reference = try trained.texts(others)
    relevant = planted.map(\.isRelevant)
    self.accuracy = accuracy
  }

  /// A model from files, and a table of texts: some to judge by, others to measure spreads over.
  private init(model: String, data: String, _ study: FaithfulnessStudy, _ run: Run) throws {
    let opened = try LanguageModel(model)
    try run.read(files: opened.files, as: model, role: "model")
    network = try WordNetwork(opened)
    let table = try LabeledTexts(data, columns: .init(text: study.textColumn, label: study.labelColumn))
    try run.read(table, as: data)
    var stream = RandomStream(seed: run.seed, "texts to judge by")
    var chosen: [WordText] = []
    var (right, judged) = (0, 0)
    let judgedTexts = FaithfulnessSize(study, parameters: Self.parameters(of: network)).texts
    let wanted = judgedTexts + study.reference
    let classes = network.classes
    for number in stream.permutation(table.count) {
      guard chosen.count < wanted else { break }
      try run.checkpoint("reading texts")
      let words = try ModelWords(opened).cut(table.texts[number])
      guard (1...min(study.longest, network.context)).contains(words.count), !words.allSatisfy(\.isSpecial) else {
        leftOut += 1
        continue
      }
      let text = try network.text(table.texts[number])
      if chosen.count < judgedTexts, let classes,
        let known = classes.firstIndex(of: table.classNames[table.labels[number]])
      {
        let scores = try network.answers([text])[0]
        right += scores.indices.max { scores[$0] < scores[$1] } == known ? 1 : 0
        judged += 1
      }
      chosen.append(text)
    }
    guard chosen.count >= 4 else {
      throw VitroError(
        .argument, FaithfulnessStudy.fullName,
        "\(chosen.count) texts of at most \(study.longest) words are left, expected 4 or more",
        hint: "Give more texts, or allow longer ones with --longest.", details: ["field": "data"])
    }
    name = network.name
    let count = min(judgedTexts, chosen.count / 2)
    texts = Array(chosen.prefix(count))
    reference = Array(chosen.dropFirst(count))
    accuracy = judged > 0 ? try .clopperPearson(successes: right, trials: judged) : nil
  }

  /// The layers, and what methods are asked about.
  func judge(_ study: FaithfulnessStudy, _ size: FaithfulnessSize, _ run: Run) throws -> MethodJudge {
    let layers = try study.layers?.map { try Feature(parsing: $0) } ?? size.layers(network.layersToAnswer)
    try network.check(layers)
    let target = try target(study)
    var features = layers
    if case .feature(let feature) = target, !features.contains(feature) {
      try network.check([feature])
      features.append(feature)
    }
    let answer = InformationMethod.answerFeature(network)
    if !features.contains(answer) { features.append(answer) }
    let scales = try FeatureScales(network, features, over: reference)
    return try MethodJudge(
      AttributionQuestion(network, texts, target, scales: scales, seed: run.seed), relevant: relevant, layers: layers,
      reference: reference, settings: study.judging(size, seed: run.seed))
  }

  /// The answer where there is one: scores of classes, or of the next word; else the last hidden state.
  private func target(_ study: FaithfulnessStudy) throws -> AttributionTarget {
    if let target = study.target {
      return target == "answer" ? .answer : .feature(try Feature(parsing: target))
    }
    let isAnswer = network.model?.predictsNext ?? true || network.classes != nil || !network.answersEachWord
    guard !isAnswer, let last = network.hiddenStates.last else { return .answer }
    return .feature(Feature(last))
  }
}
