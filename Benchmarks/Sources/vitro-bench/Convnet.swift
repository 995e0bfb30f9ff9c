import Vitro

private let (batch, images) = (64, 6400)

/// The network of the cases below, and of those that extract its activations.
func convnet() throws -> Network {
  let graph = Graph.chain(
    "convnet", input: [1, 28, 28],
    [
      ("conv1", Conv2d(1, 32, window: Window(5, padding: 2))), ("relu1", Activation(.relu)), ("pool1", MaxPool2d(2)),
      ("conv2", Conv2d(32, 64, window: Window(5, padding: 2))), ("relu2", Activation(.relu)), ("pool2", MaxPool2d(2)),
      ("flatten", Flatten()), ("fc1", Linear(3136, 512)), ("relu3", Activation(.relu)), ("dropout", Dropout(0.5)),
      ("logits", Linear(512, 10)),
    ])
  return try Network(graph, seed: 0)
}

/// Images 1×28×28 of made-up pixels.
func noise(_ count: Int) throws -> Tensor {
  var stream = RandomStream(seed: 0, "images")
  return try stream.uniform([count, 1, 28, 28])
}

/// The convnet of PyTorch's and TensorFlow's tutorials, on images of MNIST's shape.
let convnetCases: [Case] = [
  Case("convnet, training epoch", "convnet", Double(images), "image") {
    var network = try convnet()
    let source = try TensorSource(noise(images), target: Tensor((0..<images).map { $0 % 10 }))
    let trainer = Trainer(
      TrainingSettings(.epochs(1), batchSize: batch, optimizer: .sgd(rate: 1e-3, momentum: 0.9), loss: .crossEntropy))
    return { try trainer.train(&network, on: source) }
  },
  Case("convnet, inference", "convnet", Double(batch), "image") {
    let network = try convnet()
    let input = try noise(batch)
    return { _ = try network(input) }
  },
]
