import Foundation
import VitroLab

extension DemoReport {
  /// Numbers that look random, the same in every run.
  static func noise(_ index: Int, _ stream: Int = 0) -> Double {
    let x = sin(Double(index) * 12.9898 + Double(stream) * 78.233) * 43_758.5453
    return x - x.rounded(.down)
  }

  /// A number that looks normal, the same in every run.
  static func normal(_ index: Int, _ stream: Int = 0) -> Double {
    (0..<6).reduce(-3) { $0 + noise(index, stream * 6 + $1) } * 1.41
  }

  static var charts: ReportSection {
    ReportSection(
      "Many numbers at once",
      [
        .figure(confusion), .figure(attention), .figure(weights), .figure(cloud), .figure(directions),
        .figure(coloredCloud), .figure(mistakes), .figure(filters), .figure(loss), .figure(geometry),
      ])
  }

  static var confusion: Figure {
    let values = (0..<100).map { cell -> Double in
      let (row, column) = (cell / 10, cell % 10)
      if row == 9, column == 0 { return .nan }
      return row == column ? 950 + (noise(cell) * 40).rounded() : (pow(noise(cell), 6) * 40).rounded()
    }
    return Figure(
      "What the network answers for each digit",
      caption: "Most mistakes are **4 read as 9** and 7 read as 2. One cell was not measured.",
      .heatMap(
        HeatMapFigure(
          rows: 10, columns: 10, values: values, rowLabels: (0..<10).map(String.init),
          columnLabels: (0..<10).map(String.init), rowTitle: "digit", columnTitle: "answer",
          color: ColorScale("images", format: .integer), showsNumbers: true)))
  }

  static var attention: Figure {
    let words = [
      "The", " trophy", " does", " not", " fit", " into", " the", " 行李箱", " because", " it", " is", " too", " big",
    ]
    let values = words.indices.flatMap { row -> [Double] in
      let raw = words.indices.map { $0 > row ? .nan : 0.05 + noise(row * 31 + $0) * ($0 == 1 || $0 == row ? 2 : 0.4) }
      let sum = raw.filter { !$0.isNaN }.reduce(0, +)
      return raw.map { $0 / sum }
    }
    return Figure(
      "Attention of one head", caption: "From each word (row) to those before it. What comes later is masked.",
      span: .half,
      .heatMap(
        HeatMapFigure(
          rows: words.count, columns: words.count, values: values, rowLabels: words, columnLabels: words,
          rowTitle: "from", columnTitle: "to", color: ColorScale("attention", format: .percent(0)))))
  }

  static var weights: Figure {
    let (rows, columns) = (120, 160)
    let values = (0..<(rows * columns)).map { cell -> Double in
      let (row, column) = (Double(cell / columns), Double(cell % columns))
      return sin(row / 9) * cos(column / 13) + normal(cell) * 0.2
    }
    return Figure(
      "A weight matrix", caption: "Blue is negative; **a wave in both directions** is what training left.", span: .half,
      .heatMap(
        HeatMapFigure(
          rows: rows, columns: columns, values: values, rowTitle: "output", columnTitle: "input",
          color: ColorScale("weight", format: .fixed(2), map: .diverging))))
  }

  static var cloud: Figure {
    let names = ["0 zero", "1 one", "2 two", "3 three", "4 four"]
    return Figure(
      "Activations on their first two principal axes",
      caption: "Five classes of 120 images. **0 and 1 stand apart**; 3 and 4 overlap.",
      .scatter(
        ScatterFigure(
          x: Axis("PC 1", format: .fixed(1)), y: Axis("PC 2", format: .fixed(1)),
          series: names.enumerated().map { number, name in
            let angle = Double(number) * 1.1
            return ScatterSeries(
              name, x: (0..<120).map { 3 * cos(angle) + normal($0, number * 2) * 0.7 },
              y: (0..<120).map { 2 * sin(angle) + normal($0, number * 2 + 1) * 0.5 })
          })))
  }

  static func pentagon(_ share: Double) -> ScatterFigure {
    let count = 5
    let angles = (0..<count).map { share * Double($0) * 2 * .pi / 5 + (1 - share) * Double($0 % 2) * .pi / 2 }
    let lengths = (0..<count).map { $0 < 2 ? 1 : share }
    return ScatterFigure(
      x: Axis("hidden 1"), y: Axis("hidden 2"),
      series: [
        ScatterSeries(
          "features", x: zip(angles, lengths).map { cos($0) * $1 }, y: zip(angles, lengths).map { sin($0) * $1 },
          labels: (0..<count).map { "feature \($0)" })
      ],
      links: (0..<count).map { .init(from: .init(0, $0), to: .init(0, ($0 + 1) % count)) }, fromOrigin: true)
  }

  static var directions: Figure {
    Figure(
      "Five features in two dimensions", caption: "They stand as **a regular pentagon**.", span: .half,
      .scatter(pentagon(1)))
  }

  static var coloredCloud: Figure {
    let count = 4000
    let x = (0..<count).map { normal($0, 21) }
    let y = (0..<count).map { normal($0, 23) * 0.6 + x[$0] * 0.3 }
    return Figure(
      "Every token of the corpus", caption: "4 000 tokens; the colour is their loss.", span: .half,
      .scatter(
        ScatterFigure(
          x: Axis("UMAP 1"), y: Axis("UMAP 2"),
          series: [ScatterSeries("tokens", x: x, y: y, values: zip(x, y).map { $0 * $0 + $1 })],
          color: ColorScale("loss (nats)", format: .fixed(1)))))
  }

  static var mistakes: Figure {
    let images = (0..<22).map { number -> GridImage in
      let pixels = (0..<144).map { pixel -> Double in
        let (x, y) = (Double(pixel % 12) - 5.5, Double(pixel / 12) - 5.5)
        let r = (x * x + y * y * 0.6).squareRoot()
        return max(0, 1 - abs(r - 2 - Double(number % 4)) * 0.6) + noise(pixel, number) * 0.1
      }
      return GridImage(
        width: 12, height: 12, values: pixels, label: "\(number % 10) as \((number * 7) % 10)",
        group: ["read rightly", "mistaken"][number % 3 == 0 ? 1 : 0])
    }
    return Figure(
      "Digits that two layers disagree on", caption: "Below each: the digit, and as what it was read.",
      .images(ImageGridFigure(images: images)))
  }

  static var filters: Figure {
    let images = (0..<8).map { filter in
      GridImage(
        width: 7, height: 7,
        values: (0..<49).map { pixel in
          let angle = Double(filter) * .pi / 8
          return sin((Double(pixel % 7) * cos(angle) + Double(pixel / 7) * sin(angle)) * 1.4) + normal(pixel, filter)
            * 0.1
        }, label: "filter \(filter)")
    }
    return Figure(
      "Filters of the first layer", caption: "Edges at eight angles.", span: .half,
      .images(
        ImageGridFigure(images: images, columns: 4, color: ColorScale("weight", format: .fixed(1), map: .diverging))))
  }

  static var loss: Figure {
    let steps = (0..<12_000).map { Double($0) }
    return Figure(
      "Loss at each step", caption: "12 000 steps; **drag to look closer**.", span: .half,
      .lines(
        LineFigure(
          x: Axis("step", format: .integer), y: Axis("loss (nats)", format: .fixed(2)),
          series: [
            LineSeries(
              "train", x: steps, y: steps.map { 0.4 + 1.9 * exp(-$0 / 1500) + abs(normal(Int($0), 40)) * 0.06 }),
            LineSeries(
              "validation", role: .control, of: "train", x: steps.filter { Int($0) % 500 == 0 },
              y: steps.filter { Int($0) % 500 == 0 }.map { 0.47 + 1.85 * exp(-$0 / 1600) }),
          ], references: [ReferenceLine("entropy", 0.35)])))
  }

  static var geometry: Figure {
    Figure(
      "How the pentagon forms", caption: "As sparsity grows, three more features find room.",
      .sequence(
        FigureSequence(
          "sparsity", frames: (0...8).map { .init("\(Double($0) / 8)", .scatter(pentagon(Double($0) / 8))) }, start: 5))
    )
  }
}
