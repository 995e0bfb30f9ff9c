internal import VitroCore
public import VitroNetworks
internal import VitroTensor

/// The convnet of Alain & Bengio (2016, section 3.5), TensorFlow's tutorial for MNIST, for images of any size.
///
/// Two convolutions 5 × 5 with 32 and 64 filters, each with ReLU and max pooling over 2 × 2, then 512 units with ReLU and dropout, and one score a class.
///
/// ```swift
/// let convnet = try ImageConvnet(imageShape: [1, 28, 28], classCount: 10)
/// let network = try convnet.network(seed: 0)
/// print(ImageConvnet.probedTaps)  // input, conv1, relu1, pool1, …, logits
/// ```
public struct ImageConvnet: Sendable {
  /// The ten values that are probed: the input, each convolution before and after ReLU and after pooling, the wide layer before and after ReLU, the scores.
  public static let probedTaps = [
    "input", "conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "fc1", "relu3", "logits",
  ]

  /// The structure: `[channels, height, width]` → one score a class.
  public let graph: Graph

  /// Lays the convnet out for images.
  ///
  /// - Parameters:
  ///   - imageShape: `[channels, height, width]`, height and width at least 4.
  ///   - classCount: The number of classes.
  /// - Throws: ``/VitroCore/VitroError`` (`shape`) for examples that are no images of that size.
  public init(imageShape: [Int], classCount: Int) throws {
    guard imageShape.count == 3, imageShape[0] >= 1, imageShape[1] >= 4, imageShape[2] >= 4 else {
      throw VitroError(
        .shape, "probing images", "an example is \(imageShape)",
        hint: "Images are [channels, height, width], at least 4 × 4.",
        details: ["found": "\(imageShape)", "expected": "[channels, height, width]"])
    }
    let flat = 64 * (imageShape[1] / 4) * (imageShape[2] / 4)
    graph = Graph.chain(
      "convnet", input: imageShape,
      [
        // Pixels from 0 … 1 to −½ … ½, as the tutorial has them.
        ("centred", Scale(factor: 1, offset: -0.5)),
        ("conv1", Conv2d(imageShape[0], 32, window: Window(5, padding: 2))), ("relu1", Activation(.relu)),
        ("pool1", MaxPool2d(2)),
        ("conv2", Conv2d(32, 64, window: Window(5, padding: 2))), ("relu2", Activation(.relu)), ("pool2", MaxPool2d(2)),
        ("flatten", Flatten()), ("fc1", Linear(flat, 512)), ("relu3", Activation(.relu)), ("dropout", Dropout(0.5)),
        ("logits", Linear(512, classCount)),
      ])
  }

  /// The convnet with random weights: N(0, 0.1²) within two deviations, biases 0 in the first layer and 0.1 in the others.
  public func network(seed: UInt64) throws -> Network {
    let drawn = Initialization.weights(.truncatedNormal(0.1)).overriding([
      "conv2.bias": .constant(0.1), "fc1.bias": .constant(0.1), "logits.bias": .constant(0.1),
    ])
    return try Network(graph, initialization: drawn, seed: seed)
  }

  /// How the tutorial trains: batches of 64, momentum 0.9, a rate of 0.01 that falls by 5 % an epoch, L2 of 5·10⁻⁴ on the linear layers.
  static func settings(epochs: Int, seed: UInt64) -> TrainingSettings {
    TrainingSettings(
      .epochs(epochs), batchSize: 64, optimizer: .sgd(rate: 0.01, momentum: 0.9, decay: 5e-4),
      decayed: ["fc1.*", "logits.*"], schedule: .exponential(factor: 0.95), loss: .crossEntropy, seed: seed,
      checkpoint: .seconds(20))
  }
}
