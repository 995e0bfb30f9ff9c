internal import VitroCore
internal import VitroFitting
internal import VitroLab

extension TextProbingResult {
  /// What `--json` prints.
  var facts: [String: JSONValue] {
    var facts: [String: JSONValue] = [
      "layers": .array(layers.enumerated().map { fact($0, $1) }),
      "jump": layer(curve?.jump), "converge": layer(curve?.converge),
      "jumpTap": tap(curve?.jump), "convergeTap": tap(curve?.converge),
      "jumpDepth": depth(curve?.jump), "convergeDepth": depth(curve?.converge),
      "jumpInterval": interval(curve?.jump), "convergeInterval": interval(curve?.converge),
      "jumpShare": curve.map { .number($0.jump.share) } ?? .null,
      "convergeShare": curve.map { .number($0.converge.share) } ?? .null,
      "probe": .string(kind.rawValue), "majority": .number(baseline), "claims": .array(claims.map(\.fact)),
      "model": [
        "name": .string(subject.model), "family": .string(subject.family), "layers": .integer(subject.layers),
        "width": .integer(subject.width),
      ],
      "texts": .integer(subject.texts), "cutTexts": .integer(subject.cutTexts),
      "groups": number(probing.subject.groups), "divisions": .integer(probing.settings.divisions),
      "skipped": probing.facts["skipped"] ?? .null,
    ]
    if let curve {
      facts["early"] = estimate(curve.early)
      facts["late"] = estimate(curve.late)
      facts["rise"] = estimate(curve.rise)
    }
    if probing.kinds.count > 1 || probing.readings.contains(where: { $0.code != nil }) {
      facts["probes"] = probing.facts["probes"]
      facts["points"] = .array(
        curves.map {
          [
            "probe": .string($0.kind.rawValue), "jump": layer($0.curve.jump),
            "converge": layer($0.curve.converge),
          ]
        })
    }
    if let sparsity = probing.facts["sparsity"] { facts["sparsity"] = sparsity }
    return facts
  }

  /// The accuracy of always answering the most frequent class.
  var baseline: Double { layers.first?.baseline ?? .nan }

  private func fact(_ number: Int, _ reading: TapReading) -> JSONValue {
    var fact: [String: JSONValue] = [
      "layer": .integer(layerNumber(number)), "tap": .string(reading.tap), "features": .integer(reading.features),
      "accuracy": .number(reading.accuracy.value),
      "interval": .numbers([reading.accuracy.low, reading.accuracy.high]), "control": .number(reading.control.value),
      "controlInterval": .numbers([reading.control.low, reading.control.high]),
      "selectivity": .number(reading.selectivity.value), "pValue": .number(reading.pValue),
      "baseline": .number(reading.baseline),
    ]
    for (name, value) in [
      ("balancedAccuracy", reading.balancedAccuracy), ("macroF1", reading.macroF1), ("auc", reading.auc),
    ] {
      fact[name] = value.map { .number($0.value) } ?? .null
    }
    if let accuracies = curve?.accuracies, number > 0, number < accuracies.count {
      fact["ratio"] = .number(accuracies[number] / accuracies[number - 1])
    }
    if let other = untrained?[reading.tap] {
      fact["untrained"] = .number(other.accuracy.value)
      fact["untrainedInterval"] = .numbers([other.accuracy.low, other.accuracy.high])
    }
    return .object(fact)
  }

  private func number(_ value: Int?) -> JSONValue { value.map(JSONValue.integer) ?? .null }

  private func layer(_ point: DepthCurve.Point?) -> JSONValue { number(point?.layer.map { layerNumber($0) }) }

  private func tap(_ point: DepthCurve.Point?) -> JSONValue {
    guard let layer = point?.layer, layers.indices.contains(layer) else { return .null }
    return .string(layers[layer].tap)
  }

  private func depth(_ point: DepthCurve.Point?) -> JSONValue {
    guard let layer = point?.layer, layers.count > 1 else { return .null }
    let last = subject.areLayers ? probing.settings.taps.count - 1 : layers.count - 1
    return .number(Double(layerNumber(layer)) / Double(last))
  }

  private func interval(_ point: DepthCurve.Point?) -> JSONValue {
    point.flatMap(ends).map { .numbers([$0.low, $0.high]) } ?? .null
  }

  private func estimate(_ value: Estimate) -> JSONValue {
    ["accuracy": .number(value.value), "interval": .numbers([value.low, value.high])]
  }
}
