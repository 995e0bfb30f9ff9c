import Foundation
import Testing
import VitroCore
import VitroModels
import VitroNetworks
import VitroTensor

@testable import VitroInformation

@Suite struct AttributionMethodsTests {
  private static var names: [String] { AttributionMethods.all.map { $0.name } }

  private static let targets: [AttributionTarget] = [
    .answer, .feature("blocks.0.hook_resid_post"), .feature("blocks.1.hook_resid_post@-1"),
  ]

  @Test func methodsAreFoundByName() throws {
    #expect(Set(Self.names).count == Self.names.count)
    for name in Self.names { #expect(try AttributionMethods.named(name).name == name) }
    let error = #expect(throws: VitroError.self) { try AttributionMethods.named("integrated-gradient") }
    #expect(error?.hint?.contains("integrated-gradients") == true)
  }

  @Test(arguments: ["lstm", "cnn", "encoder", "decoder"]) func everyMethodAnswersOrSaysWhyNot(_ kind: String) throws {
    let network = try AttributionNetworks.words(kind)
    var targets: [AttributionTarget] = [.answer]
    if let state = network.hiddenStates.first {
      targets += [.feature(Feature(state)), .feature(Feature(state, at: -1))]
    }
    for target in targets {
      let question = try AttributionNetworks.question(network, target)
      for name in Self.names where name != "information" {
        let method = try AttributionMethods.named(name).init()
        if let reason = try method.reasonUndefined(target, in: network) {
          #expect(!reason.isEmpty)
          #expect(throws: VitroError.self) { try method.scores(question) }
          continue
        }
        let scores = try method.scores(question)
        #expect(scores.map(\.count) == question.texts.map(\.count), "\(kind), \(name)")
        let isFinite = scores.joined().allSatisfy { $0.isFinite }
        #expect(isFinite, "\(kind), \(name), \(target): \(scores)")
        #expect(Set(scores.joined()).count > 3, "\(kind), \(name), \(target): \(scores)")
        #expect(try method.scores(question) == scores, "\(kind), \(name)")
      }
    }
  }

  @Test func methodsAreUndefinedWhereTheyMustBe() throws {
    let (lstm, encoder) = try (AttributionNetworks.words("lstm"), AttributionNetworks.words("encoder"))
    for name in ["attention", "rollout", "value-zeroing"] {
      let method = try AttributionMethods.named(name).init()
      #expect(try method.reasonUndefined(.answer, in: lstm)?.contains("no attention") == true)
      #expect(try method.reasonUndefined(.answer, in: encoder) == nil)
      #expect(try method.reasonUndefined(.feature("blocks.0.hook_resid_pre"), in: encoder) != nil)
    }
    let iba = InformationBottleneck()
    #expect(try iba.reasonUndefined(.feature("lstm0@-1"), in: lstm) != nil)
    #expect(try iba.reasonUndefined(.feature("pool"), in: lstm)?.contains("no row") == true)
    #expect(try iba.reasonUndefined(.feature("logits"), in: lstm) != nil)
    #expect(try iba.reasonUndefined(.feature("lstm0"), in: lstm) == nil)
    #expect(try iba.reasonUndefined(.feature("blocks.0.hook_attn_out"), in: encoder)?.contains("passed by") == true)
    #expect(try ValueZeroing().reasonUndefined(.feature("blocks.1.mlp.out"), in: encoder) != nil)
  }

  @Test(arguments: ["encoder", "decoder"]) func relevanceIsUndefinedWhereItIsHeldFixed(_ kind: String) throws {
    let network = try AttributionNetworks.words(kind)
    let method = RelevancePropagation()
    for tap in ["attn.hook_q", "attn.hook_k", "attn.hook_attn_scores", "attn.hook_pattern", "ln1.hook_scale"] {
      for block in 0...1 {
        let reason = try method.reasonUndefined(.feature(Feature("blocks.\(block).\(tap)")), in: network)
        #expect(reason?.contains("fixed") == true, "\(tap)")
      }
    }
    #expect(throws: VitroError.self) {
      try method.scores(AttributionNetworks.question(network, .feature("blocks.1.attn.hook_q")))
    }
    for tap in ["attn.hook_v", "attn.hook_z", "attn.hook_result", "ln1.hook_normalized", "ln1", "hook_attn_out"] {
      let target = AttributionTarget.feature(Feature("blocks.1.\(tap)"))
      #expect(try method.reasonUndefined(target, in: network) == nil, "\(tap)")
      let scores = try method.scores(AttributionNetworks.question(network, target))
      #expect(scores.allSatisfy { $0.contains { abs($0) > 1e-9 } }, "\(tap)")
    }
    #expect(try method.reasonUndefined(.feature(Feature(network.entry)), in: network) == nil)
  }

  /// Words that only ask, of a memory that is always the same: all that they decide is the pattern.
  @Test func relevanceIsUndefinedBehindWordsThatOnlyAsk() throws {
    func memory(_ inputs: [String]) throws -> WordNetwork {
      var graph = Graph("memory", inputs: [Graph.Input("tokens", shape: [-1])])
      graph.add("embed", Embedding(23, 8), reading: "tokens")
      graph.add("memory", PositionTable(16, 8), reading: "tokens")
      graph.nodes.append(Graph.Node("attn", MultiHeadAttention(8, heads: 2), inputs: inputs))
      graph.add("pool", Mean(axes: [0]), reading: "attn")
      graph.add("logits", Linear(8, 3), reading: "pool")
      graph.outputs = ["logits"]
      graph.metadata = [
        "family": "vitro-test", "hiddenStates": "embed,attn", "width": "8", "context": "16", "vocabulary": "23",
        "causal": "false", "predictsNext": "false",
      ]
      return try AttributionNetworks.words(AttributionNetworks.random(graph), "memory")
    }
    let method = RelevancePropagation()
    let asking = try memory(["embed", "memory"])
    for target in [AttributionTarget.answer, .feature("attn"), .feature("attn.hook_z"), .feature("pool")] {
      #expect(try method.reasonUndefined(target, in: asking)?.contains("fixed") == true, "\(target)")
    }
    let asked = try memory(["memory", "embed"])
    #expect(try method.reasonUndefined(.answer, in: asked) == nil)
    let scores = try method.scores(AttributionNetworks.question(asked, .answer))
    #expect(scores.joined().contains { abs($0) > 1e-6 })
  }

  @Test func textsDoNotSeeEachOther() throws {
    let network = try AttributionNetworks.words("encoder")
    for target in Self.targets {
      let together = try AttributionNetworks.question(network, target)
      for name in Self.names where !["information", "random"].contains(name) {
        let method = try AttributionMethods.named(name).init()
        guard try method.reasonUndefined(target, in: network) == nil else { continue }
        var alone = together
        alone.texts = [together.texts[0]]
        alone.classes = [together.classes[0]]
        let difference = AttributionNetworks.difference(
          try method.scores(alone), [try method.scores(together)[0]])
        #expect(difference < 1e-9, "\(name), \(target): \(difference)")
      }
    }
  }

  @Test func laterWordsAreNothingToACausalState() throws {
    let network = try AttributionNetworks.words("decoder")
    let question = try AttributionNetworks.question(network, .feature("blocks.1.hook_resid_post@2"))
    for name in Self.names where !["information", "random", "iba", "inversion"].contains(name) {
      for scores in try AttributionMethods.named(name).init().scores(question) {
        #expect(scores[3...].allSatisfy { abs($0) < 1e-15 }, "\(name): \(scores)")
        #expect(scores[...2].contains { abs($0) > 1e-6 }, "\(name): \(scores)")
      }
    }
  }

  // MARK: - Where the answer is known

  /// Words `[5, 4]` → one score, `Σ w_i · x_i`, and a sum of squares of the words but the second as a feature.
  private func linear() throws -> WordNetwork {
    var graph = Graph("linear", inputs: [Graph.Input("words", shape: [5, 4])])
    graph.add("flat", Reshape([20]), reading: "words")
    graph.add("features", Linear(20, 7, bias: false), reading: "flat")
    graph.add("score", Linear(7, 2, bias: false), reading: "features")
    graph.outputs = ["score"]
    var network = try Network(graph, dtype: .float64, seed: 2)
    var stream = RandomStream(seed: 3, "weights")
    let weights = try stream.normal([7, 5, 4], dtype: .float64)
    let gains = try Tensor([1, 0, 3, 1, 0.1], shape: [1, 5, 1])
    try network.parameters.set("features.weight", to: (weights * gains).reshaped([7, 20]))
    return try WordNetwork(network)
  }

  private func question(_ target: AttributionTarget) throws -> AttributionQuestion {
    let network = try linear()
    var stream = RandomStream(seed: 4, "texts")
    let texts = try (0..<40).map { _ in try network.text(stream.normal([5, 4], dtype: .float64)) }
    return try AttributionQuestion(
      network, Array(texts.prefix(3)), target, scales: FeatureScales(network, ["features", "words"], over: texts))
  }

  @Test func whatAddsUpIsSharedOutAlike() throws {
    let question = try question(.answer)
    let network = question.network.network
    let weights = try network.parameters.value(named: "score.weight")
      .matmul(network.parameters.value(named: "features.weight"))
    var (occlusion, relevance) = (Occlusion(), RelevancePropagation())
    occlusion.baseline = .zero
    relevance.epsilon = 0
    let expected = try zip(question.texts, question.classes).map { text, label in
      try (weights.select(at: label).reshaped([5, 4]) * text.vectors).sum(axes: [1]).doubles
    }
    for method in [GradientInput(), IntegratedGradients(), occlusion, relevance] as [any AttributionMethod] {
      let found = try method.scores(question)
      #expect(AttributionNetworks.difference(found, expected) < 1e-10, "\(type(of: method).name): \(found) \(expected)")
    }
  }

  @Test func gradientsOfFeaturesAreJacobianNorms() throws {
    let question = try question(.feature("features"))
    let spread = try #require(try question.scales.spread(of: "features"))
    let weights = try question.network.network.parameters.value(named: "features.weight").reshaped([7, 5, 4])
    let expected = try (weights / Tensor(spread, shape: [7, 1, 1])).square().sum(axes: [2]).mean(axes: [0]).sqrt()
      .doubles
    var method = GradientMethod()
    for scores in try method.scores(question) { #expect(AttributionNetworks.difference([scores], [expected]) < 1e-12) }
    method.probes = 6
    let estimated = try method.scores(question)[0]
    for (a, b) in zip(estimated, expected) { #expect(b == 0 ? a == 0 : abs(a / b - 1) < 0.6) }
  }

  @Test func whatIsIgnoredGetsLeast() throws {
    for target in [AttributionTarget.answer, .feature("features")] {
      let question = try question(target)
      for name in Self.names where name != "random" && name != "information" {
        let method = try AttributionMethods.named(name).init()
        guard try method.reasonUndefined(target, in: question.network) == nil else { continue }
        for scores in try method.scores(question) {
          // What is sought under a price leaves little of the weakest word, too.
          if name == "inversion" || name == "iba" {
            #expect(scores[1] < 0.01 && scores.contains { $0 > 10 * scores[1] }, "\(name), \(target): \(scores)")
            continue
          }
          #expect(scores.indices.min { abs(scores[$0]) < abs(scores[$1]) } == 1, "\(name), \(target): \(scores)")
        }
      }
    }
  }

  @Test func integratedGradientsSayWhatTheyMiss() throws {
    let question = try AttributionNetworks.question(AttributionNetworks.words("encoder"), .answer)
    var method = IntegratedGradients()
    let fine = try method.attributions(question)
    method.steps = 2
    let coarse = try method.attributions(question)
    #expect(fine.gaps.allSatisfy { abs($0) < 1e-3 }, "\(fine.gaps)")
    #expect(zip(fine.gaps, coarse.gaps).allSatisfy { abs($0) < abs($1) })
    method.baseline = .mean
    #expect(try method.scores(question) != coarse.scores)
  }

  @Test func legendresRuleIntegratesPolynomials() {
    for count in [1, 2, 5, 50] {
      let rule = GaussLegendre(count)
      for degree in [0, 1, 2 * count - 1] {
        let value = zip(rule.points, rule.weights).reduce(0) { $0 + $1.1 * pow($1.0, Double(degree)) }
        #expect(abs(value - 1 / Double(degree + 1)) < 1e-14, "\(count), \(degree)")
      }
    }
  }

  @Test func attentionIsSharedOut() throws {
    let network = try AttributionNetworks.words("encoder")
    for name in ["attention", "rollout", "value-zeroing"] {
      for target in Self.targets {
        for scores in try AttributionMethods.named(name).init().scores(AttributionNetworks.question(network, target)) {
          #expect(abs(scores.reduce(0, +) - 1) < 1e-12, "\(name), \(target)")
        }
      }
    }
    // A decoder's answer is taken from its last word.
    let decoder = try AttributionNetworks.words("decoder")
    let (answer, last) = try (
      AttributionNetworks.question(decoder, .answer),
      AttributionNetworks.question(decoder, .feature("blocks.1.hook_resid_post@-1"))
    )
    #expect(try AttentionRollout().scores(answer) == AttentionRollout().scores(last))
    // In the first block the rollout of a state is half attention, half the word itself.
    let feature = AttributionTarget.feature("blocks.0.hook_resid_post@1")
    let question = try AttributionNetworks.question(network, feature)
    let (plain, rolled) = try (AttentionWeights().scores(question), AttentionRollout().scores(question))
    for (plain, rolled) in zip(plain, rolled) {
      let expected = plain.enumerated().map { $1 / 2 + ($0 == 1 ? 0.5 : 0) }
      #expect(AttributionNetworks.difference([rolled], [expected]) < 1e-14)
    }
  }
}
