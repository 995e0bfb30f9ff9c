internal import VitroCore

/// A network that multiplies in a group, by what it does with every pair: where its simples are, in embedding, hidden layer and logits.
///
/// Any network will do: hidden activations and logits of all N² pairs, and, where it has them, embeddings and an unembedding.
///
/// The definitions are those of Chughtai, Chan & Nanda (2023). The functions on the group, and on pairs, are split by real simples; a key
/// simple is one whose character χ(a·b·c⁻¹) resembles the logits by more than 0.005.
public struct CompositionAnalysis: Sendable {
  /// What the network has learned.
  public let task: CompositionTask
  /// The number of hidden units, H.
  public let width: Int
  /// The hidden activations, `[N², H]`; pair a·N + b is (a, b).
  public let hidden: [Float]
  /// The logits, `[N², N]`.
  public let logits: [Float]
  /// E_x and E_y, `[N, H]`, where the hidden layer is ReLU(E_x[a] + E_y[b]).
  public let embeddings: (left: [Float], right: [Float])?
  /// U, `[H, N]`, where the logits are the hidden layer times U.
  public let unembed: [Float]?
  /// The basis by simples.
  public let basis: SimpleBasis
  /// The pairs that it was trained on, by number; `nil` when they are not known.
  public let trainingPairs: [Int]?

  /// A key simple's logits resemble its character by more than this.
  public static let keySimilarity = 0.005

  /// Creates an analysis.
  ///
  /// - Parameters:
  ///   - task: What the network has learned.
  ///   - hidden: The hidden activations, `[N², H]`.
  ///   - logits: The logits, `[N², N]`.
  ///   - embeddings: E_x and E_y, `[N, H]`, where there are such.
  ///   - unembed: U, `[H, N]`, where there is one.
  ///   - basis: The basis of the task, when it is at hand.
  ///   - trainingPairs: The numbers a·N + b of the pairs that the network was trained on, for the excluded loss.
  /// - Throws: ``/VitroCore/VitroError``: `shape` when an array has another size, `numerical` when characters and table do not fit.
  public init(
    _ task: CompositionTask, hidden: [Float], logits: [Float], embeddings: (left: [Float], right: [Float])? = nil,
    unembed: [Float]? = nil, trainingPairs: [Int]? = nil, basis: SimpleBasis? = nil
  ) throws {
    let pairs = task.order * task.order
    let width = hidden.count / pairs
    func check(_ name: String, _ count: Int, _ expected: Int) throws {
      guard count == expected, expected > 0 else {
        throw VitroError(
          .shape, "analysing a network on \(task.name)", "the \(name) has \(count) numbers, expected \(expected)")
      }
    }
    try check("hidden layer", hidden.count, pairs * width)
    try check("logits' table", logits.count, pairs * task.order)
    if let embeddings {
      try check("left embedding", embeddings.left.count, task.order * width)
      try check("right embedding", embeddings.right.count, task.order * width)
    }
    if let unembed { try check("unembedding", unembed.count, width * task.order) }
    if let trainingPairs, !trainingPairs.allSatisfy((0..<pairs).contains) {
      throw VitroError(.argument, "analysing a network on \(task.name)", "a training pair is none of \(pairs)")
    }
    self.task = task
    self.width = width
    self.hidden = hidden
    self.logits = logits
    self.embeddings = embeddings
    self.unembed = unembed
    self.trainingPairs = trainingPairs
    self.basis = try basis ?? SimpleBasis(task)
  }

  /// Creates the analysis of a folded network.
  public init(
    _ task: CompositionTask, _ network: CompositionNetwork, trainingPairs: [Int]? = nil, basis: SimpleBasis? = nil
  ) throws {
    let answers = try network.answers(CompositionPairs(task), keepsValues: true)
    try self.init(
      task, hidden: answers.hidden, logits: answers.logits, embeddings: (network.left, network.right),
      unembed: network.unembed, trainingPairs: trainingPairs, basis: basis)
  }

  var order: Int { task.order }

  /// The means of rows of `values` `[N², columns]` over the pairs with the same left factor, right factor, and product: each `[N, columns]`.
  func means(_ values: [Float], columns: Int) -> (left: [Double], right: [Double], product: [Double]) {
    let n = order
    let zeros = [Double](repeating: 0, count: n * columns)
    var (left, right, product) = (zeros, zeros, zeros)
    let share = 1 / Double(n)
    left.withUnsafeMutableBufferPointer { left in
      right.withUnsafeMutableBufferPointer { right in
        product.withUnsafeMutableBufferPointer { product in
          values.withUnsafeBufferPointer { values in
            for a in 0..<n {
              for b in 0..<n {
                let (row, c) = ((a * n + b) * columns, task.product(a, b) * columns)
                for column in 0..<columns {
                  let value = Double(values[row + column]) * share
                  left[a * columns + column] += value
                  right[b * columns + column] += value
                  product[c + column] += value
                }
              }
            }
          }
        }
      }
    }
    return (left, right, product)
  }

  /// Each hidden unit's Σ (h − mean)² over the pairs.
  func centredEnergies() -> [Double] {
    let pairs = order * order
    var (sums, squares) = ([Double](repeating: 0, count: width), [Double](repeating: 0, count: width))
    hidden.withUnsafeBufferPointer { hidden in
      for pair in 0..<pairs {
        for unit in 0..<width { sums[unit] += Double(hidden[pair * width + unit]) }
      }
      for unit in 0..<width { sums[unit] /= Double(pairs) }
      for pair in 0..<pairs {
        for unit in 0..<width {
          let distance = Double(hidden[pair * width + unit]) - sums[unit]
          squares[unit] += distance * distance
        }
      }
    }
    return squares
  }

  /// The map of a hidden unit over pairs, `[N, N]`, minus its mean.
  func activationMap(_ unit: Int) -> [Double] {
    let pairs = order * order
    var map = (0..<pairs).map { Double(hidden[$0 * width + unit]) }
    let mean = map.reduce(0, +) / Double(pairs)
    for pair in 0..<pairs { map[pair] -= mean }
    return map
  }
}
