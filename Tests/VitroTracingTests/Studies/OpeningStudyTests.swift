import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroLab
import VitroNetworks
import VitroTensor

@testable import VitroModels
@testable import VitroTracing

/// Models inspected, texts cut, run, continued and recorded.
@Suite("Studies of a model on a text")
struct OpeningStudyTests {
  @Test(
    "Every family is inspected", arguments: ["gpt2", "llama", "bert", "bert-masked", "gemma2", "neox", "distilbert"])
  func familiesAreInspected(family: String) throws {
    var study = InspectStudy()
    study.model = TestModels.folder(family)
    let run = try StudyRun(study)
    let model = try TestModels.open(family)
    #expect(run.facts["family"]?.text == model.family)
    #expect(run.facts["layers"] == .integer(2) && run.facts["width"] == .integer(16))
    #expect(run.facts["parameters"] == .integer(model.network.parameters.trainableCount))
    #expect(run.facts["taps"]?.list.map(\.text) == model.network.tapNames)
    #expect(run.facts["heads"] == .integer(4) && run.facts["vocabulary"] == .integer(40))
    #expect(run.facts["bytes"] == .integer(4 * model.network.parameters.trainableCount))
    #expect(run.report.figures.count == 2)
    #expect(run.inputs.contains { $0.hasSuffix("model.safetensors") })
  }

  @Test("A text is cut into tokens with their places in scalars")
  func textsAreCut() throws {
    try TestModels.withWords("gpt2") { folder in
      var study = TokensStudy()
      (study.model, study.text) = (folder, "the  cat é\u{301} sat")
      let tokens = try #require(StudyRun(study).facts["tokens"]).list
      #expect(tokens.map { $0["text"].text } == ["the", "cat", "é\u{301}", "sat"])
      #expect(tokens.map { $0["id"].number } == [4, 6, 0, 11])
      #expect(tokens.map { $0["start"].number } == [0, 5, 9, 12])
      #expect(tokens.map { $0["end"].number } == [3, 8, 11, 15])
    }
  }

  @Test("Without a tokenizer a text is the numbers of its tokens")
  func numbersAreTokens() throws {
    var study = TokensStudy()
    (study.model, study.text) = (TestModels.folder("gpt2"), " 3\r\n14  9")
    let tokens = try #require(StudyRun(study).facts["tokens"]).list
    #expect(tokens.map { $0["id"].number } == [3, 14, 9])
    #expect(tokens.map { $0["start"].number } == [1, 4, 8])
    for text in ["3 cat", "40", "-1", "99999999999999999999"] {
      study.text = text
      #expect(throws: VitroError.self, "\(text)") { try StudyRun(study) }
    }
    // What no model could run is cut all the same.
    study.text = ""
    #expect(try StudyRun(study).facts["tokens"] == .array([]))
    study.text = [String](repeating: "7", count: 3000).joined(separator: " ")
    #expect(try StudyRun(study).facts["tokens"]?.list.count == 3000)
  }

  @Test("Predictions, losses and the lens are the network's own")
  func runsAreTheNetworks() throws {
    try TestModels.withWords("llama") { folder in
      var study = ModelRunStudy()
      (study.model, study.text, study.top, study.lens) = (folder, "the cat sat on the", 3, true)
      let run = try StudyRun(study)
      let model = try LanguageModel(folder)
      let ids = [4, 6, 11, 12, 4]
      let own = try model.run([ids]).output.select(at: 4).softmax().cast(to: .float64).array(of: Double.self)
      let ranked = own.indices.sorted { own[$0] > own[$1] }
      let top = try #require(run.facts["top"]).list
      #expect(top.map { Int($0["id"].number) } == Array(ranked.prefix(3)))
      #expect(top.map { $0["token"].text } == ranked.prefix(3).map { TestModels.words[$0] })
      #expect(zip(top, ranked).allSatisfy { abs($0["probability"].number - own[$1]) < 1e-6 })
      let losses = try TokenLosses(model, texts: [ids]).nats[0]
      let found = try #require(run.facts["loss"]).list.map(\.number)
      #expect(found.count == 4 && zip(found, losses).allSatisfy { abs($0 - $1) < 1e-5 })
      let lens = try #require(run.facts["lens"]).list
      #expect(lens.map { $0["tap"].text } == model.residualTaps)
      #expect(lens.allSatisfy { $0["guesses"].list.count == 5 })
      #expect(lens.last?["guesses"][4]["id"].number == Double(ranked[0]))
      #expect(run.report.figures.count == 6)
    }
  }

  @Test("Texts go on greedily, and the words that were added are given")
  func textsGoOn() throws {
    try TestModels.withWords("gpt2") { folder in
      var study = ModelRunStudy()
      (study.model, study.text, study.generate) = (folder, "the cat", 5)
      let run = try StudyRun(study)
      let model = try LanguageModel(folder)
      var ids = [4, 6]
      for _ in 0..<5 { ids.append(Int(try model.run([ids]).output.argmax().array(of: Int64.self).last ?? 0)) }
      #expect(run.facts["generated"]?.list.map { Int($0.number) } == Array(ids.dropFirst(2)))
      let text = try #require(run.facts["text"]).text
      // Marks such as [CLS] leave no trace in the text.
      #expect(
        text.split(separator: " ").map(String.init) == ids.dropFirst(2).filter { $0 > 3 }.map { TestModels.words[$0] })
      study.temperature = 2
      #expect(try StudyRun(study, seed: 1).facts["text"] == StudyRun(study, seed: 1).facts["text"])
      #expect(try StudyRun(study, seed: 1).facts["text"] != StudyRun(study, seed: 2).facts["text"])
    }
  }

  @Test("Recorded values are written under their names")
  func valuesAreWritten() throws {
    try TestModels.withWords("neox") { folder in
      var study = ModelRunStudy()
      (study.model, study.text) = (folder, "the cat sat")
      study.record = ["blocks.*.hook_resid_post", "blocks.1.attn.hook_pattern"]
      study.save = folder + "/taps.safetensors"
      let run = try StudyRun(study)
      let file = try SafetensorsFile(folder + "/taps.safetensors")
      let names = ["blocks.0.hook_resid_post", "blocks.1.attn.hook_pattern", "blocks.1.hook_resid_post"]
      #expect(Set(file.names) == Set(names) && Set(run.facts["recorded"]?.list.map(\.text) ?? []) == Set(names))
      let model = try LanguageModel(folder)
      let own = try model.run([[4, 6, 11]], recording: .names(names))
      for name in names {
        let value = try Tensor(file.array(named: name))
        #expect(try distance(value, own.value(at: name, text: 0)) == 0)
      }
      #expect(try Tensor(file.array(named: names[1])).shape == [4, 3, 3])
      study.record = ["blocks.7.hook_nothing"]
      #expect(throws: VitroError.self) { try StudyRun(study) }
    }
  }

  @Test("An encoder gives hidden states, and a masked model fills in its masks")
  func encodersAnswer() throws {
    try TestModels.withWords("bert") { folder in
      var study = ModelRunStudy()
      (study.model, study.text) = (folder, "the cat sat")
      let run = try StudyRun(study)
      let states = try LanguageModel(folder).run([[4, 6, 11]]).output
      #expect(run.facts["top"] == .array([]) && run.facts["loss"] == .array([]))
      #expect(try abs(run.facts["embedding"]!["norm"].number - states.mean(axes: [0]).norm().item()) < 1e-5)
      study.lens = true
      #expect(throws: VitroError.self) { try StudyRun(study) }
    }
    try TestModels.withWords("bert-masked") { folder in
      var study = ModelRunStudy()
      (study.model, study.text, study.top) = (folder, "the [MASK] sat on [MASK]", 2)
      let run = try StudyRun(study)
      let logits = try LanguageModel(folder).run([[4, 3, 11, 12, 3]]).output.argmax().array(of: Int64.self)
      let masks = try #require(run.facts["masks"]).list
      #expect(masks.map { $0["position"].number } == [1, 4])
      #expect(masks.map { Int64($0["top"][0]["id"].number) } == [logits[1], logits[4]])
      study.generate = 3
      #expect(throws: VitroError.self) { try StudyRun(study) }
    }
  }

  @Test("Fields that cannot work are refused before any work")
  func fieldsAreChecked() throws {
    var study = ModelRunStudy()
    #expect(throws: VitroError.self) { try study.validate() }
    (study.model, study.text) = ("model", "text")
    try study.validate()
    study.record = ["a"]
    #expect(throws: VitroError.self) { try study.validate() }
    (study.record, study.temperature) = ([], 1)
    #expect(throws: VitroError.self) { try study.validate() }
    (study.generate, study.topP) = (3, 0)
    #expect(throws: VitroError.self) { try study.validate() }
    #expect(throws: VitroError.self) { try PatchStudy().validate() }
    #expect(throws: VitroError.self) { try AblateStudy().validate() }
    #expect(throws: VitroError.self) { try SteerStudy().validate() }
    #expect(throws: VitroError.self) { try HeadsStudy().validate() }
    #expect(throws: VitroError.self) { try AttributeStudy().validate() }
    #expect(throws: VitroError.self) { try InspectStudy().validate() }
  }

  @Test("stories260K goes on with its story", .enabled(if: TestModels.hasStories, "stories260K is not there"))
  func storiesAreTold() throws {
    var study = ModelRunStudy()
    (study.model, study.text, study.generate) = (TestModels.stories, "Once upon a time, there was a little girl", 40)
    study.lens = true
    let text = try #require(StudyRun(study).facts["text"]).text
    #expect(
      text.hasPrefix(" named Lily. She loved to play outside in the park. One day, she saw a big, red ball"), "\(text)")
  }
}
