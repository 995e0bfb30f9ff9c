internal import VitroCore
internal import VitroData
internal import VitroLab
internal import VitroNetworks
internal import VitroTensor

/// Handwritten digits at random places on a torus: which digit, wherever it lies.
struct ImagesTask: ContestTask {
  /// The side of the torus.
  let side: Int
  /// The digits, `[digits, 64]`.
  let digits: Tensor
  let labels: [Int]
  /// How many digits of each seed's order may be trained on; the others judge.
  let poolSize: Int

  let loss: Loss = .crossEntropy(labelSmoothing: 0)
  let isSymmetricGroup = false
  private static let digitSide = 8

  /// Takes the digits that ship with Vitro.
  init(side: Int, poolSize: Int) throws {
    let data = try LabeledData.digits()
    self.side = side
    digits = try data.inputs.reshaped([data.count, Self.digitSide * Self.digitSide])
    labels = data.labels
    self.poolSize = poolSize
  }

  func training(_ size: Int, seeds: Int, seed: UInt64) throws -> ContestExamples {
    try placed(0..<size, seeds: seeds, seed: seed)
  }

  func test(seeds: Int, seed: UInt64) throws -> ContestExamples {
    try placed(poolSize..<labels.count, seeds: seeds, seed: seed)
  }

  /// The shifts by one point down and right.
  func action() throws -> GroupAction {
    let points = 0..<side * side
    return try GroupAction(
      "C\(side)²",
      generators: [
        points.map { ($0 + side) % (side * side) }, points.map { $0 / side * side + ($0 % side + 1) % side },
      ], parts: SimplePart.torus(side, side))
  }

  /// Any shift of the torus.
  func randomElement(_ stream: inout RandomStream) -> [Int] {
    let shift = stream.permutation(side * side)[0]
    return (0..<side * side).map { point in
      (point / side + shift / side) % side * side + (point % side + shift % side) % side
    }
  }

  /// The digits at some places of each seed's order, each at a shift of its own, `[seeds, digits, side², 1]`.
  private func placed(_ places: Range<Int>, seeds: Int, seed: UInt64) throws -> ContestExamples {
    let pixels = try digits.floats
    let (field, area) = (side * side, Self.digitSide * Self.digitSide)
    var images = [Float](repeating: 0, count: seeds * places.count * field)
    var targets: [Int] = []
    for instance in 0..<seeds {
      var orders = RandomStream(seed: seed, "order of digits", instance)
      let order = orders.permutation(labels.count)
      var shifts = RandomStream(seed: seed, "places of digits", instance)
      let moved = try shifts.uniform([labels.count, 2], low: 0, high: Double(side)).doubles.map { Int($0) % side }
      for (row, place) in places.enumerated() {
        let digit = order[place]
        let start = (instance * places.count + row) * field
        for pixel in 0..<area {
          let down = (pixel / Self.digitSide + moved[2 * place]) % side
          let right = (pixel % Self.digitSide + moved[2 * place + 1]) % side
          images[start + down * side + right] = pixels[digit * area + pixel]
        }
        targets.append(labels[digit])
      }
    }
    return ContestExamples(
      inputs: try Tensor(images, shape: [seeds, places.count, field, 1]),
      targets: try Tensor(targets, shape: [seeds, places.count]))
  }

  /// Some of the first seed's digits, to look at.
  func pictures(_ count: Int, seed: UInt64) throws -> [GridImage] {
    let examples = try placed(0..<count, seeds: 1, seed: seed)
    let (values, labels) = (try examples.inputs.doubles, try examples.targets.ints)
    return labels.indices.map { index in
      let pixels = Array(values[index * side * side..<(index + 1) * side * side])
      return GridImage(width: side, height: side, values: pixels, label: "\(labels[index])")
    }
  }

  /// The weights of each channel of an equivariant network as images.
  func filters(of network: Network) throws -> [GridImage] {
    let weight = try network.parameters.value(named: "layer1.weight")
    return try (0..<weight.shape[1]).map { channel in
      GridImage(width: side, height: side, values: try weight.select(axis: 1, at: channel).doubles)
    }
  }

  /// The equivariant network, and dense ones: of as many hidden units, of as many parameters, and the former on digits moved to many places.
  ///
  /// All are linear, ReLU, linear. The equivariant one has a filter over the whole torus for each channel and keeps the largest value of
  /// each channel over all places.
  func contenders(channels: Int, copies: Int) throws -> [Contender] {
    let points = side * side
    let orbits = try OrbitLabels.torus(side, side)
    let equivariant = Graph.chain(
      "torus", input: [points, 1],
      [
        ("layer1", EquivariantLinear(orbits, inputs: 1, outputs: channels)), ("relu1", Activation(.relu)),
        ("pool", Maximum(axes: [0])), ("output", Linear(channels, 10)),
      ])
    func dense(_ units: Int) -> Graph {
      .chain(
        "dense", input: [points, 1],
        [
          ("flat", Flatten()), ("layer1", Linear(points, units)), ("relu1", Activation(.relu)),
          ("output", Linear(units, 10)),
        ])
    }
    let parameters = (points + 1) * channels + 10 * (channels + 1)
    return [
      Contender(name: "C\(side)² network", graph: equivariant, comparison: nil, pooled: ["pool"]),
      Contender(name: "wide dense network", graph: dense(points * channels), comparison: "as many hidden units"),
      Contender(
        name: "small dense network", graph: dense(Swift.max(1, (parameters - 10) / (points + 11))),
        comparison: "as many parameters"),
      Contender(
        name: "dense network on moved copies", graph: dense(points * channels),
        comparison: "as many hidden units, each digit at \(copies) random places", copies: copies),
    ]
  }
}
