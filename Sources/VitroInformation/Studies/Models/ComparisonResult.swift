internal import VitroCore
internal import VitroFitting
internal import VitroLab

/// What two models hold of the same words.
struct ComparisonResult {
  let first, second: ComparedModel
  let lines: [String]

  var models: [ComparedModel] { [first, second] }

  /// What the first model's last layer keeps more than the second's, the mean over texts.
  func difference() throws -> Estimate? {
    let differences = lines.indices.map {
      first.mean($0, first.features.count - 1) - second.mean($0, second.features.count - 1)
    }
    return try Estimate.mean(ofTexts: differences)
  }

  /// The rank correlation of what the two last layers keep, the mean over texts.
  func agreement() throws -> Estimate? {
    let values = lines.indices.map { text in
      let pairs = zip(first.kept[text].last ?? [], second.kept[text].last ?? []).filter { !$0.isNaN && !$1.isNaN }
      return RankAgreement.spearman(pairs.map(\.0), pairs.map(\.1))
    }
    return try Estimate.mean(ofTexts: values)
  }

  var facts: [String: JSONValue] {
    var facts: [String: JSONValue] = [
      "texts": .array(lines.map { .string($0) }),
      "words": .array(first.words.map { .array($0.map { .string($0) }) }),
      "models": .array(
        models.map { model in
          [
            "name": .string(model.name), "layers": .array(model.features.map { .string($0.description) }),
            "kept": .array(model.kept.map { .array($0.map { .numbers($0) }) }),
            "noise": .array(model.noise.map { .array($0.map { .numbers($0) }) }),
            "residual": .number(model.residual),
          ]
        }),
    ]
    if let difference = try? difference() { facts["difference"] = Self.json(difference) }
    if let agreement = try? agreement() { facts["agreement"] = Self.json(agreement) }
    return facts
  }

  private static func json(_ estimate: Estimate) -> JSONValue {
    ["value": .number(estimate.value), "low": .number(estimate.low), "high": .number(estimate.high)]
  }
}
