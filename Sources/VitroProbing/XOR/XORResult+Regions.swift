internal import VitroPiecewise

extension XORResult.Example {
  /// A linear region of the network over the inputs.
  struct Region: Sendable {
    /// The corners, counter-clockwise.
    var corners: [[Double]]
    /// Which hidden units are on.
    var isOn: [Bool]
    /// The slopes of the output in both inputs.
    var slope: [Double]
    var area: Double
  }

  /// The linear regions in [−1/2, 3/2]², those in which the first unit is on first.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`numerical`) for weights that are not finite.
  func regions() throws -> [Region] {
    var program = ReLUProgram<Double>(inputs: ["x", "y"])
    for row in weights {
      program.units.append(AffineForm(terms: row.indices.map { .init(source: $0, weight: row[$0]) }))
    }
    program.outputs = [AffineForm(terms: readout.indices.map { .init(source: 2 + $0, weight: readout[$0]) })]
    let box = InputBox(program.inputs, Rational(-1, over: 2), Rational(3, over: 2))
    let complex = try PolyhedralComplex(program, box: box)
    return (0..<complex.cellCount).map { cell in
      Region(
        corners: complex.polygon(of: cell).map(complex.vertex), isOn: complex.activationPattern(of: cell),
        slope: complex.affineMap(of: cell).gradients[0], area: complex.volume(of: cell))
    }.sorted { first, second in
      zip(first.isOn, second.isOn).first { $0 != $1 }?.0 ?? false
    }
  }
}
