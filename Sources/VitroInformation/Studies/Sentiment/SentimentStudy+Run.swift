internal import Foundation
internal import VitroCore
internal import VitroData
public import VitroLab
internal import VitroModels
internal import VitroNetworks

extension SentimentStudy {
  /// Trains the networks, fine-tunes the pretrained model where one is given, measures all, and reports.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there are no data or a setting cannot be, or when stopped; what is finished is kept, and a resumed run goes on from it.
  public func run(_ run: Run) throws -> Outcome {
    try validate()
    guard let path = data else { throw VitroError(.argument, "sentiment", "there are no data") }
    let table = try LabeledTexts(path)
    try run.read(table, as: path)
    let all = try SentimentData(table, most: sentences, seed: run.seed)
    let vocabulary = try TextVocabulary(of: all.training.texts, units: .words, least: 2)
    let tokenizer = try Tokenizer(json: vocabulary.file())
    let data = try all.fitting { (1...Self.context).contains(try tokenizer.encode($0).count) }
    var readings: [SentimentReading] = []
    for model in SentimentModel.allCases {
      guard let design = design(model, vocabulary: vocabulary.count, classes: data.classes) else { continue }
      for number in 0..<seeds {
        let stage = "training \(model.title) \(number + 1)"
        let training = try run.stage(stage) { stage in
          try train(
            design, data, tokenizer, number: number, seed: run.seed, into: stage.directory,
            checkpoints: stage.checkpoints, observer: stage)
        }
        let networks = try training.names.map { name in
          LanguageModel(
            name: model.title, family: "vitro-\(model.rawValue)", transformer: nil,
            network: try Network(run.artifact(name, of: stage).path), tokenizer: tokenizer)
        }
        readings.append(try measure(networks, model, number: number, training, data, run))
      }
    }
    var leftOut = data.leftOut
    if let path = model {
      let (reading, left) = try tuned(path, all, run)
      readings.append(reading)
      leftOut = max(leftOut, left)
    }
    let result = SentimentResult(
      study: self, readings: readings, sentiment: data.sentiment, classNames: data.classes, leftOut: leftOut)
    return Outcome(report: try result.report(), facts: try result.facts())
  }

  private func tuned(_ path: String, _ all: SentimentData, _ run: Run) throws -> (SentimentReading, leftOut: Int) {
    let pretrained = try LanguageModel(path)
    try run.read(files: pretrained.files, as: path, role: "model")
    let words = ModelWords(pretrained)
    let data = try all.fitting { text in
      let tokens = try words.cut(text)
      return (1...pretrained.context).contains(tokens.count) && !tokens.allSatisfy(\.isSpecial)
    }
    let training = try run.stage("fine-tuning \(pretrained.name)") { stage in
      try tune(
        pretrained, data, seed: run.seed, into: stage.directory, checkpoints: stage.checkpoints, observer: stage)
    }
    let before = try Self.withHead(pretrained, classes: data.classes, seed: run.seed)
    let network = try Network(run.artifact("tuned", of: "fine-tuning \(pretrained.name)").path)
    let after = LanguageModel(
      name: pretrained.name, family: pretrained.family, transformer: pretrained.transformer, network: network,
      tokenizer: pretrained.ownTokenizer)
    return (try measure([before, after], .tuned, number: 0, training, data, run), data.leftOut)
  }

  private func measure(
    _ networks: [LanguageModel], _ model: SentimentModel, number: Int, _ training: Training, _ data: SentimentData,
    _ run: Run
  ) throws -> SentimentReading {
    guard let last = networks.last else { throw VitroError(.argument, "sentiment", "no network was kept") }
    return try run.stage("measuring \(model.title) \(number + 1)") { stage in
      try read(
        last, model, number: number, training, earlier: Array(networks.dropLast()), data,
        seed: run.seed &+ UInt64(number) &* 0x9e37_79b9_7f4a_7c15
      ) { what, done, all in
        try stage.checkpoint("sentiment")
        stage.update(ProgressUpdate("\(model.title) \(number + 1), \(what)", completed: done, of: all))
      }
    }
  }
}
