public import VitroCore
public import VitroNetworks
public import VitroPiecewise
internal import VitroTensor

extension NetworkLayout {
  /// The network: `0`, `0.relu`, `1`, … with the numbers rounded to a precision.
  ///
  /// A chain's parameters are the pairs `0.weight`, `0.bias`, `1.weight`, … that ``/VitroNetworks/Network/init(linearChainFrom:)`` reads without a description.
  ///
  /// - Parameters:
  ///   - name: What reports call it.
  ///   - dtype: float32 or float64.
  ///   - metadata: Facts that travel with it; the inputs' names are added.
  /// - Throws: ``/VitroCore/VitroError`` for a constant that the precision cannot hold.
  public func network(
    named name: String, dtype: DType = .float32, metadata: [String: String] = [:]
  ) throws -> Network {
    try check()
    var graph = Graph(name, inputs: [.init("input", shape: [inputs.count])])
    func output(of layer: Int) -> String {
      layer < 0 ? "input" : layers[layer].isActive ? "\(layer).\(activation.rawValue)" : "\(layer)"
    }
    for (index, layer) in layers.enumerated() {
      var read = output(of: layer.reads[0])
      if layer.reads.count > 1 {
        read = "\(index).read"
        graph.nodes.append(.init(read, Concatenate(axis: 0), inputs: layer.reads.map(output)))
      }
      let width = layer.reads.reduce(0) { $0 + self.width(of: $1) }
      graph.add("\(index)", Linear(width, layer.rows.count), reading: read)
      if layer.isActive {
        let function: VitroNetworks.Activation.Function = activation == .relu ? .relu : .sigmoid
        graph.add(output(of: index), VitroNetworks.Activation(function), reading: "\(index)")
      }
    }
    graph.outputs = [output(of: layers.count - 1)]
    graph.metadata = metadata
    graph.metadata["inputs"] = inputs.joined(separator: ",")
    var network = try Network(graph, dtype: dtype)
    for (index, layer) in layers.enumerated() {
      let width = layer.reads.reduce(0) { $0 + self.width(of: $1) }
      var weights = Array(repeating: 0.0, count: width * layer.rows.count)
      for (row, form) in layer.rows.enumerated() {
        for term in form.terms { weights[row * width + term.source] = Double(term.weight) }
      }
      let biases = layer.rows.map { Double($0.constant) }
      try network.parameters.set("\(index).weight", to: Tensor(weights, shape: [layer.rows.count, width]))
      try network.parameters.set("\(index).bias", to: Tensor(biases, shape: [layer.rows.count]))
    }
    return network
  }
}

extension ReLUProgram where Scalar == Rational {
  /// Writes the program into the weights of a network.
  ///
  /// - Parameters:
  ///   - name: What reports call it.
  ///   - style: A plain chain of linear layers and ReLUs, or layers with skips.
  ///   - box: Where the network has to hold; without it everywhere.
  ///   - dtype: float32 or float64.
  ///   - metadata: Facts that travel with it.
  /// - Throws: ``/VitroCore/VitroError`` as ``layout(_:box:)`` and ``NetworkLayout/network(named:dtype:metadata:)``.
  public func network(
    named name: String, style: NetworkLayout.Style = .chain, box: InputBox? = nil, dtype: DType = .float32,
    metadata: [String: String] = [:]
  ) throws -> Network {
    try layout(style, box: box).network(named: name, dtype: dtype, metadata: metadata)
  }
}
