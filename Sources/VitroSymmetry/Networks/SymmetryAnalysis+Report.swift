internal import Foundation
public import VitroCore
internal import VitroFitting
public import VitroLab

extension SymmetryAnalysis {
  /// The analysis as a section of a report: the flow picture, how equivariant each layer is, and a table.
  public func section(_ title: String = "Symmetry", id: String = "symmetry") -> ReportSection {
    var blocks: [ReportBlock] = [.text(RichText(summary))]
    if let flow { blocks.append(.figure(flow)) }
    blocks.append(.figure(errors))
    if let map = energyMap { blocks.append(.figure(map)) }
    blocks.append(.table(table))
    if readings.contains(where: { !$0.dead.isEmpty }) { blocks.append(.note(.remark, RichText(Self.deadText))) }
    return ReportSection(title, id: id, blocks)
  }

  /// The same for programs: for each tap its error, control, shares, and dead simples.
  public var facts: [String: JSONValue] {
    [
      "group": .string(action.name), "examples": .integer(exampleCount),
      "simples": .array(action.parts.map { .string($0.name) }),
      "taps": .array(
        readings.map { reading in
          [
            "tap": .string(reading.tap), "action": .string(reading.place.word),
            "error": reading.error.map { .number($0.value) } ?? .null,
            "interval": reading.error.map { .numbers([$0.low, $0.high]) } ?? .null,
            "control": reading.control.map { .number($0.value) } ?? .null,
            "shares": .numbers(reading.shares.map(\.value)),
            "dead": .array(names(reading.dead, reading).map { .string($0) }),
            "silent": .array(names(reading.silent, reading).map { .string($0) }),
          ]
        }),
    ]
  }

  /// The tap whose values are farthest from moving with the input, or of the outputs from staying as they are.
  ///
  /// The input moves with itself. Inner values on which no action is known, such as the units of a dense layer, are in the table, and no layer is blamed for
  /// them; where all are of that kind, they are all there is to compare.
  public var worst: Reading? {
    let inner = readings.dropFirst()
    let telling = inner.filter { reading in
      if case .points = reading.place { return !assumed.contains(reading.tap) }
      return reading.tap == readings.last?.tap
    }
    return (telling.isEmpty ? inner[...] : telling[...]).max { ($0.error?.value ?? -1) < ($1.error?.value ?? -1) }
  }

  /// One sentence.
  public var summary: String {
    guard let worst, let error = worst.error else {
      return "No layer on which the group acts has values that differ between examples."
    }
    let number = NumberFormat.significant(2)
    let control = worst.control.map { " (random permutations of the same cycle types: \(number.text($0.value)))" } ?? ""
    return error.value < Self.roundingError
      ? "Every layer moves with its input under \(action.name) up to rounding: the largest error is **\(number.text(error.value))**\(control)."
      : "The layer that follows \(action.name) least is `\(worst.tap)`, with an error of **\(number.text(error.value))**\(control); 0 is equivariant, 1 as different as another example."
  }

  /// An equivariance error below this is rounding: the root of the share that is.
  static let roundingError = 1e-10

  private static let deadText =
    "A simple is dead in a layer when its share of the energy is below \(NumberFormat.significant(2).text(roundingShare)), (100 ε)² of float64. "
    + "Of those marked as proved the kernel filtration says so beforehand: a subgroup fixes all inputs and moves the simple."

  private func names(_ numbers: [Int], _ reading: Reading) -> [String] {
    guard case .points(_, let own) = reading.place else { return [] }
    return numbers.map { own.parts[$0].name }
  }

  /// The taps on which the group acts as on the input.
  private var flowing: [Reading] {
    readings.filter { reading in
      guard case .points(_, let own) = reading.place, !reading.shares.isEmpty else { return false }
      return own.parts.map(\.name) == action.parts.map(\.name)
    }
  }

  private var flow: Figure? {
    guard !flowing.isEmpty else { return nil }
    return Figure(
      "Energy of each simple, layer by layer",
      caption: RichText(
        "How the centred energy of each layer divides among the simples of \(action.name), over \(exampleCount) examples. Linear layers keep each simple to itself; activations pass energy between them."
      ),
      .bars(
        EnergyFlow.bars(
          taps: flowing.map(\.tap), names: action.parts.map(\.name),
          shares: flowing.map { $0.shares.map(\.value) })))
  }

  private var energyMap: Figure? {
    guard !flowing.isEmpty, action.parts.count <= 100 else { return nil }
    let values = flowing.flatMap { reading in
      reading.shares.map { $0.value < Self.roundingShare ? Double.nan : log10($0.value) }
    }
    return Figure(
      "Small shares", caption: "The same on a logarithmic scale; holes are dead simples.",
      .heatMap(
        HeatMapFigure(
          rows: flowing.count, columns: action.parts.count, values: values, rowLabels: flowing.map(\.tap),
          columnLabels: action.parts.map(\.name), rowTitle: "layer", columnTitle: "simple",
          color: ColorScale("log₁₀ of the share", format: .fixed(1)))))
  }

  private var errors: Figure {
    func drawn(_ value: Double?) -> Double { value.map { Swift.max($0, 1e-18) } ?? .nan }
    return Figure(
      "How far each layer is from moving with its input",
      caption: RichText(
        "√(E‖f(gx) − g·f(x)‖² / 2 E‖f − mean f‖²) over examples and generators of \(action.name). Dashed: random permutations of the same cycle types. Whiskers: 95 %."
      ),
      .lines(
        LineFigure(
          categories: readings.map(\.tap), y: Axis("equivariance error", scale: .log, format: .significant(2)),
          series: [
            LineSeries(
              action.name, y: readings.map { drawn($0.error?.value) }, low: readings.map { drawn($0.error?.low) },
              high: readings.map { drawn($0.error?.high) }),
            LineSeries(
              "random permutations", role: .control, of: action.name, y: readings.map { drawn($0.control?.value) },
              low: readings.map { drawn($0.control?.low) }, high: readings.map { drawn($0.control?.high) }),
          ], references: [ReferenceLine("as another example", 1)])))
  }

  private var table: Table {
    Table(
      columns: [
        .init("tap"), .init("the group"), .init("error", .significant(3)), .init("control", .significant(3)),
        .init("dead simples"), .init("proved to be"),
      ],
      rows: readings.map { reading in
        func cell(_ estimate: Estimate?) -> Table.Cell {
          estimate.map { .number($0.value, Interval($0)) } ?? .missing("the same for all examples")
        }
        func list(_ numbers: [Int]) -> Table.Cell {
          let names = names(numbers, reading)
          return names.isEmpty ? .missing() : .text(Self.shortened(names))
        }
        return [
          .text(reading.tap), .text(reading.place.word), cell(reading.error), cell(reading.control),
          list(reading.dead), list(reading.silent),
        ]
      })
  }

  private static func shortened(_ names: [String]) -> String {
    names.count <= 8
      ? names.joined(separator: ", ") : names.prefix(8).joined(separator: ", ") + " and \(names.count - 8) more"
  }
}

extension SymmetryAnalysis.Place {
  /// How the group acts, in a word.
  var word: String {
    switch self {
    case .points(let axes, let action):
      "moves \(action.points) points" + (axes == 0..<1 ? "" : " on axes \(axes.lowerBound) to \(axes.upperBound - 1)")
    case .invariant: "leaves it as it is"
    }
  }
}
