internal import VitroCore
internal import VitroFitting
internal import VitroLab

/// What planted networks keep and what methods find, as facts and claims.
struct ForgettingResult {
  let study: ForgettingStudy
  let networks: [ForgettingNetworks]
  let moments: [ForgettingMoment]

  init(_ study: ForgettingStudy, _ cells: [ForgettingCell], _ moments: [ForgettingMoment]) throws {
    guard !cells.isEmpty else {
      throw VitroError(.argument, "the study of forgetting", "there are no tasks or no architectures")
    }
    self.study = study
    self.moments = moments
    var order: [String] = []
    let groups = Dictionary(grouping: cells) { "\($0.task.rawValue) \($0.reader)" }
    for cell in cells where !order.contains("\(cell.task.rawValue) \(cell.reader)") {
      order.append("\(cell.task.rawValue) \(cell.reader)")
    }
    networks = order.compactMap { groups[$0].map(ForgettingNetworks.init) }
  }

  /// The networks that do what they were trained for; of the others nothing is said.
  var solved: [ForgettingNetworks] { networks.filter(\.isSolved) }

  /// The methods in the order of their mean area over the networks that solve their task.
  var methods: [(name: String, title: String)] {
    var seen: [String: String] = [:]
    var order: [String] = []
    for method in solved.flatMap({ $0.cells[0].methods }) where seen[method.name] == nil {
      seen[method.name] = method.title
      order.append(method.name)
    }
    func mean(_ name: String) -> Double {
      let areas = solved.compactMap { $0.method(name, \.auc)?.value }
      return areas.isEmpty ? -1 : areas.reduce(0, +) / Double(areas.count)
    }
    let means = Dictionary(uniqueKeysWithValues: order.map { ($0, mean($0)) })
    return order.sorted { (means[$0] ?? 0) > (means[$1] ?? 0) }.map { ($0, seen[$0] ?? $0) }
  }

  // MARK: - Facts

  var facts: [String: JSONValue] {
    [
      "networks": .array(networks.map(fact)), "claims": .array(claims.map(\.fact)),
      "learning": .array(moments.map(fact)), "samples": .integer(study.samples), "texts": .integer(study.texts),
      "seeds": .integer(study.seeds),
    ]
  }

  private func fact(_ network: ForgettingNetworks) -> JSONValue {
    let layers: [JSONValue] = network.layers.indices.compactMap { layer in
      guard let kept = network.kept(layer) else { return nil }
      return [
        "layer": .string(network.layers[layer]), "relevant": .number(kept.relevant.value),
        "irrelevant": .number(kept.irrelevant.value),
        "intervals": .object([
          "relevant": .numbers([kept.relevant.low, kept.relevant.high]),
          "irrelevant": .numbers([kept.irrelevant.low, kept.irrelevant.high]),
          "difference": .numbers([kept.difference.low, kept.difference.high]),
        ]),
      ]
    }
    let methods: [JSONValue] = network.cells[0].methods.map { method in
      var fields: [String: JSONValue] = ["name": .string(method.name)]
      var intervals: [String: JSONValue] = [:]
      for (name, value) in [
        ("auc", network.method(method.name, \.auc)), ("divergence", network.method(method.name, \.divergence)),
        ("jensenShannon", network.method(method.name, \.jensenShannon)),
      ] {
        fields[name] = value.map { .number($0.value) } ?? .null
        if let value { intervals[name] = .numbers([value.low, value.high]) }
      }
      fields["intervals"] = .object(intervals)
      if let reason = method.reasonUndefined { fields["undefined"] = .string(reason) }
      return .object(fields)
    }
    return [
      "task": .string(network.task.rawValue), "architecture": .string(network.reader),
      "accuracy": .number(network.accuracy.value), "solved": .bool(network.isSolved), "layers": .array(layers),
      "methods": .array(methods), "residual": .number(network.cells.map(\.residual).max() ?? 0),
      "converged": .number(network.cells.map(\.converged).reduce(0, +) / Double(network.cells.count)),
    ]
  }

  private func fact(_ moment: ForgettingMoment) -> JSONValue {
    let kept = ForgettingNetworks(cells: [moment.cell]).kept(0)
    return [
      "epoch": .integer(moment.epoch), "architecture": .string(moment.cell.reader),
      "accuracy": .number(moment.cell.accuracy.value), "relevant": kept.map { .number($0.relevant.value) } ?? .null,
      "irrelevant": kept.map { .number($0.irrelevant.value) } ?? .null,
    ]
  }

  // MARK: - Claims

  /// What is said, by rule from intervals.
  var claims: [Claim] {
    let forgetting = solved.compactMap(forgets)
    guard !forgetting.isEmpty else { return [] }
    var result = [
      Claim(
        "every-last-layer-forgets", "Every last layer forgets the irrelevant words.",
        verdict: .all(forgetting.map(\.verdict)),
        numbers: [
          "networks": Double(forgetting.count), "holds": Double(forgetting.count { $0.verdict == .holds }),
        ],
        reason:
          "It holds in \(forgetting.count { $0.verdict == .holds }) of \(forgetting.count) networks that solve their task."
      )
    ]
    let ranks = solved.compactMap(ranking)
    if !ranks.isEmpty {
      result.append(
        Claim(
          "information-among-best-two", "The measure is among the best two methods in every network.",
          verdict: .all(ranks.map(\.verdict)),
          numbers: ["networks": Double(ranks.count), "holds": Double(ranks.count { $0.verdict == .holds })],
          reason: "It holds in \(ranks.count { $0.verdict == .holds }) of \(ranks.count) networks."))
    }
    return result + published + learning + forgetting + ranks
  }

  /// A last layer forgets when irrelevant words keep less than half of what relevant ones do.
  private func forgets(_ network: ForgettingNetworks) -> Claim? {
    guard let kept = network.kept(network.layers.count - 1) else { return nil }
    let half = kept.relevant.value / 2
    let verdict: Claim.Verdict =
      kept.difference.low > 0 && kept.irrelevant.high < half
      ? .holds : kept.difference.high < 0 || kept.irrelevant.low > half ? .fails : .undecided
    return Claim(
      "forgets-\(network.id)", "\(network.name): the last layer forgets the irrelevant words.", verdict: verdict,
      numbers: [
        "relevant": kept.relevant.value, "irrelevant": kept.irrelevant.value, "difference": kept.difference.value,
      ],
      reason:
        "Kept of irrelevant words \(FaithfulnessResult.text(kept.irrelevant)), of relevant ones \(FaithfulnessResult.text(kept.relevant)); the first interval must be below half of the second, and the difference above 0."
    )
  }

  /// What learning does to irrelevant words, text by text, from before the first pass to after the last.
  private var learning: [Claim] {
    let readers = moments.reduce(into: [String]()) { if !$0.contains($1.cell.reader) { $0.append($1.cell.reader) } }
    return readers.compactMap { reader in
      let own = moments.filter { $0.cell.reader == reader }
      guard let first = own.first?.cell, let last = own.last?.cell, last.isSolved, own.count >= 2 else { return nil }
      let losses = zip(first.irrelevant[0], last.irrelevant[0]).compactMap { before, after in
        before.flatMap { before in after.map { before - $0 } }
      }
      guard let loss = try? Estimate.mean(ofTexts: losses, seed: first.seed) else { return nil }
      return Claim(
        "learning-forgets-\(reader)",
        "\(last.task.title), \(reader): learning makes the state that is read forget irrelevant words.",
        verdict: .ofSign(loss, expected: .plus), numbers: ["loss": loss.value, "low": loss.low, "high": loss.high],
        reason:
          "Kept of irrelevant words before learning less that after it, text by text, \(FaithfulnessResult.text(loss)); the interval must be above 0."
      )
    }
  }

  /// The measure is among the best two unless two others are better, text by text.
  private func ranking(_ network: ForgettingNetworks) -> Claim? {
    let own = InformationMethod.name
    guard let area = network.method(own, \.auc) else { return nil }
    let others = network.cells[0].methods.filter { $0.name != own }.compactMap { method in
      network.difference(method.name, own).map { (method.title, $0) }
    }
    guard !others.isEmpty else { return nil }
    let better = others.filter { $0.1.value > 0 }
    let surely = others.filter { $0.1.low > 0 }
    let named = better.sorted { $0.1.value > $1.1.value }.prefix(3).map { "\($0.0) by \(Self.three.text($0.1.value))" }
    return Claim(
      "best-two-\(network.id)", "\(network.name): the measure is among the best two methods.",
      verdict: better.count <= 1 ? .holds : surely.count >= 2 ? .fails : .undecided,
      numbers: ["auc": area.value, "better": Double(better.count), "surelyBetter": Double(surely.count)],
      reason: "AUC \(FaithfulnessResult.text(area)); better: \(named.isEmpty ? "none" : named.joined(separator: ", "))."
    )
  }

  static let three = NumberFormat.fixed(3)
  /// What is published of the measure on the toy task (De Cao and others, 2020).
  static let publishedDivergence = (kullbackLeibler: 0.861, jensenShannon: 0.232)

  /// The toy task has published numbers.
  private var published: [Claim] {
    guard let digits = solved.first(where: { $0.task == .digits }),
      let divergence = digits.method(InformationMethod.name, \.divergence),
      let symmetric = digits.method(InformationMethod.name, \.jensenShannon)
    else { return [] }
    func claim(_ id: String, _ what: String, _ found: Estimate, _ published: Double) -> Claim {
      Claim(
        id, "On the toy task of De Cao et al. \(what) is below the published \(Self.three.text(published)).",
        verdict: found.high < published ? .holds : found.low > published ? .fails : .undecided,
        numbers: ["value": found.value, "low": found.low, "high": found.high, "published": published],
        reason: "\(FaithfulnessResult.text(found)), of 1/σ as shares.")
    }
    return [
      claim("digits-divergence", "D_KL", divergence, Self.publishedDivergence.kullbackLeibler),
      claim("digits-jensen-shannon", "D_JS", symmetric, Self.publishedDivergence.jensenShannon),
    ]
  }
}
