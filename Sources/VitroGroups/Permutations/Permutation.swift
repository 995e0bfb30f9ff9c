internal import VitroCore

/// A permutation of the points 0, 1, …, n − 1, acting on the left: `(g * h)[x] = g[h[x]]`.
///
/// ```swift
/// let turn = try Permutation(oneLine: [2, 3, 1])  // 1 → 2 → 3 → 1
/// let swap = try Permutation(cycles: "(1 2)", degree: 3)
/// let product = turn * swap  // first the swap, then the turn: (1 3)
/// ```
public struct Permutation: Sendable, Hashable {
  /// Where each point goes, counted from 0.
  public let images: [Int]

  /// A permutation from where each point goes, counted from 0.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when a point is missing, out of range or hit twice.
  public init(images: [Int]) throws {
    var isHit = [Bool](repeating: false, count: images.count)
    for (point, image) in images.enumerated() {
      guard images.indices.contains(image) else {
        throw Self.notAPermutation(
          "point \(point + 1) goes to \(image == .max ? image : image + 1), expected a point from 1 to \(images.count)",
          images)
      }
      guard !isHit[image] else { throw Self.notAPermutation("two points go to \(image + 1)", images) }
      isHit[image] = true
    }
    self.images = images
  }

  /// A permutation in one-line notation: the images of 1, 2, …, n, counted from 1.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when it is not a permutation.
  public init(oneLine: [Int]) throws {
    // Subtracting one from the least integer would trap.
    try self.init(images: oneLine.map { $0 == .min ? -1 : $0 - 1 })
  }

  init(unchecked images: [Int]) { self.images = images }

  /// The permutation that moves nothing.
  public static func identity(_ degree: Int) -> Permutation { Permutation(unchecked: Array(0..<degree)) }

  /// How many points there are.
  public var degree: Int { images.count }

  /// Where a point goes, counted from 0.
  public subscript(point: Int) -> Int { images[point] }

  /// First `right`, then `left`; both have one degree.
  public static func * (left: Permutation, right: Permutation) -> Permutation {
    precondition(left.degree == right.degree, "Only permutations of the same points can be multiplied.")
    return Permutation(unchecked: right.images.map { left.images[$0] })
  }

  /// The permutation that undoes this one.
  public var inverse: Permutation {
    var result = images
    for (point, image) in images.enumerated() { result[image] = point }
    return Permutation(unchecked: result)
  }

  /// Whether nothing moves.
  public var isIdentity: Bool { images.indices.allSatisfy { images[$0] == $0 } }

  /// Whether the permutation is a product of an even number of swaps.
  public var isEven: Bool { (degree - cycles.count).isMultiple(of: 2) }

  /// The cycles, each from its least point on, fixed points too; counted from 0.
  public var cycles: [[Int]] {
    var isSeen = [Bool](repeating: false, count: degree)
    var result: [[Int]] = []
    for start in images.indices where !isSeen[start] {
      var cycle: [Int] = []
      var point = start
      while !isSeen[point] {
        isSeen[point] = true
        cycle.append(point)
        point = images[point]
      }
      result.append(cycle)
    }
    return result
  }

  /// The lengths of the cycles, the longest first: a partition of the degree.
  public var cycleType: [Int] { cycles.map(\.count).sorted(by: >) }

  /// The least k > 0 with gᵏ = 1.
  public var order: Int { cycles.map(\.count).reduce(1, leastCommonMultiple) }

  private static func notAPermutation(_ reason: String, _ images: [Int]) -> VitroError {
    VitroError(
      .argument, "a permutation", "\(reason)",
      hint: "A permutation lists where 1, 2, …, \(images.count) go, each point once: [2, 3, 1].",
      details: ["found": "\(images.prefix(64).map { $0 == .max ? $0 : $0 + 1 })"])
  }
}

extension Permutation: CustomStringConvertible {
  /// The cycles that are longer than one, counted from 1: `(1 2 3)(4 5)`; `()` for the identity.
  public var description: String {
    let moving = cycles.filter { $0.count > 1 }
    return moving.isEmpty
      ? "()" : moving.map { "(" + $0.map { "\($0 + 1)" }.joined(separator: " ") + ")" }.joined()
  }
}

func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  var (a, b) = (a, b)
  while b != 0 { (a, b) = (b, a % b) }
  return abs(a)
}

/// The least common multiple; the largest integer when it overflows.
func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
  let (product, overflow) = a.multipliedReportingOverflow(by: b / greatestCommonDivisor(a, b))
  return overflow ? .max : product
}
