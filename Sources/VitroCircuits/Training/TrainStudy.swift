internal import Foundation
internal import VitroCore
internal import VitroFitting
public import VitroLab
internal import VitroNetworks
internal import VitroPiecewise

/// What training finds from many seeds: how often it succeeds, which algorithms it finds, and the formula of each, proved.
public struct TrainStudy: Experiment {
  /// `vitro circuits …`.
  public static var group: (any ExperimentGroup.Type)? { Circuits.self }
  /// `train`.
  public static let name = "train"
  /// What is found.
  public static let abstract = "Train a circuit from many seeds at once, and read what each of them found."
  /// The tasks.
  public static let discussion = """
    TASK is min (two ReLUs beside a skip), xor (two ReLUs without biases), less-than (one sigmoid neuron), or parity. Every seed is an \
    instance of one network, so all train in one pass. Of those that learn the task the weights are read: which units fold, up to scale and \
    order, and the formula with its certificate.

    Example: vitro circuits train min --seeds 100 --report min
    """
  /// Which task, how many seeds, how long.
  public static let fields: [Field<Self>] = [
    Field("task", \.task, isPositional: true, help: "What is learned."),
    Field("seeds", \.seeds, in: 1...100_000, help: "How many networks to train; by itself 100, of parity 200."),
    Field("steps", \.steps, in: 1...10_000_000, help: "How many steps on all examples; by itself what suits the task."),
    Field("threshold", \.threshold, in: -1000...1000, help: "Of less-than: the number to be below."),
    Field("bits", \.bits, in: 2...6, help: "Of parity: how many bits the trained networks learn, 2ⁿ whole numbers."),
    Field(
      "tolerance", \.tolerance, valueName: "number",
      help: "The largest difference between a network and its formula; by itself 0.1."),
    Field("read", \.read, in: 0...100_000, help: "The most networks to read."),
  ]

  /// The tasks that can be trained.
  public enum Task: String, CaseIterable, FieldValue {
    /// The lesser of two numbers.
    case min
    /// Exclusive or.
    case xor
    /// Whether a number is below a threshold.
    case lessThan = "less-than"
    /// Whether a number is odd.
    case parity
  }

  /// What is learned.
  public var task = Task.min
  /// How many networks.
  public var seeds: Int?
  /// How many steps.
  public var steps: Int?
  /// The number to be below.
  public var threshold = 10
  /// The bits of parity.
  public var bits = 4
  /// The largest difference between a network and its formula.
  public var tolerance: String?
  /// The most networks to read.
  public var read = 1000

  /// The lesser of two numbers, a hundred seeds.
  public init() {}

  /// The tolerance is a number.
  public func validate() throws { if let tolerance { _ = try Circuits.tolerance(tolerance) } }

  /// Trains, reads and reports.
  public func run(_ run: Run) throws -> Outcome {
    var task: CircuitTask
    switch self.task {
    case .min: task = try .minimum(steps: steps, seed: run.seed)
    case .xor: task = .xor(steps: steps)
    case .lessThan: return try LessThanStudy(threshold: threshold, seeds: seeds ?? 100, steps: steps).run(run)
    case .parity: return try ParityStudy(bits: bits, seeds: seeds ?? 200, steps: steps ?? 5000).run(run)
    }
    if let tolerance { task.tolerance = try Circuits.tolerance(tolerance) }
    let training = SeedTraining(task: task, seeds: seeds ?? 100)
    let result = try run.stage("training") { try training.train($0, seed: run.seed) }
    let solved = result.losses.indices.filter { result.losses[$0] < task.solved }
    let path = run.artifact(SeedTraining.networksFile, of: "training").path
    let readings = try run.stage("reading") { stage in
      let networks = try Network(path)
      return try solved.prefix(read).enumerated().compactMap { index, number in
        try stage.checkpoint("reading")
        stage.update(ProgressUpdate("reading", completed: index, of: Swift.min(solved.count, read)))
        return try SolutionReading(
          networks.instance(number), number: number, box: task.box, tolerance: task.tolerance)
      }
    }
    let trained = TrainedCircuit(task: task, result: result, readings: readings)
    return Outcome(report: try trained.report(), facts: try trained.facts())
  }
}
