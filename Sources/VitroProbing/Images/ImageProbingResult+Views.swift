internal import VitroCore
internal import VitroLab

extension ImageProbingResult {
  /// Every layer on its principal components and on the axes between classes, with random weights and after training.
  var viewSection: ReportSection? {
    let figures = [
      figure("Principal components, random weights", views.before, \.principal, Self.principalCaption),
      figure("Principal components, trained", views.after, \.principal, Self.principalCaption),
      figure("Axes between classes, random weights", views.before, \.discriminant, Self.discriminantCaption),
      figure("Axes between classes, trained", views.after, \.discriminant, Self.discriminantCaption),
    ].compactMap(\.self)
    guard !figures.isEmpty else { return nil }
    let shown = views.after.first?.labels.count ?? 0
    return ReportSection(
      "The layers themselves", id: "views",
      [
        .text(
          RichText(
            "\(shown) test images at each value of the network, coloured by class. Drag to turn, move the slider from layer to layer. "
              + "The axes were found on training images: no point that is shown had a part in them."))
      ] + figures.map { .figure($0) })
  }

  private static let principalCaption =
    "The three directions of most variance at each layer, in units of the deviation along the first."
  private static let discriminantCaption =
    "The three directions along which classes lie farthest apart (Fisher), in deviations within classes."

  private func figure(
    _ name: String, _ views: [LayerViews.View], _ points: KeyPath<LayerViews.View, [[Float]]>, _ caption: String
  ) -> Figure? {
    // Frames of one figure are all in space or all in the plane; a value of two features has no third axis.
    let most = views.compactMap { $0[keyPath: points].first?.count }.max() ?? 0
    let frames = views.compactMap { view -> FigureSequence.Frame? in
      let places = view[keyPath: points]
      guard let axes = places.first?.count, axes >= 2, axes == most else { return nil }
      return FigureSequence.Frame(view.tap, .scatter(cloud(places, view.labels)))
    }
    guard !frames.isEmpty else { return nil }
    return Figure(name, caption: RichText(caption), span: .half, .sequence(FigureSequence("layer", frames: frames)))
  }

  private func cloud(_ places: [[Float]], _ labels: [Int]) -> ScatterFigure {
    let classes = Set(labels).sorted()
    return ScatterFigure(
      x: Axis("1"), y: Axis("2"), z: places.first?.count == 3 ? Axis("3") : nil,
      series: classes.map { label in
        let members = labels.indices.filter { labels[$0] == label }
        func axis(_ number: Int) -> [Double] { members.map { Double(places[$0][number]) } }
        return ScatterSeries(
          classNames[label], x: axis(0), y: axis(1),
          z: places.first?.count == 3 ? axis(2) : [])
      })
  }
}
