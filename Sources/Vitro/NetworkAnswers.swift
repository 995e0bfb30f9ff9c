internal import VitroCore
internal import VitroData
internal import VitroFitting
internal import VitroLab
internal import VitroNetworks
internal import VitroTensor

/// What a classifier answers on the test part: how often it is right, what it takes for what, and where it is wrong.
struct NetworkAnswers {
  let scores: ClassificationScores
  private let subject: Subject
  private let test: LabeledData
  private let predictions: [Int]
  /// The probability that softmax gives each answer.
  private let confidence: [Double]

  /// `nil` when the output is not one score for each class.
  init?(_ subject: Subject, _ observer: any Observer) throws {
    let classes = subject.data.classNames.count
    let test = try subject.data.subset(subject.parts.test)
    let output = try subject.network.predictions(test)
    try observer.checkpoint("examining")
    guard output.rank == 2, output.shape[1] == classes else { return nil }
    let predictions = try output.argmax().ints
    scores = try ClassificationScores(labels: test.labels, predictions: predictions, classCount: classes)
    confidence = try output.softmax().max(axes: [1]).doubles
    (self.subject, self.test, self.predictions) = (subject, test, predictions)
  }

  /// The share of right answers with its exact interval.
  var accuracy: Metric {
    get throws {
      let interval = try Estimate.clopperPearson(successes: scores.correct, trials: scores.count)
      return Metric(
        "test accuracy", scores.accuracy, format: .percent(1), interval: Interval(interval),
        explanation: RichText(
          "The network's own answers on \(scores.count) examples\(subject.testIsUnseen == true ? " it was not trained on" : "")."
        ),
        control: Metric.Control("most frequent class", scores.majorityAccuracy))
    }
  }

  /// The confusions, and the images that were misread, if the inputs are images.
  var figures: [Figure] { [confusions, mistakes].compactMap(\.self) }

  private var confusions: Figure? {
    let names = subject.data.classNames
    guard names.count <= 200 else { return nil }
    let off = scores.confusion.indices.flatMap { row in
      scores.confusion[row].indices.filter { $0 != row }.map { (row, $0, scores.confusion[row][$0]) }
    }
    let most = off.map(\.2).max() ?? 0
    let worst = off.filter { $0.2 == most }
    let words = worst.prefix(3).map { "\(names[$0.0]) is taken for \(names[$0.1])" }.joined(separator: ", ")
    let rest = worst.count > 3 ? " and \(worst.count - 3) others" : ""
    let finding =
      most == 0
      ? "No example is misread."
      : "Most often, **\(words)\(rest)** (\(most) \(most == 1 ? "time" : "times")\(worst.count > 1 ? " each" : ""))."
    return Figure(
      "What is taken for what",
      caption: RichText("Test examples by their class and by the network's answer. \(finding)"),
      span: .half,
      .heatMap(
        HeatMapFigure(
          rows: names.count, columns: names.count, values: scores.confusion.flatMap { $0.map(Double.init) },
          rowLabels: names, columnLabels: names, rowTitle: "class", columnTitle: "answer",
          color: ColorScale("examples", format: .integer), showsNumbers: names.count <= 20)))
  }

  /// The misread images of which the network is most sure.
  private var mistakes: Figure? {
    let shape = test.inputs.shape
    guard shape.count == 4, [1, 3].contains(shape[1]), shape[2] <= 256, shape[3] <= 256 else { return nil }
    let wrong = predictions.indices.filter { predictions[$0] != test.labels[$0] }
    let shown = wrong.sorted { (confidence[$0], $1) > (confidence[$1], $0) }.prefix(24)
    guard !shown.isEmpty else { return nil }
    let names = subject.data.classNames
    let images = shown.compactMap { index -> GridImage? in
      // [channels, height, width] as [height, width, channels].
      guard let pixels = try? test.inputs.select(axis: 0, at: index).permuted([1, 2, 0]).doubles else { return nil }
      let certainty = NumberFormat.percent(0).text(confidence[index])
      return GridImage(
        width: shape[3], height: shape[2], channels: shape[1], values: pixels,
        label: "\(names[test.labels[index]]) as \(names[predictions[index]]), \(certainty)")
    }
    return Figure(
      "What it misreads",
      caption: RichText(
        "The \(images.count) of \(wrong.count) misread test images of which the network is most sure: the class, the answer, and the answer's softmax probability."
      ), .images(ImageGridFigure(images: images)))
  }
}
