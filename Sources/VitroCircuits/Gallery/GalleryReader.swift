internal import VitroCore
internal import VitroNetworks
internal import VitroPiecewise

/// Reads formulas from the gallery's networks, in seconds.
struct GalleryReader {
  private let program: ReLUProgram<Rational>
  private let box: InputBox

  /// The most units whose sums are searched for names; functions of one input with more are read as lines through points.
  private static let mostUnits = 24
  private static let effort = NetworkReading.Effort(
    regions: 2000, pieces: 8, proof: ProofBudget(regions: 20_000, boxes: 2000))

  init(_ network: Network, output: String?, over box: InputBox) throws {
    program = try ReLUProgram(network, output: output, names: box.names)
    self.box = box
  }

  /// The largest answer at the lowest and the highest corner of the box, 1 at least.
  var size: Rational {
    [box.lower, box.upper].flatMap { program($0) }.map(\.magnitude).max().map { Swift.max($0.rounded(places: 3), 1) }
      ?? 1
  }

  /// A formula with its certificate.
  func entry(tolerance: Rational, observer: any Observer) throws -> GalleryEntry.Read {
    let (formula, certificate): (Formula, Certificate)
    if box.dimension == 1, program.units.count > Self.mostUnits {
      (formula, certificate) = try line(tolerance: tolerance, observer: observer)
    } else {
      let reading = try NetworkReading(
        program, over: box, tolerance: tolerance, effort: Self.effort, observer: observer)
      (formula, certificate) = (reading.formula, reading.certificate)
    }
    return GalleryEntry.Read(
      formula: "\(formula)", isCertified: certificate.isCertified, bound: certificate.bound,
      tolerance: Double(tolerance), statement: certificate.statement)
  }

  /// A function of one input as the line through its own corners, with as few decimals as the tolerance allows.
  private func line(tolerance: Rational, observer: any Observer) throws -> (Formula, Certificate) {
    var corners: Set<Rational> = []
    try ExactRegions(program, box: box).forEach(limit: 20_000) { region in
      corners.formUnion(region.vertices.map { $0[0] })
      return true
    }
    let points = corners.sorted().map { ($0, program([$0])[0]) }
    var result: (Formula, Certificate)?
    for places in 1...9 {
      try observer.checkpoint("reading")
      var knots: [FormulaExpression.Knot] = []
      for (x, y) in points {
        let knot = FormulaExpression.Knot(x.rounded(places: places), y.rounded(places: places))
        if knots.last.map({ $0.x < knot.x }) ?? true { knots.append(knot) }
      }
      guard knots.count > 1 else { continue }
      let formula = Formula(
        inputs: box.names, outputs: [.interpolate(.variable(box.names[0]), knots)])
      let certificate = try program.certify(
        equals: formula.program(box: box), over: box, tolerance: tolerance, observer: observer)
      result = (formula, certificate)
      if certificate.isCertified { break }
    }
    guard let result else { throw VitroError(.failed, "reading a formula", "the function has no corners") }
    return result
  }
}
