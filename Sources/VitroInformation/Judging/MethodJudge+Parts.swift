internal import VitroCore
internal import VitroFitting
internal import VitroTensor

extension MethodJudge {
  /// AUC and divergences against the planted truth; texts whose words are all of one kind say nothing.
  func judgeByTruth(_ result: inout JudgedMethod, shares: [[Double]]) throws {
    guard let relevant else { return }
    let sizes = result.sizes
    let truth = relevant.enumerated().map { text, relevant in places[text].map { relevant[$0] } }
    result.areas = try zip(sizes, truth).map { try TruthScores.auc($0, relevant: $1) }.filter { !$0.isNaN }
    result.auc = try estimate(result.areas)
    let divergences = zip(shares, truth).map { found, truth -> (Double, Double) in
      let count = truth.count { $0 }
      guard count > 0 else { return (.nan, .nan) }
      let target = truth.map { $0 ? 1 / Double(count) : 0 }
      return (TruthScores.divergence(target, found), TruthScores.jensenShannon(target, found))
    }
    // An infinite divergence in one text would hide all others: such texts are counted, and left out.
    result.infiniteDivergences = divergences.count { $0.0 == .infinity }
    result.divergence = try estimate(divergences.map { $0.0.isFinite ? $0.0 : .nan })
    result.jensenShannon = try estimate(divergences.map(\.1))
  }

  /// Taking words out, and putting them in, in the order of the scores.
  func judgeByErasure(_ result: inout JudgedMethod) throws {
    let curves = try erasureCurves(result.scores)
    result.drops = curves.map(\.comprehensiveness)
    result.comprehensiveness = try estimate(result.drops)
    result.sufficiency = try estimate(curves.map(\.sufficiency))
    result.deletionArea = try estimate(curves.map(\.deletionArea))
    result.insertionArea = try estimate(curves.map(\.insertionArea))
    func mean(_ curve: (ErasureCurves) -> [Double]) throws -> [Estimate] {
      try ErasureCurves.shares.indices.compactMap { share in try estimate(curves.map { curve($0)[share] }) }
    }
    result.curves = try JudgedMethod.MeanCurves(deletion: mean(\.deletion), insertion: mean(\.insertion))
  }

  /// The curves of each text, all in one go.
  func erasureCurves(_ scores: [[Double]]) throws -> [ErasureCurves] {
    var cases: [(text: Int, kept: [Bool])] = []
    var usables: [Int] = []
    for (text, scores) in scores.enumerated() {
      let order = order(text, scores)
      let usable = settings.onlyPositive ? order.prefix { scores[$0] > 0 }.count : order.count
      usables.append(usable)
      for count in ErasureCurves.counts(order.count) {
        let best = order.prefix(min(count, usable)).map { places[text][$0] }
        var without = [Bool](repeating: true, count: question.texts[text].count)
        var only = without
        for place in places[text] { only[place] = false }
        for place in best { (without[place], only[place]) = (false, true) }
        cases.append((text, without))
        cases.append((text, only))
      }
    }
    let values = try erasure.readings(cases).map(\.value)
    let size = 2 * ErasureCurves.shares.count
    return scores.indices.map { text in
      let own = Array(values[text * size..<(text + 1) * size])
      return ErasureCurves(
        deletion: stride(from: 0, to: size, by: 2).map { own[$0] },
        insertion: stride(from: 1, to: size, by: 2).map { own[$0] }, words: places[text].count,
        usable: usables[text])
    }
  }

  /// The question about the first texts only.
  private func shortened(_ question: AttributionQuestion) -> AttributionQuestion {
    var result = question
    let count = min(settings.repeatedTexts, question.texts.count)
    result.texts = Array(question.texts.prefix(count))
    result.classes = Array(question.classes.prefix(count))
    return result
  }

  /// Max-sensitivity: each step is a question of its own about the same texts in the same places, so that a method's own noise is the same and only the step differs.
  func sensitivity(_ method: any AttributionMethod) throws -> Estimate? {
    guard settings.sensitivitySamples > 0 else { return nil }
    let few = shortened(question)
    let numbers = Array(few.texts.indices)
    func amounts(_ question: AttributionQuestion) throws -> [[Double]] {
      Self.amounts(try wordScores(method, question, texts: numbers), type(of: method))
    }
    let still = try amounts(few)
    let radius = settings.sensitivityRadius * question.scales.wordSpread
    let moved = try (0..<settings.sensitivitySamples).map { step in
      var other = few
      other.texts = try few.texts.enumerated().map { number, text in
        var stream = RandomStream(seed: settings.seed, "steps", number, step)
        let change = try stream.uniform(text.vectors.shape, low: -radius, high: radius, dtype: text.vectors.dtype)
        return text.replacing(vectors: try text.vectors + change)
      }
      return try amounts(other)
    }
    return try estimate(numbers.map { text in MaxSensitivity.value(still[text], others: moved.map { $0[text] }) })
  }

  /// The scores of each layer's feature, and how they change from one to the next.
  func judgeCoherency(_ method: any AttributionMethod, _ result: inout JudgedMethod) throws {
    var maps: [[[Double]]] = []
    for layer in layers {
      var few = shortened(question)
      few.target = .feature(layer)
      guard try method.reasonUndefined(few.target, in: few.network) == nil else { continue }
      let words = try wordScores(method, few, texts: Array(few.texts.indices))
      maps.append(Self.sizes(words, type(of: method)))
    }
    guard maps.count >= 2 else { return }
    let texts = maps[0].indices
    result.coherency = try estimate(texts.map { text in Coherency.totalVariation(maps.map { $0[text] }) })
    result.coherencyControl = try estimate(
      texts.map { text in
        Coherency.totalVariation(
          maps.enumerated().map { layer, map in
            var stream = RandomStream(seed: settings.seed, "mixed words", text, layer)
            return stream.permutation(map[text].count).map { map[text][$0] }
          })
      })
  }

  /// The rank correlation of each two methods, the mean over texts.
  public static func agreement(_ methods: [JudgedMethod]) throws -> [[Double]] {
    try methods.map { a in
      try methods.map { b in
        a.name == b.name ? 1 : try RankAgreement.mean(a.sizes, b.sizes)?.value ?? .nan
      }
    }
  }
}

extension JudgedMethod {
  /// Takes up what one more dealing of weights came to.
  mutating func add(_ correlations: [Double?]) {
    guard !correlations.isEmpty else { return }
    self.correlations.append(correlations)
    random = DealtWeights.mean(self.correlations)
  }

  /// How much each word matters, whichever way.
  var sizes: [[Double]] { isSigned ? scores.map { $0.map(abs) } : scores }
}
