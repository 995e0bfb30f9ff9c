import Testing
import Vitro

/// The samples of what `VitroProbing` does with directions and with depth.
@Suite struct CausalExamples {
  @Test func interventions() throws {
    let digits = try LabeledData.digits()
    let parts = try digits.parts(seed: 0).limited(train: 300, validation: 50, test: 60)
    let network = try Network(DigitsConvnet.graph, seed: 1)
    let (training, test) = try (digits.subset(parts.train), digits.subset(parts.test))
    let values = try #require(network.activations(training, at: ["relu3"])["relu3"])
    let shuffled = Array(training.labels.reversed())
    let probe = LogisticRegression(inverseRegularization: 0.1, standardizing: true)
    let fit = try probe.fit(values, labels: training.labels, classCount: 10)
    let shuffledFit = try probe.fit(values, labels: shuffled, classCount: 10)
    let standardizer = try Standardizer(fitting: values)
    // docs:ProbeDirections
    let directions = ProbeDirections(
      tap: "relu3", model: fit.model, control: shuffledFit.model, mean: standardizer.mean, scale: standardizer.scale)
    // docs:end
    #expect(directions.width == 64)

    let images = test.inputs
    // docs:DirectionSubspace
    let subspace = try DirectionSubspace(
      spannedBy: fit.model.weights, mean: standardizer.mean, scale: standardizer.scale)
    let blinded = try network.run([images], editing: ["relu3": subspace.removal]).output
    // docs:end
    #expect(subspace.rank == 9 && blinded.shape == [60, 10])

    let probes = [directions]
    // docs:DirectionInterventions
    let found = try DirectionInterventions().run(
      network, test, directions: probes, seed: 0, observer: SilentObserver())
    for value in found.values { print(value.tap, value.verdict, value.removal.change.accuracy.value) }
    // docs:end
    #expect(found.values.map(\.tap) == ["relu3"])

    let right = test.labels.map { $0 < 5 }
    let rightAfterRemoval = test.labels.map { $0 < 3 }
    // docs:PairedChange
    let change = try PairedChange(before: right, after: rightAfterRemoval, seed: 0)
    print(change.accuracy.value, change.lost, change.gained, change.pValue)
    // docs:end
    #expect(change.gained == 0 && change.lost == test.labels.count { $0 == 3 || $0 == 4 })
  }

  @Test func depth() throws {
    // docs:SkipStudy
    let study = SkipStudy()
    let graph = study.graph(input: [1, 28, 28], classes: 10, isSkipping: true)
    print(graph.nodes.count)  // 131: flatten, 128 layers, the join, the scores
    // docs:end
    #expect(graph.nodes.count == 131)
    #expect(try Network(graph, seed: 0).shape(at: "join") == [128 + 784])
  }
}
