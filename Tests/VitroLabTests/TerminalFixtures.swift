import Foundation

@testable import VitroLab

/// Figures of every kind, small and with planted content.
enum TerminalFixtures {
  static var figures: [Figure] {
    [lines, bars, heatMap, numbers, large, scatter, cloud, space, graph, tokens, images, surface, sequence]
  }

  static func report(_ style: String = "every kind") -> Report {
    Report(
      id: "kinds", title: "Every kind of figure", lede: "One after the other, \(style).",
      created: Date(timeIntervalSince1970: 0),
      sections: [ReportSection("Figures", figures.map { .figure($0) })])
  }

  private static func figure(_ title: String, _ content: FigureContent) -> Figure {
    Figure(title, caption: "What `\(title)` shows.", content)
  }

  static var lines: Figure {
    let x = (0..<400).map { Double($0) / 40 }
    return figure(
      "Waves",
      .lines(
        LineFigure(
          x: Axis("time", unit: "s"), y: Axis("height"),
          series: [
            LineSeries("sine", x: x, y: x.map { sin($0) }, low: x.map { sin($0) - 0.2 }, high: x.map { sin($0) + 0.2 }),
            LineSeries("cosine", role: .control, of: "sine", x: x, y: x.map { cos($0) }),
          ], references: [ReferenceLine("rest", 0)])))
  }

  static var bars: Figure {
    figure(
      "Gains",
      .bars(
        BarFigure(
          label: "part", value: Axis("gain", format: .percent),
          bars: [
            .init("attention", 0.42, interval: Interval(0.38, 0.5), isHighlighted: true), .init("multilayer", 0.31),
            .init("層", 0.063), .init("norm", -0.12, interval: Interval(-0.2, -0.05)),
          ])))
  }

  static var heatMap: Figure {
    figure(
      "Products",
      .heatMap(
        HeatMapFigure(
          rows: 6, columns: 6, values: (0..<36).map { $0 % 7 == 0 ? 1 : sin(Double($0)) * 0.6 },
          rowLabels: (0..<6).map { "feature \($0)" }, columnLabels: (0..<6).map { "f\($0)" }, rowTitle: "feature",
          columnTitle: "feature", color: ColorScale("WᵀW", format: .fixed(2), map: .diverging))))
  }

  static var numbers: Figure {
    figure(
      "Confusion",
      .heatMap(
        HeatMapFigure(
          rows: 3, columns: 3, values: [97, 2, 1, 0, 88, 12, 3, 4, .nan], rowLabels: ["cat", "dog", "cow"],
          columnLabels: ["cat", "dog", "cow"], rowTitle: "true", columnTitle: "read as",
          color: ColorScale("examples", format: .integer), showsNumbers: true)))
  }

  static var large: Figure {
    figure(
      "Attention",
      .heatMap(
        HeatMapFigure(
          rows: 256, columns: 256,
          values: (0..<65_536).map { exp(-abs(Double($0 / 256 - $0 % 256)) / 40) }, rowTitle: "to", columnTitle: "from",
          color: ColorScale("attention", format: .fixed(2)))))
  }

  static var scatter: Figure {
    figure(
      "Two classes",
      .scatter(
        ScatterFigure(
          x: Axis("PC 1"), y: Axis("PC 2"),
          series: [
            ScatterSeries("odd", x: [0, 0.4, 0.2, 1, 0.7], y: [0, 0.3, 0.6, 0.1, 0.5]),
            ScatterSeries("even", x: [2, 2.4, 2.2, 1.8], y: [1, 0.8, 1.4, 1.1], labels: ["", "", "farthest", ""]),
          ])))
  }

  static var cloud: Figure {
    func ring(_ radius: Double, _ count: Int) -> ([Double], [Double]) {
      let angles = (0..<count).map { Double($0) * 2.399963 }
      let reach = (0..<count).map { radius + 0.25 * sin(Double($0) * 12.9898) }
      return (zip(angles, reach).map { cos($0) * $1 }, zip(angles, reach).map { sin($0) * $1 })
    }
    let (inner, outer) = (ring(0.6, 1500), ring(1.7, 2500))
    return figure(
      "Rings",
      .scatter(
        ScatterFigure(
          x: Axis("x"), y: Axis("y"),
          series: [
            ScatterSeries("inner", x: inner.0, y: inner.1), ScatterSeries("outer", x: outer.0, y: outer.1),
          ])))
  }

  static var space: Figure {
    let t = (0..<300).map { Double($0) / 15 }
    return figure(
      "A helix",
      .scatter(
        ScatterFigure(
          x: Axis("cosine"), y: Axis("sine"), z: Axis("number"),
          series: [ScatterSeries("path", x: t.map { cos($0) }, y: t.map { sin($0) }, z: t.map { $0 / 10 - 1 })])))
  }

  static var graph: Figure {
    figure(
      "A circuit",
      .graph(
        GraphFigure(
          nodes: [
            .init("x", group: "input"), .init("y", group: "input"), .init("h1", label: "ReLU(x − y)", group: "hidden"),
            .init("h2", label: "ReLU(y − x)", group: "hidden"), .init("out", label: "|x − y|", group: "output"),
          ],
          edges: [
            .init("x", "h1", weight: 1), .init("x", "h2", weight: -1), .init("y", "h1", weight: -1),
            .init("y", "h2", weight: 1), .init("h1", "out", weight: 1), .init("h2", "out", weight: 1, label: "readout"),
          ], weight: ColorScale("weight", map: .diverging))))
  }

  static var tokens: Figure {
    figure(
      "Words",
      .tokens(
        TokenFigure(
          rows: [
            .init(
              "layer 1", tokens: ["The", " cat", " that", " sat", " on", " the", " 猫", " un", "believ", "ably", "."],
              values: [0.1, 0.9, 0.2, 0.75, 0.3, 0.1, 1.2, 0.4, 0.55, 0.6, .nan])
          ], color: ColorScale("bits kept", format: .fixed(2)))))
  }

  static var images: Figure {
    func disc(_ radius: Double) -> [Double] {
      (0..<144).map { index in
        let (x, y) = (Double(index % 12) - 5.5, Double(index / 12) - 5.5)
        return max(0, min(1, radius + 0.5 - (x * x + y * y).squareRoot()))
      }
    }
    return figure(
      "Discs",
      .images(
        ImageGridFigure(
          images: [2.0, 3.5, 5].map { GridImage(width: 12, height: 12, values: disc($0), label: "radius \($0)") })))
  }

  static var surface: Figure {
    let span = Interval(0, 1)
    return figure(
      "A valley",
      .surface(
        SurfaceFigure(
          x: Axis("x"), y: Axis("y"), z: Axis("output"),
          field: ScalarField("output", x: span, y: span, resolution: 21) { x, y in abs(x - y) },
          points: [SurfacePoint(0, 1, 1, group: "XOR = 1"), SurfacePoint(0.5, 0.5, 0, group: "XOR = 0")])))
  }

  static var sequence: Figure {
    figure(
      "Growth",
      .sequence(
        FigureSequence(
          "epoch",
          frames: (1...3).map { epoch in
            .init(
              "\(epoch)", .bars(BarFigure(label: "", value: Axis("loss"), bars: [.init("loss", 1 / Double(epoch))])))
          }, start: 1)))
  }
}
