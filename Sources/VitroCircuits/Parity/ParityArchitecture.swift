internal import VitroCore
public import VitroNetworks
internal import VitroPiecewise
internal import VitroTensor

/// A plain ReLU network that is trained on parity: widths of hidden layers, and whether inputs are normalized first.
public struct ParityArchitecture: Sendable, Hashable, Codable {
  /// The widths of the hidden layers.
  public var hidden: [Int]
  /// Whether inputs are shifted and scaled to mean 0 and deviation 1 first, by a fixed layer.
  public var isNormalized: Bool

  /// Creates an architecture.
  public init(hidden: [Int], isNormalized: Bool) { (self.hidden, self.isNormalized) = (hidden, isNormalized) }

  /// `32 + 32, normalized`.
  public var name: String { widthText + (isNormalized ? ", normalized" : ", raw") }

  var widthText: String { hidden.map(String.init).joined(separator: " + ") }

  /// The mean and the deviation of 0 … 2ⁿ − 1.
  static func moments(bits: Int) -> (mean: Double, deviation: Double) {
    let count = Double(1 << bits)
    return ((count - 1) / 2, ((count * count - 1) / 12).squareRoot())
  }

  /// The fixed first layer, `y = factor·x + offset`, in single precision.
  private func normalization(bits: Int) -> (factor: Double, offset: Double) {
    guard isNormalized else { return (1, 0) }
    let (mean, deviation) = Self.moments(bits: bits)
    return (Double(Float(1 / deviation)), Double(Float(-mean / deviation)))
  }

  /// The structure: `1` … hidden layers, `output`.
  public func graph(bits: Int) -> Graph {
    var graph = Graph("parity \(name)", inputs: [.init("input", shape: [1])])
    var (last, width) = ("input", 1)
    if isNormalized {
      let (factor, offset) = normalization(bits: bits)
      last = graph.add("normalized", Scale(factor: factor, offset: offset), reading: last)
    }
    for (index, units) in hidden.enumerated() {
      graph.add("\(index + 1)", Linear(width, units), reading: last)
      last = graph.add("relu\(index + 1)", Activation(.relu), reading: "\(index + 1)")
      width = units
    }
    graph.outputs = [graph.add("output", Linear(width, 1), reading: last)]
    return graph
  }

  /// How many folds each layer takes in the written solution: a layer of w units holds a zigzag of ⌊log₂ w⌋ folds.
  private func folds(bits: Int) throws -> [Int] {
    var rest = bits
    let folds = hidden.map { width in
      let taken = Swift.min(rest, width.bitWidth - 1 - Swift.max(width, 1).leadingZeroBitCount)
      rest -= taken
      return taken
    }
    guard rest == 0, !hidden.isEmpty else {
      throw VitroError(
        .unsupported, "writing parity into \(name)", "the layers hold \(bits - rest) folds, and \(bits) are needed",
        hint: "A layer of w units holds as many folds as w can be halved.")
    }
    return folds
  }

  /// Parity written into this architecture: each layer is a zigzag of several folds, and what units are left over do nothing.
  ///
  /// A layer that receives z in [0, 2ᵐ] and takes k folds gives `L − z + 2 Σ_{j=1}^{2ᵏ−1} (−1)^{j+1} ReLU(z − jL)` with L = 2^{m−k}: the k folds at once.
  /// The last layer's line is turned over, so that odd integers get 1.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) when the layers are too narrow for that.
  public func written(bits: Int) throws -> Network {
    var network = try Network(graph(bits: bits))
    let folds = try folds(bits: bits)
    let (factor, offset) = normalization(bits: bits)
    // z is this form of what the next layer reads: the value itself, or the units of the layer before.
    var (form, constant) = ([1 / factor], -offset / factor)
    var range = bits
    for (layer, taken) in folds.enumerated() {
      let length = Double(1 << (range - taken))
      range -= taken
      let used = 1 << taken
      var weights = Array(repeating: 0.0, count: hidden[layer] * form.count)
      var biases = Array(repeating: 0.0, count: hidden[layer])
      for unit in 0..<used {
        for column in form.indices { weights[unit * form.count + column] = form[column] }
        biases[unit] = constant - Double(unit) * length
      }
      try network.parameters.set("\(layer + 1).weight", to: Tensor(weights, shape: [hidden[layer], form.count]))
      try network.parameters.set("\(layer + 1).bias", to: Tensor(biases, shape: [hidden[layer]]))
      form = (0..<hidden[layer]).map { unit in
        unit >= used ? 0 : taken == 0 ? 1 : unit == 0 ? -1 : unit % 2 == 1 ? 2 : -2
      }
      constant = taken == 0 ? 0 : length
    }
    try network.parameters.set("output.weight", to: Tensor(form.map { -$0 }, shape: [1, form.count]))
    try network.parameters.set("output.bias", to: Tensor([1 - constant], shape: [1]))
    return network
  }
}

extension Network {
  /// Copies of a network as instances, each with noise of its own on every weight and bias.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - deviation: The noise's standard deviation.
  ///   - seed: What the noise is drawn from.
  func noisyInstances(_ count: Int, deviation: Double, seed: UInt64) throws -> Network {
    var result = try Network(graph, instances: count, seed: seed)
    for name in parameters.names {
      let own = try parameters.value(named: name)
      var stream = RandomStream(seed: seed, "noise \(name)")
      let noise = try stream.normal([count] + own.shape).cast(to: .float32) * deviation
      try result.parameters.set(name, to: own.expanded(to: [count] + own.shape) + noise)
    }
    return result
  }

  /// Networks on the straight line from this one to another of the same structure, `(1 − t)·self + t·other`.
  func line(to other: Network, at places: [Double]) throws -> Network {
    var result = try Network(graph, instances: places.count)
    for name in parameters.names {
      let (start, end) = (try parameters.value(named: name), try other.parameters.value(named: name))
      try result.parameters.set(name, to: Tensor.stack(places.map { try start * (1 - $0) + end * $0 }))
    }
    return result
  }
}
