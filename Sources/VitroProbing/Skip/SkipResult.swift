internal import VitroCore
internal import VitroFitting

/// What the depth study found.
struct SkipResult {
  var study: SkipStudy
  var dataName: String
  var classCount: Int
  var plain: SkipTraining
  var skipping: SkipTraining
  /// The moments that were probed, the end of the training last.
  var moments: [SkipMoment]
  var cuts: SkipCuts

  /// The test accuracy of the first network of a training.
  func accuracy(_ training: SkipTraining) throws -> Estimate {
    try .clopperPearson(successes: training.correct[0], trials: training.count)
  }

  /// The readings of one half at a moment.
  func half(_ number: Int, at moment: SkipMoment) -> [SkipMoment.Layer] {
    moment.layers.filter { ($0.number > study.bypassed) == (number == 1) }
  }

  /// The keys that scripts rely on.
  var facts: [String: JSONValue] {
    func training(_ training: SkipTraining) -> JSONValue {
      let accuracies = training.correct.map { Double($0) / Double(training.count) }
      let interval = try? accuracy(training)
      return [
        "accuracy": .number(accuracies[0]), "interval": .numbers(interval.map { [$0.low, $0.high] } ?? []),
        "loss": .number(training.losses[0]), "accuracies": .numbers(accuracies), "losses": .numbers(training.losses),
      ]
    }
    func cut(_ change: PairedChange) -> JSONValue {
      [
        "accuracyChange": .number(change.accuracy.value),
        "interval": .numbers([change.accuracy.low, change.accuracy.high]), "pValue": .number(change.pValue),
      ]
    }
    func layers(_ moment: SkipMoment) -> JSONValue {
      .array(
        moment.layers.map {
          [
            "layer": .integer($0.number), "error": .number($0.error.value), "control": .number($0.control.value),
            "interval": .numbers([$0.error.low, $0.error.high]),
          ]
        })
    }
    return [
      "withSkip": training(skipping), "withoutSkip": training(plain),
      "probes": moments.last.map(layers) ?? .array([]),
      "moments": .array(moments.map { ["step": .integer($0.step), "probes": layers($0)] }),
      "withoutBypassed": cut(cuts.bypassed), "withoutImage": cut(cuts.skip),
      "movement": .numbers(moments.last?.movement ?? []),
    ]
  }
}
