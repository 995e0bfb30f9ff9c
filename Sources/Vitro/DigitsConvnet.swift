public import VitroCore
internal import VitroData
internal import VitroFitting
public import VitroLab
public import VitroNetworks
internal import VitroTensor

/// The convnet of the demo: trained in seconds on the optical digits that ship with Vitro.
///
/// ```swift
/// let network = try DigitsConvnet.train(
///   seed: 0, checkpoints: "checkpoints", epochs: 8, observer: SilentObserver())
/// let subject = try DigitsConvnet.subject(network, seed: 0)
/// let accuracy = try subject.network.accuracy(subject.data.subset(subject.parts.test))[0]
/// ```
public enum DigitsConvnet {
  /// Two convolutions 3 × 3 with 16 and 32 filters, each with ReLU and max pooling, and two linear layers: `[1, 8, 8]` → 10 scores.
  public static let graph: Graph = {
    var graph = Graph.chain(
      "digits-convnet", input: [1, 8, 8],
      [
        ("conv1", Conv2d(1, 16, window: Window(3, padding: 1))), ("relu1", Activation(.relu)), ("pool1", MaxPool2d(2)),
        ("conv2", Conv2d(16, 32, window: Window(3, padding: 1))), ("relu2", Activation(.relu)), ("pool2", MaxPool2d(2)),
        ("flatten", Flatten()), ("fc1", Linear(128, 64)), ("relu3", Activation(.relu)), ("logits", Linear(64, 10)),
      ])
    graph.metadata = ["classes": (0..<10).map(String.init).joined(separator: ","), "data": "UCI optical digits"]
    return graph
  }()

  /// Trains the convnet on 60 % of the digits.
  ///
  /// - Parameters:
  ///   - seed: The seed of the split, the weights and the order of the examples.
  ///   - checkpoints: Where checkpoints are kept; an interrupted training goes on from there.
  ///   - epochs: How often training passes through its examples.
  ///   - observer: The one who watches.
  /// - Throws: ``/VitroCore/VitroError`` when the observer asks to stop, or a checkpoint there is another training's.
  public static func train(
    seed: UInt64, checkpoints: String, epochs: Int = 30, observer: any Observer
  ) throws -> Network {
    let (data, parts) = try split(seed: seed)
    var network = try Network(graph, seed: seed)
    let steps = epochs * ((parts.train.count + 31) / 32)
    let settings = TrainingSettings(
      .epochs(epochs), batchSize: 32, optimizer: .adam(rate: 2e-3), schedule: .cosine(steps: steps, minimum: 0),
      loss: .crossEntropy,
      seed: seed, checkpoint: .epochs(5))
    let result = try Trainer(settings).train(
      &network, on: data.subset(parts.train), validation: data.subset(parts.validation), checkpoints: checkpoints,
      observer: TrainingReporter(observer, stage: "training digits-convnet", totalSteps: steps))
    guard result.state != .interrupted else {
      throw VitroError(.interrupted, "training digits-convnet", "stopped after \(result.steps) of \(steps) steps")
    }
    return network
  }

  /// The trained convnet with the digits that it has not seen, for examination.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the network does not take the digits.
  public static func subject(_ network: Network, seed: UInt64) throws -> Subject {
    let (data, parts) = try split(seed: seed)
    return try Subject(network: network, data: data, parts: parts, testIsUnseen: true, seed: seed)
  }

  private static func split(seed: UInt64) throws -> (LabeledData, DataParts) {
    let data = try LabeledData.digits()
    let split = try Splits.stratified(labels: data.labels, shares: [0.6, 0.2, 0.2], seed: seed)
    return (data, DataParts(train: split[0], validation: split[1], test: split[2]))
  }
}
