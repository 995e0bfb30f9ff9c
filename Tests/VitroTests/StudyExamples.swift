import Foundation
import Testing
import Vitro

/// The samples of `VitroData`, `VitroFitting` and `VitroProbing`.
@Suite struct StudyExamples {
  /// Two clouds of points, well apart, and their labels.
  private func clouds(_ rows: Int = 60, seed: UInt64 = 0) throws -> (x: Tensor, labels: [Int]) {
    var stream = RandomStream(seed: seed, "clouds")
    let labels = (0..<rows).map { $0 % 2 }
    let centres = try Tensor(labels.map { [Double($0) * 4, 0] }.flatMap(\.self), shape: [rows, 2])
    return (try stream.normal([rows, 2], dtype: .float64) + centres, labels)
  }

  @Test func data() throws {
    // docs:LabeledData
    let digits = try LabeledData.digits()
    let shape = digits.inputs.shape  // [1797, 1, 8, 8]
    let classes = digits.classNames  // ["0", …, "9"]
    // docs:end
    #expect(shape == [1797, 1, 8, 8])
    #expect(classes == (0...9).map(String.init))
    // docs:DataParts
    let split = try Splits.stratified(labels: digits.labels, shares: [0.6, 0.2, 0.2], seed: 0)
    let parts = DataParts(train: split[0], validation: split[1], test: split[2])
    let test = try digits.subset(parts.test)
    // docs:end
    #expect(test.count == parts.test.count)
    #expect(parts.train.count + parts.validation.count + parts.test.count == 1797)
  }

  @Test func division() throws {
    let digits = try LabeledData.digits()
    // docs:parts
    let parts = try digits.parts(seed: 0)
    let training = try digits.subset(parts.train)
    // docs:end
    let split = try Splits.stratified(labels: digits.labels, shares: [0.6, 0.2, 0.2], seed: 0)
    #expect(parts == DataParts(train: split[0], validation: split[1], test: split[2]))
    #expect(training.count == split[0].count)
    // docs:SplitsGroups
    let people = [0, 0, 1, 1, 2, 2, 3, 3]
    let byPerson = try Splits.grouped(groups: people, labels: [0, 1, 0, 1, 0, 1, 0, 1], shares: [0.5, 0.5], seed: 0)
    // docs:end
    #expect(byPerson.map(\.count) == [4, 4])
  }

  @Test func streams() throws {
    try withTemporaryFolder { folder in
      for index in 0..<6 {
        let directory = "\(folder)/images/\(index % 2 == 0 ? "cat" : "dog")"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try PNG.write(
          Tensor((0..<4).map { UInt8($0 * 9 + index) }, shape: [2, 2, 1]).raw, to: "\(directory)/\(index).png")
      }
      // docs:StreamedData
      let images = try StreamedData.open("\(folder)/images", memoryBudget: 64 << 20)
      let order = images.shuffled(seed: 0)
      let batch = try order.batch(Array(0..<4))
      let labels = order.labels.prefix(4)
      // docs:end
      #expect(try batch.target.ints == Array(labels))
      #expect(batch.inputs[0].shape == [4, 1, 2, 2])
    }
  }

  @Test func sources() throws {
    // docs:LabeledSource
    /// How large the largest class is, as a part of all examples: what a constant answer scores.
    func majority(_ source: some LabeledSource) -> Double {
      Double(source.classCounts.max() ?? 0) / Double(source.count)
    }
    // docs:end
    #expect(try majority(LabeledData.digits()) == 183.0 / 1797)
    try withTemporaryFolder { folder in
      for index in 0..<6 {
        let directory = "\(folder)/images/\(index % 2 == 0 ? "cat" : "dog")"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try PNG.write(Tensor([UInt8(index)], shape: [1, 1, 1]).raw, to: "\(directory)/\(index).png")
      }
      // docs:LabeledSourcesOpen
      let images = try LabeledSources.open("\(folder)/images", memoryBudget: 64 << 20)
      let batch = try images.batch(Array(0..<4))
      // docs:end
      #expect(images is LabeledData)
      #expect(try batch.target.ints == [0, 0, 0, 1])
    }
  }

  @Test func activations() throws {
    let digits = try LabeledData.digits()
    var network = try Network(
      .chain(
        "digits", input: [1, 8, 8],
        [("flatten", Flatten()), ("fc1", Linear(64, 32)), ("relu1", Activation(.relu)), ("logits", Linear(32, 10))]))
    try withTemporaryFolder { folder in
      var directory = URL(filePath: folder).appending(path: "store")
      // docs:ActivationStore
      let store = try ActivationStore.record(network, over: digits, at: ["relu1", "logits"], in: directory)
      let features = try store.features(at: "relu1")  // float32 [1797, 32]
      let some = try store.features(at: "logits", rows: [5, 0, 1])  // float32 [3, 10]
      // docs:end
      #expect(features.shape == [1797, 32] && some.shape == [3, 10])
      // docs:forEachBlock
      var sum = try Tensor.zeros([32])
      try store.forEachBlock(at: "relu1", memoryBudget: 1 << 16) { block, positions in
        sum = try sum + block.sum(axes: [0])
      }
      // docs:end
      let whole = try features.sum(axes: [0])
      #expect(try (sum - whole).abs().max().item() <= 1e-3 * whole.max().item())

      directory.append(path: "ablated")
      let mask = try Tensor((0..<32).map { Float($0 % 2) })
      // docs:ActivationRecorder
      let recorder = try ActivationRecorder(
        directory: directory, network: network, taps: ["relu1"], count: digits.count, identity: "digits, half ablated")
      while recorder.nextRow < digits.count {
        let rows = Array(recorder.nextRow..<min(recorder.nextRow + 256, digits.count))
        let batch = try digits.batch(rows)
        try recorder.append(network.run(batch.inputs, recording: ["relu1"], editing: ["relu1": .multiply(mask)]))
      }
      let ablated = try recorder.finish()
      // docs:end
      #expect(try ablated.features(at: "relu1").isIdentical(to: features * mask))
    }
    let bias = try Tensor.ones([32])
    // docs:fingerprint
    let before = try network.fingerprint()
    try network.parameters.set("fc1.bias", to: bias)
    let isSame = try network.fingerprint() == before  // false
    // docs:end
    #expect(!isSame)
    #expect(before.count == 64)
  }

  @Test func classifiers() throws {
    let (x, labels) = try clouds()
    let (unseen, truth) = try clouds(seed: 1)
    // docs:LogisticRegression
    let probe = LogisticRegression(inverseRegularization: 1, standardizing: true)
    let fit = try probe.fit(x, labels: labels, classCount: 2)
    let predictions = try fit.model.predict(unseen)
    // docs:end
    #expect(fit.converged)
    // docs:ClassificationScores
    let scores = try ClassificationScores(labels: truth, predictions: predictions, classCount: 2)
    let accuracy = try scores.accuracyInterval()  // value, low, high
    let chance = scores.majorityAccuracy  // 0.5
    // docs:end
    #expect(accuracy.value > 0.9 && chance == 0.5)
    // docs:LinearModel
    let probabilities = try fit.model.probabilities(unseen)  // [rows, classes]
    let direction = fit.model.weights  // [1, features]: the log-odds of class 1
    // docs:end
    #expect(probabilities.shape == [60, 2] && direction.shape == [1, 2])
    // docs:DiscriminantAnalysis
    let discriminant = try DiscriminantAnalysis(shrinkage: .ledoitWolf).fit(x, labels: labels, classCount: 2)
    let means = discriminant.means  // [classes, features]
    // docs:end
    #expect(means.shape == [2, 2])
    // docs:MassMean
    let model = try MassMean(metric: .plain).fit(x, labels: labels, classCount: 2)
    let classes = try model.predict(unseen)
    // docs:end
    #expect(try ClassificationScores(labels: truth, predictions: classes, classCount: 2).accuracy > 0.9)
    // docs:Scores
    let area = try Scores.rocAUC(positives: truth.map { $0 == 1 }, scores: fit.model.scores(unseen).doubles)
    // docs:end
    #expect(area > 0.95)
  }

  @Test func regressionsAndScales() throws {
    let (x, _) = try clouds()
    let targets = try x.select(axis: 1, at: 0) * 2 + 1
    // docs:Ridge
    let model = try Ridge(alpha: 0.1).fit(x, targets: targets)
    let fit = try Scores.rSquared(targets: targets.reshaped([60, 1]), predictions: model.scores(x))
    // docs:end
    #expect(fit > 0.99)
    // docs:Standardizer
    let standardizer = try Standardizer(fitting: x)
    let standardized = try standardizer(x)  // every column has mean 0 and variance 1
    // docs:end
    #expect(try standardized.mean(axes: [0]).doubles.allSatisfy { abs($0) < 1e-12 })
  }

  @Test func divisionsAndIntervals() throws {
    let labels = (0..<100).map { $0 % 4 }
    // docs:Splits
    let parts = try Splits.stratified(labels: labels, shares: [0.8, 0.2], seed: 1)
    let folds = try Splits.folds(5, labels: labels, seed: 1)  // five pairs (training, test)
    // docs:end
    #expect(parts.map(\.count) == [80, 20] && folds.count == 5)
    // docs:Estimate
    let error = try Estimate.clopperPearson(successes: 3, trials: 100)
    print(error.value, error.low, error.high)  // 0.03 and its exact 95 % interval, 0.006 … 0.085
    // docs:end
    #expect(abs(error.low - 0.00623) < 1e-4 && abs(error.high - 0.0852) < 1e-4)
    let values = (0..<100).map(Double.init)
    // docs:Bootstrap
    let mean = try Bootstrap.interval(rows: values.count, seed: 0) { rows in
      rows.map { values[$0] }.reduce(0, +) / Double(rows.count)
    }
    // docs:end
    #expect(mean.contains(49.5))
  }

  @Test func axes() throws {
    let (x, labels) = try clouds()
    let (unseen, _) = try clouds(seed: 1)
    do {
      // docs:PrincipalComponents
      let components = try PrincipalComponents(fitting: x, count: 3)
      let shares = components.varianceShares  // of each direction, largest first
      let places = try components.project(unseen)  // [rows, components]
      // docs:end
      #expect(shares.count == 2 && places.shape == [60, 2], "two features have two directions")
    }
    do {
      let labels = labels.indices.map { $0 % 3 }
      // docs:DiscriminantAxes
      let axes = try DiscriminantAxes(fitting: x, labels: labels, classCount: 3)
      let places = try axes.project(unseen)  // [rows, 2]: two axes for three classes
      // docs:end
      #expect(places.shape == [60, 2])
    }
  }

  @Test func imagesAreProbed() throws {
    // docs:ImageConvnet
    let convnet = try ImageConvnet(imageShape: [1, 28, 28], classCount: 10)
    let network = try convnet.network(seed: 0)
    print(ImageConvnet.probedTaps)  // input, conv1, relu1, pool1, …, logits
    // docs:end
    #expect(ImageConvnet.probedTaps.allSatisfy(network.outputTaps.contains))
    try withTemporaryFolder { folder in
      let lab = Lab(store: try RunStore(directory: URL(filePath: "\(folder)/store")), registry: .standard)
      // docs:ImageProbing
      var study = ImageProbing()
      study.data = "digits"
      study.epochs = 3
      let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
      // docs:end
      #expect(run.state == .finished && run.metrics.map(\.label).contains("test accuracy"))
    }
  }

  @Test func layersAreViewed() throws {
    let data = try LabeledData.digits()
    let parts = try data.parts(seed: 0)
    let network = try ImageConvnet(imageShape: [1, 8, 8], classCount: 10).network(seed: 0)
    // docs:LayerViews
    let views = try LayerViews(taps: ["input", "relu1", "logits"]).look(
      at: network, data, parts: parts, observer: SilentObserver())
    print(views[0].varianceShares, views[0].principal.count)
    // docs:end
    #expect(views.map(\.tap) == ["input", "relu1", "logits"])
  }

  @Test func xor() throws {
    // docs:XORStudy
    let result = try XORStudy(seeds: 100).train(seed: 0, observer: SilentObserver())
    print(result.solved, result.stuck.map(\.loss))
    // docs:end
    #expect(result.losses.count == 100)
  }
}
