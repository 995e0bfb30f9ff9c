internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// Clouds of points in the plane, and a number that does not depend on their order: a sum over all points and the largest distance from the origin.
///
/// `t = ¼·Σ sin(2x)·y + max √(x² + y²)`, brought to mean 0 and variance 1.
struct PointsTask: ContestTask {
  /// The points of a cloud.
  let points: Int
  /// The clouds to judge by, for each seed.
  let testCount: Int
  let loss: Loss = .meanSquaredError
  let isSymmetricGroup = true
  private let mean: Double
  private let deviation: Double

  /// Measures the mean and the deviation of the target on 20 000 clouds, the same for all seeds.
  init(points: Int, testCount: Int) throws {
    self.points = points
    self.testCount = testCount
    var stream = RandomStream(seed: 0, "scale of sum and max", points)
    let targets = try Self.target(of: stream.normal([20_000, points, 2]))
    mean = try targets.mean().item()
    deviation = try targets.standardDeviation().item()
  }

  func training(_ size: Int, seeds: Int, seed: UInt64) throws -> ContestExamples {
    try clouds(size, seeds: seeds, seed: seed, "training")
  }

  func test(seeds: Int, seed: UInt64) throws -> ContestExamples {
    try clouds(testCount, seeds: seeds, seed: seed, "test")
  }

  /// The swap of two points and the cycle of all.
  func action() throws -> GroupAction {
    try GroupAction(
      "S\(points)", generators: [[1, 0] + Array(2..<points), (0..<points).map { ($0 + 1) % points }],
      parts: SimplePart.symmetric(points))
  }

  /// Any order of the points.
  func randomElement(_ stream: inout RandomStream) -> [Int] { stream.permutation(points) }

  /// The error of the answer 0, the mean, on each seed's test.
  func errorsOfTheMean(seeds: Int, seed: UInt64) throws -> [Double] {
    try test(seeds: seeds, seed: seed).targets.square().mean(axes: [1, 2]).doubles
  }

  /// Every seed's clouds come from a stream of its own, in order: more clouds begin with the same ones.
  private func clouds(_ count: Int, seeds: Int, seed: UInt64, _ purpose: String) throws -> ContestExamples {
    let inputs = try Tensor.stack(
      (0..<seeds).map { instance in
        var stream = RandomStream(seed: seed, "clouds for \(purpose)", instance)
        return try stream.normal([count, points, 2])
      })
    return ContestExamples(inputs: inputs, targets: try (Self.target(of: inputs) - mean) / deviation)
  }

  /// `[… , points, 2]` → `[… , 1]`.
  private static func target(of clouds: Tensor) throws -> Tensor {
    let (x, y) = (try clouds.select(axis: -1, at: 0), try clouds.select(axis: -1, at: 1))
    let sum = try ((x * 2).sin() * y).sum(axes: [-1], keepingAxes: true) * 0.25
    return try sum + (x.square() + y.square()).sqrt().max(axes: [-1], keepingAxes: true)
  }

  /// Deep Sets, and dense networks: with as many units in each hidden layer, with as many parameters, and the former on clouds in many orders.
  func contenders(channels: Int, copies: Int) throws -> [Contender] {
    let orbits = try OrbitLabels.symmetric(points)
    var sets = Graph("deepSets", inputs: [.init("input", shape: [points, 2])])
    sets.add("layer1", EquivariantLinear(orbits, inputs: 2, outputs: channels), reading: "input")
    sets.add("relu1", Activation(.relu), reading: "layer1")
    sets.add("layer2", EquivariantLinear(orbits, inputs: channels, outputs: channels), reading: "relu1")
    sets.add("relu2", Activation(.relu), reading: "layer2")
    sets.add("mean", Mean(axes: [0]), reading: "relu2")
    sets.add("max", Maximum(axes: [0]), reading: "relu2")
    sets.add("pool", Concatenate(axis: 0), reading: "mean", "max")
    sets.add("layer3", Linear(2 * channels, channels), reading: "pool")
    sets.add("relu3", Activation(.relu), reading: "layer3")
    sets.add("output", Linear(channels, 1), reading: "relu3")
    sets.outputs = ["output"]
    func dense(_ widths: [Int]) -> Graph {
      var layers: [(name: String, layer: any Layer)] = [("flat", Flatten())]
      for (number, width) in widths.enumerated() {
        layers.append(("layer\(number + 1)", Linear(number == 0 ? 2 * points : widths[number - 1], width)))
        layers.append(("relu\(number + 1)", Activation(.relu)))
      }
      layers.append(("output", Linear(widths.last ?? 2 * points, 1)))
      return .chain("dense", input: [points, 2], layers)
    }
    let parameters = try Network(sets).parameters.trainableCount
    func size(_ width: Int) -> Int { width * (2 * points + width + 3) + 1 }
    let width = (1...Swift.max(1, parameters)).last { size($0) <= parameters } ?? 1
    return [
      Contender(
        name: "S\(points) network", graph: sets, comparison: nil, pooled: ["mean", "max", "pool", "layer3", "relu3"]),
      Contender(
        name: "wide dense network", graph: dense([points * channels, points * channels, channels]),
        comparison: "as many hidden units"),
      Contender(name: "small dense network", graph: dense([width, width]), comparison: "as many parameters"),
      Contender(
        name: "dense network on moved copies", graph: dense([points * channels, points * channels, channels]),
        comparison: "as many hidden units, each cloud in \(copies) random orders", copies: copies),
    ]
  }
}
