import Testing
import VitroPiecewise

@Suite struct ComplexCountTests {
  /// PyTorch's seed-0 networks on [−1, 1]ᵈ, counted by an independent prototype (edge subdivision in Python): vertices and edges, cut by the output's
  /// zero set as well.
  @Test(arguments: [
    ([2, 16, 1], 39, 65), ([2, 16, 16, 1], 156, 282), ([2, 32, 32, 1], 855, 1649), ([2, 64, 64, 1], 3133, 6152),
    ([2, 100, 100, 1], 7341, 14516), ([2, 32, 32, 32, 32, 1], 1466, 2850), ([3, 16, 16, 1], 1874, 5161),
    ([3, 32, 32, 1], 14000, 40274), ([4, 16, 16, 1], 10459, 37453),
  ])
  func countsOfSeededNetworksAreThoseOfAnIndependentPrototype(widths: [Int], vertices: Int, edges: Int) throws {
    let program = Programs.torch(widths)
    let complex = try PolyhedralComplex(program, box: InputBox(program.inputs, -1, 1), zeroSet: true)
    #expect(Array(complex.counts.prefix(2)) == [vertices, edges])
    #expect(complex.eulerCharacteristic == 1)
  }

  @Test(arguments: 0..<40 as Range<UInt32>)
  func countsInThePlaneAreThoseOfExactClipping(seed: UInt32) throws {
    let widths = [[2, 7, 1], [2, 5, 5, 1], [2, 4, 4, 3, 1]][Int(seed % 3)]
    let program = Programs.gridded(widths, grid: seed < 20 ? 1000 : 3, seed: seed)
    for zeroSet in [false, true] {
      let expected = ExactArrangement(program, low: -2, high: 2, zeroSet: zeroSet).counts
      let box = InputBox(program.inputs, -2, 2)
      let complex = try PolyhedralComplex(program.converted(\.double), box: box, zeroSet: zeroSet)
      #expect(complex.counts == expected)
      #expect(try PolyhedralComplex(exactly: program, box: box, zeroSet: zeroSet).counts == expected)
      #expect(complex.eulerCharacteristic == 1)
    }
  }

  @Test(arguments: 0..<20 as Range<UInt32>)
  func countsInSpaceAreThoseOfExactClipping(seed: UInt32) throws {
    let widths = [[3, 5, 1], [3, 4, 3, 1], [3, 3, 2, 2, 1]][Int(seed % 3)]
    let program = Programs.gridded(widths, grid: seed < 10 ? 1000 : 3, seed: 100 + seed)
    let expected = ExactArrangement(program, low: -2, high: 2).counts
    let box = InputBox(program.inputs, -2, 2)
    let complex = try PolyhedralComplex(program.converted(\.double), box: box)
    #expect(complex.counts == expected)
    #expect(try PolyhedralComplex(exactly: program, box: box).counts == expected)
    #expect(complex.eulerCharacteristic == 1)
  }

  /// One hidden layer of n lines or planes in general position, all of whose crossings lie in the box: 1 + n + C(n, 2) + C(n, 3) cells.
  @Test func oneHiddenLayerHasAsManyCellsAsAnArrangement() throws {
    let plane = ReLUProgram<Double>(
      inputs: ["x", "y"],
      units: (1...9).map { index in
        AffineForm(
          terms: [.init(source: 0, weight: Double(index)), .init(source: 1, weight: 1)],
          constant: Double(index * index))
      }, outputs: [AffineForm(source: 2)])
    #expect(try PolyhedralComplex(plane, box: InputBox(["x", "y"], -1000, 1000)).counts[2] == 1 + 9 + 36)
    let space = ReLUProgram<Double>(
      inputs: ["x", "y", "z"],
      units: (1...6).map { index in
        let t = Double(index)
        return AffineForm(
          terms: [.init(source: 0, weight: t), .init(source: 1, weight: t * t), .init(source: 2, weight: 1)],
          constant: t * t * t)
      }, outputs: [AffineForm(source: 3)])
    #expect(try PolyhedralComplex(space, box: InputBox(["x", "y", "z"], -5000, 5000)).counts[3] == 1 + 6 + 15 + 20)
  }
}
