import Foundation
import Testing
import VitroCore

@testable import VitroLab

@Suite struct GraphFigureTests {
  private static let gaps = (node: 18.0, bend: 12.0, layer: 50.0)

  private func graph(_ count: Int, _ edges: [(Int, Int)]) -> GraphTopology {
    GraphTopology(count: count, ends: edges)
  }

  private func layered(_ graph: GraphTopology, asked: [Int?]? = nil) -> LayeredLayout {
    let sizes = (0..<graph.count).map { GraphSize(width: 30 + Double($0 * 7 % 60), height: 28) }
    return LayeredLayout(
      graph, sizes: sizes, asked: asked ?? Array(repeating: nil, count: graph.count), gaps: Self.gaps)
  }

  private static func random(_ count: Int, _ edges: Int, seed: UInt64) -> [(Int, Int)] {
    var random = SplitMix(seed: seed)
    return (0..<edges).map { _ in (Int(random.next() % UInt64(count)), Int(random.next() % UInt64(count))) }
  }

  private func expectApart(_ points: [GraphPoint], _ sizes: [GraphSize], _ comment: Comment) {
    for a in points.indices {
      for b in points.indices.dropFirst(a + 1) {
        let across = abs(points[a].x - points[b].x) - (sizes[a].width + sizes[b].width) / 2
        let down = abs(points[a].y - points[b].y) - (sizes[a].height + sizes[b].height) / 2
        #expect(max(across, down) > -1e-6, comment)
      }
    }
  }

  @Test func edgesRunDownAndNodesStandApart() {
    for (seed, size) in [(1, 8), (2, 20), (3, 40), (4, 60)] {
      let edges = Self.random(size, size * 2, seed: UInt64(seed)).map { (min($0.0, $0.1), max($0.0, $0.1)) }
      let layout = layered(graph(size, edges))
      for (from, to) in edges where from != to {
        #expect(layout.layers[from] < layout.layers[to])
        #expect(layout.positions[from].y < layout.positions[to].y)
      }
      let sizes = (0..<size).map { GraphSize(width: 30 + Double($0 * 7 % 60), height: 28) }
      expectApart(layout.positions, sizes, "\(size) nodes in layers")
      #expect(layout.positions.allSatisfy { $0.x >= 0 && $0.x <= layout.width && $0.y >= 0 && $0.y <= layout.height })
    }
  }

  @Test func layersAreLongestPathsUnlessAsked() {
    let edges = [(0, 1), (1, 2), (0, 2), (2, 3), (4, 3)]
    #expect(layered(graph(5, edges)).layers == [0, 1, 2, 3, 0])
    #expect(layered(graph(5, edges), asked: [nil, nil, nil, nil, 2]).layers == [0, 1, 2, 3, 2])
    #expect(layered(graph(3, [(0, 1), (1, 2)]), asked: [.min, 0, .max]).layers == [0, 1, 2])
    // A cycle is cut where a walk from its first node closes it.
    #expect(layered(graph(3, [(0, 1), (1, 2), (2, 0)])).layers == [0, 1, 2])
    #expect(layered(graph(2, [(0, 0), (1, 1)])).layers == [0, 0])
  }

  @Test func aPlanarGraphLosesAllItsCrossings() {
    // A ladder of three rails and a binary tree, their nodes numbered without order.
    var rails: [(Int, Int)] = []
    for node in 0..<24 {
      rails.append((node, node + 3))
      if node % 3 < 2 { rails.append((node, node + 4)) }
    }
    let tree = (1..<63).map { (27 + ($0 - 1) / 2, 27 + $0) }
    for (count, edges) in [(27, rails), (90, rails + tree)] {
      var shuffled = Array(0..<count)
      var random = SplitMix(seed: 5)
      for index in shuffled.indices.dropFirst().reversed() {
        shuffled.swapAt(index, Int(random.next() % UInt64(index + 1)))
      }
      let layout = layered(graph(count, edges.map { (shuffled[$0.0], shuffled[$0.1]) }))
      #expect(layout.crossings == 0, "\(count) nodes")
    }
  }

  @Test func aLongEdgeRunsStraight() {
    let layout = layered(graph(6, [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4), (4, 5)]))
    let bends = layout.routes[4].dropFirst().dropLast().map(\.x)
    #expect(bends.count == 6 && Set(bends).count == 1)
  }

  @Test func crossingsAreCountedOnceEach() {
    var layered = LayeredGraph(graph(4, [(0, 2), (0, 3), (1, 2), (1, 3)]), layers: [0, 0, 1, 1])
    #expect(layered.crossings == 1)
    layered.reduceCrossings()
    #expect(layered.crossings == 1)
  }

  @Test(arguments: [1, 2, 5, 40, 120, 700])
  func freeNodesStandApart(count: Int) {
    let graph = graph(count, Self.random(count, count * 3 / 2, seed: 11))
    let sizes = (0..<count).map { GraphSize(width: count > 60 ? 10 : 30 + Double($0 * 7 % 60), height: 20) }
    let room = GraphSize(width: 380, height: 460)
    let layout = FreeLayout(graph, sizes: sizes, room: room, shortest: 16, longest: 130)
    expectApart(layout.positions, sizes, "\(count) free nodes")
    let again = FreeLayout(graph, sizes: sizes, room: room, shortest: 16, longest: 130)
    #expect(again.positions == layout.positions)
  }

  @Test func aRingIsDrawnRound() {
    let points = SpringLayout.positions((0..<12).map { [($0 + 11) % 12, ($0 + 1) % 12] })
    let (x, y) = (points.map(\.x).reduce(0, +) / 12, points.map(\.y).reduce(0, +) / 12)
    let radii = points.map { hypot($0.x - x, $0.y - y) }
    #expect((radii.max() ?? 0) / (radii.min() ?? 1) < 1.1)
  }

  private static let odd = GraphFigure(
    nodes: [.init("a", group: "g"), .init("b", label: "second", detail: "d"), .init("c", layer: 0), .init("d")],
    edges: [
      .init("a", "b", weight: 1, label: "one"), .init("a", "b", weight: -2), .init("b", "a", weight: .nan),
      .init("a", "a", label: "self"), .init("c", "a"), .init("a", "nowhere"), .init("b", "d", weight: .infinity),
    ])

  @Test(arguments: [GraphFigure.Layout.layered, .free])
  func everyEdgeWithBothEndsIsDrawn(layout: GraphFigure.Layout) {
    var figure = Self.odd
    figure.layout = layout
    for measure in FigureDrawing.Measure.allCases {
      let text = figure.drawing(measure, id: "f").body.text
      #expect(text.matches(of: /data-ends=/).count == 6)
      #expect(text.matches(of: /data-node=/).count == 4)
      #expect(!text.contains("nan") && !text.contains("inf\""))
      #expect(text.contains("<title>a → b: one, 1.00</title>"))
      #expect(text == figure.drawing(measure, id: "f").body.text)
    }
  }

  @Test func largeGraphsAreRefusedByName() {
    let node = GraphFigure.Node("a")
    let cases: [(GraphFigure, String)] = [
      (GraphFigure(nodes: [], edges: []), "there are no nodes"),
      (GraphFigure(nodes: [node, node], edges: []), "two nodes are named 'a'"),
      (GraphFigure(nodes: [node], edges: [.init("a", "b")]), "edge 0: there is no node named 'b'"),
      (
        GraphFigure(nodes: (0...5000).map { .init("\($0)") }, edges: []),
        "there are 5001 nodes, more than the 5000 that a graph shows"
      ),
      (
        GraphFigure(nodes: [node], edges: Array(repeating: .init("a", "a"), count: 50_001)),
        "there are 50001 edges, more than the 50000 that a graph shows"
      ),
    ]
    for (figure, message) in cases {
      let error = #expect(throws: VitroError.self) { try figure.validate("figure 'f'") }
      #expect(error?.message == message)
    }
  }

  @Test func largeGraphsTakeTheirTimeOnly() {
    for layout in [GraphFigure.Layout.layered, .free] {
      let figure = GraphFigure(
        nodes: (0..<500).map { .init("\($0)") },
        edges: Self.random(500, 2000, seed: 3).map { .init("\($0.0)", "\($0.1)") }, layout: layout)
      let time = ContinuousClock().measure { _ = figure.drawing(.wide, id: "f") }
      #expect(time < .seconds(90))
    }
  }

  @Test func theTablesHoldEdgesAndNodes() {
    let tables = Self.odd.tables
    #expect(tables.map(\.title) == ["Edges", "Nodes"])
    #expect(tables[0].rows[0] == [.text("a"), .text("b"), .number(1), .text("one")])
    #expect(tables[1].columns.map(\.name) == ["node", "label", "class", "layer", "detail"])
  }

  @Test func weightsThatAreNotFiniteAreNullInJSON() throws {
    let figure = GraphFigure(
      nodes: [.init("a")],
      edges: [
        .init("a", "a", weight: .nan), .init("a", "a", weight: .infinity), .init("a", "a"), .init("a", "a", weight: 2),
      ]
    )
    let data = try JSONEncoder().encode(figure)
    let edges = try JSONDecoder().decode(GraphFigure.self, from: data).edges
    #expect(String(decoding: data, as: UTF8.self).components(separatedBy: "\"weight\":null").count == 3)
    #expect(edges[0].weight?.isNaN == true && edges[1].weight?.isNaN == true && edges[2].weight == nil)
    #expect(edges[3].weight == 2)
  }
}
