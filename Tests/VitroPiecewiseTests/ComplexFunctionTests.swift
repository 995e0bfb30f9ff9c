import Testing
import VitroCore
import VitroPiecewise

@Suite struct ComplexFunctionTests {
  @Test(arguments: [[1, 12, 8, 1], [2, 12, 9, 2], [3, 8, 6, 1], [4, 4, 4, 1]])
  func cellsFillTheBoxAndTheirMapsAreTheNetwork(widths: [Int]) throws {
    let program = Programs.torch(widths, seed: 3)
    let complex = try PolyhedralComplex(program, box: InputBox(program.inputs, -2, 2), zeroSet: true)
    var volume = 0.0
    for cell in 0..<complex.cellCount {
      volume += complex.volume(of: cell)
      let center = complex.center(of: cell)
      let (mapped, direct) = (complex.affineMap(of: cell)(center), program(center))
      #expect(zip(mapped, direct).allSatisfy { abs($0 - $1) < 1e-12 })
      #expect(complex.cell(containing: center) == cell)
      let sources = program.sources(at: center)
      let pattern = program.units.map { $0.value(at: sources) > 0 }
      #expect(complex.activationPattern(of: cell) == pattern)
    }
    let box = (0..<widths[0]).reduce(1.0) { product, _ in product * 4 }
    #expect(abs(volume - box) < 1e-9 * box)
    #expect(complex.patternCount <= complex.cellCount)
    for vertex in 0..<complex.vertexCount {
      let direct = program(complex.vertex(vertex))
      #expect(zip(complex.outputs(atVertex: vertex), direct).allSatisfy { abs($0 - $1) < 1e-12 })
    }
  }

  @Test func aPointIsInTheCellThatIsFoundForIt() throws {
    let program = Programs.torch([2, 20, 20, 1], seed: 4)
    let complex = try PolyhedralComplex(program, box: InputBox(program.inputs, -1, 1))
    var twister = MersenneTwister(seed: 5)
    for _ in 0..<500 {
      let point = [twister.uniform(-1, 1), twister.uniform(-1, 1)]
      let cell = try #require(complex.cell(containing: point))
      let corners = complex.polygon(of: cell).map(complex.vertex)
      for (start, end) in zip(corners, corners.dropFirst() + corners.prefix(1)) {
        let turn =
          (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])
        #expect(turn > -1e-12)
      }
    }
    for vertex in complex.vertices { #expect(complex.cell(containing: vertex) != nil) }
    #expect(complex.cell(containing: [1.1, 0]) == nil)
    #expect(complex.cell(containing: [0]) == nil)
  }

  @Test func theDecisionBoundaryIsWhereTheOutputVanishes() throws {
    for widths in [[1, 8, 1], [2, 12, 12, 1], [3, 6, 6, 1]] {
      var program = Programs.torch(widths, seed: 6)
      program.outputs[0].constant -= program(Array(repeating: 0.1, count: widths[0]))[0]
      let box = InputBox(program.inputs, -1, 1)
      let complex = try PolyhedralComplex(program, box: box, zeroSet: true)
      let boundary = complex.decisionBoundary()
      #expect(!boundary.isEmpty)
      for facet in boundary {
        for vertex in facet.vertices { #expect(abs(program(complex.vertex(vertex))[0]) < 1e-12) }
        #expect(complex.unit(ofFacet: facet.facet) == nil)
      }
      // Between neighbours across it the output changes its sign; between all others it does not.
      let crossing = Set(boundary.map(\.facet))
      for (facet, sides) in complex.neighbors.enumerated() where sides.1 >= 0 {
        let values = [sides.0, sides.1].map { program(complex.center(of: $0))[0] }
        #expect((values[0] * values[1] < 0) == crossing.contains(facet))
      }
      #expect(try PolyhedralComplex(program, box: box).decisionBoundary().isEmpty)
    }
  }

  @Test func slicesAgreeWithTheNetwork() throws {
    let program = Programs.torch([5, 12, 12, 2], seed: 7)
    var twister = MersenneTwister(seed: 8)
    let points = (0..<3).map { _ in (0..<5).map { _ in twister.uniform(-1, 1) } }
    let plane = try program.sliced(through: points)
    let line = try program.sliced(through: Array(points.prefix(2)))
    let axes = try program.sliced(along: ["x4", "x2"], at: points[0])
    #expect(plane.inputs == ["t1", "t2"])
    #expect(line.inputs == ["t"])
    #expect(axes.inputs == ["x4", "x2"])
    for _ in 0..<50 {
      let (s, t) = (twister.uniform(-1, 1), twister.uniform(-1, 1))
      let onPlane = (0..<5).map {
        points[0][$0] + s * (points[1][$0] - points[0][$0]) + t * (points[2][$0] - points[0][$0])
      }
      let onLine = (0..<5).map { points[0][$0] + s * (points[1][$0] - points[0][$0]) }
      var onAxes = points[0]
      (onAxes[3], onAxes[1]) = (s, t)
      for (found, expected) in [
        (plane([s, t]), program(onPlane)), (line([s]), program(onLine)), (axes([s, t]), program(onAxes)),
      ] {
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 })
      }
    }
    let complex = try PolyhedralComplex(plane, box: InputBox("t1=-1:2,t2=-1:2"))
    #expect(complex.eulerCharacteristic == 1)
    #expect(complex.cellCount > 10)
    #expect(throws: VitroError.self) { try program.sliced(along: ["x9"], at: points[0]) }
    #expect(throws: VitroError.self) { try program.sliced(along: ["x1", "x1"], at: points[0]) }
    #expect(throws: VitroError.self) { try program.sliced(through: [[0, 0]]) }
    #expect(throws: VitroError.self) { try program.sliced(origin: points[0], directions: []) }
  }
}
