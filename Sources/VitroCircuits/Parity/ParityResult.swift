public import VitroCore
internal import VitroFitting
public import VitroLab

/// What the study of parity found: written circuits on every integer, and how often training finds one.
public struct ParityResult: Codable, Sendable {
  /// n of the trained networks.
  public var bits: Int
  /// Steps of each training.
  public var steps: Int
  /// Written circuits, checked.
  public var checks: [ParityCheck]
  /// Architectures trained from scratch on all integers.
  public var plain: [ParityTraining]
  /// Curriculum and warm starts.
  public var helped: [ParityTraining]

  /// The training from scratch that a helped one is held against: the same architecture.
  public func control(of training: ParityTraining) -> ParityTraining? {
    plain.first { $0.architecture == training.architecture }
  }

  /// The trainings that took place.
  var trained: [ParityTraining] { plain.filter { $0.refusal == nil } }

  /// What is said of parity, and what the numbers say.
  public var claims: [Claim] {
    let lean = checks.filter { $0.style == .skips }
    let published = checks.filter { $0.style == .published }
    let bound = checks.allSatisfy { $0.units >= ParityBound.fewestUnits(bits: $0.bits) }
    return [
      Claim(
        "n-units-suffice", "n neurons are enough for parity on 2ⁿ integers.",
        verdict: .of(lean.allSatisfy { $0.wrong == 0 && $0.units == $0.bits }),
        numbers: ["wrong": Double(lean.reduce(0) { $0 + $1.wrong })],
        reason: "with a skip at each fold: \(Self.exactness(lean))"),
      Claim(
        "published-is-exact", "The published network, n + 1 folds of two ReLUs, answers every integer right.",
        verdict: .of(published.allSatisfy { $0.wrong == 0 }),
        numbers: ["wrong": Double(published.reduce(0) { $0 + $1.wrong })],
        reason: "\(Self.exactness(published)); its 2n + 2 neurons are not the n of the sentence above"),
      Claim(
        "n-units-needed", "Fewer than n neurons cannot do it.", verdict: .of(bound), numbers: [:],
        reason: "N units give at most 2^N linear pieces and 2ⁿ − 1 are needed, proved below"),
      Claim(
        "not-all-integers", "No finite network does it on all integers.",
        verdict: .of(checks.allSatisfy { $0.firstWrongAbove != nil && $0.firstWrongBelow != nil }), numbers: [:],
        reason: "proved below; each written network is wrong on both sides of its range"),
      stuck,
    ] + helped.compactMap(helps) + [normalizing].compactMap(\.self)
  }

  private static func exactness(_ checks: [ParityCheck]) -> String {
    checks.map { "\($0.wrong) of \($0.count) wrong with \($0.units) units" }.joined(separator: ", ")
  }

  private var stuck: Claim {
    let raw = trained.filter { !$0.architecture.isNormalized }
    let (at, all) = (raw.reduce(0) { $0 + $1.atTheMean }, raw.reduce(0) { $0 + $1.losses.count })
    let solved = raw.reduce(0) { $0 + $1.solved }
    let share = try? Estimate.clopperPearson(successes: at, trials: Swift.max(all, 1))
    // To be stuck at the mean is to answer one number: a loss of the variance.
    let verdict = share.map { Claim.Verdict.of($0, within: 0.9...1) } ?? .undecided
    return Claim(
      "stuck-at-the-mean", "On raw integers gradient descent sticks at predicting the mean.", verdict: verdict,
      numbers: ["atTheMean": Double(at), "solved": Double(solved), "networks": Double(all)],
      reason:
        "\(solved) of \(all) networks solve it; \(at) end within a tenth of the variance 1/4, the others below: they fit a few integers and the mean of the rest"
    )
  }

  private func helps(_ training: ParityTraining) -> Claim? {
    guard let control = control(of: training), let share = training.share, let other = control.share else { return nil }
    let id: String
    let what: String
    switch training.method {
    case .plain: return nil
    case .curriculum: (id, what) = ("curriculum-helps", "A curriculum 2, 4, 8 … 2ⁿ helps")
    case .warmStart(0): return stays(training)
    case .warmStart(let noise):
      (id, what) = ("warm-start-\(noise)-helps", "Starting from written weights ± \(noise) helps")
    }
    return Claim(
      id, "\(what) (\(training.architecture.widthText)).", verdict: Self.verdict(share, above: other),
      numbers: ["share": share.value, "control": other.value],
      reason: "\(training.solved) of \(training.losses.count) solve it, \(control.solved) without, as many steps")
  }

  private func stays(_ training: ParityTraining) -> Claim {
    let loss = training.medianLoss
    return Claim(
      "written-is-kept", "Training leaves the written network where it is (\(training.architecture.widthText)).",
      verdict: .of(training.solved == 1), numbers: ["loss": loss],
      reason:
        "one network, after as many steps: loss \(NumberFormat.significant(3).text(loss)). Adam divides a gradient by its size, so that even a gradient of rounding errors moves weights by the rate, and the written weights are steep"
    )
  }

  private var normalizing: Claim? {
    let pairs = trained.filter(\.architecture.isNormalized).compactMap { own in
      trained.first { $0.architecture.hidden == own.architecture.hidden && !$0.architecture.isNormalized }.map {
        (own, $0)
      }
    }
    guard let (own, raw) = pairs.max(by: { $0.0.solved < $1.0.solved }), let share = own.share, let other = raw.share
    else { return nil }
    return Claim(
      "normalizing-helps", "Normalizing the inputs helps (\(own.architecture.widthText)).",
      verdict: Self.verdict(share, above: other), numbers: ["share": share.value, "control": other.value],
      reason: "\(own.solved) of \(own.losses.count) solve it, \(raw.solved) on raw integers")
  }

  /// Whether one share lies above another: decided where their intervals do not meet.
  private static func verdict(_ share: Estimate, above other: Estimate) -> Claim.Verdict {
    share.low > other.high ? .holds : share.high < other.low ? .fails : .undecided
  }

  /// The keys that scripts rely on.
  public var facts: [String: JSONValue] {
    [
      "bits": .integer(bits), "steps": .integer(steps), "claims": .array(claims.map(\.fact)),
      "written": .array(
        checks.map {
          [
            "bits": .integer($0.bits), "style": .string($0.style.rawValue), "units": .integer($0.units),
            "depth": .integer($0.depth), "parameters": .integer($0.parameters), "integers": .integer($0.count),
            "wrong": .integer($0.wrong), "firstWrongAbove": $0.firstWrongAbove.map { .integer($0) } ?? .null,
            "firstWrongBelow": $0.firstWrongBelow.map { .integer($0) } ?? .null,
          ]
        }),
      "trained": .array(
        (plain + helped).map {
          [
            "name": .string($0.name), "seeds": .integer($0.losses.count), "solved": .integer($0.solved),
            "share": $0.share.map { .number($0.value) } ?? .null, "low": $0.share.map { .number($0.low) } ?? .null,
            "high": $0.share.map { .number($0.high) } ?? .null,
            "medianLoss": $0.losses.isEmpty ? .null : .number($0.medianLoss),
            "mostPieces": .integer(ParityBound.mostPieces(hidden: $0.architecture.hidden)),
            "refused": $0.refusal.map { .string($0) } ?? .null,
          ]
        }),
    ]
  }
}
