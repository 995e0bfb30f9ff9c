internal import VitroFitting
internal import VitroLab

extension GalleryEntry {
  /// All circuits: a table, and a section each.
  static func overview(_ entries: [GalleryEntry], of circuits: [GalleryCircuit]) -> Report {
    let certified = entries.count { $0.written.isCertified }
    let same = entries.count { $0.scrambled.isCertified }
    let found = entries.count { $0.trained.solved > 0 }
    let read = entries.count { $0.found.isCertified }
    return Report(
      id: "circuits-gallery", title: "The gallery of circuits", kicker: "Circuits",
      lede: RichText(
        "\(entries.count) small algorithms as weights. Written: **\(certified)** are proved to be their formula. Scrambled: **\(same)** are read back with a proof. "
          + "Trained: **\(found)** are found from some seed, and from **\(read)** of the best networks a formula is read and proved."
      ),
      metrics: [
        Metric("circuits", Double(entries.count), format: .integer),
        Metric("written and certified", Double(certified), format: .integer),
        Metric(
          "found by training", Double(found), format: .integer,
          explanation: "Circuits that at least one seed finds, every example within what is allowed."),
        Metric("read and certified", Double(read), format: .integer, explanation: "From the best trained network."),
      ],
      sections: [
        ReportSection(
          "All of them", id: "table", [.table(table(entries, circuits)), .figure(shares(entries, circuits))])
      ]
        + zip(entries, circuits).map { entry, circuit in
          ReportSection(circuit.title, id: circuit.id, entry.summary(of: circuit) + entry.pictures)
        })
  }

  /// One circuit's page.
  func page(of circuit: GalleryCircuit) -> Report {
    let percent = NumberFormat.percent(1)
    return Report(
      id: "circuits-gallery-\(id)", title: circuit.title, kicker: "Circuits · The gallery",
      lede: RichText(circuit.summary),
      metrics: [
        Metric("units, written", Double(written.units), format: .integer),
        Metric(
          "found by training", trained.share?.value ?? .nan, format: percent,
          interval: trained.share.map(Interval.init),
          explanation: RichText(
            "\(trained.solved) of \(trained.errors.count) seeds; every example within \(Self.three.text(trained.allowed)). 95 % interval, Clopper–Pearson."
          )),
        Metric("best loss", trained.losses.min() ?? .nan, format: .significant(2), explanation: "Mean squared error."),
      ],
      sections: [
        ReportSection(
          "Written", id: "written",
          [
            .text(
              RichText(
                "`\(circuit.text)` becomes \(written.text). \(written.statement)"
              ))
          ] + (drawing.map { [$0] } ?? [])),
        ReportSection(
          "Trained", id: "trained",
          [
            .text(
              RichText(
                "\(trained.errors.count) networks \(trained.architecture), on \(trained.examples) examples, mean squared error, Adam from rate \(circuit.rate) down to zero along half a cosine, \(trained.steps) steps."
              )), .figure(endings),
          ]),
        ReportSection(
          "Read back", id: "read",
          [.table(readings)]
            + (circuit.architecture.isSigmoid
              ? [.note(.remark, "What is read is the inside of the sigmoid: the answer is 1/2 where it is zero.")] : [])
            + pictures),
      ])
  }

  private static let three = NumberFormat.significant(3)

  private func summary(of circuit: GalleryCircuit) -> [ReportBlock] {
    [
      .text(RichText("`\(circuit.text)`. \(circuit.summary)")),
      .table(
        Table(
          columns: [.init(""), .init("what it is"), .init("how well")],
          rows: [
            [
              "written",
              .text(written.text),
              .text(written.isCertified ? "proved to be the formula" : "not proved"),
            ],
            [
              "trained", .text(trained.architecture),
              .text(
                "\(trained.solved) of \(trained.errors.count) seeds find it, best loss \(Self.three.text(trained.losses.min() ?? .nan))"
              ),
            ],
            ["read, scrambled", .text(scrambled.formula.shortened), .text(scrambled.verdict)],
            ["read, trained", .text(found.formula.shortened), .text(found.verdict)],
          ])),
    ]
  }

  private static func table(_ entries: [GalleryEntry], _ circuits: [GalleryCircuit]) -> Table {
    Table(
      columns: [
        .init("circuit"), .init("formula"), .init("units", .integer), .init("depth", .integer), .init("written"),
        .init("found by training", .percent(0)),
        .init("read from the best"), .init("bound proved", .significant(2)),
      ],
      rows: zip(entries, circuits).map { entry, circuit in
        [
          .text(circuit.title), .text(circuit.text.shortened), .number(Double(entry.written.units)),
          .number(Double(entry.written.depth)),
          .text(entry.written.isCertified ? "certified" : "not certified"),
          entry.trained.share.map { .number($0.value, Interval($0)) } ?? .missing(),
          .text(entry.found.formula.shortened),
          entry.found.isCertified ? .number(entry.found.bound) : .missing("not certified"),
        ]
      })
  }

  private static func shares(_ entries: [GalleryEntry], _ circuits: [GalleryCircuit]) -> Figure {
    Figure(
      "How many seeds find each circuit",
      caption:
        "The share of trained networks that have every example within what is allowed, with 95 % intervals (Clopper–Pearson).",
      .bars(
        BarFigure(
          label: "circuit", value: Axis("share of seeds", format: .percent, range: Interval(0, 1)),
          bars: zip(entries, circuits).map { entry, circuit in
            BarFigure.Bar(
              circuit.title, entry.trained.share?.value ?? 0, interval: entry.trained.share.map(Interval.init))
          })))
  }

  private var endings: Figure {
    let sorted = trained.errors.sorted()
    return Figure(
      "Where the seeds end",
      caption: "The largest error of each network on any example, sorted; below the line the circuit is found.",
      .lines(
        LineFigure(
          x: Axis("share of seeds", format: .percent), y: Axis("largest error"),
          series: [
            LineSeries("networks", x: sorted.indices.map { Double($0 + 1) / Double(sorted.count) }, y: sorted)
          ], references: [ReferenceLine("allowed", trained.allowed)])))
  }

  private var readings: Table {
    Table(
      columns: [.init("from"), .init("formula"), .init("proof")],
      rows: [
        [
          "the written network, units in another order and rescaled by powers of two", .text(scrambled.formula),
          .text(scrambled.verdict),
        ],
        ["the best trained network", .text(found.formula), .text(found.verdict)],
      ])
  }
}

extension GalleryEntry.Read {
  /// Whether it is proved, and how near.
  var verdict: String {
    let digits = NumberFormat.significant(2)
    return isCertified
      ? bound == 0 ? "proved, exact" : "proved within \(digits.text(bound))"
      : "not certified at \(digits.text(tolerance)): a difference of \(digits.text(bound)) is left"
  }
}

extension String {
  fileprivate var shortened: String { count <= 60 ? self : prefix(57) + "…" }
}
