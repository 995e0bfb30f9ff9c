internal import VitroCore
internal import VitroFitting
internal import VitroLab

/// What the study of reversal found, over all networks.
struct ReversalResult: Sendable {
  let study: ReversalStudy
  let readings: [ReversalReading]

  func of(_ kind: ReversalNetwork) -> [ReversalReading] { readings.filter { $0.kind == kind } }

  var kinds: [ReversalNetwork] { ReversalNetwork.allCases.filter { !of($0).isEmpty } }

  /// The methods that were measured in a kind of network, the measure first.
  func methods(_ kind: ReversalNetwork) -> [String] {
    let known = Set(of(kind).flatMap(\.methods.keys))
    return [InformationMethod.name] + study.methods.filter { $0 != InformationMethod.name && known.contains($0) }
  }

  /// A number of each network of a kind.
  func values(_ kind: ReversalNetwork, _ value: (ReversalReading) -> Double?) -> [Double] {
    of(kind).compactMap(value)
  }

  /// The mean over seeds, with its interval.
  func estimate(_ kind: ReversalNetwork, _ value: (ReversalReading) -> Double?) throws -> Estimate? {
    try WordStatistics.overSeeds(values(kind, value))
  }

  /// The area for a symbol while it is needed against itself afterwards (in an LSTM), or for the one that is answered (in a transformer), the mean over layers.
  func area(_ kind: ReversalNetwork, _ method: String) -> (ReversalReading) -> Double? {
    { reading in
      guard let found = reading.methods[method] else { return nil }
      return WordStatistics.mean(kind == .lstm ? found.released : found.answering)
    }
  }

  /// What is to be told apart, in words.
  static func question(_ kind: ReversalNetwork) -> String {
    kind == .lstm
      ? "a symbol that is still needed from the same one once it is answered"
      : "the symbol that is answered from the others"
  }

  /// The share of symbols that a network must answer right before anything is said of what it needs to hold.
  static let solved = 0.99

  /// Why nothing can be said of what networks of a kind need; nothing where all of them have solved the task.
  func reasonUnsolved(_ kind: ReversalNetwork) -> String? {
    let unsolved = of(kind).filter { $0.accuracy < Self.solved }
    guard !unsolved.isEmpty else { return nil }
    let least = NumberFormat.percent(1).text(unsolved.map(\.accuracy).min() ?? 0)
    return
      "\(unsolved.count) of \(of(kind).count) networks answer fewer than 99 % of symbols right (the least \(least)), so that they need not hold them"
  }

  /// What figures call a method.
  static func title(_ method: String) -> String { (try? AttributionMethods.named(method).title) ?? method }

  // MARK: - Claims

  /// Each claim with the verdict of its interval over seeds.
  func claims() throws -> [Claim] { try kinds.flatMap(claims) }

  private func claims(_ kind: ReversalNetwork) throws -> [Claim] {
    let name = kind.title
    let open = Convergence.obstacle(of(kind).map(\.convergence))
    var claims: [Claim] = []
    func add(
      _ id: String, _ statement: String, _ estimate: Estimate?, _ format: NumberFormat = .fixed(3),
      unless obstacle: String? = nil, _ verdict: (Estimate) -> Claim.Verdict
    ) {
      guard let estimate else { return }
      claims.append(
        Claim(
          "\(id)-\(kind.rawValue)", "\(name): \(statement)",
          verdict: (obstacle ?? open) == nil ? verdict(estimate) : .undecided,
          numbers: ["value": estimate.value, "low": estimate.low, "high": estimate.high],
          reason: format.text(estimate.value, Interval(estimate)) + ((obstacle ?? open).map { "; \($0)" } ?? "")))
    }
    add(
      "C1", "no symbol is held better by a layer than by the one before, beyond the measure's own error",
      try estimate(kind, \.violations), .percent(1)
    ) { .of($0, within: -Double.infinity...0.05) }
    for other in methods(kind).dropFirst() {
      let differences = values(kind) { reading in
        guard let own = reading.methods[InformationMethod.name], let method = reading.methods[other] else { return nil }
        return own.coherency - method.coherency
      }
      add(
        "C1-\(other)", "information ranks symbols more alike in neighbouring layers than \(Self.title(other)) does",
        try WordStatistics.overSeeds(differences)
      ) { .ofSign($0, expected: .plus) }
    }
    let later = of(kind).map(\.laterKept).max() ?? 0
    let ignored = of(kind).map(\.laterIgnored).min() ?? 0
    let unsolved = reasonUnsolved(kind)
    claims.append(
      Claim(
        "C2-future-\(kind.rawValue)", "\(name): a state holds nothing of symbols that it has not seen",
        verdict: .of(later == 0 && ignored == 1), numbers: ["mostKept": later, "ignored": ignored],
        reason: "the most kept of any is \(later), and "
          + (ignored == 1
            ? "every derivative is exactly 0"
            : "in one network every derivative is exactly 0 for only \(NumberFormat.percent(2).text(ignored)) of them"))
    )
    add(
      "C2", "information tells \(Self.question(kind))", try estimate(kind, area(kind, InformationMethod.name)),
      unless: unsolved
    ) { .ofSign(Estimate(value: $0.value - 0.5, low: $0.low - 0.5, high: $0.high - 0.5), expected: .plus) }
    if kind == .lstm {
      add(
        "C2-needed", "within a state information tells symbols still needed from those answered",
        try estimate(kind) { $0.methods[InformationMethod.name].map { WordStatistics.mean($0.needed) } },
        unless: unsolved
      ) { .ofSign(Estimate(value: $0.value - 0.5, low: $0.low - 0.5, high: $0.high - 0.5), expected: .plus) }
    }
    for other in methods(kind).dropFirst() {
      let (own, method) = (area(kind, InformationMethod.name), area(kind, other))
      let differences = values(kind) { reading in own(reading).flatMap { a in method(reading).map { a - $0 } } }
      add(
        "C2-\(other)", "information tells \(Self.question(kind)) better than \(Self.title(other)) does",
        try WordStatistics.overSeeds(differences), unless: unsolved
      ) { .ofSign($0, expected: .plus) }
    }
    add(
      "C6", "two seeds of the measure rank symbols alike (rank correlation 0.9 or more)",
      try estimate(kind, \.stability)
    ) { .of($0, within: 0.9...Double.infinity) }
    return claims
  }

  /// The keys that scripts rely on.
  func facts() throws -> [String: JSONValue] {
    func fact(_ estimate: Estimate?) -> JSONValue {
      guard let estimate else { return .null }
      return ["value": .number(estimate.value), "low": .number(estimate.low), "high": .number(estimate.high)]
    }
    let networks = try kinds.map { kind -> JSONValue in
      [
        "network": .string(kind.rawValue), "seeds": .integer(of(kind).count),
        "accuracy": fact(try estimate(kind, \.accuracy)),
        "violations": fact(try estimate(kind, \.violations)), "stability": fact(try estimate(kind, \.stability)),
        "residual": fact(try estimate(kind, \.residual)), "converged": fact(try estimate(kind, \.converged)),
        "largestResidual": .number(of(kind).map(\.convergence.largest).max() ?? 0),
        "passes": .number(WordStatistics.mean(of(kind).map(\.convergence.passes))),
        "laterKept": .number(of(kind).map(\.laterKept).max() ?? 0),
        "methods": .array(
          try methods(kind).map { method in
            [
              "method": .string(method),
              "needed": .array(
                try ReversalNetwork.allLayers.map { layer in
                  fact(try estimate(kind) { $0.methods[method]?.needed[layer] })
                }),
              "answering": .array(
                try ReversalNetwork.allLayers.map { layer in
                  fact(try estimate(kind) { $0.methods[method]?.answering[layer] })
                }),
              "released": .array(
                try ReversalNetwork.allLayers.map { layer in
                  fact(try estimate(kind) { $0.methods[method]?.released[layer] })
                }),
              "coherency": fact(try estimate(kind) { $0.methods[method]?.coherency }),
            ]
          }),
      ]
    }
    return [
      "networks": .array(networks), "claims": .array(try claims().map(\.fact)),
      "settings": .object(study.measure.facts),
    ]
  }
}

extension ReversalNetwork {
  static var allLayers: Range<Int> { 0..<layers }
}
