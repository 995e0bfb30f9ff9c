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
      "seeds": .integer(study.seeds), "confidence": .number(confidence), "settings": .object(study.measure.facts),
    ]
  }

  private func fact(_ network: ForgettingNetworks) -> JSONValue {
    let layers: [JSONValue] = network.layers.indices.compactMap { layer in
      guard let kept = network.kept(layer) else { return nil }
      return [
        "layer": .string(network.layers[layer]),
        "residual": .number(network.cells.map { $0.convergence[layer].residual }.max() ?? 0),
        "converged": .number(
          network.cells.reduce(0) { $0 + $1.convergence[layer].share } / Double(network.cells.count)),
        "relevant": .number(kept.relevant.value),
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
      fields["infiniteDivergences"] = .integer(network.infiniteDivergences(method.name))
      fields["intervals"] = .object(intervals)
      if let reason = method.reasonUndefined { fields["undefined"] = .string(reason) }
      return .object(fields)
    }
    return [
      "task": .string(network.task.rawValue), "architecture": .string(network.reader),
      "accuracy": .number(network.accuracy.value), "solved": .bool(network.isSolved), "layers": .array(layers),
      "methods": .array(methods), "residual": .number(network.cells.flatMap(\.convergence).map(\.largest).max() ?? 0),
      "converged": .number(network.converged), "passes": .number(network.passes),
    ]
  }

  private func fact(_ moment: ForgettingMoment) -> JSONValue {
    let kept = ForgettingNetworks(cells: [moment.cell]).kept(0)
    return [
      "epoch": .integer(moment.epoch), "seed": .string("\(moment.cell.seed)"),
      "architecture": .string(moment.cell.reader),
      "accuracy": .number(moment.cell.accuracy.value), "relevant": kept.map { .number($0.relevant.value) } ?? .null,
      "irrelevant": kept.map { .number($0.irrelevant.value) } ?? .null,
    ]
  }

  // MARK: - Claims

  /// The confidence of each interval that decides a claim about one of several networks: Bonferroni's, so that with 95 % none is called true or false by chance.
  var confidence: Double { ClaimConfidence(of: solved.count).each }

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
    let last = network.layers.count - 1
    guard let kept = network.kept(last, confidence: confidence) else { return nil }
    let found = network.verdict(last) { network in
      network.kept(last, confidence: confidence).map { .ofSign($0.excess, expected: .minus) }
    }
    guard let found else { return nil }
    return Claim(
      "forgets-\(network.id)", "\(network.name): the last layer forgets the irrelevant words.",
      verdict: found.verdict,
      numbers: [
        "relevant": kept.relevant.value, "irrelevant": kept.irrelevant.value, "difference": kept.difference.value,
        "excess": kept.excess.value, "low": kept.excess.low, "high": kept.excess.high,
      ],
      reason:
        "Kept of irrelevant words \(FaithfulnessResult.text(kept.irrelevant)), of relevant ones \(FaithfulnessResult.text(kept.relevant)); the first less half of the second, text by text, is \(FaithfulnessResult.text(kept.excess)), and the interval must be below 0\(found.reservation)."
    )
  }

  /// How networks come to forget, by how they read.
  var courses: [ForgettingCourse] {
    let readers = moments.reduce(into: [String]()) { if !$0.contains($1.cell.reader) { $0.append($1.cell.reader) } }
    return readers.map { reader in ForgettingCourse(moments: moments.filter { $0.cell.reader == reader }) }
  }

  /// What learning does to irrelevant words, text by text, from before the first pass to after the last.
  private var learning: [Claim] {
    courses.compactMap { course in
      guard let loss = course.loss else { return nil }
      return Claim(
        "learning-forgets-\(course.reader)",
        "\(course.task.title), \(course.reader): learning makes the state that is read forget irrelevant words.",
        verdict: .ofSign(loss, expected: .plus), numbers: ["loss": loss.value, "low": loss.low, "high": loss.high],
        reason:
          "Kept of irrelevant words before learning less that after it, \(study.seeds > 1 ? "over networks" : "text by text"), \(FaithfulnessResult.text(loss)); the interval must be above 0."
      )
    }
  }

  /// The measure is among the best two when all other methods but one are surely worse, and is not when two are surely better; random scores are the control, and no rival.
  private func ranking(_ network: ForgettingNetworks) -> Claim? {
    let own = InformationMethod.name
    guard let area = network.method(own, \.auc) else { return nil }
    func rivals(_ network: ForgettingNetworks) -> [(String, Estimate)] {
      let others = network.cells[0].methods.filter { $0.name != own && $0.name != FaithfulnessResult.controlName }
      return others.compactMap { method in
        network.difference(method.name, own, confidence: confidence).map { (method.title, $0) }
      }
    }
    let found = network.verdict(network.layers.count - 1) { Self.isAmongBestTwo(rivals($0).map(\.1)) }
    let rivals = rivals(network)
    guard let found, !rivals.isEmpty else { return nil }
    let better = rivals.filter { $0.1.value > 0 }.sorted { $0.1.value > $1.1.value }
    let differences = rivals.map(\.1)
    let named = better.prefix(3).map { "\($0.0) by \(Self.three.text($0.1.value, Interval($0.1)))" }
    let open = differences.count { $0.high >= 0 }
    return Claim(
      "best-two-\(network.id)", "\(network.name): the measure is among the best two methods.",
      verdict: found.verdict,
      numbers: [
        "auc": area.value, "better": Double(better.count), "notWorse": Double(open),
        "surelyBetter": Double(differences.count { $0.low > 0 }),
      ],
      reason:
        "AUC \(FaithfulnessResult.text(area)); better on average: \(named.isEmpty ? "none" : named.joined(separator: ", ")); \(open) of \(rivals.count) others are not surely worse text by text, and at most one may be\(found.reservation)."
    )
  }

  /// What the rivals' differences from a method say of its being among the best two.
  static func isAmongBestTwo(_ differences: [Estimate]) -> Claim.Verdict {
    if differences.count(where: { $0.high >= 0 }) <= 1 { return .holds }
    return differences.count { $0.low > 0 } >= 2 ? .fails : .undecided
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
    // A mean without the worst texts is no mean over all of them.
    let leftOut = digits.infiniteDivergences(InformationMethod.name)
    func claim(_ id: String, _ what: String, _ found: Estimate, _ published: Double, leftOut: Int = 0) -> Claim {
      Claim(
        id, "On the toy task of De Cao et al. \(what) is below the published \(Self.three.text(published)).",
        verdict: leftOut > 0
          ? .undecided : found.high < published ? .holds : found.low > published ? .fails : .undecided,
        numbers: [
          "value": found.value, "low": found.low, "high": found.high, "published": published,
          "leftOut": Double(leftOut),
        ],
        reason: "\(FaithfulnessResult.text(found)), of 1/σ as shares"
          + (leftOut > 0 ? "; \(leftOut) texts are infinite or have not converged, so that it is not compared." : "."))
    }
    return [
      claim("digits-divergence", "D_KL", divergence, Self.publishedDivergence.kullbackLeibler, leftOut: leftOut),
      claim("digits-jensen-shannon", "D_JS", symmetric, Self.publishedDivergence.jensenShannon, leftOut: leftOut),
    ]
  }
}
