internal import VitroCore
public import VitroPiecewise

/// Layers of weights, exact, that compute a program: what becomes a network.
public struct NetworkLayout: Sendable, Hashable {
  /// How values that later layers need reach them.
  public enum Style: String, Sendable, Hashable, CaseIterable {
    /// Each layer reads the one before it alone: values are handed on by units of their own.
    case chain
    /// Layers read all that they need: the fewest units.
    case skips
  }

  /// The function of the units.
  public enum Activation: String, Sendable, Hashable, CaseIterable {
    /// `max(x, 0)`.
    case relu
    /// `1/(1 + e^−x)`.
    case sigmoid
  }

  /// A layer: affine forms of what it reads, and the activation of each unless it is the last.
  public struct Layer: Sendable, Hashable {
    /// The layers that are read, in order, one after the other: −1 is the input, then by number.
    public var reads: [Int]
    /// The units, as forms over all numbers read.
    public var rows: [AffineForm<Rational>]
    /// Whether the activation follows; the last layer has none, or the output is a unit.
    public var isActive: Bool
  }

  /// The inputs' names.
  public var inputs: [String]
  /// The layers, in running order.
  public var layers: [Layer]
  /// The function of the units.
  public var activation = Activation.relu

  /// The units of each layer.
  public var widths: [Int] { layers.filter(\.isActive).map(\.rows.count) }
  /// The units of all layers.
  public var units: Int { widths.reduce(0, +) }
  /// The number of layers of units.
  public var depth: Int { widths.count }

  func width(of layer: Int) -> Int { layer < 0 ? inputs.count : layers[layer].rows.count }

  /// The numbers in the weights and biases, zeros included.
  public var parameters: Int {
    layers.reduce(0) { $0 + $1.rows.count * ($1.reads.reduce(0) { $0 + width(of: $1) } + 1) }
  }

  /// The largest relative change that single precision makes to a weight or bias; 0 where all are exact.
  public var rounding: Double {
    var worst: Double = 0
    for value in constants {
      let single = Double(Float(Double(value)))
      guard single.isFinite, let taken = Rational(exactly: single), taken != value else { continue }
      worst = max(worst, abs(Double((taken - value) / value)))
    }
    return worst
  }

  private var constants: Set<Rational> {
    var result: Set<Rational> = []
    for layer in layers {
      for row in layer.rows {
        if row.constant != 0 { result.insert(row.constant) }
        for term in row.terms { result.insert(term.weight) }
      }
    }
    return result
  }

  /// Refuses what no memory holds and what no float can say.
  func check() throws {
    let most = 20_000_000
    guard parameters <= most else {
      throw VitroError(
        .unsupported, "writing a network", "it would have \(parameters) weights and biases, expected at most \(most)",
        hint: "With skips instead of a chain it has fewer.")
    }
    for value in constants where !Float(Double(value)).isFinite {
      throw VitroError(
        .numerical, "writing a network", "the constant \("\(value)".prefix(40))… is beyond single precision",
        hint: "Numbers up to 3e38 can be weights.")
    }
  }
}

extension ReLUProgram where Scalar == Rational {
  /// Lays the program out in layers.
  ///
  /// A chain hands on what later layers need, by a unit for a value that is nowhere negative or that a box bounds, by two for others; values that appear
  /// only together are handed on together.
  ///
  /// - Parameters:
  ///   - style: A chain, or skips.
  ///   - box: Where the network has to hold; without it everywhere.
  /// - Throws: ``/VitroCore/VitroError``: `argument` for a box that does not fit, `unsupported` for a network beyond measure.
  public func layout(_ style: NetworkLayout.Style = .chain, box: InputBox? = nil) throws -> NetworkLayout {
    let layout =
      switch style {
      case .chain: try ChainPlan(self, box: box?.named(inputs)).layout()
      case .skips: skippingLayout(.relu)
      }
    try layout.check()
    return layout
  }

  /// Layers by depth, each reading the layers that it needs.
  func skippingLayout(_ activation: NetworkLayout.Activation) -> NetworkLayout {
    let depths = depths
    var layout = NetworkLayout(inputs: inputs, layers: [], activation: activation)
    /// Of each source, the layer that makes it (−1 the input) and its place there.
    var places = inputs.indices.map { (layer: -1, place: $0) }
    places += units.indices.map { _ in (0, 0) }
    func add(_ forms: [AffineForm<Rational>], isActive: Bool) {
      let reads = Set(forms.flatMap { $0.terms.map { places[$0.source].layer } }).sorted()
      let read = reads.isEmpty ? [layout.layers.count - 1] : reads
      var starts: [Int: Int] = [:]
      var start = 0
      for layer in read {
        starts[layer] = start
        start += layout.width(of: layer)
      }
      let rows = forms.map { form in
        AffineForm(
          terms: form.terms.map { term in
            let (layer, place) = places[term.source]
            return .init(source: (starts[layer] ?? 0) + place, weight: term.weight)
          }, constant: form.constant)
      }
      layout.layers.append(NetworkLayout.Layer(reads: read, rows: rows, isActive: isActive))
    }
    for depth in 0..<depth {
      let members = units.indices.filter { depths[$0] == depth + 1 }
      add(members.map { units[$0] }, isActive: true)
      for (place, unit) in members.enumerated() { places[inputs.count + unit] = (depth, place) }
    }
    // A sigmoid network may end with its neurons; a ReLU network ends with a linear layer, as chains read back do.
    let last = units.indices.filter { depths[$0] == depth }.map { AffineForm<Rational>(source: inputs.count + $0) }
    if activation == .relu || depth == 0 || outputs != last { add(outputs, isActive: false) }
    return layout
  }
}
