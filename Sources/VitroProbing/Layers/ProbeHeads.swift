internal import VitroCore
internal import VitroFitting
internal import VitroNetworks
internal import VitroTensor

/// The linear probes of several taps as one network, so that the trainer trains them all at once.
///
/// Each tap is an input of its own with one softmax regression for each set of labels. The losses of all are averaged, and none shares a
/// parameter with another, so that under Adam each learns as it would alone. Inputs are scaled by √(784 / width), by 3 at most, so that a
/// step of Adam, which moves every weight alike, moves the scores about as far at every width.
struct ProbeHeads: Sendable {
  struct Tap: Sendable {
    let name: String
    let width: Int
    var factor: Double { min(3, (784 / Double(width)).squareRoot()) }
  }

  let taps: [Tap]
  let setCount: Int
  let classCount: Int

  /// All taps' answers, `[taps · sets, classes]` for an example.
  func network() throws -> Network {
    var graph = Graph("probes", inputs: taps.indices.map { Graph.Input("features\($0)", shape: [taps[$0].width]) })
    var answers: [String] = []
    for (number, tap) in taps.enumerated() {
      graph.add(Self.head(number), Linear(tap.width, setCount * classCount), reading: "features\(number)")
      answers.append(graph.add("sets\(number)", Reshape([setCount, classCount]), reading: Self.head(number)))
    }
    graph.nodes.append(Graph.Node("answers", Concatenate(axis: 0), inputs: answers))
    graph.outputs = ["answers"]
    return try Network(graph, initialization: .weights(.zeros))
  }

  private static func head(_ tap: Int) -> String { "head\(tap)" }

  /// Which of some answers `[rows, taps · sets, classes]` are right, by tap, set and row.
  func correct(_ answers: Tensor, labels: [[Int]], rows: [Int]) throws -> [[[Bool]]] {
    let found = try answers.argmax().ints
    let columns = taps.count * setCount
    return taps.indices.map { tap in
      labels.indices.map { set in
        rows.indices.map { found[$0 * columns + tap * setCount + set] == labels[set][rows[$0]] }
      }
    }
  }

  /// Takes over one probe from another network of the same heads.
  func copy(_ tap: Int, set: Int, from source: Network, to target: inout Network) throws {
    for part in ["weight", "bias"] {
      let name = "\(Self.head(tap)).\(part)"
      let (new, old) = (try source.parameters.value(named: name), try target.parameters.value(named: name))
      let sets = try (0..<setCount).map { number in
        try (number == set ? new : old).slice(number * classCount..<(number + 1) * classCount)
      }
      try target.parameters.set(name, to: .concatenate(sets))
    }
  }

  /// A probe in the coordinates of the raw features: the weights of standardized ones over the deviations, the means folded into the intercepts.
  func model(_ tap: Int, set: Int, of network: Network, _ scaling: TapScaling) throws -> LinearModel {
    let range = set * classCount..<(set + 1) * classCount
    func part(_ name: String) throws -> Tensor {
      try network.parameters.value(named: "\(Self.head(tap)).\(name)").slice(range).cast(to: .float64)
    }
    let deviation = try scaling.deviation.cast(to: .float64)
    var weights = try part("weight") * taps[tap].factor / deviation
    var intercepts = try part("bias") - (weights * scaling.mean.cast(to: .float64)).sum(axes: [1])
    if classCount == 2 {
      weights = try weights.slice(1..<2) - weights.slice(0..<1)
      intercepts = try intercepts.slice(1..<2) - intercepts.slice(0..<1)
    }
    return try LinearModel(kind: .logistic, weights: weights, intercepts: intercepts)
  }
}
