import Testing

@testable import VitroPiecewise

@Suite struct SeamFinderTests {
  /// Sides of a polygon's edges that no affine function has.
  @Test(arguments: [
    "+-+---", "++-+--", "+-+-+-", "+0+---", "+-0+--", "+0-0+-", "0+0-0-", "+-----",
  ])
  func aPolygonIsCutAtTwoVerticesWhateverTheSigns(signs: String) {
    var edges = CellList()
    for index in 0..<6 {
      let ends = edges.add(edgeFrom: index, to: (index + 1) % 6)
      edges.append(facets: ends, positive: 0, negative: 0)
    }
    var finder = SeamFinder()
    finder.begin()
    for (index, sign) in signs.enumerated() {
      finder.add(Int32(index), isAbove: sign == "+", isSure: sign != "0")
    }
    finder.find(facets: edges, ridgeCount: 6)
    #expect(finder.seam.count == 2)
    #expect(finder.isAbove.contains(true))
    #expect(finder.isAbove.contains(false))
    let changes = (0..<6).count { finder.isAbove[$0] != finder.isAbove[($0 + 1) % 6] }
    #expect(changes == 2)
  }

  /// Two opposite faces of a cube above and the ring between them below, and the other way round: the seam would be two loops.
  @Test(arguments: [true, false])
  func aCubeIsCutAlongOneLoop(endsAreAbove: Bool) {
    let cube = CellList.cube(3)
    let squares = cube[3].facets(of: 0).map { cube[3].items[$0] }
    var finder = SeamFinder()
    finder.begin()
    for (index, square) in squares.enumerated() {
      finder.add(square, isAbove: (index < 2) == endsAreAbove, isSure: true)
    }
    finder.find(facets: cube[2], ridgeCount: cube[1].count)
    #expect(finder.seam.count == 4)
    let ends = finder.seam.flatMap { edge in cube[1].facets(of: Int(edge)).map { cube[1].items[$0] } }
    #expect(Set(ends).count == 4)
    #expect(finder.isAbove.count { $0 == endsAreAbove } == 1)
  }
}
