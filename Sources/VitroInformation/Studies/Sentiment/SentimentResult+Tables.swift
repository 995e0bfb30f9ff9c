internal import VitroFitting
internal import VitroLab

/// The numbers of the study.
extension SentimentResult {
  private func cell(
    _ estimate: Estimate?, within range: ClosedRange<Double> = -Double.infinity...Double.infinity
  ) -> Table.Cell {
    guard let estimate else { return .missing("not there") }
    return .number(estimate.value, estimate.low.isFinite ? Interval(estimate, within: range) : nil)
  }

  /// Every layer, in two tables that a page has room for.
  func layerTables() throws -> [Table] {
    func rows(_ cells: (SentimentModel, Int) throws -> [Table.Cell]) throws -> [[Table.Cell]] {
      try models.flatMap { model in
        try of(model)[0].layers.enumerated().map { layer, name in
          [.text(model.title), .text(Self.label(name))] + (try cells(model, layer))
        }
      }
    }
    return [
      Table(
        title: "Every layer: information and readability",
        columns: [
          .init("network"), .init("layer"), .init("kept", .fixed(3)), .init("H (nats)", .fixed(3)),
          .init("label read", .percent(1)),
        ],
        rows: try rows { model, layer in
          [
            cell(try estimate(model) { $0.kept[layer] }, within: 0...1),
            cell(try estimate(model) { $0.entropy[layer] }),
            cell(try accuracy(model, probe: layer + 1), within: 0...1),
          ]
        }),
      Table(
        title: "Every layer: attributes and separators",
        columns: [
          .init("network"), .init("layer"), .init("attribute lost (nats)", .fixed(3)),
          .init("kept of the separator less of words", .fixed(3)),
        ],
        rows: try rows { model, layer in
          [
            cell(try estimate(model) { $0.attributes[layer] }),
            cell(try estimate(model) { $0.separator[layer] }, within: -1...1),
          ]
        }),
    ]
  }

  func localityTable() throws -> Table {
    Table(
      title: "How alike neighbours are kept by the sentence's vector",
      columns: [
        .init("network"), .init("correlation of neighbours (0 by chance)", .fixed(3)),
        .init("runs over those of a random order (1 by chance)", .fixed(3)),
        .init("deviation of H in a sentence (nats)", .fixed(3)),
      ],
      rows: try models.map { model in
        [
          .text(model.title), cell(try estimate(model) { $0.locality[$0.sentence].neighbours }, within: -1...1),
          cell(try estimate(model) { $0.locality[$0.sentence].runs }, within: 0...Double.infinity),
          cell(try estimate(model) { $0.locality[$0.sentence].deviations }, within: 0...Double.infinity),
        ]
      })
  }
}
