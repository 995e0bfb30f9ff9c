import Testing

@testable import VitroLab

@Suite struct IsolinesTests {
  private static let unit = Interval(0, 1)

  private func area(_ curves: [[Isolines.Vertex]]) -> Double {
    var total = 0.0
    for curve in curves {
      for (a, b) in zip(curve, curve.dropFirst() + curve.prefix(1)) { total += (a.x * b.y - b.x * a.y) / 2 }
    }
    return total
  }

  @Test(arguments: [0.1, 0.25, 0.5, 0.99])
  func aSlopeIsCutAtItsLevel(level: Double) {
    let field = ScalarField("z", x: Self.unit, y: Self.unit, resolution: 9) { x, _ in x }
    #expect(abs(area(Isolines(field).curves(at: level)) - (1 - level)) < 1e-12)
    let lines = Isolines(field).crossings(at: level)
    #expect(lines.count == 1)
    #expect(lines[0].allSatisfy { abs($0.x - level) < 1e-12 })
  }

  @Test func aDiscAndAHoleHaveTheirAreas() {
    let field = ScalarField("z", x: Interval(-1, 1), y: Interval(-1, 1), resolution: 101) { x, y in
      let r = (x * x + y * y).squareRoot()
      return r < 0.3 ? .nan : 1 - r
    }
    let expected = Double.pi * (0.64 - 0.09)
    #expect(abs(area(Isolines(field).curves(at: 0.2)) - expected) < 0.02)
    #expect(Isolines(field).crossings(at: 0.2).count == 1)
  }

  @Test func everythingAndNothing() {
    let field = ScalarField("z", x: Self.unit, y: Self.unit, resolution: 3) { _, _ in 2 }
    #expect(abs(area(Isolines(field).curves(at: 1)) - 1) < 1e-12)
    #expect(Isolines(field).crossings(at: 1).isEmpty)
    #expect(Isolines(field).curves(at: 3).isEmpty)
  }

  @Test(arguments: [(0.5, 0.75), (0.6, 0.16)])
  func saddlesAreJoinedWhenTheirMiddleIsHighEnough(level: Double, share: Double) {
    let board = (0..<400).map { Double(($0 / 20 + $0 % 20) % 2) }
    let field = ScalarField("z", columns: 20, rows: 20, x: Self.unit, y: Self.unit, values: board)
    #expect(abs(area(Isolines(field).curves(at: level)) - share) < 1e-9)
  }
}
