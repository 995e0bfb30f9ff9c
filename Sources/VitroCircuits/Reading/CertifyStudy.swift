internal import VitroCore
public import VitroLab
internal import VitroNetworks
internal import VitroPiecewise

/// Whether a network and a formula are the same function up to a tolerance, proved or refuted.
public struct CertifyStudy: Experiment {
  /// `vitro circuits …`.
  public static var group: (any ExperimentGroup.Type)? { Circuits.self }
  /// `certify`.
  public static let name = "certify"
  /// What is proved.
  public static let abstract = "Prove, or refute, that a network is a formula up to a tolerance, everywhere in a box."
  /// How.
  public static let discussion = """
    The difference of two piecewise-linear functions is largest at a corner of one of its linear regions. All regions are listed in \
    rational arithmetic, so the bound is exact; where they are too many, branch and bound over linear relaxations with outward rounding \
    takes over. The answer is certified, refuted with a counterexample, or undecided, never a guess. Networks that are not \
    piecewise linear (a sigmoid inside) are refused.

    Example: vitro circuits certify min.onnx --formula "min(a, b)" --box a=-50:50,b=-50:50 --tolerance 1e-3
    """
  /// What, where, how near.
  public static let fields: [Field<Self>] = [
    Field(
      "network", path: \.network, isPositional: true,
      help: "A directory, an ONNX file, or safetensors of N.weight and N.bias."),
    Field("formula", \.formula, valueName: "text", help: "The formula, in the language of write."),
    Field("box", \.box, valueName: "a=low:high,…", help: "An interval for each input, in the network's order."),
    Field("tolerance", \.tolerance, valueName: "number", help: "The largest difference allowed, such as 1e-3 or 0."),
    Field(
      "from", \.from, valueName: "tap",
      help: "A value whose numbers become the inputs; by itself the network's input."),
    Field("output", \.output, valueName: "tap", help: "The value to compare; by itself the network's output."),
    Field("instance", \.instance, in: 0...1_000_000_000, help: "Which of several networks in one file, from 0."),
    Field("budget", \.budget, in: 1...1_000_000_000, help: "The most linear regions, or boxes, to look at."),
  ]

  /// The network's path.
  public var network: String?
  /// The formula.
  public var formula: String?
  /// The box.
  public var box: String?
  /// The largest difference allowed.
  public var tolerance = "1e-3"
  /// The value to compare.
  public var output: String?
  /// The value that the function begins at.
  public var from: String?
  /// Which of several networks.
  public var instance: Int?
  /// The most cells to look at.
  public var budget = 200_000

  /// A thousandth, without a network.
  public init() {}

  /// A network, a formula and a number are needed.
  public func validate() throws {
    guard network?.isEmpty == false else { throw Circuits.missing("NETWORK", Self.fullName) }
    guard formula?.isEmpty == false else { throw Circuits.missing("--formula", Self.fullName) }
    _ = try Circuits.tolerance(tolerance)
    if let box { _ = try InputBox(box) }
  }

  /// Proves or refutes.
  public func run(_ run: Run) throws -> Outcome {
    let path = network ?? ""
    let function = try NetworkFunction(path: path, box: box, from: from, output: output, instance: instance)
    try Circuits.record(path, in: run)
    let parsed = try Formula(formula ?? "", inputs: function.box.names)
    let certificate = try run.stage("certifying") { stage in
      try function.program.certify(
        equals: parsed.program(box: function.box), over: function.box, tolerance: Circuits.tolerance(tolerance),
        budget: ProofBudget(regions: budget, boxes: budget), observer: stage)
    }
    let report = Report(
      id: "circuits-certify",
      title: certificate.isCertified
        ? "Proved: \(parsed)" : certificate.verdict == .refuted ? "Refuted: \(parsed)" : "Undecided: \(parsed)",
      kicker: "Circuits", lede: RichText(certificate.statement),
      sections: [
        ReportSection(
          "Network and formula", id: "pictures",
          try FunctionPictures(function.program, box: function.box).comparison(
            with: parsed.program(box: function.box), formula: "\(parsed)", worst: certificate.worstPoint)),
        ReportSection("The proof", id: "certificate", [.table(certificate.table)]),
      ])
    return Outcome(
      report: report, facts: certificate.facts.merging(["formula": JSONValue.string("\(parsed)")]) { own, _ in own })
  }
}

extension Circuits {
  static func missing(_ what: String, _ operation: String) -> VitroError {
    VitroError(
      .argument, operation, "\(what) is missing", hint: "See 'vitro \(operation) --help'.", details: ["field": what])
  }

  /// A tolerance from text, exactly.
  static func tolerance(_ text: String) throws -> Rational {
    let value = try Rational(parsing: text)
    guard value >= 0 else { throw VitroError(.argument, "the tolerance", "\(text) is negative, expected 0 or more") }
    return value
  }

  /// Notes a network's files in the provenance.
  static func record(_ path: String, in run: Run) throws {
    try run.read(files: Network.files(at: path), as: path, role: "network")
  }
}
