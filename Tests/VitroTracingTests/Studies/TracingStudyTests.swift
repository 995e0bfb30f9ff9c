import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroLab
import VitroTensor

@testable import VitroModels
@testable import VitroTracing

/// Patching, attribution, heads, ablation and steering as commands.
@Suite("Studies that trace answers")
struct TracingStudyTests {
  @Test(
    "A patching study gives the sweep's grid, and the estimate with its correlation", arguments: PatchingSite.allCases)
  func patchesAreGiven(site: PatchingSite) throws {
    try TestModels.withWords("llama") { folder in
      var study = PatchStudy()
      (study.model, study.clean, study.corrupt) = (folder, "the cat sat on the", "the dog sat on the")
      (study.answer, study.wrong, study.site, study.estimate) = ("mat", "house", site, true)
      let run = try StudyRun(study)
      let pair = try AnswerPair(clean: [4, 6, 11, 12, 4], corrupt: [4, 7, 11, 12, 4], answer: 8, wrong: 9)
      let model = try LanguageModel(folder)
      let sweep = try PatchingSweep(model, pair, at: site)
      #expect(run.facts["grid"]?.list.map { $0.list.map(\.number) } == sweep.grid)
      #expect(run.facts["clean"]?.number == sweep.clean && run.facts["corrupt"]?.number == sweep.corrupt)
      #expect(run.facts["tokens"]?.list.map(\.text) == ["the", "dog", "sat", "on", "the"])
      let estimate = try AttributionPatching(model, pair, at: site)
      #expect(run.facts["estimate"]?.list.map { $0.list.map(\.number) } == estimate.grid)
      let (x, y) = try (Tensor(sweep.grid.flatMap(\.self)), Tensor(estimate.grid.flatMap(\.self)))
      let (dx, dy) = try (x - x.mean(), y - y.mean())
      let expected = try (dx * dy).sum().item() / (dx.norm().item() * dy.norm().item())
      #expect(abs(run.facts["correlation"]!.number - expected) < 1e-9)
      #expect(run.facts["seconds"] == nil)
    }
  }

  @Test("An answer is one token, by its word or its number")
  func answersAreTokens() throws {
    try TestModels.withWords("llama") { folder in
      let words = ModelWords(try LanguageModel(folder))
      #expect(try words.answer("mat", after: "the", field: "answer") == 8)
      #expect(try words.answer("#9", after: "the", field: "answer") == 9)
      for text in ["cat dog", "#40", "#-1", "zebra"] {
        let error = #expect(throws: VitroError.self) { try words.answer(text, after: "the", field: "answer") }
        #expect(error?.details["field"] == "answer")
      }
    }
    let numbers = ModelWords(try TestModels.open("gpt2"))
    #expect(try numbers.answer(" 12 ", after: "3", field: "answer") == 12)
    #expect(throws: VitroError.self) { try numbers.answer("cat", after: "3", field: "answer") }
  }

  @Test("Prompts of different lengths are refused")
  func lengthsMustAgree() throws {
    var study = PatchStudy()
    (study.model, study.clean, study.corrupt) = (TestModels.folder("gpt2"), "1 2 3", "1 2")
    (study.answer, study.wrong) = ("4", "5")
    let error = #expect(throws: VitroError.self) { try StudyRun(study) }
    #expect(error?.code == .shape)
  }

  @Test("An attribution study's parts add up to the measured logit")
  func attributionsAddUp() throws {
    var study = AttributeStudy()
    (study.model, study.text, study.answer) = (TestModels.folder("gpt2"), "3 14 15", "7")
    for wrong in [nil, "31"] {
      study.wrong = wrong
      let run = try StudyRun(study)
      let shares = try #require(run.facts["parts"]).list.map { $0["share"].number }
      let measured = try #require(run.facts["measured"]).number
      #expect(abs(shares.reduce(0, +) - measured) < 1e-4)
      #expect(abs(run.facts["total"]!.number - measured) < 1e-4)
      #expect(run.facts["accumulated"]?.list.count == 3)
    }
  }

  @Test("The finding of heads names the planted induction head alone, with its claims")
  func plantedHeadsAreClaimed() throws {
    let model = try TestModels.repeating()
    let scores = try HeadScores(model, period: 10, sequences: 6, seed: 3)
    let texts = try HeadScores.repeatedTokens(model, period: 10, sequences: 6, beginning: nil, allowed: nil, seed: 3)
    let ablation = try Ablation(model, texts: texts, by: .mean, from: 11)
    let finding = try HeadsFinding(scores: scores, ablation: ablation)
    #expect(finding.names("induction") == ["L1H0"] && finding.names("previous") == ["L0H0"])
    #expect(finding.heads(toShow: 2).map(\.name) == ["L1H0", "L0H0"])
    let spared = try HeadsFinding(scores: scores, ablation: nil)
    #expect(spared.names("induction") == ["L1H0"] && spared.loss == nil)
    try HeadsReport(model: model, finding: finding, patterns: [], sequences: 6).report().validate()
  }

  @Test("Heads of a random model score as a uniform pattern does, and none is claimed")
  func randomHeadsAreNone() throws {
    try TestModels.withWords("gpt2") { folder in
      var study = HeadsStudy()
      (study.model, study.period, study.sequences, study.text) = (folder, 12, 5, "the cat sat on the mat")
      let run = try StudyRun(study)
      let heads = try #require(run.facts["heads"]).list
      let uniform = try #require(run.facts["uniform"]).number
      #expect(heads.count == 8)
      #expect(heads.allSatisfy { abs($0["induction"].number - uniform) < uniform })
      #expect(run.facts["inductionHeads"] == .array([]))
      #expect(heads.allSatisfy { $0["ablationInterval"].list.count == 2 })
      #expect(run.report.sections.map(\.id) == ["scores", "worth", "patterns"])
    }
  }

  @Test("An encoder's heads are scored but not taken out")
  func encodersAreScored() throws {
    var study = HeadsStudy()
    (study.model, study.period, study.sequences) = (TestModels.folder("bert"), 6, 3)
    let run = try StudyRun(study)
    #expect(run.facts["loss"] == .null && run.facts["heads"]?.list.first?["ablation"] == .null)
  }

  @Test(
    "An ablation study reads texts by line, with paired intervals", arguments: Ablation.Parts.allCases,
    AblationKind.allCases)
  func partsAreTakenOut(parts: Ablation.Parts, kind: AblationKind) throws {
    try TestModels.withWords("neox") { folder in
      let lines = "the cat sat on the mat\n\n  \nthe dog ran\r\nit was a big red house and\none\n"
      try Data(lines.utf8).write(to: URL(filePath: folder + "/texts.txt"))
      var study = AblateStudy()
      (study.model, study.data, study.parts, study.by) = (folder, folder + "/texts.txt", parts, kind)
      let run = try StudyRun(study)
      let found = try #require(run.facts["parts"]).list
      #expect(found.count == (parts == .heads ? 8 : 4) && run.facts["losses"]?.list.count == 3)
      for part in found {
        let interval = part["interval"].list.map(\.number)
        #expect(interval.count == 2 && interval[0] <= part["increase"].number && part["increase"].number <= interval[1])
      }
      #expect(run.inputs.contains { $0.hasSuffix("texts.txt") })
      (study.data, study.text, study.by) = (nil, "the cat sat", .mean)
      #expect(try #require(StudyRun(study).facts["parts"]).list.allSatisfy { $0["interval"] == .null })
      study.text = "the"
      #expect(throws: VitroError.self) { try StudyRun(study) }
    }
  }

  @Test("Steering moves the preference, costs something, and is measured against random directions")
  func steeringIsMeasured() throws {
    try TestModels.withWords("llama") { folder in
      var study = SteerStudy()
      (study.model, study.text, study.positive, study.negative) = (folder, "the cat was", "happy|new", "sad|old")
      (study.strength, study.generate, study.controls, study.layer) = (8, 4, 3, 1)
      let run = try StudyRun(study)
      #expect(run.facts["strengths"]?.list.map(\.number) == [-8, -4, 0, 4, 8])
      #expect(run.facts["tap"]?.text == "blocks.1.hook_resid_pre")
      let model = try LanguageModel(folder)
      // The second of each two is held out.
      let nats = try ["new", "old"].map { word -> Double in
        let id = try #require(TestModels.words.firstIndex(of: word))
        return try TokenLosses(model, texts: [[4, 6, 20, id]]).nats[0][2]
      }
      let preference = nats[1] - nats[0]
      #expect(abs(run.facts["preference"]![2].number - preference) < 1e-5)
      #expect(run.facts["control"]![2].list.allSatisfy { abs($0.number - preference) < 1e-5 })
      let texts = try #require(run.facts["texts"]).list
      #expect(texts.count == 6 && texts.last?["direction"].text == "random")
      let claim = try #require(run.facts["claims"]?.list.first)
      // Three random directions decide nothing.
      #expect(claim["verdict"].text == "undecided" && [0.25, 0.5, 0.75, 1].contains(claim["numbers"]["p"].number))
      study.positive = " | "
      #expect(throws: VitroError.self) { try study.validate() }
    }
  }
}
