import Foundation
import Testing
import Vitro

// docs:Layer
/// Passes only what is larger than a threshold: y = x where x > threshold, else 0.
struct Gate: Layer {
  static let kind = "gate"
  var threshold: Double

  func outputShape(of inputs: [[Int]]) throws -> [Int] { inputs[0] }

  func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    try inputs[0] * inputs[0].isGreater(than: threshold).cast(to: inputs[0].dtype)
  }
}
// docs:end

// docs:BatchSource
/// Points on the plane and whether they lie in the unit circle, drawn by number: nothing is kept.
struct CirclePoints: BatchSource {
  let count = 10_000

  func batch(_ indices: [Int]) throws -> Batch {
    let points = try indices.map { index in
      var stream = RandomStream(seed: 0, "circle", index)
      return try stream.uniform([2], low: -1, high: 1)
    }
    let inputs = try Tensor.stack(points)
    let radii = try inputs.square().sum(axes: [1])
    return Batch(inputs, target: try radii.isLess(than: 1).cast(to: .int64))
  }
}
// docs:end

// docs:TrainingObserver
struct LossPrinter: TrainingObserver {
  func epoch(_ record: EpochRecord) {
    print("epoch \(record.epoch): loss \(record.training.loss[0])")
  }
}
// docs:end

/// The samples of `VitroNetworks`.
@Suite struct NetworkExamples {
  private let graph = Graph.chain(
    "digits", input: [1, 8, 8],
    [
      ("conv1", Conv2d(1, 4, window: Window(3, padding: 1))), ("relu1", Activation(.relu)), ("pool1", MaxPool2d(2)),
      ("flatten", Flatten()), ("fc1", Linear(64, 10)),
    ])

  private func images(_ count: Int = 8) throws -> Tensor {
    var stream = RandomStream(seed: 1, "images")
    return try stream.uniform([count, 1, 8, 8])
  }

  @Test func graphs() throws {
    // docs:Graph
    let graph = Graph.chain(
      "xor", input: [2],
      [
        ("hidden", Linear(2, 2, bias: false)),
        ("relu", Activation(.relu)),
        ("output", Linear(2, 1, bias: false)),
      ])
    let network = try Network(graph, seed: 0)
    // docs:end
    #expect(network.tapNames == ["input", "hidden", "relu", "output"])
    #expect(network.parameters.trainableCount == 6)
  }

  @Test func onnxFiles() throws {
    try withTemporaryFolder { folder in
      let written = try Network(
        .chain("mlp", input: [4], [("fc1", Linear(4, 8)), ("relu", Activation(.relu)), ("fc2", Linear(8, 3))]))
      try written.writeONNX(to: "\(folder)/model.onnx")
      // docs:ONNXModel
      let model = try ONNXModel("\(folder)/model.onnx")
      let operators = model.nodes.map(\.operation)  // ["Gemm", "Relu", "Gemm"]
      let weight = try model.array(named: "fc1.weight")
      // docs:end
      #expect(operators == ["Gemm", "Relu", "Gemm"])
      #expect(try written.parameters.value(named: "fc1.weight").isIdentical(to: Tensor(weight)))
      // docs:Network.init(onnx:)
      let network = try Network(onnx: "\(folder)/model.onnx")
      let layers = network.graph.nodes.map(\.name)  // ["fc1", "relu", "fc2"]
      // docs:end
      #expect(layers == ["fc1", "relu", "fc2"])
    }
  }

  @Test func networksTapsAndActivations() throws {
    let images = try images()
    // docs:Network
    let network = try Network(graph, seed: 0)
    let run = try network.run([images], recording: ["relu1", "pool*"])
    let features = try run.value(at: "relu1")
    // docs:end
    #expect(features.shape == [8, 4, 8, 8])
    // docs:Activations
    let names = run.names  // ["relu1", "pool1"]
    let scores = run.output  // [batch, classes]
    // docs:end
    #expect(names == ["relu1", "pool1"])
    #expect(scores.shape == [8, 10])
    // docs:TapSelection
    let everything = try network.run([images], recording: .all)
    let convolutions = try network.run([images], recording: ["conv*"], needsOutputs: false)
    // docs:end
    #expect(everything.names == network.tapNames)
    #expect(convolutions.names == ["conv1"])
    let image = try images.slice(0..<1)
    // docs:gradients
    let (values, gradients) = try network.gradients([image], at: ["relu1"]) { run in
      try run.output.select(axis: 1, at: 3).sum()
    }
    // docs:end
    #expect(gradients["relu1"]?.shape == [1, 4, 8, 8])
    #expect(values.names == ["relu1"])
  }

  @Test func edits() throws {
    let images = try images()
    let network = try Network(graph, seed: 0)
    let steering = try Tensor.ones([4, 8, 8])
    let other = try network.run([images], recording: ["relu1"]).value(at: "relu1")
    // docs:TapEdit
    let ablated = try network.run([images], editing: ["relu1": .multiply(Tensor([0 as Float]))])
    let steered = try network.run([images], editing: ["relu1": .add(steering)])
    let patched = try network.run([images], editing: ["relu1": .replace(other)])
    let clipped = try network.run([images], editing: ["relu1": .transform { try $0.clip(0, 1) }])
    // docs:end
    let outputs = try [ablated, steered, patched, clipped].map { try $0.output.floats }
    #expect(outputs[2] == (try network(images).floats))
    #expect(outputs[0] != outputs[2] && outputs[1] != outputs[2])
  }

  @Test func parameters() throws {
    // docs:Parameters
    var network = try Network(graph, seed: 0)
    let filters = try network.parameters.value(named: "conv1.weight")  // [4, 1, 3, 3]
    try network.parameters.set("conv1.weight", to: filters * 2)
    // docs:end
    #expect(filters.shape == [4, 1, 3, 3])
    #expect(try network.parameters.value(named: "conv1.weight").isIdentical(to: filters * 2))
  }

  @Test func initialization() throws {
    // docs:Initialization
    let scheme = Initialization.pytorch.overriding(["conv*.weight": .truncatedNormal(0.1), "*.bias": .constant(0.1)])
    let network = try Network(graph, initialization: scheme, seed: 1)
    // docs:end
    #expect(try network.parameters.value(named: "fc1.bias").floats.allSatisfy { $0 == 0.1 })
  }

  @Test func layersOfOnesOwn() throws {
    // docs:LayerRegistry
    try LayerRegistry.register(Gate.self)
    // docs:end
    let network = try Network(Graph.chain("gated", input: [3], [("gate", Gate(threshold: 1))]))
    #expect(try network(Tensor([0.5 as Float, 1, 2], shape: [1, 3])).floats == [0, 0, 2])
    try withTemporaryFolder { folder in
      try network.save(to: folder)
      #expect(try Network(contentsOf: folder).graph.nodes.map(\.name) == ["gate"])
    }
  }

  @Test func attentionAndRecurrence() throws {
    // docs:MultiHeadAttention
    let graph = Graph.chain(
      "attention", input: [-1],
      [("embed", Embedding(50, 16)), ("attn", MultiHeadAttention(16, heads: 2, causal: true))])
    let network = try Network(graph, seed: 0)
    let tokens = try Tensor([3, 1, 4, 1, 5], shape: [1, 5])
    let pattern = try network.run([tokens], recording: ["attn.hook_pattern"]).value(at: "attn.hook_pattern")
    // docs:end
    #expect(pattern.shape == [1, 2, 5, 5])
    #expect(try pattern.sum(axes: [-1]).floats.allSatisfy { abs($0 - 1) < 1e-5 })
    // docs:LSTM
    let reader = Graph.chain(
      "reader", input: [-1],
      [("embed", Embedding(50, 8)), ("lstm", LSTM(8, 16, returns: .last)), ("output", Linear(16, 2))])
    // docs:end
    #expect(try Network(reader, seed: 0)(tokens).shape == [1, 2])
  }

  @Test func training() throws {
    try withTemporaryFolder { folder in
      let (images, labels) = (try images(100), try Tensor((0..<100).map { $0 % 10 }))
      var network = try Network(graph, seed: 0)
      // docs:Trainer
      let settings = TrainingSettings(.epochs(5), batchSize: 64, optimizer: .adam(), loss: .crossEntropy, seed: 1)
      let source = try TensorSource(images, target: labels)
      let result = try Trainer(settings).train(&network, on: source, checkpoints: "\(folder)/runs/digits")
      // docs:end
      #expect(result.state == .finished)
      #expect(result.history.epochs.count == 5)
      // docs:Loss
      let metrics = try network.evaluate(source, loss: .crossEntropy)
      let (loss, accuracy) = (metrics.loss[0], metrics.accuracy?[0])
      // docs:end
      #expect(loss.isFinite && accuracy != nil)
    }
  }

  @Test func settings() throws {
    // docs:TrainingSettings
    let settings = TrainingSettings(
      .epochs(20), batchSize: 128, optimizer: .adamW(rate: 1e-3, decay: 0.01),
      schedule: .warmUp(steps: 100, then: .cosine(steps: 900, minimum: 0)), loss: .crossEntropy(labelSmoothing: 0.1),
      clip: 1, seed: 7, earlyStopping: .init(.validationAccuracy, patience: 3), checkpoint: .epochs(1))
    try settings.validate()
    // docs:end
    // docs:Schedule
    let schedule = Schedule.warmUp(steps: 100, then: .cosine(steps: 900, minimum: 0))
    let rates = [0, 99, 1000].map { schedule.rate(base: 1e-3, step: $0, epoch: 0) }  // 1e-5, 1e-3, 0
    // docs:end
    #expect(settings.schedule == schedule)
    #expect(zip(rates, [1e-5, 1e-3, 0]).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func sourcesAndObserversOfOnesOwn() throws {
    let graph = Graph.chain(
      "circle", input: [2], [("fc1", Linear(2, 16)), ("relu1", Activation(.relu)), ("fc2", Linear(16, 2))])
    var network = try Network(graph, seed: 0)
    let trainer = Trainer(
      TrainingSettings(.epochs(3), batchSize: 50, optimizer: .adam(rate: 0.01), loss: .crossEntropy))
    try trainer.train(&network, on: CirclePoints(), observer: LossPrinter())
    #expect(try network.accuracy(CirclePoints())[0] > 0.85)
  }

  @Test func optimizersByHand() throws {
    var network = try Network(graph, seed: 0)
    let gradients = try network.parameters.entries.map { try Tensor.ones($0.shape) }
    // docs:OptimizerState
    var state = try OptimizerState(.adam(), for: network.parameters)
    try state.step(&network.parameters, gradients: gradients, rate: 1e-3)
    // docs:end
    #expect(state.stepCount == 1)
    // docs:LBFGS
    let found = try LBFGS.minimize(from: [[-1.2, 1]]) { points in
      (
        values: points.map { pow(1 - $0[0], 2) + 100 * pow($0[1] - $0[0] * $0[0], 2) },
        gradients: points.map { p in
          [2 * (p[0] - 1) - 400 * p[0] * (p[1] - p[0] * p[0]), 200 * (p[1] - p[0] * p[0])]
        }
      )
    }
    let minimum = found[0].point  // [1, 1]
    // docs:end
    #expect(minimum.allSatisfy { abs($0 - 1) < 1e-6 })
  }
}
