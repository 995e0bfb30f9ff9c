internal import VitroData
internal import VitroFitting
internal import VitroLab

extension TextProbingResult {
  /// Accuracy by layer with its control, the majority class, and the two points.
  var depthFigure: Figure {
    let isCounted = subject.areLayers && probing.skipped.isEmpty
    let places = layers.indices.map(Double.init)
    func line(
      _ name: String, _ role: LineSeries.Role = .measured, of counterpart: String? = nil,
      _ value: (TapReading) -> Estimate?
    ) -> LineSeries {
      let values = layers.map { value($0) ?? .missing }
      return LineSeries(
        name, role: role, of: counterpart, x: isCounted ? places : [], y: values.map(\.value),
        low: values.map(\.low), high: values.map(\.high))
    }
    var series = [
      line(kind.title) { $0.accuracy },
      line("control: \(probing.controlName)", .control, of: kind.title) { $0.control },
    ]
    if let untrained { series.append(line("random weights", .baseline) { untrained[$0.tap]?.accuracy }) }
    for (name, point) in [("jump point", curve?.jump), ("converge point", curve?.converge)] {
      guard let layer = point?.layer, layers.indices.contains(layer) else { continue }
      let height = layers[layer].accuracy.value
      series.append(
        isCounted
          ? LineSeries(name, role: .reference, x: [Double(layer), Double(layer)], y: [baseline, height])
          : LineSeries(name, role: .reference, y: layers.indices.map { $0 == layer ? height : .nan }))
    }
    let references = [ReferenceLine("majority class", baseline)]
    let y = Axis("test accuracy", format: .percent)
    let what = isCounted ? Axis("layer", format: .integer) : Axis("value, in the order of the network")
    return Figure(
      "Accuracy by depth",
      caption:
        "Higher is more readable. The solid line is the probe, the dashed one its control; bands are 95 % intervals, thin upright lines the jump and the converge point.",
      .lines(
        isCounted
          ? LineFigure(x: what, y: y, series: series, references: references, intervals: .band)
          : LineFigure(categories: layers.map(\.tap), x: what, y: y, series: series, references: references)))
  }

  /// Layers on their principal components and on the axes between classes.
  var viewSection: ReportSection? {
    let figures = [
      figure(
        "Principal components", \.principal,
        "The directions of most variance at each layer, in units of the deviation along the first."),
      figure(
        "Axes between classes", \.discriminant,
        "The directions along which classes lie farthest apart (Fisher), in deviations within classes. Two classes have one: it is shown against the first principal component."
      ),
    ].compactMap(\.self)
    guard !figures.isEmpty, let shown = views.first?.labels.count else { return nil }
    return ReportSection(
      "The layers themselves", id: "views",
      [
        .text(
          RichText(
            "\(shown) test texts at \(views.count) layers, coloured by class; move the slider from layer to layer. The axes were found on training texts: no point "
              + "that is shown had a part in them."))
      ] + figures.map { .figure($0) })
  }

  private func figure(_ name: String, _ points: KeyPath<LayerViews.View, [[Float]]>, _ caption: String) -> Figure? {
    let frames = views.compactMap { view -> FigureSequence.Frame? in
      var places = view[keyPath: points]
      if places.first?.count == 1, view.principal.count == places.count {
        places = zip(places, view.principal).map { [$0[0], $1[0]] }
      }
      guard let axes = places.first?.count, axes >= 2 else { return nil }
      return FigureSequence.Frame(label(view.tap), .scatter(cloud(places, view.labels)))
    }
    guard !frames.isEmpty else { return nil }
    return Figure(name, caption: RichText(caption), span: .half, .sequence(FigureSequence("layer", frames: frames)))
  }

  private func label(_ tap: String) -> String {
    guard let number = layers.firstIndex(where: { $0.tap == tap }) else { return tap }
    return subject.areLayers && probing.skipped.isEmpty ? "layer \(number)" : tap
  }

  /// Points on two axes: one picture for all layers.
  private func cloud(_ places: [[Float]], _ labels: [Int]) -> ScatterFigure {
    ScatterFigure(
      x: Axis("1"), y: Axis("2"),
      series: Set(labels).sorted().map { label in
        let members = labels.indices.filter { labels[$0] == label }
        return ScatterSeries(
          probing.subject.classNames[label], x: members.map { Double(places[$0][0]) },
          y: members.map { Double(places[$0][1]) })
      })
  }
}
