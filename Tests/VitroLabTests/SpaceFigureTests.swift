import Foundation
import Testing
import VitroCore

@testable import VitroLab

@Suite struct SpaceFigureTests {
  @Test func projectionsKeepLengthsAcrossTheView() {
    let corners = [(1.0, 0.0, 0.0), (0, 1, 0), (0, 0, 1), (0.3, -0.7, 0.2)].map {
      SpacePoint(x: $0.0, y: $0.1, z: $0.2)
    }
    for azimuth in stride(from: -180.0, through: 180, by: 30) {
      for elevation in stride(from: -90.0, through: 90, by: 15) {
        let view = SpaceProjection(
          azimuth: azimuth, elevation: elevation, middle: GraphPoint(x: 50, y: 60), scale: 10)
        for point in corners {
          // Across, up and depth are the coordinates in a turned frame, so that they keep the length.
          let (x, y, depth) = view.place(point)
          let squares = pow((x - 50) / 10, 2) + pow((y - 60) / 10, 2) + depth * depth
          #expect(abs(squares - (point.x * point.x + point.y * point.y + point.z * point.z)) < 1e-12)
          let viewer = view.toViewer
          #expect(abs(depth - (point.x * viewer.x + point.y * viewer.y + point.z * viewer.z)) < 1e-12)
        }
      }
    }
  }

  @Test func knownViewsShowKnownPlanes() {
    let point = SpacePoint(x: 0.2, y: 0.3, z: 0.4)
    let fromFront = SpaceProjection(azimuth: -90, elevation: 0).place(point)
    #expect(abs(fromFront.x - 0.2) < 1e-12 && abs(fromFront.y + 0.4) < 1e-12 && abs(fromFront.depth + 0.3) < 1e-12)
    let fromAbove = SpaceProjection(azimuth: -90, elevation: 90).place(point)
    #expect(abs(fromAbove.x - 0.2) < 1e-12 && abs(fromAbove.y + 0.3) < 1e-12 && abs(fromAbove.depth - 0.4) < 1e-12)
  }

  private static let cloud = ScatterFigure(
    x: Axis("a"), y: Axis("b"), z: Axis("c"),
    series: [
      ScatterSeries("one", x: [0, 1, .nan], y: [0, 1, 1], z: [0, 1, 1], labels: ["near", "far", "nowhere"]),
      ScatterSeries("two", x: [0.5], y: [0.2], z: [.infinity]),
    ], links: [.init(from: .init(0, 0), to: .init(0, 1)), .init(from: .init(7, 0), to: .init(0, 2))])

  @Test func theNearestIsDrawnLast() throws {
    let text = try #require(Self.cloud.spaceDrawing(.wide, id: "f")).body.text
    let solid = try #require(text.firstMatch(of: /(?s)<g class="solid">(.*)<\/g><g class="above">/)).1
    // The viewer stands before the second axis: its far end comes first, then the line, then the near end.
    #expect(solid.matches(of: /class="(ball|stick)/).map { String($0.1) } == ["ball", "stick", "ball"])
    #expect(!text.contains("nowhere") && !text.contains("nan"))
  }

  @Test func unitsAreEquallyLongWhereAsked() {
    let scales = [(0.0, 1.0), (0, 2), (0, 4)].map { low, high in
      AxisScale(Axis("", range: Interval(low, high)), showing: [], count: 5, rounded: false)
    }
    #expect(SpaceScene.equalHalves(scales) == [0.25, 0.5, 1])
  }

  @Test func theFrameShowsTheFarFacesAndNumbersOutside() {
    let axis = SpaceScene.Axis(
      Axis("t"), AxisScale(Axis("t", range: Interval(0, 1)), showing: [], count: 5, rounded: false), half: 1)
    for azimuth in stride(from: -175.0, to: 180, by: 25) {
      for elevation in [-80.0, -20, 20, 80] {
        let view = SpaceProjection(
          azimuth: azimuth, elevation: elevation, middle: GraphPoint(x: 200, y: 200), scale: 100)
        let frame = SpaceFrame([axis, axis, axis], view)
        #expect(frame.faces.count == 3 && frame.edges.count == 3 && !frame.labels.isEmpty)
        for label in frame.labels where !label.isTitle {
          // Outside: farther from the middle of the box than the edge it belongs to could be nearest.
          #expect(hypot(label.x - 200, label.y - 4 - 200) > 75)
        }
      }
    }
  }

  private static func field(_ columns: Int, _ rows: Int, _ values: [Double]) -> ScalarField {
    ScalarField("f", columns: columns, rows: rows, x: Interval(0, 1), y: Interval(0, 1), values: values)
  }

  private func surface(_ field: ScalarField, _ points: [SurfacePoint] = []) -> SurfaceFigure {
    SurfaceFigure(x: Axis("x"), y: Axis("y"), z: Axis("z"), field: field, points: points)
  }

  @Test func aMissingValueLeavesAHole() {
    var values = (0..<25).map(Double.init)
    #expect(SurfaceSpace(surface(Self.field(5, 5, values))).scene.solid.count == 16)
    values[12] = .nan
    #expect(SurfaceSpace(surface(Self.field(5, 5, values))).scene.solid.count == 12)
    values[0] = .infinity
    #expect(SurfaceSpace(surface(Self.field(5, 5, values))).scene.solid.count == 11)
  }

  @Test func aFineSurfaceIsDrawnCoarser() {
    #expect(SurfaceSpace.picks(49).count == 49 && SurfaceSpace.picks(1000).count == 49)
    #expect(SurfaceSpace.picks(1000).first == 0 && SurfaceSpace.picks(1000).last == 999)
    let fine = Self.field(301, 200, (0..<60_200).map { sin(Double($0)) })
    #expect(SurfaceSpace(surface(fine)).scene.solid.count == 48 * 48)
  }

  @Test func pointsStandAboveTheSurfaceAndDropToIt() {
    let flat = Self.field(2, 2, [0, 0, 0, 0])
    let figure = surface(flat, [SurfacePoint(0.5, 0.5, 0), SurfacePoint(0.5, 0.5, 1), SurfacePoint(.nan, 0, 0)])
    let scene = SurfaceSpace(figure).scene
    #expect(scene.above.map(\.className).sorted() == ["ball neutral", "ball neutral", "drop"])
    let drop = scene.above.first { $0.className == "drop" }
    let ends = (drop?.vertices ?? []).map { scene.vertices[$0] }
    #expect(ends.count == 2 && ends[0].x == ends[1].x && ends[0].y == ends[1].y && ends[0].z > ends[1].z)
  }

  @Test func brokenSurfacesAreRefusedAndDrawnEmpty() {
    let wild: [Double] = [.nan, .infinity, -.infinity, 1e308, -1e308, .leastNonzeroMagnitude, 0, 1, 2]
    for field in [Self.field(3, 3, wild), Self.field(.max, .max, []), Self.field(3, 3, [])] {
      let figure = surface(field, wild.map { SurfacePoint($0, $0, $0) })
      for measure in FigureDrawing.Measure.allCases {
        let drawing = figure.drawing(measure, id: "f")
        #expect(drawing.height.isFinite && !drawing.body.text.contains("nan"))
      }
    }
    let error = #expect(throws: VitroError.self) { try surface(Self.field(3, 3, [1])).validate("figure 'f'") }
    #expect(error?.code == .shape && error?.message == "surface 'f' has 1 values for 3 × 3 nodes")
  }

  @Test func theScriptGetsWhatTheDrawingShows() throws {
    let text = surface(Self.field(5, 5, (0..<25).map(Double.init))).drawing(.wide, id: "f").body.text
    let attribute = try #require(text.firstMatch(of: /data-space="([^"]*)"/)).1
    let json = attribute.replacing("&quot;", with: "\"")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect((object["solid"] as? [[Int]])?.count == 16 && (object["points"] as? [Int])?.count == 75)
    #expect(text.matches(of: /class="quad/).count == 16)
  }

  @Test func arrowsInSpaceLeaveThoseOfThePlaneTheirShafts() {
    // One sheet serves all figures: a rule of one kind must not undo that of another.
    let rules = FigureStyle.sheet.split(separator: "}").filter {
      $0.hasSuffix(";stroke-width:1.6") || $0.contains(".ray{")
    }
    #expect(rules.filter { $0.contains(".fig .ray{") }.count == 1)
    #expect(rules.contains { $0.contains(".fig .space .ray{") })
  }
}
