internal import VitroLab
internal import VitroPiecewise

/// Pictures of a piecewise-linear function over a box: a line for one input, a plane for two, a plane through the middle for more.
struct FunctionPictures {
  let program: ReLUProgram<Double>
  let exact: ReLUProgram<Rational>
  let box: InputBox

  init(_ program: ReLUProgram<Rational>, box: InputBox) {
    exact = program
    self.program = program.converted { Double($0) }
    self.box = box
  }

  private var low: [Double] { box.lower.map { Double($0) } }
  private var high: [Double] { box.upper.map { Double($0) } }
  private var center: [Double] { zip(low, high).map { ($0 + $1) / 2 } }

  /// What the inputs beyond the second are held at, for captions.
  var heldText: String {
    guard box.dimension > 2 else { return "" }
    let held = (2..<box.dimension).map { "\(box.names[$0]) = \(NumberFormat.significant(3).text(center[$0]))" }
    return " The others are held in the middle of the box: \(held.joined(separator: ", "))."
  }

  /// The network with the exact regions of the formula drawn in, and the difference.
  func comparison(with formula: ReLUProgram<Rational>, formula text: String, worst: [Rational]) throws -> [ReportBlock]
  {
    if box.dimension == 1 { return try lines(with: formula, text: text) }
    let other = FunctionPictures(formula, box: box)
    let regions = try other.regions()
    let mark = worst.map { Double($0) }
    let point = box.dimension == 2 ? [PlanePoint(mark[0], mark[1], group: "largest difference")] : []
    return [
      .figure(
        Figure(
          "What the network computes",
          caption: RichText(
            plain: "The output over the plane; the lines are the folds of \(text), exactly.\(heldText)"),
          span: .half, .plane(plane(field("output") { program($0)[0] }, regions: regions)))),
      .figure(
        Figure(
          "Network − formula",
          caption: RichText("The difference, with the point where it is largest.\(heldText)"), span: .half,
          .plane(
            plane(
              field("difference", colors: .diverging, symmetric: true) { program($0)[0] - other.program($0)[0] },
              regions: regions, points: point)))),
    ]
  }

  /// The output over the plane of the first two inputs, with the exact folds.
  func plane(_ title: String = "The output") throws -> Figure {
    Figure(
      title, caption: RichText("The output over the plane, with the exact outlines of its linear regions.\(heldText)"),
      span: .half, .plane(plane(field("output") { program($0)[0] }, regions: try regions())))
  }

  private func plane(_ field: ScalarField, regions: [PlaneRegion], points: [PlanePoint] = []) -> PlaneFigure {
    PlaneFigure(
      x: Axis(box.names[0]), y: Axis(box.names[1]), equalUnits: high[0] - low[0] == high[1] - low[1], field: field,
      regions: regions, points: points)
  }

  private func field(
    _ label: String, colors: ScalarField.ColorMap = .sequential, symmetric: Bool = false, _ value: ([Double]) -> Double
  ) -> ScalarField {
    var result = ScalarField(
      label, format: .significant(3), x: Interval(low[0], high[0]), y: Interval(low[1], high[1]), resolution: 81,
      colors: colors
    ) { x, y in
      value([x, y] + center.dropFirst(2))
    }
    if symmetric {
      let size = max(result.values.map { abs($0) }.max() ?? 0, 1e-12)
      result.range = Interval(-size, size)
    }
    return result
  }

  /// The linear regions in the plane, as polygons; none where there are too many to draw.
  private func regions() throws -> [PlaneRegion] {
    var sliced = exact
    var plane = box
    if box.dimension > 2 {
      let held = box.center
      let forms = box.names.indices.map { axis in
        axis < 2 ? AffineForm<Rational>(source: axis) : AffineForm(constant: held[axis])
      }
      let offset = box.dimension - 2
      func source(_ number: Int) -> AffineForm<Rational> {
        number < box.dimension ? forms[number] : AffineForm(source: number - offset)
      }
      sliced = ReLUProgram(
        inputs: Array(box.names.prefix(2)), units: exact.units.map { $0.substituting(source) },
        outputs: exact.outputs.map { $0.substituting(source) })
      plane.names.removeLast(offset)
      plane.lower.removeLast(offset)
      plane.upper.removeLast(offset)
    }
    var regions: [PlaneRegion] = []
    let isComplete = try ExactRegions(sliced, box: plane).forEach(limit: 4000) { region in
      let corners = region.vertices.map { $0.map { Double($0) } }
      let middle = (0..<2).map { axis in corners.reduce(0) { $0 + $1[axis] } / Double(corners.count) }
      let ordered = corners.map { (angle: angle($0[0] - middle[0], $0[1] - middle[1]), corner: $0) }
        .sorted { $0.angle < $1.angle }
      regions.append(PlaneRegion(ordered.map { PlanePosition($0.corner[0], $0.corner[1]) }))
      return true
    }
    return isComplete ? regions : []
  }

  /// A number that grows with the direction's angle, from −2 to 2.
  private func angle(_ x: Double, _ y: Double) -> Double {
    let share = x / max(abs(x) + abs(y), .leastNormalMagnitude)
    return y < 0 ? share - 1 : 1 - share
  }

  /// The exact corners of a function of one input.
  func corners() throws -> [(x: Double, y: Double)] {
    var points: Set<Rational> = []
    try ExactRegions(exact, box: box).forEach(limit: 20_000) { region in
      points.formUnion(region.vertices.map { $0[0] })
      return true
    }
    return points.sorted().map { x in (Double(x), Double(exact([x])[0])) }
  }

  private func lines(with formula: ReLUProgram<Rational>, text: String) throws -> [ReportBlock] {
    let own = try corners()
    let other = try FunctionPictures(formula, box: box).corners()
    return [
      .figure(
        Figure(
          "Network and formula",
          caption: RichText(plain: "Both drawn through their exact corners: the network, and \(text)."),
          .lines(
            LineFigure(
              x: Axis(box.names[0]), y: Axis("output"),
              series: [
                LineSeries("network", x: own.map(\.x), y: own.map(\.y)),
                LineSeries("formula", role: .control, x: other.map(\.x), y: other.map(\.y)),
              ]))))
    ]
  }
}
