internal import VitroLab
internal import VitroPiecewise

/// A program's units and what each computes, as a graph.
struct ProgramDrawing {
  private let program: ReLUProgram<Rational>
  private let function: String
  /// More nodes make no picture.
  static let mostNodes = 80

  init(_ program: ReLUProgram<Rational>, activation: NetworkLayout.Activation) {
    self.program = program
    function = activation == .relu ? "ReLU" : "σ"
  }

  private func name(_ source: Int) -> String {
    source < program.inputs.count ? program.inputs[source] : "u\(source - program.inputs.count + 1)"
  }

  /// A form in words of inputs and units.
  func text(_ form: AffineForm<Rational>, atMost length: Int = 48) -> String {
    let terms = form.terms.map { FormulaExpression.scaled($0.weight, .variable(name($0.source))).folded }
    let constant = form.constant == 0 && !terms.isEmpty ? [] : [FormulaExpression.number(form.constant)]
    let text = "\(FormulaExpression.sum(terms + constant))"
    return text.count <= length ? text : String(text.prefix(length - 1)) + "…"
  }

  func figure() -> Figure? {
    let count = program.inputs.count + program.units.count + program.outputs.count
    guard count <= Self.mostNodes else { return nil }
    let depths = program.depths
    let depth = program.depth
    var nodes = program.inputs.map { GraphFigure.Node("in:\($0)", label: $0, group: "input", layer: 0) }
    var edges: [GraphFigure.Edge] = []
    func id(_ source: Int) -> String { source < program.inputs.count ? "in:\(name(source))" : name(source) }
    func connect(_ form: AffineForm<Rational>, to node: String) {
      edges += form.terms.map { GraphFigure.Edge(id($0.source), node, weight: Double($0.weight)) }
    }
    for (index, unit) in program.units.enumerated() {
      let own = "u\(index + 1)"
      nodes.append(
        GraphFigure.Node(
          own, label: "\(own) = \(function)(\(text(unit)))", group: "unit", layer: depths[index],
          detail: "\(function)(\(text(unit, atMost: 400)))"))
      connect(unit, to: own)
    }
    for (index, output) in program.outputs.enumerated() {
      let own = program.outputs.count == 1 ? "y" : "y\(index + 1)"
      nodes.append(
        GraphFigure.Node(
          "out:\(own)", label: "\(own) = \(text(output))", group: "output", layer: depth + 1,
          detail: text(output, atMost: 400)))
      connect(output, to: "out:\(own)")
    }
    return Figure(
      "What each unit computes",
      caption: RichText(
        "The inputs on top, each unit with the form inside it, the outputs at the bottom. The width and colour of a line are its weight."
      ),
      .graph(GraphFigure(nodes: nodes, edges: edges, weight: ColorScale("weight", map: .diverging))))
  }
}
