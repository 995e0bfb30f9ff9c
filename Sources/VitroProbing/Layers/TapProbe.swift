internal import Foundation
internal import VitroCore
public import VitroFitting
internal import VitroFormats
internal import VitroTensor

/// What was fitted at one tap: the probe, and the same probe fitted to shuffled labels.
public struct TapProbe: Sendable {
  /// The tap.
  public var tap: String
  /// The probe, in the coordinates of the raw features.
  public var model: LinearModel
  /// The probe of the shuffled labels.
  public var control: LinearModel
  /// The mean of each feature over training examples.
  public var mean: [Double]
  /// The standard deviation of each feature over training examples, a positive number where it does not vary.
  public var deviation: [Double]
  /// The data's class that each class of the probe stands for; classes without a training example have none.
  public var classes: [Int]
  /// Which test examples the probe answers rightly.
  var correct: [Bool] = []
  /// Which test examples the other probe answers as the shuffled labels say.
  var controlCorrect: [Bool] = []

  /// What the probe reads, to be taken out of the network or added to it.
  public var directions: ProbeDirections {
    ProbeDirections(tap: tap, model: model, control: control, mean: mean, scale: deviation, classes: classes)
  }
}

extension TapProbe {
  /// Keeps probes in a safetensors file, without what they answered.
  static func write(_ probes: [TapProbe], to file: URL) throws {
    var arrays: [(name: String, array: RawArray)] = []
    for probe in probes {
      for (name, model) in [("model", probe.model), ("control", probe.control)] {
        for (part, tensor) in try model.namedTensors() { arrays.append(("\(probe.tap)/\(name)/\(part)", tensor.raw)) }
      }
      arrays.append(("\(probe.tap)/mean", try Tensor(probe.mean).raw))
      arrays.append(("\(probe.tap)/deviation", try Tensor(probe.deviation).raw))
      arrays.append(("\(probe.tap)/classes", try Tensor(probe.classes).raw))
    }
    let taps = try JSONEncoder().encode(probes.map(\.tap))
    try Safetensors.write(
      arrays.sorted { $0.name < $1.name }, metadata: ["taps": String(decoding: taps, as: UTF8.self)], to: file.path)
  }

  /// Reads what ``write(_:to:)`` has kept.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the file is not one of probes.
  static func read(_ file: URL) throws -> [TapProbe] {
    let stored = try SafetensorsFile(file.path)
    guard let text = stored.metadata["taps"], let taps = try? JSONDecoder().decode([String].self, from: Data(text.utf8))
    else {
      throw VitroError.malformed(file: file.path, field: "taps", found: "no list of taps", expected: "one")
    }
    return try taps.map { tap in
      func tensor(_ name: String) throws -> Tensor { Tensor(try stored.array(named: "\(tap)/\(name)")) }
      func model(_ name: String) throws -> LinearModel {
        try LinearModel(
          namedTensors: Dictionary(
            uniqueKeysWithValues: ["kind", "weights", "intercepts"].map { ($0, try tensor("\(name)/\($0)")) }))
      }
      return TapProbe(
        tap: tap, model: try model("model"), control: try model("control"), mean: try tensor("mean").doubles,
        deviation: try tensor("deviation").doubles, classes: try tensor("classes").ints)
    }
  }
}
