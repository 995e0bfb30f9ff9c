internal import VitroCore
internal import VitroLab
internal import VitroPiecewise

extension RegionPicture {
  /// More polygons than these make a page that is slow to open.
  private static var mostPolygons: Int { 12_000 }

  /// What a network of so many inputs is drawn as.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a slice through space fails.
  func figures() throws -> [Figure] {
    switch complex.dimension {
    case 1: [graph]
    case 2: complex.cellCount <= Self.mostPolygons ? [map, glass, surface] : [map, surface]
    case 3: try slices()
    default: []
    }
  }

  private var axes: (x: Axis, y: Axis) {
    (Axis(inputs[0], range: interval(0)), Axis(inputs[1], range: interval(1)))
  }

  private var outputName: String { complex.program.outputs.count == 1 ? "output" : "output 1" }

  private var hasEqualUnits: Bool {
    let (x, y) = (interval(0), interval(1))
    let ratio = (x.high - x.low) / (y.high - y.low)
    return ratio > 0.4 && ratio < 2.5
  }

  /// The function of one input: straight between its breakpoints.
  private var graph: Figure {
    let order = (0..<complex.vertexCount).sorted { complex.vertex($0)[0] < complex.vertex($1)[0] }
    let x = order.map { complex.vertex($0)[0] }
    let count = complex.program.outputs.count
    return Figure(
      "The function",
      caption: RichText(
        "Exact: straight between the points, which are the ends of the interval and the "
          + "\(max(0, order.count - 2)) places where a unit switches."),
      .lines(
        LineFigure(
          x: Axis(inputs[0]), y: Axis("output"),
          series: (0..<min(count, 6)).map { output in
            LineSeries(
              count == 1 ? "output" : "output \(output + 1)", x: x,
              y: order.map { complex.outputs(atVertex: $0)[output] })
          })))
  }

  /// The plane with the output's shades, every cell's outline and the decision boundary.
  private var map: Figure {
    let draws = complex.cellCount <= Self.mostPolygons
    let lines = boundary.filter { $0.count == 2 }.map { segment in
      PlaneLine(segment.map { PlanePosition($0[0], $0[1]) })
    }
    let decision =
      complex.program.outputs.count == 1 ? "where the output is zero" : "where another output becomes the largest"
    let legend = draws ? "Thin lines: where a unit switches, exactly. " : "Too many cells to outline. "
    return Figure(
      "The regions",
      caption: RichText(
        legend
          + (lines.isEmpty
            ? complex.program.outputs.count == 1
              ? "The output is zero nowhere on this plane." : "The decision does not change on this plane."
            : "Strong lines: \(decision), exactly.")),
      span: complex.cellCount > 400 || !draws ? .full : .half,
      .plane(
        PlaneFigure(
          x: axes.x, y: axes.y, equalUnits: hasEqualUnits, field: classes.isEmpty ? field(97) : nil,
          regions: classes.isEmpty
            ? (draws ? outlines(of: complex) : [])
            : classes.map { cell in
              PlaneRegion(cell.corners.map { PlanePosition($0[0], $0[1]) }, color: Double(cell.label))
            },
          lines: lines,
          color: classes.isEmpty
            ? nil
            : ColorScale(
              "largest output", categories: complex.program.outputs.indices.map { "\($0 + 1)" }))))
  }

  /// Every cell in one colour, by its slope: panes of glass.
  private var glass: Figure {
    let steepness = pieces.maps.map { map in
      map.gradients[0].reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    return Figure(
      "Panes",
      caption: RichText(
        "Each cell in the colour of its slope |∇\(outputName)|: within a pane the network is one affine function."),
      span: complex.cellCount > 400 ? .full : .half,
      .plane(
        PlaneFigure(
          x: axes.x, y: axes.y, equalUnits: hasEqualUnits,
          regions: (0..<complex.cellCount).map { cell in
            PlaneRegion(
              corners(of: cell, complex), label: pieces.maps[cell].text(output: 0, inputs: inputs),
              color: steepness[cell])
          }, color: ColorScale("slope", format: .significant(3)))))
  }

  private var surface: Figure {
    Figure(
      "The output as a height",
      caption: "Turn it: flat facets, folded where a unit switches.",
      .surface(SurfaceFigure(x: axes.x, y: axes.y, z: Axis(outputName), field: field(65))))
  }

  /// The first output over the plane; two-sided where its sign decides.
  private func field(_ resolution: Int) -> ScalarField {
    let program = complex.program
    var field = ScalarField(outputName, x: interval(0), y: interval(1), resolution: resolution) { x, y in
      program([x, y])[0]
    }
    if !boundary.isEmpty, program.outputs.count == 1 {
      let reach = field.values.reduce(0) { max($0, abs($1)) }
      (field.colors, field.range) = (.diverging, Interval(-reach, reach))
    }
    return field
  }

  private func outlines(of complex: PolyhedralComplex) -> [PlaneRegion] {
    (0..<complex.cellCount).map { PlaneRegion(corners(of: $0, complex)) }
  }

  private func corners(of cell: Int, _ complex: PolyhedralComplex) -> [PlanePosition] {
    complex.polygon(of: cell).map {
      let point = complex.vertex($0)
      return PlanePosition(point[0], point[1])
    }
  }

  /// The three planes through the middle of a box in space.
  private func slices() throws -> [Figure] {
    try [(0, 1), (0, 2), (1, 2)].map { first, second in
      let names = [inputs[first], inputs[second]]
      let program = try view.program.sliced(along: names, at: view.box.center.map(Scalar.init(fraction:)))
      var box = InputBox(names, 0, 0)
      (box.lower, box.upper) = (
        [first, second].map { view.box.lower[$0] }, [first, second].map { view.box.upper[$0] }
      )
      let third = 3 - first - second
      let plane = try RegionPicture(
        NetworkView(program: program, box: box, statement: nil), name: name, zeroSet: false,
        limit: PolyhedralComplex.standardLimit)
      var figure = plane.map
      figure.title = "\(names[0]) and \(names[1])"
      figure.caption = RichText(
        "The plane \(inputs[third]) = \(view.box.center[third]) through the middle: \(plane.complex.cellCount) cells. "
          + figure.caption.source)
      figure.span = .third
      return figure
    }
  }
}
