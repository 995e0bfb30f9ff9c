internal import VitroCore
public import VitroNetworks

/// The network that is too deep to train, and the skip connection that leaves half of it idle (Alain & Bengio, 2016, section 5.1).
///
/// 128 fully connected layers of 128 ReLU units classify images. Beside it stands the same network with one long skip connection: what enters the
/// second half is the first half's output and the image itself, concatenated. Both are trained by plain gradient descent, and linear probes on every
/// layer of the second network show what became of the half that was bypassed.
///
/// ```swift
/// let study = SkipStudy()
/// let graph = study.graph(input: [1, 28, 28], classes: 10, isSkipping: true)
/// print(graph.nodes.count)  // 131: flatten, 128 layers, the join, the scores
/// ```
public struct SkipStudy: Sendable {
  /// The data, as ``/VitroData/LabeledData/load(_:)`` takes it.
  public var data = "digits"
  /// The number of hidden layers, even.
  public var layers = 128
  /// The units of each layer.
  public var width = 128
  /// The steps of each training.
  public var steps = 2000
  /// The learning rate.
  public var rate = 0.001
  /// The examples of a step.
  public var batchSize = 64
  /// The scale of the weights at first, N(0, gain²·2/fanIn), relative to the one that keeps signals through ReLU layers (He et al., 2015).
  public var gain = 1.0
  /// The steps after which probes look at the network, besides the last.
  public var moments = [0, 500]
  /// How many networks of each kind are trained; probes look at the first.
  public var seeds = 1

  /// The network of the paper, for as many steps as its last figure.
  public init() {}

  /// The layers that the skip connection bypasses.
  public var bypassed: Int { layers / 2 }

  /// The steps after which probes look, in order, the last step among them; moments after the end are left out.
  public var probedSteps: [Int] { Set(moments.filter { $0 < steps } + [steps]).sorted() }

  /// N(0, gain²·2/fanIn) for the weights of the graph, and biases 0.
  func initialization(of graph: Graph) -> Initialization {
    Initialization(
      .pytorch, weights: .kaimingNormal(.relu),
      overrides: graph.nodes.flatMap { node in
        node.layer.parameters.filter { $0.role == .weight }.map { weight in
          Initialization.Override(
            "\(node.name).\(weight.name)", .normal(gain * (2 / Double(weight.fanIn)).squareRoot()))
        }
      })
  }

  /// The name of a hidden layer, which is also its tap, counted from 1.
  static func name(_ layer: Int) -> String { "layer\(layer)" }

  /// The structure of the network.
  ///
  /// - Parameters:
  ///   - input: The shape of one example.
  ///   - classes: The number of scores.
  ///   - isSkipping: Whether the examples enter the second half too, beside the first half's output.
  public func graph(input: [Int], classes: Int, isSkipping: Bool) -> Graph {
    var graph = Graph(isSkipping ? "deep-with-skip" : "deep", inputs: [Graph.Input("input", shape: input)])
    let pixels = input.reduce(1, *)
    var (last, size) = (graph.add("flatten", Flatten(), reading: "input"), pixels)
    for layer in 1...layers {
      if isSkipping, layer == bypassed + 1 {
        graph.nodes.append(Graph.Node("join", Concatenate(axis: 0), inputs: [last, "flatten"]))
        (last, size) = ("join", width + pixels)
      }
      last = graph.add(Self.name(layer), HiddenLayer(size, width), reading: last)
      size = width
    }
    graph.outputs = [graph.add("scores", Linear(width, classes), reading: last)]
    return graph
  }
}
