internal import VitroCore

/// An affine function of the inputs for each output: `y_o = Σ_i gradients[o][i] · x_i + constants[o]`.
public struct AffineMap: Sendable, Hashable {
  /// The slopes, `[outputs, inputs]`.
  public var gradients: [[Double]]
  /// The constants, `[outputs]`.
  public var constants: [Double]

  /// Creates a map.
  public init(gradients: [[Double]], constants: [Double]) {
    (self.gradients, self.constants) = (gradients, constants)
  }

  /// The outputs at a point.
  public func callAsFunction(_ point: [Double]) -> [Double] {
    zip(gradients, constants).map { gradient, constant in
      zip(gradient, point).reduce(constant) { $0 + $1.0 * $1.1 }
    }
  }
}

extension PolyhedralComplex {
  /// Whether each unit is on in a cell of the highest dimension; a unit that is zero throughout counts as off.
  public func activationPattern(of cell: Int) -> [Bool] {
    program.units.indices.map { isOn($0, in: cell) }
  }

  func isOn(_ unit: Int, in cell: Int) -> Bool {
    patterns[places[unit] / 64][cell] >> UInt64(places[unit] % 64) & 1 == 1
  }

  /// The outputs as functions of the inputs on a cell of the highest dimension.
  ///
  /// - Complexity: O(outputs · weights of units that are on).
  public func affineMap(of cell: Int) -> AffineMap {
    let maps = program.outputs.map { affineFunction($0, in: cell) }
    return AffineMap(gradients: maps.map { Array($0.dropLast()) }, constants: maps.map { $0[dimension] })
  }

  /// Slopes and constant of a form on a cell, by going back from it through the units that are on.
  private func affineFunction(_ form: AffineForm<Double>, in cell: Int) -> [Double] {
    var factors = Array(repeating: 0.0, count: dimension + program.units.count)
    var constant = form.constant
    for term in form.terms { factors[term.source] = term.weight }
    for unit in program.units.indices.reversed() {
      let factor = factors[dimension + unit]
      guard factor != 0, isOn(unit, in: cell) else { continue }
      constant += factor * program.units[unit].constant
      for term in program.units[unit].terms { factors[term.source] += factor * term.weight }
    }
    return factors[..<dimension] + [constant]
  }

  /// The cell of the highest dimension that a point lies in, the first of several that it borders, `nil` outside the box.
  ///
  /// - Complexity: One evaluation of the network and O(cells · units / 64).
  public func cell(containing point: [Double]) -> Int? {
    guard point.count == dimension, point.indices.allSatisfy({ contains(point[$0], axis: $0) }) else { return nil }
    let values = program.sources(at: point)
    let outputs = hasZeroSet ? program.outputs : []
    var (on, open) = (patterns.map { _ in UInt64(0) }, patterns.map { _ in UInt64(0) })
    for (index, form) in (program.units + outputs).enumerated() {
      let value = form.value(at: values)
      let size = form.terms.reduce(abs(form.constant)) { $0 + abs($1.weight * values[$1.source]) }
      let (word, bit) = (places[index] / 64, UInt64(1) << UInt64(places[index] % 64))
      if abs(value) <= size * Double.zeroShare { open[word] |= bit } else if value > 0 { on[word] |= bit }
    }
    return (0..<cellCount).first { cell in
      patterns.indices.allSatisfy { (patterns[$0][cell] ^ on[$0]) & ~open[$0] == 0 }
    }
  }

  private func contains(_ value: Double, axis: Int) -> Bool {
    Double(box.lower[axis]) <= value && value <= Double(box.upper[axis])
  }
}
