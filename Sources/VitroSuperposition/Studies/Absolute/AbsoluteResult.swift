internal import Foundation
internal import VitroCore
internal import VitroFitting
internal import VitroLab

/// What came of the study of absolute values.
struct AbsoluteResult {
  let study: AbsoluteStudy
  /// By density, from dense to sparse.
  let levels: [AbsoluteLevel]
  let claims: [Claim]

  init(study: AbsoluteStudy, levels: [AbsoluteLevel]) throws {
    self.study = study
    self.levels = levels.sorted { $0.density > $1.density }
    claims = try Self.claims(self.levels, study)
  }

  /// What the paper says of this model, as far as these levels can tell.
  private static func claims(_ levels: [AbsoluteLevel], _ study: AbsoluteStudy) throws -> [Claim] {
    guard let dense = levels.first, let sparse = levels.last, levels.count > 1 else { return [] }
    func change(
      _ id: String, _ statement: String, _ sign: FloatingPointSign, _ values: (AbsoluteLevel) -> [Double]
    )
      throws -> Claim
    {
      let (before, after) = (values(dense), values(sparse))
      let numbers = ["dense": before.mean, "sparse": after.mean]
      let words =
        "\(text(before.mean)) at density \(text(dense.density)), \(text(after.mean)) at \(text(sparse.density))"
      guard before.count > 1 else {
        return Claim(
          id, statement, verdict: .undecided, numbers: numbers, reason: words + "; one model a density has no interval")
      }
      let difference = try Estimate.mean(of: zip(after, before).map { $0 - $1 })
      return Claim(
        id, statement, verdict: .ofSign(difference, expected: sign),
        numbers: numbers.merging(["low": difference.low, "high": difference.high]) { $1 },
        reason: words
          + "; change [\(text(difference.low)), \(text(difference.high))] over \(before.count) pairs of models")
    }
    return try [
      change("polysemantic", "Neurons serve more features as features grow sparser.", .plus) { $0.effective },
      change("monosemantic", "Fewer neurons serve one feature alone as features grow sparser.", .minus) {
        $0.monosemantic
      }, moreThanFit(levels, study),
    ]
  }

  /// The density at which most features are computed.
  static func richest(_ levels: [AbsoluteLevel]) -> AbsoluteLevel? {
    levels.max { $0.computed.map(Double.init).mean < $1.computed.map(Double.init).mean }
  }

  private static func moreThanFit(_ levels: [AbsoluteLevel], _ study: AbsoluteStudy) throws -> Claim {
    let room = Double(study.neurons / 2)
    let computed = richest(levels)?.computed.map(Double.init) ?? []
    let density = richest(levels)?.density ?? .nan
    let statement = "At some density more features are computed than two neurons for each allow."
    var numbers = ["computed": computed.mean, "room": room, "density": density]
    let words = "\(text(computed.mean)) at density \(text(density)), where most are; \(text(room)) have room"
    guard computed.count > 1 else {
      return Claim("more-than-fit", statement, verdict: .undecided, numbers: numbers, reason: words + "; one model")
    }
    let excess = try Estimate.mean(of: computed.map { $0 - room })
    numbers.merge(["low": room + excess.low, "high": room + excess.high]) { $1 }
    return Claim(
      "more-than-fit", statement, verdict: .ofSign(excess, expected: .plus), numbers: numbers,
      reason: words
        + "; interval [\(text(room + excess.low)), \(text(room + excess.high))] over \(computed.count) models, "
        + "not corrected for the choice among \(levels.count) densities")
  }

  private static func text(_ value: Double) -> String { String(format: "%.3g", value) }

  /// The result for programs.
  var facts: [String: JSONValue] {
    [
      "features": .integer(study.features), "neurons": .integer(study.neurons),
      "levels": .array(
        levels.map { level in
          .object([
            "density": .number(level.density), "losses": .array(level.losses.map(JSONValue.number)),
            "meanOnlyLoss": .number(level.meanLoss),
            "neuronsInUse": .array(level.neuronsInUse.map(JSONValue.integer)),
            "featuresPerNeuron": .array(level.served.map(JSONValue.number)),
            "effectiveFeaturesPerNeuron": .array(level.effective.map(JSONValue.number)),
            "monosemanticShare": .array(level.monosemantic.map(JSONValue.number)),
            "computedFeatures": .array(level.computed.map(JSONValue.integer)),
            "explained": .array(level.explained.map(JSONValue.number)),
          ])
        }), "claims": .array(claims.map(\.fact)),
    ]
  }
}
