internal import VitroNetworks

/// The network that is trained on a circuit of the gallery.
public struct GalleryArchitecture: Sendable, Hashable {
  /// The widths of the hidden ReLU layers.
  public var hidden: [Int]
  /// Whether layers have biases.
  public var hasBiases = true
  /// Whether the last layer reads the inputs as well.
  public var hasSkip = false
  /// Whether a sigmoid stands at the end.
  public var isSigmoid = false
  /// A fixed first layer `factor·x + offset`, if there is one.
  public var normalization: (factor: Double, offset: Double)? {
    get { factor == 1 && offset == 0 ? nil : (factor, offset) }
    set { (factor, offset) = newValue ?? (1, 0) }
  }
  private var factor = 1.0
  private var offset = 0.0

  /// Creates an architecture.
  public init(_ hidden: [Int], hasBiases: Bool = true, hasSkip: Bool = false, isSigmoid: Bool = false) {
    (self.hidden, self.hasBiases, self.hasSkip, self.isSigmoid) = (hidden, hasBiases, hasSkip, isSigmoid)
  }

  /// The value before the sigmoid, or the output: what can be read as a formula.
  var readable: String { "output" }

  /// The structure, for numbers of inputs and outputs.
  func graph(_ name: String, inputs: Int, outputs: Int) -> Graph {
    var graph = Graph(name, inputs: [.init("input", shape: [inputs])])
    var (last, width) = ("input", inputs)
    if let normalization {
      let scale = Scale(factor: Double(Float(normalization.factor)), offset: Double(Float(normalization.offset)))
      last = graph.add("normalized", scale, reading: last)
    }
    let first = last
    for (index, units) in hidden.enumerated() {
      graph.add("\(index + 1)", Linear(width, units, bias: hasBiases), reading: last)
      last = graph.add("relu\(index + 1)", Activation(.relu), reading: "\(index + 1)")
      width = units
    }
    if hasSkip, last != first {
      last = graph.add("joined", Concatenate(axis: 0), reading: first, last)
      width += inputs
    }
    last = graph.add("output", Linear(width, outputs, bias: hasBiases), reading: last)
    if isSigmoid { last = graph.add("answer", Activation(.sigmoid), reading: last) }
    graph.outputs = [last]
    return graph
  }

  /// `2 → 2 ReLUs → 1, with a skip, without biases`.
  func text(inputs: Int, outputs: Int) -> String {
    let layers = ["\(inputs)"] + hidden.map { "\($0) ReLU\($0 == 1 ? "" : "s")" } + ["\(outputs)"]
    var text = layers.joined(separator: " → ")
    if isSigmoid { text += " and a sigmoid" }
    if normalization != nil { text += ", inputs normalized" }
    if hasSkip { text += ", with a skip" }
    if !hasBiases { text += ", without biases" }
    return text
  }
}
