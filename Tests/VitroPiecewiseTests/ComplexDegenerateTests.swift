import Testing
import VitroCore
import VitroPiecewise

@Suite struct ComplexDegenerateTests {
  typealias Form = AffineForm<Rational>

  /// Cuts in doubles and in fractions, and expects the same of both.
  private func complex(
    _ program: ReLUProgram<Rational>, _ low: Rational, _ high: Rational, zeroSet: Bool = false
  ) throws -> PolyhedralComplex {
    let box = InputBox(program.inputs, low, high)
    let exact = try PolyhedralComplex(exactly: program, box: box, zeroSet: zeroSet)
    let doubles = try PolyhedralComplex(program.converted(\.double), box: box, zeroSet: zeroSet)
    #expect(doubles.counts == exact.counts)
    #expect(doubles.pieces().count == exact.pieces().count)
    #expect(exact.eulerCharacteristic == 1)
    return doubles
  }

  @Test func theAbsoluteValueHasTwoPieces() throws {
    var program = ReLUProgram<Rational>(inputs: ["x"])
    let x = Form(source: 0)
    program.outputs = [program.addReLU(of: x) + program.addReLU(of: x * -1)]
    let complex = try complex(program, -1, 1)
    #expect(complex.counts == [3, 2])
    #expect(complex.vertices.map { $0[0] }.sorted() == [-1, 0, 1])
    #expect(complex.pieces().count == 2)
  }

  @Test func theLargestOfThreeHasThreePieces() throws {
    var program = ReLUProgram<Rational>(inputs: ["a", "b", "c"])
    let (a, b, c) = (Form(source: 0), Form(source: 1), Form(source: 2))
    let first = b + program.addReLU(of: a - b)
    program.outputs = [c + program.addReLU(of: first - c)]
    let complex = try complex(program, -1, 1)
    // a = b everywhere, then max(a, b) = c on both sides of it: four cells, and two of them agree that c is the largest.
    #expect(complex.cellCount == 4)
    #expect(complex.pieces().count == 3)
    #expect(complex.patternCount == 4)
  }

  @Test(arguments: [4, 8, 12])
  func nestedFoldsHaveOnePieceForEachIntegerTheyPass(folds: Int) throws {
    var program = ReLUProgram<Rational>(inputs: ["x"])
    var value = Form(source: 0)
    for power in (0..<folds).reversed() {
      let inside = value - Form(constant: Rational(1 << power))
      value = program.addReLU(of: inside) * 2 - inside
    }
    program.outputs = [value]
    let limit = Rational(1 << folds)
    let complex = try complex(program, 0, limit)
    #expect(complex.cellCount == 1 << folds)
    #expect(complex.pieces().count == 1 << folds)
    #expect(
      complex.vertices.map { $0[0] }.sorted().enumerated().allSatisfy { abs($0.element - Double($0.offset)) < 1e-9 })
  }

  @Test func unitsThatCoincideCutOnce() throws {
    var program = ReLUProgram<Rational>(inputs: ["x", "y"])
    let (x, y) = (Form(source: 0), Form(source: 1))
    for factor in [1, 3, -2] { program.units.append((x - y * 3) * (Rational(factor) / 7)) }
    // Of the second layer: zero on half of the plane, and a kink that runs along the first.
    program.units.append(Form(source: 2) + Form(source: 3))
    program.units.append(Form(source: 2) - Form(source: 4))
    program.outputs = [Form(source: 5) + Form(source: 6) + Form(source: 4)]
    let complex = try complex(program, -1, 1)
    #expect(complex.counts == [6, 7, 2])
    #expect(complex.pieces().count == 2)
  }

  @Test func linesThroughOnePointMeetInOneVertex() throws {
    var program = ReLUProgram<Rational>(inputs: ["x", "y"])
    let point = [Rational(1, over: 3), Rational(1, over: 7)]
    for index in 1...9 {
      let slope = Rational(index, over: 11)
      let line = Form(
        terms: [.init(source: 0, weight: slope), .init(source: 1, weight: 1)],
        constant: -(slope * point[0] + point[1]))
      program.units.append(line)
    }
    program.outputs = [program.units.indices.reduce(Form()) { $0 + Form(source: 2 + $1) }]
    let complex = try complex(program, -1, 1)
    #expect(complex.counts == [4 + 18 + 1, 4 + 18 + 18, 18])
  }

  @Test func aZeroSetAlongAKinkIsFoundAndCutsNothing() throws {
    var program = ReLUProgram<Rational>(inputs: ["x", "y"])
    let (x, y) = (Form(source: 0), Form(source: 1))
    // Zero on a half plane: its border is where the output begins to differ from zero.
    program.outputs = [program.addReLU(of: x + y), program.addReLU(of: x - y) - program.addReLU(of: y - x)]
    let complex = try complex(program, -1, 1, zeroSet: true)
    #expect(complex.counts == [5, 8, 4])
    #expect(complex.decisionBoundary(of: 0).count == 2)
    #expect(complex.decisionBoundary(of: 1).count == 2)
    #expect(complex.decisionBoundary(of: 2).isEmpty)
  }

  @Test func aNetworkWithoutUnitsIsOneCell() throws {
    let program = ReLUProgram<Rational>(inputs: ["x", "y"], outputs: [Form(source: 0), Form(constant: 2)])
    let complex = try complex(program, 0, 1)
    #expect(complex.counts == [4, 4, 1])
    #expect(complex.affineMap(of: 0) == AffineMap(gradients: [[1, 0], [0, 0]], constants: [0, 2]))
  }

  /// Kinks a rounding error apart, everywhere at once: whatever signs come out, a complex does.
  @Test(arguments: 0..<20 as Range<UInt32>)
  func kinksARoundingErrorApartLeaveAComplex(seed: UInt32) throws {
    for inputs in [2, 3] {
      var twister = MersenneTwister(seed: seed)
      var program = ReLUProgram<Double>(inputs: (0..<inputs).map { "x\($0)" })
      let base = (0..<inputs).map { _ in twister.uniform(-1, 1) }
      for _ in 0..<24 {
        let size = [0x1p-38, 0x1p-40, 0x1p-41, 0x1p-44, 0x1p-52][Int(twister.next() % 5)]
        program.units.append(
          AffineForm(
            terms: (0..<inputs).map { .init(source: $0, weight: base[$0] + twister.uniform(-1, 1) * size) },
            constant: twister.uniform(-1, 1) * size))
      }
      for _ in 0..<8 {
        program.units.append(
          AffineForm(
            terms: (0..<24).map { .init(source: inputs + $0, weight: twister.uniform(-1, 1)) }, constant: 0))
      }
      program.outputs = [AffineForm(source: inputs + 24)]
      let complex = try PolyhedralComplex(program, box: InputBox(program.inputs, -1, 1), zeroSet: true)
      expectSound(complex, volumeTolerance: 1e-6)
    }
  }

  /// Values that are rounding noise to four digits, of kinks that should all meet in one point: signs contradict convexity.
  @Test(arguments: 0..<20 as Range<UInt32>)
  func signsThatAreNoiseLeaveAComplex(seed: UInt32) throws {
    for inputs in [2, 3] {
      var twister = MersenneTwister(seed: seed)
      var program = ReLUProgram<Double>(inputs: (0..<inputs).map { "x\($0)" })
      let base = AffineForm<Double>(source: 0) + AffineForm(constant: 3)
      var tilts: [AffineForm<Double>] = []
      for _ in 0..<5 {
        tilts.append(
          AffineForm(
            terms: (0..<inputs).map { .init(source: $0, weight: twister.uniform(-1, 1)) }, constant: inputs == 2 ? 3 : 4
          ))
      }
      var sources = [program.addReLU(of: base)]
      for tilt in tilts { sources.append(program.addReLU(of: base + tilt * 0x1p-36)) }
      let differences = tilts.indices.map { program.addReLU(of: sources[$0 + 1] - sources[0]) }
      for _ in 0..<16 {
        let factors = tilts.map { _ in twister.uniform(-1, 1) }
        let mean = factors.reduce(0, +) / Double(factors.count)
        program.units.append(
          zip(differences, factors).reduce(AffineForm()) { $0 + $1.0 * ($1.1 - mean) })
      }
      program.outputs = [AffineForm(source: inputs + program.units.count - 1)]
      let complex = try PolyhedralComplex(program, box: InputBox(program.inputs, -1, 1), zeroSet: true)
      expectSound(complex, volumeTolerance: 1e-2)
    }
  }

  private func expectSound(_ complex: PolyhedralComplex, volumeTolerance: Double) {
    #expect(complex.eulerCharacteristic == 1)
    let inputs = complex.dimension
    var volume = 0.0
    for cell in 0..<complex.cellCount {
      volume += complex.volume(of: cell)
      #expect(boundaryIsClosed(cell, inputs, complex))
    }
    #expect(abs(volume - (inputs == 2 ? 4 : 8)) < volumeTolerance)
    for facet in 0..<complex.counts[inputs - 1] { #expect(boundaryIsClosed(facet, inputs - 1, complex)) }
    #expect(complex.neighbors.allSatisfy { $0.0 >= 0 })
  }

  /// Whether every ridge of a cell lies between exactly two of its facets, and the cell's boundary is a sphere.
  private func boundaryIsClosed(_ cell: Int, _ order: Int, _ complex: PolyhedralComplex) -> Bool {
    let facets = complex.facets(of: cell, dimension: order)
    guard order > 1 else { return Set(facets).count == 2 }
    var uses: [Int: Int] = [:]
    for facet in facets {
      for ridge in complex.facets(of: facet, dimension: order - 1) { uses[ridge, default: 0] += 1 }
    }
    let corners = complex.vertices(of: cell, dimension: order).count
    let euler = order == 2 ? corners - facets.count : corners - uses.count + facets.count
    return uses.values.allSatisfy { $0 == 2 } && euler == (order == 2 ? 0 : 2)
  }
}

@Suite struct ComplexLimitTests {
  @Test func manyInputsAreRefusedAtOnce() {
    let program = ReLUProgram<Double>(
      inputs: (1...784).map { "x\($0)" }, units: [AffineForm(source: 0)], outputs: [AffineForm(source: 784)])
    let error = #expect(throws: VitroError.self) {
      try PolyhedralComplex(program, box: InputBox(program.inputs, 0, 1))
    }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("784 inputs") ?? false)
    #expect(error?.hint?.contains("plane") ?? false)
  }

  @Test func moreCellsThanGrantedAreRefused() throws {
    let program = Programs.torch([2, 32, 32, 1])
    let box = InputBox(program.inputs, -1, 1)
    let total = try PolyhedralComplex(program, box: box).counts.reduce(0, +)
    #expect(try PolyhedralComplex(program, box: box, limit: total).counts.reduce(0, +) == total)
    let error = #expect(throws: VitroError.self) { try PolyhedralComplex(program, box: box, limit: total - 2) }
    #expect(error?.code == .unsupported)
  }

  @Test func boxesThatDoNotFitAreRefused() throws {
    let program = Programs.torch([2, 4, 1])
    #expect(throws: VitroError.self) { try PolyhedralComplex(program, box: InputBox("x1=0:1")) }
    #expect(throws: VitroError.self) { try PolyhedralComplex(program, box: InputBox("x1=0:1,x3=0:1")) }
    #expect(throws: VitroError.self) { try PolyhedralComplex(program, box: InputBox(program.inputs, 1, 1)) }
    #expect(throws: VitroError.self) {
      try PolyhedralComplex(ReLUProgram<Double>(inputs: []), box: InputBox([], 0, 1))
    }
    var steep = program
    for unit in steep.units.indices { steep.units[unit] = steep.units[unit] * 1e200 }
    #expect(throws: VitroError.self) { try PolyhedralComplex(steep, box: InputBox(program.inputs, -1, 1)) }
  }

  @Test func moreThanSixtyFourZeroSetsAreRefused() {
    let program = ReLUProgram<Double>(
      inputs: ["x"], outputs: (0..<65).map { AffineForm(source: 0) + AffineForm(constant: Double($0)) })
    #expect(throws: VitroError.self) {
      try PolyhedralComplex(program, box: InputBox("x=0:1"), zeroSet: true)
    }
  }

  @Test func cuttingIsDeterministic() throws {
    let program = Programs.torch([3, 70, 4, 1])
    let box = InputBox(program.inputs, Rational(-1, over: 2), Rational(1, over: 2))
    let (first, second) = (try PolyhedralComplex(program, box: box), try PolyhedralComplex(program, box: box))
    #expect(first.vertices == second.vertices)
    #expect((0..<first.cellCount).allSatisfy { first.facets(of: $0) == second.facets(of: $0) })
    #expect(
      (0..<first.cellCount).allSatisfy { cell in
        first.affineMap(of: cell)(first.center(of: cell)).elementsEqual(program(first.center(of: cell))) {
          abs($0 - $1) < 1e-12
        }
      })
  }
}
