internal import VitroCore
public import VitroLab
internal import VitroNetworks
internal import VitroTensor

/// What a network answers to given numbers.
///
/// ```swift
/// var study = EvalStudy()
/// (study.network, study.inputs) = (folder, [[1, 2], [3, 4]])
/// let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
/// ```
public struct EvalStudy: Experiment {
  /// `vitro circuits …`.
  public static var group: (any ExperimentGroup.Type)? { Circuits.self }
  /// `eval`.
  public static let name = "eval"
  /// What is asked.
  public static let abstract = "The outputs of a network for numbers on the command line."
  /// An example.
  public static let discussion = """
    Example: vitro circuits eval my-network --input 1,2 --input=-3,4.5
    """
  /// The network and its inputs.
  public static let fields: [Field<Self>] = [
    Field(
      "network", path: \.network, isPositional: true,
      help: "A directory with network.json, or safetensors of N.weight and N.bias."),
    Field("input", \.inputs, valueName: "x,y,…", help: "The numbers of one example; may be repeated."),
    Field("instance", \.instance, in: 0...1_000_000_000, help: "Which of several networks in one file, from 0."),
  ]

  /// The network's path.
  public var network: String?
  /// The numbers of each example.
  public var inputs: [[Double]] = []
  /// Which of several networks.
  public var instance: Int?

  /// Nothing to evaluate yet.
  public init() {}

  /// A network and an example are needed.
  public func validate() throws {
    func missing(_ what: String) -> VitroError {
      VitroError(
        .argument, Self.fullName, "\(what) is missing", hint: "Such as 'vitro circuits eval my-network --input 1,2'.",
        details: ["field": what])
    }
    guard network?.isEmpty == false else { throw missing("NETWORK") }
    guard !inputs.isEmpty else { throw missing("--input") }
  }

  /// Runs the network.
  public func run(_ run: Run) throws -> Outcome {
    let path = network ?? ""
    let network = try Network(path).instance(instance ?? 0)
    for file in Network.files(at: path) { try run.read(file, role: "network") }
    let operation = "evaluating '\(network.graph.name)'"
    guard network.graph.inputs.count == 1, let input = network.graph.inputs.first, input.shape.allSatisfy({ $0 > 0 })
    else {
      throw VitroError(
        .unsupported, operation, "its inputs are \(network.graph.inputs.map(\.shape)), expected one of a fixed shape")
    }
    let count = input.shape.reduce(1, *)
    for example in inputs where example.count != count {
      let names = network.graph.metadata["inputs"].map { " (\($0))" } ?? ""
      throw VitroError(
        .argument, operation, "--input has \(example.count) numbers, the network takes \(count)\(names)",
        hint: "Write --input \((1...count).prefix(4).map { "x\($0)" }.joined(separator: ","))\(count > 4 ? ",…" : "").",
        details: ["found": "\(example.count)", "expected": "\(count)"])
    }
    let batch = try Tensor(inputs.flatMap { $0 }, shape: [inputs.count] + input.shape)
    let output = try network(batch.cast(to: network.parameters.dtype))
    let width = output.count / max(1, inputs.count)
    let values = try output.doubles
    let rows = inputs.indices.map { Array(values[($0 * width)..<(($0 + 1) * width)]) }
    let names =
      network.graph.metadata["inputs"]?.split(separator: ",").map(String.init) ?? (1...count).map { "x\($0)" }
    let table = Table(
      columns: (0..<min(count, 8)).map { .init($0 < names.count ? names[$0] : "x\($0 + 1)", .significant(7)) }
        + (0..<min(width, 8)).map { .init(width == 1 ? "output" : "output \($0 + 1)", .significant(9)) },
      rows: zip(inputs, rows).map { input, row in
        input.prefix(8).map { .number($0) } + row.prefix(8).map { .number($0) }
      })
    return Outcome(
      report: Report(
        id: "circuits-eval", title: "What '\(network.graph.name)' answers", kicker: "Circuits",
        sections: [ReportSection("Outputs", id: "outputs", [.table(table)])]),
      facts: ["outputs": .array(rows.map { .numbers($0) })])
  }
}
