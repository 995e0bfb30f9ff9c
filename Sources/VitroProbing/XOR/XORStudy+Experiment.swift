internal import Foundation
internal import VitroCore
public import VitroLab

extension XORStudy: Experiment {
  /// `vitro probe …`.
  public static var group: (any ExperimentGroup.Type)? { Probing.self }
  /// `xor`.
  public static let name = "xor"
  /// What a line cannot do.
  public static let abstract = "XOR: what a line cannot do and two ReLU units can, over many seeds."
  /// What the report shows.
  public static let discussion = """
    Trains networks 2-2-1 without biases from many seeds at once and reports how often training finds XOR and where it \
    sticks, with the output surface, the hidden space, the exact linear regions and the fitted formula of the best one.

    Example: vitro probe xor --seeds 4000 --report xor
    """
  /// Seeds and steps.
  public static let fields: [Field<Self>] = [
    Field("seeds", \.seeds, in: 1...1_000_000, help: "How many networks to train."),
    Field("steps", \.steps, in: 1...1_000_000, help: "How many steps to train each."),
  ]

  /// A thousand seeds.
  public init() { self.init(seeds: 1000) }

  /// Trains the networks and reports.
  public func run(_ run: Run) throws -> Outcome {
    let result = try run.stage("training") { stage in
      try train(seed: stage.seed, checkpoints: stage.checkpoints.path, observer: stage)
    }
    return Outcome(report: try result.report(), facts: result.facts)
  }
}
