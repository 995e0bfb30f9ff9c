import Foundation
import Testing
import VitroCore
import VitroData
import VitroFitting
import VitroLab
import VitroNetworks
import VitroTensor

@testable import VitroProbing

@Suite struct SkipStudyTests {
  private func study() -> SkipStudy {
    var study = SkipStudy()
    (study.layers, study.width, study.steps, study.moments, study.rate) = (4, 12, 40, [0, 10], 0.05)
    return study
  }

  @Test func theSkipCarriesTheImagePastTheFirstHalf() throws {
    let (with, without) = (
      study().graph(input: [1, 8, 8], classes: 10, isSkipping: true),
      study().graph(input: [1, 8, 8], classes: 10, isSkipping: false)
    )
    #expect(with.nodes.map(\.name) == ["flatten", "layer1", "layer2", "join", "layer3", "layer4", "scores"])
    #expect(with.nodes.first { $0.name == "join" }?.inputs == ["layer2", "flatten"])
    #expect(without.nodes.map(\.name) == ["flatten", "layer1", "layer2", "layer3", "layer4", "scores"])
    let network = try Network(with, seed: 0)
    #expect(try network.shape(at: "join") == [12 + 64])
    #expect(try network.shape(at: "layer3") == [12])
  }

  @Test func aHiddenLayerIsALinearLayerAndItsReLU() throws {
    let fused = try Network(Graph.chain("fused", input: [5], [("a", HiddenLayer(5, 3))]), seed: 4)
    var apart = try Network(Graph.chain("apart", input: [5], [("a", Linear(5, 3)), ("relu", Activation(.relu))]))
    for name in fused.parameters.names { try apart.parameters.set(name, to: fused.parameters.value(named: name)) }
    var stream = RandomStream(seed: 1, "x")
    let x = try stream.normal([20, 5])
    #expect(try fused(x).isIdentical(to: apart(x)))
    #expect(try fused(x).min().item() == 0)
  }

  @Test func weightsHaveTheStatedScaleAndBiasesAreZero() throws {
    var study = SkipStudy()
    (study.layers, study.gain) = (4, 0.5)
    let graph = study.graph(input: [1, 8, 8], classes: 10, isSkipping: true)
    let network = try Network(graph, initialization: study.initialization(of: graph), seed: 3)
    for (layer, inputs) in [(1, 64), (2, 128), (3, 192), (4, 128)] {
      let weights = try network.parameters.value(named: "layer\(layer).weight")
      let deviation = try weights.square().mean().item().squareRoot()
      #expect(abs(deviation / (0.5 * (2 / Double(inputs)).squareRoot()) - 1) < 0.05)
      #expect(try network.parameters.value(named: "layer\(layer).bias").abs().max().item() == 0)
    }
  }

  @Test func cuttingAPathThatIsNotReadChangesNothing() throws {
    let data = try LabeledData.digits().subset(Array(0..<200))
    let graph = study().graph(input: data.exampleShape, classes: 10, isSkipping: true)
    var network = try Network(graph, initialization: study().initialization(of: graph), seed: 1)
    var weights = try network.parameters.value(named: "layer3.weight").doubles
    for unit in 0..<12 { for column in 0..<12 { weights[unit * 76 + column] = 0 } }
    try network.parameters.set("layer3.weight", to: Tensor(weights, shape: [12, 76]).cast(to: .float32))
    let cuts = try study().cut(network, data, seed: 0)
    #expect(cuts.bypassed.lost == 0 && cuts.bypassed.gained == 0 && cuts.bypassed.accuracy.value == 0)
    #expect(cuts.skip.lost + cuts.skip.gained > 0, "the image alone moves the answers")
  }

  @Test func aRunTrainsProbesAndReports() throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "vitro-skip-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: place) }
    let lab = try Lab(store: RunStore(directory: place), registry: ExperimentRegistry([SkipStudy.self]))
    let record = try lab.run(RunConfiguration(study(), seed: 2), observer: SilentObserver())
    let report = try Report(directory: lab.store.directory(of: record.id).appending(path: "report"))
    try report.validate()
    #expect(report.sections.map(\.id) == ["training", "probes", "paths"])
    guard case .sequence(let frames) = report.figures.last?.content else {
      Issue.record("the probes are drawn as a sequence")
      return
    }
    #expect(frames.frames.map(\.name) == ["before training", "10", "40"])
  }

  @Test func whatCannotWorkIsRefused() throws {
    var odd = study()
    odd.layers = 5
    #expect(throws: VitroError.self) { try odd.validate() }
    var huge = study()
    (huge.layers, huge.width, huge.seeds) = (1024, 4096, 1000)
    #expect(throws: VitroError.self) { try huge.validate() }
    try study().validate()
    #expect(study().probedSteps == [0, 10, 40])
    var short = study()
    short.steps = 5
    #expect(short.probedSteps == [0, 5], "no moment after the end")
  }

  @Test func theSentenceSaysNoMoreThanTheInterval() {
    func part(_ low: Double, _ high: Double) -> String {
      SkipResult.part(Estimate(value: (low + high) / 2, low: low, high: high))
    }
    #expect(part(-0.014, 0.014) == "are dead")
    #expect(part(-0.017, -0.007) == "do next to nothing")
    #expect(part(-0.12, -0.045) == "have a part in that")
    #expect(part(-0.042, 0.003).contains("do not tell"))
  }
}
