internal import CVitroKernels
internal import VitroCore

/// A trained network of one hidden layer, folded: the logits of a·b are `ReLU(E_x[a] + E_y[b])·U`.
public struct CompositionNetwork: Sendable, Hashable {
  /// The number of elements, N.
  public let order: Int
  /// The number of hidden units, H.
  public let width: Int
  /// E_x, `[N, H]`.
  public let left: [Float]
  /// E_y, `[N, H]`.
  public let right: [Float]
  /// U, `[H, N]`.
  public let unembed: [Float]

  /// Creates a network.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`shape`) when an array has another size.
  public init(order: Int, width: Int, left: [Float], right: [Float], unembed: [Float]) throws {
    for (name, array) in [("E_x", left), ("E_y", right), ("U", unembed)] where array.count != order * width {
      throw VitroError(.shape, "a composition network", "\(name) has \(array.count) numbers, expected \(order * width)")
    }
    self.order = order
    self.width = width
    self.left = left
    self.right = right
    self.unembed = unembed
  }

  /// What it does with pairs.
  public struct Answers: Sendable {
    /// The cross-entropy of each pair.
    public var losses: [Double]
    /// The element that each pair is said to multiply to.
    public var elements: [Int32]
    /// The hidden activations, `[pairs, H]`, when they were asked for.
    public var hidden: [Float]
    /// The logits, `[pairs, N]`, when they were asked for.
    public var logits: [Float]
  }

  /// Answers pairs.
  ///
  /// - Parameters:
  ///   - pairs: Which.
  ///   - keepsValues: Whether hidden activations and logits are kept too.
  /// - Throws: ``/VitroCore/VitroError`` (`memory`).
  /// - Complexity: O(pairs · N · H).
  public func answers(_ pairs: CompositionPairs, keepsValues: Bool = false) throws -> Answers {
    var result = Answers(
      losses: Array(repeating: 0, count: pairs.count), elements: Array(repeating: 0, count: pairs.count),
      hidden: Array(repeating: 0, count: keepsValues ? pairs.count * width : 0),
      logits: Array(repeating: 0, count: keepsValues ? pairs.count * order : 0))
    var shape = vitro_composition_shape(order: Int64(order), embed: 0, hidden: Int64(width))
    let isDone = pairs.withKernelPairs { pairs in
      result.hidden.withUnsafeMutableBufferPointer { hidden in
        result.logits.withUnsafeMutableBufferPointer { logits in
          vitro_composition_evaluate(
            &shape, pairs, left, right, unembed, &result.losses, &result.elements,
            keepsValues ? hidden.baseAddress : nil, keepsValues ? logits.baseAddress : nil)
        }
      }
    }
    guard isDone else { throw VitroError(.memory, "evaluating a composition network", "memory is short") }
    return result
  }
}

/// Pairs of elements and their products, in order of the left element.
public struct CompositionPairs: Sendable, Codable, Hashable {
  /// The left elements.
  public let left: [Int32]
  /// The right elements.
  public let right: [Int32]
  /// What they multiply to.
  public let product: [Int32]

  /// How many.
  public var count: Int { left.count }

  /// The pairs of a task with these numbers, `a·N + b`.
  public init(_ task: CompositionTask, numbers: some Sequence<Int>) {
    let numbers = numbers.sorted()
    left = numbers.map { Int32($0 / task.order) }
    right = numbers.map { Int32($0 % task.order) }
    product = numbers.map { task.products[$0] }
  }

  /// All pairs of a task: pair a·N + b is (a, b).
  public init(_ task: CompositionTask) { self.init(task, numbers: 0..<task.order * task.order) }

  /// The number of a pair, `a·N + b`.
  func number(_ index: Int, order: Int) -> Int { Int(left[index]) * order + Int(right[index]) }

  func withKernelPairs<Result>(_ body: (UnsafePointer<vitro_composition_pairs>) -> Result) -> Result {
    left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in
        product.withUnsafeBufferPointer { product in
          var pairs = vitro_composition_pairs(
            left: left.baseAddress, right: right.baseAddress, product: product.baseAddress, count: Int64(left.count))
          return withUnsafePointer(to: &pairs, body)
        }
      }
    }
  }
}
