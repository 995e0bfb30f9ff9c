internal import VitroCore
internal import VitroData
internal import VitroFitting

/// What the experiment on images has measured: over one network, or several from different seeds.
struct ImageProbingResult {
  let title: String
  let source: String?
  let classNames: [String]
  let epochs: Int
  let seeds: [Seed]
  /// What the first network does with what its probes read.
  let used: ReadableAndUsed
  /// The readings of the first network after each epoch but the last.
  let film: [[LayerReading]]
  let views: Views

  /// One network.
  struct Seed {
    let seed: UInt64
    /// The part of test images that the network answers rightly.
    let accuracy: Estimate
    let before, after: [LayerReading]
    let counts: (train: Int, validation: Int, test: Int)
    let majorityError: Double

    init(
      seed: UInt64, accuracy: Estimate, before: [LayerReading], after: [LayerReading], parts: DataParts, labels: [Int]
    ) {
      (self.seed, self.accuracy, self.before, self.after) = (seed, accuracy, before, after)
      counts = (parts.train.count, parts.validation.count, parts.test.count)
      let training = Dictionary(grouping: parts.train) { labels[$0] }
      let majority = training.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key
      majorityError = Double(parts.test.count { labels[$0] != majority }) / Double(max(parts.test.count, 1))
    }
  }

  /// The first network's layers on their axes.
  struct Views: Codable {
    var before, after: [LayerViews.View]
  }

  /// What is known of one layer, over all networks.
  struct Layer {
    var tap: String
    var width: Int
    var untrained, trained, control, untrainedControl: Estimate
    /// The error of the solver's fit, where there is one besides.
    var exact: Estimate?
    /// How much the error grows from the layer before, on the same test images.
    var step, untrainedStep: Estimate?
  }

  /// The layers that all networks have a reading of, in their order.
  var layers: [Layer] {
    guard let first = seeds.first else { return [] }
    return first.after.compactMap { reading in
      func all(_ readings: (Seed) -> [LayerReading], _ value: (LayerReading) -> Estimate?) -> Estimate? {
        let values = seeds.compactMap { seed in
          readings(seed).first { $0.tap == reading.tap }.flatMap(value)
        }
        return values.count == seeds.count ? Self.combined(values) : nil
      }
      guard let untrained = all(\.before, \.error), let trained = all(\.after, \.error),
        let control = all(\.after, \.control), let untrainedControl = all(\.before, \.control)
      else { return nil }
      return Layer(
        tap: reading.tap, width: reading.width, untrained: untrained, trained: trained, control: control,
        untrainedControl: untrainedControl, exact: all(\.after, \.exactError), step: all(\.after, \.step),
        untrainedStep: all(\.before, \.step))
    }
  }

  /// The part of test images that the networks answer rightly.
  var accuracy: Estimate { Self.combined(seeds.map(\.accuracy)) }

  /// One network's own estimate; of several the mean with Student's interval over seeds.
  static func combined(_ values: [Estimate]) -> Estimate {
    (try? .mean(of: values.map(\.value))) ?? values[0]
  }

  var facts: [String: JSONValue] {
    [
      "testAccuracy": .number(accuracy.value),
      "testAccuracyInterval": .numbers([accuracy.low, accuracy.high]),
      "seeds": .integer(seeds.count), "epochs": .integer(epochs),
      "probes": .array(
        layers.map { layer in
          [
            "tap": .string(layer.tap), "features": .integer(layer.width),
            "untrainedError": .number(layer.untrained.value),
            "untrainedInterval": .numbers([layer.untrained.low, layer.untrained.high]),
            "trainedError": .number(layer.trained.value),
            "interval": .numbers([layer.trained.low, layer.trained.high]), "control": .number(layer.control.value),
            "exactError": layer.exact.map { .number($0.value) } ?? .null,
          ]
        }), "used": used.facts,
    ]
  }
}
