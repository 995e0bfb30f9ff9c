internal import VitroCore
internal import VitroLab
internal import VitroNetworks
internal import VitroPiecewise
internal import VitroTensor

/// What the command says of a network that it wrote.
struct WrittenFormula {
  var formula: Formula
  var program: ReLUProgram<Rational>
  var layout: NetworkLayout
  var box: InputBox
  var isBounded: Bool
  var check: WrittenCheck

  var facts: [String: JSONValue] {
    [
      "formula": .string("\(formula)"), "latex": .string(formula.latex),
      "inputs": .array(formula.inputs.map { .string($0) }), "outputs": .integer(formula.outputs.count),
      "box": .string("\(box)"), "depth": .integer(layout.depth), "units": .integer(layout.units),
      "widths": .array(layout.widths.map { .integer($0) }), "parameters": .integer(layout.parameters),
      "exact": .bool(layout.rounding == 0), "rounding": .number(layout.rounding),
      "difference": .number(check.difference), "points": .integer(check.points),
      "worst": .numbers(check.worst),
    ]
  }

  func report(_ network: Network) -> Report {
    let kind = layout.activation == .relu ? "ReLU" : "sigmoid"
    let widths = layout.widths.map(String.init).joined(separator: ", ")
    let hasBranches = (formula.bindings.map(\.expression) + formula.outputs).contains(where: \.hasConditional)
    let place = isBounded ? "in the box" : hasBranches ? "where all inputs lie in −100 … 100" : "everywhere"
    let verb = layout.activation == .relu ? "compute it \(place)" : "approximate it, the better the steeper they are"
    let exactness =
      layout.rounding == 0
      ? "Every weight is exact in single precision."
      : "Single precision rounds some weights, by \(NumberFormat.significant(2).text(layout.rounding)) of their size at most."
    let lede =
      layout.depth == 0
      ? "The formula is affine: one linear layer and no unit."
      : "\(layout.units) \(kind) units in \(layout.depth) \(layout.depth == 1 ? "layer" : "layers") (\(widths)) \(verb). \(exactness)"
    var blocks: [ReportBlock] = [
      .text(RichText("`\("\(formula)".replacing("`", with: "'"))`")),
      .text(RichText(plain: "LaTeX: \(formula.latex)")), .table(table),
    ]
    let drawing = ProgramDrawing(program, activation: layout.activation)
    blocks += [drawing.figure().map { .figure($0) }, FunctionPlot(network, box: box).figure().map { .figure($0) }]
      .compactMap(\.self)
    return Report(
      id: "circuits-write", title: "Written: \("\(formula)".prefix(80))", kicker: "Circuits",
      lede: RichText(plain: lede),
      metrics: [
        Metric("units", Double(layout.units), format: .integer),
        Metric("parameters", Double(layout.parameters), format: .integer),
        Metric(
          "largest difference", check.difference, format: .significant(2),
          explanation: RichText(
            plain:
              "Between network and formula at \(check.points) points: random, whole, corners, and where units switch; the largest value there is \(NumberFormat.significant(3).text(check.magnitude))."
          )),
      ],
      sections: [ReportSection("The network", id: "network", blocks)])
  }

  private var table: Table {
    var rows: [[Table.Cell]] = [
      ["inputs", .text(formula.inputs.joined(separator: ", "))], ["box", .text("\(box)")],
      ["depth", .text("\(layout.depth)")],
      ["widths", .text(layout.widths.map(String.init).joined(separator: ", "))],
      ["units before laying out", .text("\(program.units.count)")], ["parameters", .text("\(layout.parameters)")],
      ["largest difference", .text(NumberFormat.significant(3).text(check.difference))],
      ["at", .text(check.worst.prefix(12).map { NumberFormat.significant(6).text($0) }.joined(separator: ", "))],
    ]
    if !isBounded, formula.hasConditional {
      rows.append(["branches bounded over", .text("−100 … 100 for each input")])
    }
    return Table(columns: [.init("the network"), .init("")], rows: rows)
  }
}

/// The function of a network with one input as a line, with two as a surface.
struct FunctionPlot {
  private let network: Network
  private let box: InputBox

  init(_ network: Network, box: InputBox) { (self.network, self.box) = (network, box) }

  func figure() -> Figure? {
    switch box.dimension {
    case 1: try? line()
    case 2: try? surface()
    default: nil
    }
  }

  private func steps(_ input: Int, _ count: Int) -> [Double] {
    let (low, high) = (Double(box.lower[input]), Double(box.upper[input]))
    return (0..<count).map { low + (high - low) * Double($0) / Double(count - 1) }
  }

  private func line() throws -> Figure {
    let x = steps(0, 401)
    let run = try network(Tensor(x.map { Float($0) }, shape: [x.count, 1]))
    let (values, outputs) = (try run.doubles, run.shape[1])
    let series = (0..<min(outputs, 6)).map { output in
      LineSeries(
        outputs == 1 ? "output" : "output \(output + 1)", x: x, y: x.indices.map { values[$0 * outputs + output] })
    }
    return Figure(
      "The function", caption: "What the network computes over the box.",
      .lines(LineFigure(x: Axis(box.names[0]), y: Axis("output"), series: series)))
  }

  private func surface() throws -> Figure {
    let count = 65
    let (x, y) = (steps(0, count), steps(1, count))
    let points = y.flatMap { v in x.flatMap { [Float($0), Float(v)] } }
    let run = try network(Tensor(points, shape: [count * count, 2]))
    let (values, outputs) = (try run.doubles, run.shape[1])
    let field = ScalarField(
      "output", columns: count, rows: count, x: Interval(x[0], x[count - 1]), y: Interval(y[0], y[count - 1]),
      values: (0..<count * count).map { values[$0 * outputs] })
    return Figure(
      "The function", caption: "What the network computes over the box\(outputs > 1 ? ": its first output" : "").",
      .surface(SurfaceFigure(x: Axis(box.names[0]), y: Axis(box.names[1]), z: Axis("output"), field: field)))
  }
}

extension FormulaExpression {
  /// Whether an `if` is among its parts: it holds where the range of its branches was bounded.
  fileprivate var hasConditional: Bool {
    if case .conditional = self { return true }
    return children.contains(where: \.hasConditional)
  }
}
