internal import VitroCore
internal import VitroFitting

extension NetworkProbingResult {
  /// What `--json` prints.
  var facts: [String: JSONValue] {
    var facts: [String: JSONValue] = [
      "probes": .array(readings.map(\.facts)),
      "skipped": .array(skipped.map { ["tap": .string($0.tap), "reason": .string($0.reason)] }),
    ]
    if let sparsity {
      facts["sparsity"] = [
        "tap": .string(sparsity.tap),
        "points": .array(
          sparsity.points.map { point in
            [
              "neurons": .array(point.neurons.map(JSONValue.integer)), "accuracy": .number(point.accuracy.value),
              "interval": point.accuracy.interval, "control": .number(point.control.value),
            ]
          }),
      ]
    }
    return facts
  }
}

extension TapReading {
  fileprivate var facts: JSONValue {
    var facts: [String: JSONValue] = [
      "tap": .string(tap), "kind": .string(kind.rawValue), "features": .integer(features),
      "accuracy": .number(accuracy.value), "interval": accuracy.interval, "control": .number(control.value),
      "selectivity": .number(selectivity.value), "selectivityInterval": selectivity.interval,
      "pValue": .number(pValue), "baseline": .number(baseline),
    ]
    for (name, value) in [("balancedAccuracy", balancedAccuracy), ("macroF1", macroF1), ("auc", auc)] {
      if let value { facts[name] = .number(value.value) }
    }
    if let code {
      facts["codeBits"] = .number(code.bits * Double(code.labels))
      facts["compression"] = .number(code.compression)
      facts["controlCompression"] = .number(code.controlCompression)
    }
    return .object(facts)
  }
}

extension Estimate {
  fileprivate var interval: JSONValue { .numbers([low, high]) }
}
