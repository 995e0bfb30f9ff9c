internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// Signals on the n points of C_n, and a target in one isotypic part: the part of the products x_i · x_{i+1} that lies in it.
struct IsotypicTask: Sendable {
  /// The number of points.
  var points: Int
  /// The number of the target's simple.
  var target: Int
  /// Signals are constant on the orbits of the subgroup of this order: with 1 they are any.
  var kernelOrder: Int

  /// The simples that the signals have.
  func live(_ parts: [SimplePart]) -> [Int] {
    parts.indices.filter { parts[$0].kernelOrder % kernelOrder == 0 }
  }

  /// Draws signals `[count, n, 1]` of unit variance and their targets, scaled by a factor.
  func draw(
    _ count: Int, parts: [SimplePart], seed: UInt64, _ purpose: String
  ) throws -> (inputs: Tensor, targets: Tensor) {
    var stream = RandomStream(seed: seed, "isotypic \(purpose)", kernelOrder)
    let period = points / kernelOrder
    let inputs = try stream.normal([count, period, 1], dtype: .float64).tiled([1, kernelOrder, 1])
    let next = try inputs.gather(Tensor((0..<points).map { ($0 + 1) % points }), axis: 1)
    return (inputs, try parts[target].part(of: inputs * next))
  }

  /// Equivariant layers with ReLUs between them, and an equivariant readout of one channel.
  func graph(channels: Int, layers: Int) throws -> Graph {
    let orbits = try OrbitLabels.cyclic(points)
    var stack: [(name: String, layer: any Layer)] = []
    for layer in 1...layers {
      stack.append(
        ("layer\(layer)", EquivariantLinear(orbits, inputs: layer == 1 ? 1 : channels, outputs: channels)))
      stack.append(("relu\(layer)", Activation(.relu)))
    }
    stack.append(("output", EquivariantLinear(orbits, inputs: channels, outputs: 1)))
    return .chain("isotypic", input: [points, 1], stack)
  }
}

/// Why a cut is proved to cost nothing.
enum FreeCut: String, Codable, Sendable {
  /// Nothing is proved.
  case unproved
  /// Schur: after the last ReLU only linear maps follow, which keep each simple to itself.
  case schur
  /// The kernel filtration: the signals are fixed by a normal subgroup that moves the simple, so there is none of it.
  case filtration

  /// What is proved of cutting a simple out of the value at a tap, for the part of the output in the target's simple.
  ///
  /// Write P_L for the projection on the isotypic part L, h for the value at the tap (each channel a function on the points), and y for the
  /// output. Cutting replaces h by h − P_L h.
  ///
  /// - **Schur.** After the last ReLU, y = Wh + b with W equivariant. W maps isotypic parts to their own (there is no equivariant linear
  ///   map between different simples), so P_T y = W P_T h + P_T b, and for L ≠ T, P_T(h − P_L h) = P_T h: the part of the output in T does not change.
  /// - **Filtration.** Let the inputs lie in parts whose common kernel is N. Then h is fixed by N at every tap (see
  ///   ``Swift/Array/silent(given:)``), so P_L h = 0 for each L with N ⊄ ker L, and h − P_L h = h.
  ///
  /// Nothing else is free in general. Take a transitive set of points, as here, and a cut before a ReLU that is followed by the readout, with L, T among
  /// the parts that N leaves. Points that N moves into each other hold equal values, so let X be the set of N's orbits; it is transitive too. Where
  /// the ReLU's pattern is the 0/1 matrix D, the part T of the output depends on P_L z through P_T D P_L. For a pattern D = e_x e_xᵀ with one point on
  /// this is (P_T e_x)(P_L e_x)ᵀ, and ‖P_L e_x‖² = dim/|X| by transitivity, for all x, so it is not zero; and with a bias such a pattern occurs on an open set of
  /// signals. Hence for each such L there are weights with which the cut changes the output. Whether trained ones are such is measured.
  ///
  /// - Parameters:
  ///   - isLastHidden: Whether only the readout follows the tap.
  ///   - simple: The simple that is cut out.
  ///   - target: The simple in which the output is judged.
  ///   - silent: The simples that the filtration silences.
  static func proof(isLastHidden: Bool, simple: Int, target: Int, silent: [Bool]) -> FreeCut {
    if silent[simple] { return .filtration }
    return isLastHidden && simple != target ? .schur : .unproved
  }

  /// The proof in a word.
  var word: String {
    switch self {
    case .unproved: "nothing"
    case .schur: "free, by Schur"
    case .filtration: "free, by the filtration"
    }
  }
}
