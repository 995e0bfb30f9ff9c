internal import VitroCore
public import VitroFitting
internal import VitroTensor

/// The directions that a probe reads at one value of a network.
///
/// ```swift
/// let directions = ProbeDirections(
///   tap: "relu3", model: fit.model, control: shuffledFit.model, mean: standardizer.mean, scale: standardizer.scale)
/// ```
public struct ProbeDirections: Sendable {
  /// The value's tap.
  public var tap: String
  /// The probe in raw coordinates: weights `[outputs, width]`, one output for two classes.
  public var model: LinearModel
  /// The same probe fitted to shuffled labels.
  public var control: LinearModel?
  /// The mean of each feature on the rows that the probe was fitted to.
  public var mean: [Double]
  /// The standard deviation of each feature there, 1 where it does not vary.
  public var scale: [Double]
  /// The network's class that each class of the probe stands for.
  public var classes: [Int]

  /// Describes a probe; without `classes` its classes are the network's.
  public init(
    tap: String, model: LinearModel, control: LinearModel? = nil, mean: [Double], scale: [Double],
    classes: [Int]? = nil
  ) {
    self.tap = tap
    self.model = model
    self.control = control
    self.mean = mean
    self.scale = scale
    self.classes = classes ?? Array(0..<(model.classCount ?? 0))
  }

  /// The number of features.
  public var width: Int { mean.count }

  /// The directions of the classes, `[classes, width]`: a model's weights less their mean over the classes.
  ///
  /// The mean of the scores says nothing about the class, so neither does what it reads. A score of one output, the log-odds of class 1, is
  /// split into halves, −w/2 and w/2.
  static func classRows(of model: LinearModel) throws -> Tensor {
    let weights = model.weights
    guard model.outputCount > 1 else { return try .concatenate([weights * -0.5, weights * 0.5]) }
    return try weights - weights.mean(axes: [0], keepingAxes: true)
  }

  /// Checks that the parts fit each other.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `shape` when counts differ, `argument` for numbers that are not finite, a scale that is not positive, or a
  ///   probe without classes.
  public func validate() throws {
    func refuse(_ code: VitroError.Code, _ message: String, found: String, expected: String) -> VitroError {
      VitroError(
        code, "directions at '\(tap)'", message, details: ["field": tap, "found": found, "expected": expected])
    }
    for (name, model) in [("probe", model)] + (control.map { [("control", $0)] } ?? []) {
      guard let count = model.classCount, count == classes.count, classes.allSatisfy({ $0 >= 0 }) else {
        throw refuse(
          .argument, "the \(name) has \(model.classCount ?? 0) classes, and \(classes.count) are named",
          found: "\(model.classCount ?? 0)", expected: "\(classes.count)")
      }
      guard model.featureCount == mean.count, scale.count == mean.count, !mean.isEmpty else {
        throw refuse(
          .shape, "the \(name) has \(model.featureCount) features, with \(mean.count) means and \(scale.count) scales",
          found: "\(model.featureCount)", expected: "\(mean.count)")
      }
      guard model.weights.isFinite, model.intercepts.isFinite else {
        throw refuse(.argument, "the \(name) has weights that are not finite", found: "NaN", expected: "finite")
      }
    }
    guard mean.allSatisfy(\.isFinite), scale.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw refuse(
        .argument, "means must be finite and scales above 0", found: "others", expected: "finite means, positive scales"
      )
    }
  }
}
