import Foundation
import Testing
import VitroCore
import VitroData
import VitroLab
import VitroTracing
import VitroModels

@testable import VitroProbing

@Suite struct TextStudyTests {
  @Test func aTrainedNetworkIsProbedLayerByLayer() throws {
    try PlantedTexts.with { planted in
      let trained = try planted.run(planted.training())
      #expect(try #require(trained.number("accuracy")) > 0.95 && trained.number("baseline")! < 0.7)
      #expect(trained["bestEpoch"] != .null && trained["saved"] == .string(planted.path("network")))
      #expect(try planted.report().sections.map(\.id) == ["training"])

      var study = planted.probing()
      study.untrained = true
      let facts = try planted.run(study)
      let layers = facts.objects("layers")
      #expect(
        layers.map { $0["tap"] }
          == ["blocks.0.hook_resid_pre", "blocks.0.hook_resid_post", "blocks.1.hook_resid_post"].map(JSONValue.string))
      let last = try #require(layers.last)
      #expect(last.number("accuracy")! > 0.9 && abs(last.number("control")! - 0.5) < 0.2)
      for layer in layers {
        let ends = layer.numbers("interval")
        #expect(ends.count == 2 && ends[0] <= layer.number("accuracy")! && layer.number("accuracy")! <= ends[1])
        #expect(layer["untrained"] != nil && layer["macroF1"] != .null && layer["auc"] != .null)
      }
      #expect(facts.keys.contains("jump") && facts.keys.contains("converge"))
      #expect(facts.number("groups") == 40 && facts.number("divisions") == 3)
      let claims = facts.objects("claims")
      #expect(claims.first { $0["id"] == .string("readable") }?["verdict"] == .string("holds"))
      #expect(claims.contains { $0["id"] == .string("training-matters") })
      let report = try planted.report()
      #expect(report.sections.map(\.id) == ["depth", "views", "claims", "readings"])
      guard case .figure(let figure)? = report.sections[0].blocks.first else {
        Issue.record("the report begins with the picture")
        return
      }
      #expect(figure.title == "Accuracy by depth")
    }
  }

  @Test func theDocumentedStudiesRun() throws {
    try PlantedTexts.with { planted in
      let (folder, lab) = (planted.folder.path, planted.lab)
      try FileManager.default.copyItem(atPath: planted.path("train.csv"), toPath: planted.path("films.csv"))
      do {
        // docs:TextTraining
        var study = TextTraining()
        study.data = "\(folder)/films.csv"
        study.groupColumn = "film"
        study.architecture = .cnn
        study.save = "\(folder)/my-network"
        let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
        // docs:end
        #expect(try lab.store.facts(of: run.id).number("accuracy")! > 0.9)
      }
      // docs:TextProbing
      var study = TextProbing()
      study.model = "\(folder)/my-network"
      study.data = "\(folder)/films.csv"
      study.groupColumn = "film"
      let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
      // docs:end
      #expect(try lab.store.facts(of: run.id).objects("layers").count == 1)
    }
  }

  @Test(arguments: TextNetwork.Architecture.allCases) func everyArchitectureTrainsAndOpens(
    _ architecture: TextNetwork.Architecture
  ) throws {
    try PlantedTexts.with { planted in
      var study = planted.training()
      study.architecture = architecture
      study.pooling = architecture == .lstm ? .maximum : nil
      study.epochs = 6
      let facts = try planted.run(study)
      #expect(try #require(facts.number("accuracy")) > 0.9, "\(architecture)")
      let model = try LanguageModel(planted.path("network"))
      #expect(model.family == "vitro-\(architecture.rawValue)")
      if architecture == .lstm {
        var probing = planted.probing()
        (probing.token, probing.taps) = ("last", ["embed", "lstm0", "lstm1", "pool", "tokens"])
        let found = try planted.run(probing)
        #expect(found.objects("layers").map { $0["tap"] } == ["embed", "lstm0", "lstm1", "pool"].map(JSONValue.string))
        #expect(found.objects("skipped").map { $0["tap"] } == [.string("tokens")])
      }
    }
  }

  @Test func anInterruptedRunGoesOnToTheSameResult() throws {
    try PlantedTexts.with { planted in
      _ = try planted.run(planted.training())
      var study = planted.probing()
      study.probes = [.logistic, .lda]
      study.prompt = "the film : {text} !"
      let whole = try planted.run(study)
      #expect(whole.objects("points").count == 2 && whole.objects("probes").count == 6)
      for asked in [2, 8, 30] {
        do {
          _ = try planted.lab.run(RunConfiguration(study), observer: StoppingObserver(after: asked))
          Issue.record("asked \(asked) times, the run should have stopped")
        } catch let error as VitroError {
          #expect(error.code == .interrupted)
          let id = try #require(error.details["run"])
          _ = try planted.lab.resume(id, observer: SilentObserver())
          #expect(try planted.lab.store.facts(of: id) == whole)
        }
      }
    }
  }

  @Test func longTextsAreCutAndFewAreTakenWithTheirGroups() throws {
    try PlantedTexts.with { planted in
      var training = planted.training()
      (training.context, training.epochs) = (4, 2)
      let trained = try planted.run(training)
      #expect(trained.number("cutTexts")! > 0)
      var study = planted.probing()
      (study.limit, study.repeats) = (80, 2)
      let facts = try planted.run(study)
      #expect(facts.number("cutTexts")! > 0 && facts.number("texts")! <= 80 && facts.number("texts")! > 70)
      let notes = try planted.report().sections[0].blocks.compactMap { block in
        if case .note(.warning, let text) = block { text.plainText } else { nil }
      }
      #expect(notes.contains { $0.contains("more than 4 tokens") })
      study.token = "7"
      let error = #expect(throws: VitroError.self) { try planted.run(study) }
      #expect(error?.hint?.contains("--token") ?? false)
    }
  }

  @Test func aLanguageModelIsTrainedOnPlainText() throws {
    try PlantedTexts.with { planted in
      let text = (0..<400).map { ["the cat sat", "a dog ran"][$0 % 2] }.joined(separator: "\n")
      try Data(text.utf8).write(to: planted.folder.appending(path: "text.txt"))
      var study = TextTraining()
      (study.data, study.language, study.architecture) = (planted.path("text.txt"), true, .decoder)
      (study.width, study.hidden, study.layers, study.heads, study.context) = (32, 64, 1, 2, 16)
      (study.epochs, study.patience, study.rate, study.batchSize, study.dropout) = (40, 40, 5e-3, 8, 0)
      study.save = planted.path("model")
      let facts = try planted.run(study)
      let (loss, baseline) = (try #require(facts.number("testLoss")), try #require(facts.number("baseline")))
      #expect(loss < 1.2 && baseline > 2, "\(loss) nats a character, by frequencies \(baseline)")
      guard case .string(let sample)? = facts["sample"] else {
        Issue.record("a language model writes")
        return
      }
      #expect(sample.count > 300)
      #expect(try LanguageModel(planted.path("model")).isCausal)
    }
  }

  @Test func whatCannotWorkIsRefusedBeforeWorkBegins() {
    func refused(_ change: (inout TextProbing) -> Void) -> String? {
      var study = TextProbing()
      (study.model, study.data) = ("model", "data")
      change(&study)
      do {
        try study.validate()
        return nil
      } catch { return (error as? VitroError)?.details["field"] }
    }
    #expect(refused { _ in } == nil)
    #expect(refused { $0.model = nil } == "model")
    #expect(refused { $0.data = "" } == "data")
    #expect(refused { $0.token = "middle" } == "token")
    #expect(refused { $0.prompt = "no place" } == "prompt")
    #expect(refused { $0.probes = [] } == "probes")
    #expect(refused { ($0.folds, $0.repeats) = (3, 2) } == "repeats")
    var training = TextTraining()
    #expect(throws: VitroError.self) { try training.validate() }
    training.data = "data"
    #expect(throws: Never.self) { try training.validate() }
    training.language = true
    #expect(throws: VitroError.self) { try training.validate() }
    training.architecture = .decoder
    #expect(throws: Never.self) { try training.validate() }
    training.labelColumn = "label"
    #expect(throws: VitroError.self) { try training.validate() }
  }
}
