internal import VitroCore
internal import VitroFitting
internal import VitroLab

/// What heads score and what the model loses without them, with intervals, and what follows.
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
  /// Each interval's confidence, by which all of one kind hold together with 95 %.
  let confidence: Double
  let claims: [Claim]

  /// A score this many times the uniform pattern's is a head's business.
  static let factor = 5.0

  init(scores: HeadScores, ablation: Ablation?) throws {
    let confidence = 1 - 0.05 / Double(max(scores.heads.count, 1))
    func estimate(_ values: [Double]) throws -> Estimate { try .mean(of: values, confidence: confidence) }
    let losses = Dictionary(
      (ablation?.parts ?? []).map { ($0.name, $0.losses) }, uniquingKeysWith: { first, _ in first })
    let whole = ablation?.losses ?? []
    heads = try scores.heads.map { head in
      Head(
        name: head.name, layer: head.layer, head: head.head, induction: try estimate(head.induction),
        previous: try estimate(head.previous), duplicate: try estimate(head.duplicate),
        first: try estimate(head.first),
        loss: try losses[head.name].map { try estimate(zip($0, whole).map { $0 - $1 }) })
    }
    uniform = scores.uniform
    layers = (scores.heads.map(\.layer).max() ?? -1) + 1
    headsPerLayer = (scores.heads.map(\.head).max() ?? -1) + 1
    loss = whole.isEmpty ? nil : whole.reduce(0, +) / Double(whole.count)
    self.confidence = confidence
    let threshold = Self.factor * scores.uniform
    claims = Self.claims(heads, threshold)
  }

  /// The most claims of a kind that are listed.
  private static let claimLimit = 12

  private static func claims(_ heads: [Head], _ threshold: Double) -> [Claim] {
    let three = NumberFormat.significant(2)
    func text(_ estimate: Estimate) -> String { three.text(estimate.value, Interval(estimate)) }
    let induction = heads.filter { $0.induction.value > threshold }.sorted { $0.induction.value > $1.induction.value }
    let previous = heads.filter { $0.previous.value > threshold }.sorted { $0.previous.value > $1.previous.value }
    return induction.prefix(claimLimit).map { head in
      let score = Claim.Verdict.of(head.induction, within: threshold...2)
      // That the loss does not rise may mean that another head does the same work.
      let use = head.loss.map { $0.low > 0 ? Claim.Verdict.holds : .undecided }
      var numbers = ["score": head.induction.value, "scoreLow": head.induction.low, "threshold": threshold]
      if let loss = head.loss {
        numbers["loss"] = loss.value
        numbers["lossLow"] = loss.low
      }
      return Claim(
        "induction-\(head.name)", "\(head.name) is an induction head.",
        verdict: .all([score] + (use.map { [$0] } ?? [])), numbers: numbers,
        reason: "score \(text(head.induction)) against \(three.text(threshold))"
          + (head.loss.map { "; without it the loss rises by \(text($0)) nats" } ?? ""))
    }
      + previous.prefix(claimLimit).map { head in
        Claim(
          "previous-\(head.name)", "\(head.name) looks at the previous token.",
          verdict: .of(head.previous, within: threshold...2),
          numbers: ["score": head.previous.value, "scoreLow": head.previous.low, "threshold": threshold],
          reason: "score \(text(head.previous)) against \(three.text(threshold))")
      }
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
      "uniform": .number(uniform), "confidence": .number(confidence), "loss": loss.map { .number($0) } ?? .null,
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
