public import VitroCore
internal import VitroData
internal import VitroFitting
public import VitroLab
internal import VitroNetworks

/// How a group that acts on the inputs acts on every layer: a section of `vitro examine`.
///
/// ```swift
/// let examiner = SymmetryExaminer(action: turns)
/// ```
public struct SymmetryExaminer: Examiner {
  /// `symmetry`.
  public let id = "symmetry"
  /// What acts on the points of the input.
  public var action: GroupAction
  /// How the group acts at taps, where it is not seen from the shapes.
  public var places: [String: SymmetryAnalysis.Place]
  /// More examples than these do not change what is seen.
  public var mostExamples = 256

  /// Creates an examiner.
  public init(action: GroupAction, places: [String: SymmetryAnalysis.Place] = [:]) {
    self.action = action
    self.places = places
  }

  /// Where the network has one input, on whose axes the points stand.
  public func applies(to subject: Subject) -> Bool {
    subject.network.instances == nil && subject.network.graph.inputs.count == 1
      && action.axes(in: subject.data.exampleShape) != nil && subject.parts.test.count >= 2
  }

  /// Moves the test part and compares.
  public func examine(_ subject: Subject, observer: any Observer) throws -> Finding {
    let examples = try subject.data.subset(Array(subject.parts.test.prefix(mostExamples)))
    let analysis = try SymmetryAnalysis(
      of: subject.network, inputs: examples.inputs, action: action, places: places, seed: subject.seed,
      observer: observer)
    let metrics = analysis.worst.flatMap { worst in
      worst.error.map { error in
        Metric(
          "equivariance error", error.value, format: .significant(2), interval: Interval(error),
          explanation: RichText("Of `\(worst.tap)`, the layer that follows \(action.name) least."),
          control: worst.control.map { .init("random permutations", $0.value, interval: Interval($0)) })
      }
    }
    return Finding(
      section: analysis.section("Symmetry under \(action.name)", id: id), metrics: metrics.map { [$0] } ?? [],
      facts: ["symmetry": .object(analysis.facts)])
  }
}
