internal import VitroCore

extension CellSubdivision {
  /// Cuts by all units, stage after stage, and by the outputs where asked.
  ///
  /// - Returns: For every unit, and for every output that cuts, its place in the patterns and its number.
  mutating func run(_ program: ReLUProgram<Scalar>, zeroSet: Bool) throws -> [(place: Int, number: Int)] {
    let inputs = program.inputs.count
    let depths = program.depths
    let stageCount = (depths.max() ?? 0) + 1
    var lastReader = Array(repeating: 0, count: inputs + program.units.count)
    for (unit, form) in program.units.enumerated() {
      for term in form.terms { lastReader[term.source] = max(lastReader[term.source], depths[unit]) }
    }
    for form in program.outputs { for term in form.terms { lastReader[term.source] = stageCount } }

    var order: [(place: Int, number: Int)] = []
    func place(_ numbers: [Int], first: Int) {
      for (offset, number) in numbers.enumerated() { order.append((first * 64 + offset, number - inputs)) }
    }
    for stage in 1..<stageCount {
      let units = depths.indices.filter { depths[$0] == stage }
      let numbers = units.map { inputs + $0 }
      place(numbers, first: patterns.count)
      try cut(
        by: units.map { program.units[$0] }, numbers: numbers, keeping: { lastReader[$0] > stage }, rectifies: true)
    }
    if zeroSet, !program.outputs.isEmpty {
      let numbers = program.outputs.indices.map { inputs + program.units.count + $0 }
      place(numbers, first: patterns.count)
      try cut(by: program.outputs, numbers: numbers, keeping: { _ in false }, rectifies: false)
    }
    return order
  }

  /// The outputs at the vertices, `[vertices, outputs]`.
  func outputValues(of program: ReLUProgram<Scalar>, haveCut: Bool) throws -> [Scalar] {
    guard haveCut else { return try Scalar.values(of: program.outputs, at: table) }
    let first = table.width - program.outputs.count
    return (0..<table.count).flatMap { row in
      table.values[row * table.width + first..<(row + 1) * table.width]
    }
  }
}
