internal import VitroCore
public import VitroLab
internal import VitroNetworks
internal import VitroPiecewise

/// The formula that a network's weights spell, with its proof.
public struct ReadStudy: Experiment {
  /// `vitro circuits …`.
  public static var group: (any ExperimentGroup.Type)? { Circuits.self }
  /// `read`.
  public static let name = "read"
  /// What is read.
  public static let abstract = "Read the formula that a network's weights spell, and prove it."
  /// How.
  public static let discussion = """
    Brings the network to canonical form (scales, permutations, units that are always on or off, by bounds over the box), rounds its \
    numbers as coarsely as the tolerance allows, writes its units as minima, maxima, absolute values, clips, comparisons and \
    parities, whatever is shortest, and certifies the printed formula against the network itself.

    The network is any feed-forward network of linear layers, ReLU, leaky ReLU, absolute values and skips. The formula is in the language \
    of write.

    Example: vitro circuits read min.safetensors --box a=-50:50,b=-50:50 --tolerance 1e-3 --report min
    """
  /// What, where, how near.
  public static let fields: [Field<Self>] = [
    Field(
      "network", path: \.network, isPositional: true,
      help: "A directory, an ONNX file, or safetensors of N.weight and N.bias."),
    Field("box", \.box, valueName: "a=low:high,…", help: "An interval for each input, in the network's order."),
    Field("tolerance", \.tolerance, valueName: "number", help: "The largest difference allowed, such as 1e-3 or 0."),
    Field(
      "from", \.from, valueName: "tap",
      help: "A value whose numbers become the inputs; by itself the network's input."),
    Field("output", \.output, valueName: "tap", help: "The value to read; by itself the network's output."),
    Field("instance", \.instance, in: 0...1_000_000_000, help: "Which of several networks in one file, from 0."),
    Field("budget", \.budget, in: 1...1_000_000_000, help: "The most linear regions, or boxes, to look at."),
  ]

  /// The network's path.
  public var network: String?
  /// The box.
  public var box: String?
  /// The largest difference allowed.
  public var tolerance = "1e-3"
  /// The value to read.
  public var output: String?
  /// The value that the function begins at.
  public var from: String?
  /// Which of several networks.
  public var instance: Int?
  /// The most cells to look at.
  public var budget = 200_000

  /// A thousandth, without a network.
  public init() {}

  /// A network and a number are needed.
  public func validate() throws {
    guard network?.isEmpty == false else { throw Circuits.missing("NETWORK", Self.fullName) }
    _ = try Circuits.tolerance(tolerance)
    if let box { _ = try InputBox(box) }
  }

  /// Reads, certifies and reports.
  public func run(_ run: Run) throws -> Outcome {
    let path = network ?? ""
    let function = try NetworkFunction(path: path, box: box, from: from, output: output, instance: instance)
    try Circuits.record(path, in: run)
    let reading = try run.stage("reading") { stage in
      try NetworkReading(
        function.program, over: function.box, tolerance: Circuits.tolerance(tolerance),
        effort: NetworkReading.Effort(proof: ProofBudget(regions: budget, boxes: budget)), observer: stage)
    }
    return Outcome(report: try reading.report(of: function), facts: reading.facts(of: function))
  }
}

extension NetworkReading {
  func facts(of function: NetworkFunction) -> [String: JSONValue] {
    certificate.facts.merging([
      "formula": .string("\(formula)"), "latex": .string(formula.latex), "source": .string(source.rawValue),
      "rounding": rounding.map { .number(Double($0)) } ?? .null,
      "units": .integer(function.program.units.count), "unitsInCanonicalForm": .integer(canonical.program.units.count),
    ]) { own, _ in own }
  }

  func report(of function: NetworkFunction) throws -> Report {
    Report(
      id: "circuits-read", title: "\(formula)", kicker: "Circuits · \(function.network.graph.name)",
      lede: RichText(certificate.statement),
      metrics: [
        Metric(
          certificate.upperBound == nil ? "largest difference seen" : "bound of the difference", certificate.bound,
          format: Certificate.digits,
          explanation: RichText("By \(certificate.method.rawValue): \(certificate.verdict.rawValue).")),
        Metric("units of the network", Double(function.program.units.count), format: .integer),
        Metric(
          "units after simplification", Double(simplified.units.count), format: .integer,
          explanation: "ReLUs of the program that the formula stands for."),
      ],
      sections: [
        ReportSection(
          "Network and formula", id: "pictures",
          try FunctionPictures(function.program, box: function.box).comparison(
            with: formula.program(box: function.box), formula: "\(formula)", worst: certificate.worstPoint)),
        ReportSection("How it was read", id: "steps", [.table(steps(of: function))]),
        ReportSection(
          "The formula", id: "formula",
          [
            .text(RichText("As text: `\(formula)`")),
            .text(RichText("For LaTeX: `\(formula.latex)`")),
          ]),
        ReportSection("The proof", id: "certificate", [.table(certificate.table)]),
      ])
  }

  private func steps(of function: NetworkFunction) -> Table {
    func plain(_ program: ReLUProgram<Rational>) -> String {
      let texts = program.units.enumerated().map { "u\($0 + 1) = ReLU(\(Self.text($1, program)))" }
      let outputs = program.outputs.map { Self.text($0, program) }
      guard texts.count <= 12 else { return "\(texts.count) units" }
      return (texts + ["y = \(outputs.joined(separator: ", "))"]).joined(separator: "; ")
    }
    let signs = canonical.isExhaustive ? "by listing all linear regions" : "by interval bounds"
    return Table(
      columns: [.init("step"), .init("what it gives")],
      rows: [
        [.text("the network"), .text("\(function.program.units.count) units, depth \(function.program.depth)")],
        [
          .text("canonical form"),
          .text(
            "\(canonical.program.units.count) units: \(canonical.alwaysOn) always on and \(canonical.alwaysOff) always off in the box (\(signs)), \(canonical.joined) joined with another, \(canonical.unread) unread"
          ),
        ],
        [.text("its numbers"), .text(plain(canonical.program))],
        [
          .text("rounded"),
          .text(
            rounding.map {
              "each number by at most \(NumberFormat.significant(1).text(Double($0))) of the largest summand"
            }
              ?? "nothing: no rounding keeps the tolerance"),
        ],
        [.text("simplified"), .text(plain(simplified))],
        [.text("named, from the \(source.rawValue)"), .text("\(formula)")],
      ])
  }

  /// A form with four digits, for the table of steps.
  private static func text(_ form: AffineForm<Rational>, _ program: ReLUProgram<Rational>) -> String {
    func text(_ value: Rational) -> String {
      let exact = "\(value)"
      return exact.count <= 6 ? exact : NumberFormat.significant(4).text(Double(value))
    }
    var result = ""
    for term in form.terms {
      let name =
        term.source < program.inputs.count ? program.inputs[term.source] : "u\(term.source - program.inputs.count + 1)"
      let size = term.weight.magnitude
      let number = size == 1 ? name : "\(text(size))·\(name)"
      let sign = term.weight < 0 ? "−" : "+"
      result += result.isEmpty ? (term.weight < 0 ? "−" : "") + number : " \(sign) \(number)"
    }
    if form.constant != 0 || result.isEmpty {
      let number = text(form.constant.magnitude)
      let sign = form.constant < 0 ? "−" : "+"
      result += result.isEmpty ? (form.constant < 0 ? "−" : "") + number : " \(sign) \(number)"
    }
    return result
  }
}
