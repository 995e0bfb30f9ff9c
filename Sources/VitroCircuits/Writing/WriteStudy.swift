internal import Foundation
internal import VitroCore
public import VitroLab
internal import VitroNetworks
internal import VitroPiecewise

/// A formula written into the weights of a network.
///
/// ```swift
/// var study = WriteStudy()
/// (study.expression, study.inputs) = ("min(a, b)", ["a", "b"])
/// let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
/// ```
public struct WriteStudy: Experiment {
  /// `vitro circuits …`.
  public static var group: (any ExperimentGroup.Type)? { Circuits.self }
  /// `write`.
  public static let name = "write"
  /// What is written.
  public static let abstract = "Write a formula into the weights of a network."
  /// The language in brief.
  public static let discussion = """
    The language: numbers, names, + − and × by numbers, min, max, median, abs or |x|, relu, clip(x, low, high), \
    interpolate(x, 0:0, 1:2), comparisons (a < b within 0.5), and, or, not, xor, parity, majority, odd(x, bits), \
    'if c then a else b', 'let d = a - b; …', and several outputs with commas.

    The network is a plain chain of linear layers and ReLUs (--style chain), or reads skips and needs the fewest units (--style skips). \
    Where a box is given it has to hold there only, and may be narrower. With --activation sigmoid, comparisons and logic become neurons \
    σ(M(b − a)).

    Example: vitro circuits write "min(a, max(b, 3)) + |a - b|" --inputs a,b --out my-network
    """
  /// The formula and how to write it.
  public static let fields: [Field<Self>] = [
    Field("expression", \.expression, isPositional: true, help: "The formula."),
    Field("inputs", \.inputs, valueName: "a,b,…", help: "The inputs' names in order; by itself as they appear."),
    Field("out", \.out, valueName: "dir", help: "Where to write the network; it is kept with the run besides."),
    Field(
      "box", \.box, valueName: "a=low:high,…", mayBeginWithMinus: true,
      help:
        "Where it has to hold: an interval for each input; by itself everywhere, with branches bounded over -100:100."),
    Field("style", \.style, help: "A plain chain of layers, or skips and the fewest units."),
    Field("activation", \.activation, help: "ReLU units, or sigmoid neurons for comparisons and logic."),
    Field("steepness", \.steepness, in: 1e-6...1e6, help: "The M of sigmoid neurons σ(M(b − a))."),
  ]

  /// The formula.
  public var expression: String?
  /// The inputs' names.
  public var inputs: [String]?
  /// The directory to write to.
  public var out: String?
  /// The box as text.
  public var box: String?
  /// A chain or skips.
  public var style = NetworkLayout.Style.chain
  /// The units' function.
  public var activation = NetworkLayout.Activation.relu
  /// The steepness of sigmoids.
  public var steepness: Double = 20

  /// A chain of ReLUs; the formula is missing.
  public init() {}

  /// A formula that can be read is needed.
  public func validate() throws {
    let formula = try formula()
    _ = try box.map { try InputBox($0).named(formula.inputs) }
  }

  private func formula() throws -> Formula {
    guard let expression else {
      throw VitroError(
        .argument, Self.fullName, "EXPRESSION is missing: the formula to write",
        hint: "Such as 'vitro circuits write \"min(a, b)\"'.", details: ["field": "expression"])
    }
    return try Formula(expression, inputs: inputs)
  }

  /// Writes the network and holds it against the formula.
  public func run(_ run: Run) throws -> Outcome {
    let formula = try formula()
    let given = try box.map { try InputBox($0).named(formula.inputs) }
    let standard = Formula.standardRange
    let box = given ?? InputBox(formula.inputs, standard.low, standard.high)
    let program: ReLUProgram<Rational>
    let layout: NetworkLayout
    switch activation {
    case .relu:
      program = try formula.program(box: given)
      layout = try program.layout(style, box: given)
    case .sigmoid:
      let steepness = Rational(exactly: steepness) ?? 1
      program = try SigmoidCompiler.program(formula, steepness: steepness)
      layout = try formula.sigmoidLayout(steepness: steepness)
    }
    let network = try layout.network(
      named: "formula", metadata: ["formula": "\(formula)", "box": "\(box)", "source": "vitro circuits write"])
    let check = try run.stage("writing") { stage in
      try network.save(to: stage.directory.appending(path: "network").path)
      return try WrittenCheck(network, formula, program, box: box, seed: stage.seed)
    }
    if let out {
      try network.save(to: out)
      try network.writeONNX(to: URL(filePath: out).appending(path: "network.onnx").path)
    }
    let path = out.map { URL(filePath: $0).path } ?? run.artifact("network", of: "writing").path
    let written = WrittenFormula(
      formula: formula, program: program, layout: layout, box: box, isBounded: given != nil, check: check)
    return Outcome(report: written.report(network), facts: written.facts.merging(["network": .string(path)]) { $1 })
  }
}

extension NetworkLayout.Style: FieldValue {}
extension NetworkLayout.Activation: FieldValue {}
