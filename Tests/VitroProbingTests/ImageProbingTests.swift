import Foundation
import Synchronization
import Testing
import VitroCore
import VitroData
import VitroFitting
import VitroFormats
import VitroLab
import VitroNetworks
import VitroTensor

@testable import VitroProbing

@Suite struct ImageProbingTests {
  private func withLab<Value>(_ body: (Lab, URL) throws -> Value) throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "vitro-images-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let registry = ExperimentRegistry([ImageProbing.self])
    return try body(Lab(store: RunStore(directory: folder.appending(path: "store")), registry: registry), folder)
  }

  /// A directory of tiny PNG images in two classes that differ by where they are bright.
  private func images(_ folder: URL, count: Int) throws -> String {
    var stream = RandomStream(seed: 1, "images")
    for index in 0..<count {
      let isLeft = index % 2 == 0
      let directory = folder.appending(path: "images/\(isLeft ? "left" : "right")")
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
      let noise = try stream.uniform([64], low: 0, high: 120).doubles
      let pixels = (0..<64).map { UInt8(noise[$0] + (($0 % 8 < 4) == isLeft ? 100 : 0)) }
      try PNG.write(Tensor(pixels, shape: [8, 8, 1]).raw, to: directory.appending(path: "\(index).png").path)
    }
    return folder.appending(path: "images").path
  }

  @Test func theConvnetIsTheTutorials() throws {
    let network = try ImageConvnet(imageShape: [1, 28, 28], classCount: 10).network(seed: 0)
    let widths = try ImageConvnet.probedTaps.map { try network.shape(at: $0)?.reduce(1, *) }
    #expect(widths == [784, 25_088, 25_088, 6272, 12_544, 12_544, 3136, 512, 512, 10])
    #expect(network.parameters.trainableCount == 1_663_370, "as TensorFlow's tutorial counts")
    #expect(try network.parameters.value(named: "conv1.bias").doubles.allSatisfy { $0 == 0 })
    #expect(try network.parameters.value(named: "fc1.bias").doubles.allSatisfy { abs($0 - 0.1) < 1e-7 })
    let weights = try network.parameters.value(named: "fc1.weight").doubles
    #expect(weights.allSatisfy { abs($0) <= 0.2 + 1e-6 } && weights.contains { abs($0) > 0.19 })
    for shape in [[28, 28], [1, 3, 28], [10], []] {
      #expect(throws: VitroError.self) { try ImageConvnet(imageShape: shape, classCount: 10) }
    }
  }

  private func number(_ value: JSONValue?) -> Double? {
    switch value {
    case .number(let number)?: number
    case .integer(let number)?: Double(number)
    default: nil
    }
  }

  @Test func aRunSaysWhatTheContractPromises() throws {
    try withLab { lab, folder in
      var study = ImageProbing()
      study.data = try images(folder, count: 120)
      study.epochs = 2
      study.everyEpoch = true
      study.seeds = 2
      let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
      let facts = try lab.store.facts(of: run.id)
      guard case .array(let probes)? = facts["probes"], let accuracy = number(facts["testAccuracy"]) else {
        Issue.record("the facts lack their keys: \(facts.keys.sorted())")
        return
      }
      #expect((0...1).contains(accuracy))
      let taps = probes.compactMap { probe -> String? in
        guard case .object(let keys) = probe, case .string(let tap)? = keys["tap"] else { return nil }
        for key in ["untrainedError", "trainedError", "control"] {
          guard let value = number(keys[key]) else {
            Issue.record("\(tap) has no \(key)")
            continue
          }
          #expect((0...1).contains(value))
        }
        guard case .array(let interval)? = keys["interval"], interval.count == 2 else {
          Issue.record("\(tap) has no interval")
          return tap
        }
        return tap
      }
      #expect(taps == ImageConvnet.probedTaps)
      let report = try lab.store.report(of: run.id)
      try report.validate()
      #expect(report.sections.map(\.id) == ["probes", "used", "views", "network"])
      let sequences = report.figures.compactMap { figure -> Int? in
        if case .sequence(let sequence) = figure.content { sequence.frames.count } else { nil }
      }
      #expect(sequences.first == 3, "random weights, epoch 1 and epoch 2")
    }
  }

  /// Asks to stop when the training has come so far.
  private final class StopInTraining: Observer {
    let step: Int
    private let seen = Mutex(0)
    init(step: Int) { self.step = step }
    func update(_ progress: ProgressUpdate) {
      if progress.stage == "training" { seen.withLock { $0 = max($0, progress.completed) } }
    }
    var shouldStop: Bool { seen.withLock { $0 >= step } }
  }

  /// Each epoch's network is that of its epoch, however often training was interrupted.
  @Test func aFilmThatWasInterruptedIsTheSameFilm() throws {
    try withLab { lab, folder in
      var study = ImageProbing()
      study.data = try images(folder, count: 400)
      study.epochs = 4
      study.everyEpoch = true
      let undisturbed = try lab.run(RunConfiguration(study), observer: SilentObserver())
      // 240 training images are four batches an epoch: in the middle of the third.
      #expect(throws: VitroError.self) {
        try lab.run(RunConfiguration(study), observer: StopInTraining(step: 10))
      }
      let stopped = try #require(lab.store.runs().first { $0.state == .interrupted })
      let resumed = try lab.resume(stopped.id, observer: SilentObserver())
      #expect(try lab.store.facts(of: resumed.id) == lab.store.facts(of: undisturbed.id))
      func networks(_ id: String) throws -> [String] {
        try lab.store.artifacts(of: id, stage: "training").filter { $0.path.contains("weights") }
          .sorted { $0.path < $1.path }.map(\.sha256)
      }
      let kept = try networks(undisturbed.id)
      #expect(try networks(resumed.id) == kept)
      #expect(Set(kept).count == 4, "the last epoch's is the network")
    }
  }

  @Test func theNumberOfEpochsGrowsWhereImagesAreFew() throws {
    let digits = try LabeledData.digits()
    #expect(ImageProbing().epochs(of: digits) == 125)
    var study = ImageProbing()
    study.epochs = 3
    #expect(study.epochs(of: digits) == 3)
    let many = try LabeledData(
      "many", inputs: .zeros([70_000, 1]), labels: [Int](repeating: 0, count: 70_000), classNames: ["0"])
    #expect(ImageProbing().epochs(of: many) == 10)
  }

  @Test func viewsShowTestExamplesOnAxesOfTrainingExamples() throws {
    let digits = try LabeledData.digits()
    let parts = try digits.parts(seed: 0)
    var views = LayerViews(taps: ["input", "pool2", "logits"])
    (views.fitted, views.shown) = (300, 100)
    let network = try ImageConvnet(imageShape: [1, 8, 8], classCount: 10).network(seed: 0)
    let found = try views.look(at: network, digits, parts: parts, observer: SilentObserver())
    #expect(found.map(\.tap) == ["input", "pool2", "logits"])
    for view in found {
      #expect(view.labels.count == 100 && view.principal.count == 100 && view.discriminant.count == 100)
      #expect(view.principal.allSatisfy { $0.count == 3 } && view.discriminant.allSatisfy { $0.count == 3 })
      #expect(view.varianceShares == view.varianceShares.sorted(by: >))
      let shown = parts.limited(train: 0, validation: 0, test: 100).test
      #expect(view.labels == shown.map { digits.labels[$0] })
    }
  }
}
