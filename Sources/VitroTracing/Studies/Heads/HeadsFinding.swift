internal import VitroCore
internal import VitroFitting
internal import VitroLab

/// What heads score and what the model loses without them, with 95 % intervals, and what follows.
struct HeadsFinding {
  /// One head's measures.
  struct Head {
    var name: String
    var layer: Int
    var head: Int
    var induction: Estimate
    var previous: Estimate
    var duplicate: Estimate
    var first: Estimate
    /// What the loss rises by without it, in nats.
    var loss: Estimate?
  }

  let heads: [Head]
  /// What a uniform pattern scores.
  let uniform: Double
  /// The number of heads.
  let layers: Int
  let headsPerLayer: Int
  /// The loss with all heads, in nats.
  let loss: Double?
  let claims: [Claim]

  /// A score this many times the uniform pattern's is a head's business.
  static let factor = 5.0

  init(scores: HeadScores, ablation: Ablation?) throws {
    let losses = Dictionary(
      (ablation?.parts ?? []).map { ($0.name, $0.losses) }, uniquingKeysWith: { first, _ in first })
    let whole = ablation?.losses ?? []
    let rises = losses.mapValues { zip($0, whole).map { $0 - $1 } }
    heads = try scores.heads.map { head in
      Head(
        name: head.name, layer: head.layer, head: head.head, induction: try .mean(of: head.induction),
        previous: try .mean(of: head.previous), duplicate: try .mean(of: head.duplicate),
        first: try .mean(of: head.first), loss: try rises[head.name].map { try .mean(of: $0) })
    }
    uniform = scores.uniform
    layers = (scores.heads.map(\.layer).max() ?? -1) + 1
    headsPerLayer = (scores.heads.map(\.head).max() ?? -1) + 1
    loss = whole.isEmpty ? nil : whole.reduce(0, +) / Double(whole.count)
    claims = try Self.claims(scores, rises)
  }

  /// The most claims of a kind that are listed.
  private static let claimLimit = 12

  /// Scores are many questions, one for each head; what the loss rises by is asked of the heads alone whose mean score is high enough.
  private static func claims(_ scores: HeadScores, _ rises: [String: [Double]]) throws -> [Claim] {
    let threshold = factor * scores.uniform
    let two = NumberFormat.significant(2)
    func text(_ estimate: Estimate) -> String { two.text(estimate.value, Interval(estimate)) }
    func candidates(_ score: (HeadScores.Head) -> [Double]) throws -> [(name: String, score: Estimate)] {
      let confidence = 1 - 0.05 / Double(max(scores.heads.count, 1))
      return try scores.heads.map { ($0.name, try Estimate.mean(of: score($0), confidence: confidence)) }
        .filter { $0.1.value > threshold }.sorted { $0.1.value > $1.1.value }
    }
    let induction = try candidates(\.induction)
    let confidence = 1 - 0.05 / Double(max(induction.count, 1))
    let repeating = try induction.prefix(claimLimit).map { name, score -> Claim in
      let rise = try rises[name].map { try Estimate.mean(of: $0, confidence: confidence) }
      var numbers = ["score": score.value, "scoreLow": score.low, "threshold": threshold]
      if let rise {
        numbers["loss"] = rise.value
        numbers["lossLow"] = rise.low
      }
      // That the loss does not rise may mean that another head does the same work.
      let use = rise.map { $0.low > 0 ? Claim.Verdict.holds : .undecided }
      return Claim(
        "induction-\(name)", "\(name) is an induction head.",
        verdict: .all([.of(score, within: threshold...2)] + (use.map { [$0] } ?? [])), numbers: numbers,
        reason: "score \(text(score)) against \(two.text(threshold))"
          + (rise.map { "; without it the loss rises by \(text($0)) nats" } ?? ""))
    }
    let previous = try candidates(\.previous).prefix(claimLimit).map { name, score -> Claim in
      Claim(
        "previous-\(name)", "\(name) looks at the previous token.", verdict: .of(score, within: threshold...2),
        numbers: ["score": score.value, "scoreLow": score.low, "threshold": threshold],
        reason: "score \(text(score)) against \(two.text(threshold))")
    }
    return repeating + previous
  }

  /// The heads of claims of a kind that hold.
  func names(_ kind: String) -> [String] {
    claims.filter { $0.id.hasPrefix(kind + "-") && $0.verdict == .holds }.map {
      String($0.id.dropFirst(kind.count + 1))
    }
  }

  /// The heads that score highest, on induction and on the previous token in turn.
  func heads(toShow count: Int) -> [Head] {
    let induction = heads.sorted { $0.induction.value > $1.induction.value }
    let previous = heads.sorted { $0.previous.value > $1.previous.value }
    var shown: [Head] = []
    for (a, b) in zip(induction, previous) {
      for head in [a, b] where shown.count < count && !shown.contains(where: { $0.name == head.name }) {
        shown.append(head)
      }
    }
    return shown
  }

  /// A measure of all heads, `[layer][head]`.
  func grid(_ value: (Head) -> Double) -> [[Double]] {
    var grid = [[Double]](repeating: [Double](repeating: .nan, count: headsPerLayer), count: layers)
    for head in heads { grid[head.layer][head.head] = value(head) }
    return grid
  }

  var facts: [String: JSONValue] {
    func pair(_ estimate: Estimate) -> JSONValue { .numbers([estimate.low, estimate.high]) }
    return [
      "uniform": .number(uniform), "loss": loss.map { .number($0) } ?? .null,
      "heads": .array(
        heads.map { head in
          [
            "name": .string(head.name), "layer": .integer(head.layer), "head": .integer(head.head),
            "induction": .number(head.induction.value), "interval": pair(head.induction),
            "previous": .number(head.previous.value), "duplicate": .number(head.duplicate.value),
            "first": .number(head.first.value), "ablation": head.loss.map { .number($0.value) } ?? .null,
            "ablationInterval": head.loss.map(pair) ?? .null,
          ]
        }),
      "inductionHeads": .array(names("induction").map(JSONValue.string)),
      "previousTokenHeads": .array(names("previous").map(JSONValue.string)),
      "claims": .array(claims.map(\.fact)),
    ]
  }
}
