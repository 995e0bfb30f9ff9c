internal import VitroCore
internal import VitroFitting
internal import VitroLab

extension SentimentResult {
  /// The keys that scripts rely on.
  func facts() throws -> [String: JSONValue] {
    func fact(_ estimate: Estimate?) -> JSONValue {
      guard let estimate else { return .null }
      return ["value": .number(estimate.value), "low": .number(estimate.low), "high": .number(estimate.high)]
    }
    let networks = try models.map { model -> JSONValue in
      let layers = of(model)[0].layers
      let accuracies = of(model).map(\.accuracy)
      return [
        "network": .string(model.rawValue), "seeds": .integer(of(model).count),
        "accuracy": accuracies.count >= 2
          ? fact(try WordStatistics.overSeeds(accuracies)) : .number(accuracies.first ?? .nan),
        "residual": .number(WordStatistics.mean(of(model).map(\.residual))),
        "converged": .number(WordStatistics.mean(of(model).map(\.convergence.share))),
        "largestResidual": .number(of(model).map(\.convergence.largest).max() ?? 0),
        "passes": .number(WordStatistics.mean(of(model).map(\.convergence.passes))),
        "wordsProbe": fact(try accuracy(model, probe: 0)),
        "layers": .array(
          try layers.indices.map { layer in
            [
              "layer": .string(layers[layer]), "kept": fact(try estimate(model) { $0.kept[layer] }),
              "entropy": fact(try estimate(model) { $0.entropy[layer] }),
              "probe": fact(try accuracy(model, probe: layer + 1)),
              "neighbours": fact(try estimate(model) { $0.locality[layer].neighbours }),
              "runs": fact(try estimate(model) { $0.locality[layer].runs }),
              "deviation": fact(try estimate(model) { $0.locality[layer].deviations }),
              "attributeLost": fact(try estimate(model) { $0.attributes[layer] }),
              "separator": fact(try estimate(model) { $0.separator[layer] }),
              "classes": .object(
                Dictionary(
                  uniqueKeysWithValues: try WordClass.allCases.map { kind in
                    (kind.rawValue, fact(try estimate(model) { $0.classes[layer].map { $0?.kept[kind] } }))
                  })),
            ]
          }),
      ]
    }
    return [
      "networks": .array(networks), "claims": .array(try claims().map(\.fact)),
      "sentimentWords": .integer(sentiment.leans.count),
      "separatorLayer": try separatorLayer().map { .string($0.name) } ?? .null,
      "settings": .object(study.measure.facts),
    ]
  }
}
