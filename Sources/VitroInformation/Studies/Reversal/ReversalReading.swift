internal import VitroCore
internal import VitroFitting
internal import VitroNetworks

/// What was measured in one network that reverses.
struct ReversalReading: Codable, Sendable {
  /// What one method says.
  struct Method: Codable, Sendable {
    /// For each layer, step and symbol what is shown: what is kept, or a symbol's share of all scores; means over texts, flat.
    var map: [Double]
    /// For each layer the area under the curve with which scores tell symbols that are still needed from those that were answered, 1/2 for chance.
    var needed: [Double]
    /// For each layer whether the score tells the symbol that is answered from the others, as an area.
    var answering: [Double]
    /// For each layer the same of one symbol over the steps, those that still need it against those after its answer.
    var released: [Double]
    /// The rank correlation of symbols' scores between the states of neighbouring layers, the mean over texts.
    var coherency: Double
  }

  var kind: ReversalNetwork
  var seed: Int
  var accuracy: Double
  var methods: [String: Method]
  /// The most that is kept of a symbol that a state has not seen.
  var laterKept: Double
  /// The share of unseen symbols whose every derivative is exactly 0.
  var laterIgnored: Double
  /// The mean that is kept of symbols by reading states, of those that were seen.
  var seenKept: Double
  /// The share of symbols of which a layer's states hold more than the layer's before, beyond both intervals.
  var violations: Double
  /// The mean that is kept of symbols by all states of a layer, by layer.
  var layerKept: [Double]
  /// The rank correlation of σ between two seeds of the measure.
  var stability: Double
  /// How far the measure's results have converged.
  var convergence: Convergence

  var residual: Double { convergence.residual }
  var converged: Double { convergence.share }
}

extension ReversalStudy {
  /// Measures one network.
  func read(
    _ network: WordNetwork, _ kind: ReversalNetwork, number: Int, accuracy: Double, seed: UInt64,
    progress: @Sendable (String, Int, Int) throws -> Void
  ) throws -> ReversalReading {
    let layers = kind.states
    let stepFeatures = layers.flatMap { layer in (0..<task.context).map { Feature(layer, at: $0) } }
    let wholes = layers.map { Feature($0) }
    let scales = try FeatureScales(
      network, stepFeatures + wholes,
      over: samples(network, count: Self.referenceTexts, seed: seed ^ 0x5ca1e, reserved: false))
    let texts = try samples(network, count: texts, seed: seed ^ 0x7e87, reserved: true)
    var settings = measure
    settings.seed = seed
    let found = try InformationMeasure(network, scales, settings: settings)(texts, stepFeatures + wholes) {
      try progress("information", $0, $1)
    }
    settings.seed = seed &+ 1
    let again = try InformationMeasure(network, scales, settings: settings)(texts, wholes)

    let first = stepFeatures.count
    var reading = ReversalReading(
      kind: kind, seed: number, accuracy: accuracy, methods: [:], laterKept: 0, laterIgnored: 1, seenKept: 0,
      violations: violations(found.map { Array($0[first...]) }),
      layerKept: wholes.indices.map { layer in
        WordStatistics.mean(found.flatMap { $0[first + layer].kept.prefix(length) })
      },
      stability: stability(found.map { Array($0[first...]) }, again),
      convergence: Convergence(found.flatMap(\.self)))
    readCausality(found, &reading)
    reading.methods[InformationMethod.name] = method(
      found.map { $0.map { result in result.logSigma.prefix(length).map { -$0 } } }, layers: layers.count,
      shown: found.map { $0.map { Array($0.kept.prefix(length)) } })
    for name in methods where name != InformationMethod.name {
      let type = try AttributionMethods.named(name)
      let method = type.init()
      guard try method.reasonUndefined(.feature(stepFeatures[0]), in: network) == nil else { continue }
      var scores = texts.map { _ in [[Double]]() }
      for (place, feature) in (stepFeatures + wholes).enumerated() {
        try progress(name, place, first + wholes.count)
        let question = try AttributionQuestion(
          network, texts, .feature(feature), classes: texts.map { _ in 0 }, scales: scales, seed: seed)
        for (text, values) in try method.scores(question).enumerated() {
          scores[text].append(values.prefix(length).map { type.isSigned ? abs($0) : $0 })
        }
      }
      reading.methods[name] = self.method(scores, layers: layers.count, shown: scores.map { $0.map(Self.shares) })
    }
    return reading
  }

  /// Scores as shares of their sum.
  private static func shares(_ values: [Double]) -> [Double] {
    let sum = values.reduce(0) { $0 + max($1, 0) }
    return values.map { sum > 0 ? max($0, 0) / sum : 0 }
  }

  /// What states hold of symbols that come later, and of those that came before.
  private func readCausality(_ found: [[RetainedInformation]], _ reading: inout ReversalReading) {
    var (later, ignored, seen): ([Double], [Bool], [Double]) = ([], [], [])
    for results in found {
      for result in results {
        guard let step = result.feature.position, step < length else { continue }
        later += result.kept[(step + 1)..<length]
        ignored += result.isIgnored[(step + 1)..<length]
        seen += result.kept[...step]
      }
    }
    reading.laterKept = later.max() ?? 0
    reading.laterIgnored = Double(ignored.count { $0 }) / Double(max(ignored.count, 1))
    reading.seenKept = WordStatistics.mean(seen)
  }

  /// Scores `[text][feature][symbol]`, the features of all steps layer by layer and then those of whole layers, as numbers.
  private func method(_ scores: [[[Double]]], layers: Int, shown: [[[Double]]]) -> ReversalReading.Method {
    let steps = task.context
    var (needed, answering, released): ([Double], [Double], [Double]) = ([], [], [])
    for layer in 0..<layers {
      var (areas, answered): ([Double], [Double]) = ([], [])
      for text in scores {
        for step in length..<steps {
          let values = text[layer * steps + step]
          let isNeeded = (0..<length).map { task.isNeeded($0, at: step) }
          if let area = try? Scores.rocAUC(positives: isNeeded, scores: values) { areas.append(area) }
          let isAnswered = (0..<length).map { $0 == task.answered(at: step) }
          if let area = try? Scores.rocAUC(positives: isAnswered, scores: values) { answered.append(area) }
        }
      }
      needed.append(WordStatistics.mean(areas))
      answering.append(WordStatistics.mean(answered))
      let steps = length..<steps
      released.append(
        WordStatistics.mean(
          scores.flatMap { text in
            (0..<length).compactMap { word in
              try? Scores.rocAUC(
                positives: steps.map { task.isNeeded(word, at: $0) },
                scores: steps.map { text[layer * task.context + $0][word] })
            }
          }))
    }
    let pairs = scores.flatMap { text in
      (1..<max(layers, 1)).compactMap {
        WordStatistics.rankCorrelation(text[layers * steps + $0 - 1], text[layers * steps + $0])
      }
    }
    let map = (0..<layers * steps * length).map { cell in
      WordStatistics.mean(shown.map { $0[cell / length][cell % length] })
    }
    return ReversalReading.Method(
      map: map, needed: needed, answering: answering, released: released, coherency: WordStatistics.mean(pairs))
  }

  private func violations(_ wholes: [[RetainedInformation]]) -> Double {
    var (count, all) = (0, 0)
    for text in wholes {
      for (below, above) in zip(text, text.dropFirst()) {
        for word in 0..<length {
          all += 1
          let reach = below.halfWidth[word] + above.halfWidth[word]
          if above.logSigma[word] < below.logSigma[word] - reach { count += 1 }
        }
      }
    }
    return Double(count) / Double(max(all, 1))
  }

  private func stability(_ first: [[RetainedInformation]], _ second: [[RetainedInformation]]) -> Double {
    WordStatistics.mean(
      zip(first, second).flatMap { pair in
        zip(pair.0, pair.1).compactMap {
          WordStatistics.rankCorrelation(
            Array($0.logSigma.prefix(length)), Array($1.logSigma.prefix(length)))
        }
      })
  }
}
