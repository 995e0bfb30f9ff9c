import Foundation
import Testing
import VitroCore
import VitroData
import VitroFormats
import VitroLab
import VitroModels
import VitroNetworks
import VitroTensor

@testable import VitroInformation

@Suite struct SentimentStudyTests {
  /// Sentences whose label is that of the one word that leans.
  private func table(_ count: Int = 420) throws -> LabeledTexts {
    let nouns = ["film", "story", "cast", "ending", "music", "plot", "scene", "hero"]
    let good = ["lovely", "bright", "moving", "witty"]
    let bad = ["dull", "clumsy", "noisy", "stale"]
    var (texts, labels): ([String], [Int]) = ([], [])
    for number in 0..<count {
      var stream = RandomStream(seed: 11, "sentences", number)
      let draw = stream.draw(words: 4).map(Int.init)
      let label = draw[0] % 2
      let words = label == 1 ? good : bad
      texts.append("the \(nouns[draw[1] % 8]) of this \(nouns[draw[2] % 8]) is \(words[draw[3] % 4]) and long")
      labels.append(label)
    }
    return try LabeledTexts("planted", texts: texts, labels: labels, classNames: ["negative", "positive"])
  }

  @Test func withoutDataItSaysWhatToGive() {
    let error = #expect(throws: VitroError.self) { try SentimentStudy().validate() }
    #expect(error?.hint?.contains("--data") == true)
    #expect(error?.details["field"] == "data")
  }

  @Test func copiesStayTogetherAndTextsThatDoNotFitAreLeftOut() throws {
    let planted = try table()
    let long = (0..<600).map { _ in "long" }.joined(separator: " ")
    let texts = try LabeledTexts(
      "planted", texts: planted.texts + ["", " . ", long], labels: planted.labels + [0, 1, 1],
      classNames: planted.classNames)
    let all = try SentimentData(texts, most: 1000, seed: 1)
    #expect(Set(all.training.texts).isDisjoint(with: all.test.texts))
    #expect(all.leftOut == 2)
    let data = try all.fitting { $0.split(separator: " ").count <= SentimentStudy.context }
    #expect(data.leftOut == 3 && data.training.count + data.test.count == 420)
    #expect(throws: VitroError.self) { try all.fitting { _ in false } }
    let second = try data.begun(for: 1, of: 3)
    #expect(second.test.texts.first != data.test.texts.first && Set(second.test.texts) == Set(data.test.texts))
  }

  @Test func aTrainingThatIsRepeatedKeepsTheSameNetworks() throws {
    var study = SentimentStudy()
    (study.data, study.seeds, study.epochs) = ("planted", 1, 2)
    let data = try SentimentData(table(), most: 1000, seed: 1)
    let vocabulary = try TextVocabulary(of: data.training.texts, units: .words)
    let design = try #require(study.design(.cnn, vocabulary: vocabulary.count, classes: data.classes))
    let folder = FileManager.default.temporaryDirectory.appending(path: "vitro-sentiment-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    // The second time all checkpoints of the first are there, as after a stop in the last pass.
    let kept = try ["first", "second"].map { name in
      let place = folder.appending(path: name)
      let training = try study.train(
        design, data, Tokenizer(json: vocabulary.file()), number: 0, seed: 1, into: place,
        checkpoints: folder.appending(path: "checkpoints"), observer: SilentObserver())
      return try training.names.map { name in
        let network = try Network(place.appending(path: name).path)
        return try network.parameters.names.map { try network.parameters.value(named: $0).doubles }
      }
    }
    #expect(kept[0] == kept[1])
    #expect(kept[0][1] != kept[0][2])
  }

  @Test func aPlantedWordIsKeptAndItsNeighboursAreNot() throws {
    var study = SentimentStudy()
    (study.data, study.seeds, study.epochs, study.texts) = ("planted", 1, 6, 6)
    study.measure = InformationSettings(samples: 120)
    let data = try SentimentData(table(), most: 1000, seed: 1)
    #expect(data.sentiment.lean(of: "lovely") != nil && data.sentiment.lean(of: "film") == nil)
    let tokenizer = try Tokenizer(json: TextVocabulary(of: data.training.texts, units: .words).file())
    let vocabulary = try TextVocabulary(of: data.training.texts, units: .words).count
    let folder = FileManager.default.temporaryDirectory.appending(path: "vitro-sentiment-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    var readings: [SentimentReading] = []
    for model in [SentimentModel.lstm, .encoder] {
      let design = try #require(study.design(model, vocabulary: vocabulary, classes: data.classes))
      let training = try study.train(
        design, data, tokenizer, number: 0, seed: 1, into: folder, checkpoints: folder.appending(path: model.rawValue),
        observer: SilentObserver())
      #expect(training.epochs == [0, 1, 6])
      #expect(try #require(training.accuracy.last) > 0.95, "\(model) \(training.accuracy)")
      let networks = try training.names.map {
        LanguageModel(
          name: $0, family: "vitro", transformer: nil, network: try Network(folder.appending(path: $0).path),
          tokenizer: tokenizer)
      }
      readings.append(
        try study.read(
          networks[2], model, number: 0, training, earlier: Array(networks.dropLast()), data, seed: 1,
          progress: { _, _, _ in }))
    }
    for reading in readings {
      let kept = reading.classes[reading.sentence]
      let leaning = WordStatistics.mean(kept.compactMap { $0?.kept[.sentiment] })
      let function = WordStatistics.mean(kept.compactMap { $0?.kept[.function] })
      // The last state of an LSTM is full of its last words; the mean of all states is not.
      if reading.model == .encoder { #expect(leaning > function, "\(leaning) against \(function)") }
      #expect(reading.views.count == 2 && reading.views.allSatisfy { $0.score.logLikelihood > $0.score.chance })
      #expect(reading.moments.map(\.epoch) == [0, 1, 6])
      #expect(reading.probes.count == reading.layers.count + 1)
      #expect(reading.attributeAccuracy.map { $0 > 0.9 } ?? false)
    }
    let result = SentimentResult(
      study: study, readings: readings, sentiment: data.sentiment, classNames: data.classes)
    try result.report().validate()
    #expect(try result.facts()["networks"] != nil)
    try checkResultsThatHaveNotConverged(readings, result, data)
  }

  /// What has not converged is in no number, and a claim that hangs on too many such results is not made.
  private func checkResultsThatHaveNotConverged(
    _ readings: [SentimentReading], _ result: SentimentResult, _ data: SentimentData
  ) throws {
    func altered(converged: Int) -> SentimentResult {
      let readings = readings.map { reading in
        var reading = reading
        for layer in reading.layers.indices {
          for text in reading.isConverged[layer].indices {
            reading.isConverged[layer][text] = text < converged
            if text >= converged { reading.kept[layer][text] = 7 }
          }
        }
        reading.convergence.share = Double(converged) / Double(reading.isConverged[0].count)
        return reading
      }
      return SentimentResult(
        study: result.study, readings: readings, sentiment: data.sentiment, classNames: data.classes)
    }
    let most = altered(converged: 4)
    for reading in most.readings {
      #expect(reading.kept.allSatisfy { $0.compactMap(\.self).count == 4 && !$0.contains(7) })
      #expect(reading.locality.allSatisfy { $0.neighbours[5] == nil && $0.runs[4] == nil })
      #expect(reading.classes.allSatisfy { $0[5] == nil && $0[3] != nil })
    }
    let few = altered(converged: 2)
    let measured = try few.claims().filter { !$0.id.hasPrefix("layers-read") }
    #expect(!measured.isEmpty && measured.allSatisfy { $0.verdict == .undecided })
    let reasons = ["nothing is claimed", "none of the results that it hangs on has converged"]
    #expect(measured.allSatisfy { claim in reasons.contains { claim.reason.contains($0) } })
    let none = altered(converged: 0)
    try none.report().validate()
    let claims = try none.claims()
    #expect(try claims.map(\.id) == most.claims().map(\.id))
    #expect(claims.contains { $0.reason == reasons[1] })
  }

  @Test func aHeadReadsTheMeanOfThePretrainedStates() throws {
    let design = TextNetwork(.encoder, vocabulary: 12, classes: ["a", "b"], width: 8, hidden: 16, heads: 2)
    let model = LanguageModel(
      name: "small", family: "vitro-encoder", transformer: nil, network: try design.network(seed: 2))
    let headed = try SentimentStudy.withHead(model, classes: ["negative", "positive"], seed: 3).network
    let last = try #require(model.residualTaps.last)
    let tokens = try Tensor(rows: [[1, 5, 7, 2] as [Int64]])
    let before = try model.network.run([tokens], recording: .names([last])).value(at: last)
    let run = try headed.run([tokens], recording: .names([last, SentimentModel.tunedSentence]))
    #expect(try run.value(at: last).doubles == before.doubles)
    #expect(try run.value(at: SentimentModel.tunedSentence).doubles == before.mean(axes: [1]).doubles)
    #expect(run.output.shape == [1, 2])
  }

  @Test func theMeanOfAnAttributeUnderNoiseIsAnIntegral() throws {
    #expect(abs(AttributeRetention.meanLogSigmoid(0, 0) + log(2.0)) < 1e-12)
    var stream = RandomStream(seed: 1, "noise")
    let draws = try stream.normal([200_000], mean: 0.7, deviation: 1.5, dtype: .float64).doubles
    let mean = draws.reduce(0) { $0 - log1p(exp(-$1)) } / 200_000
    #expect(abs(AttributeRetention.meanLogSigmoid(0.7, 1.5) - mean) < 0.01)
  }
}
