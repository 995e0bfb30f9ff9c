internal import VitroCore
public import VitroTensor

/// A group that permutes points, by generators, with the simple parts of the functions on them.
///
/// ```swift
/// let turns = try GroupAction("C4", generators: [[1, 2, 3, 0]])
/// let moved = try turns.move(Tensor([10, 20, 30, 40], shape: [1, 4]), by: turns.generators[0], axes: 1..<2)
/// let values = try moved.ints  // [40, 10, 20, 30]: what stood at point 0 stands at point 1
/// ```
public struct GroupAction: Sendable {
  /// What the group and its points are called.
  public let name: String
  /// For each generator the image of each point: point i goes to `generator[i]`.
  public let generators: [[Int]]
  /// The isotypic parts of the functions on the points; without them there are no energies.
  public let parts: [SimplePart]

  /// Creates an action.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when a generator is no permutation, or generators and parts are not of the same points.
  public init(_ name: String, generators: [[Int]], parts: [SimplePart] = []) throws {
    guard let first = generators.first, !first.isEmpty else {
      throw VitroError(
        .argument, "group action '\(name)'", "it has no generator", hint: "Give one permutation at least.")
    }
    for (number, generator) in generators.enumerated() {
      guard generator.count == first.count, generator.sorted() == Array(first.indices) else {
        throw VitroError(
          .argument, "group action '\(name)'", "generator \(number) is no permutation of \(first.count) points",
          hint: "Points count from 0.")
      }
    }
    if let part = parts.first(where: { $0.points != first.count }) {
      throw VitroError(
        .shape, "group action '\(name)'",
        "the part '\(part.name)' is of \(part.points) points, the generators of \(first.count)")
    }
    self.name = name
    self.generators = generators
    self.parts = parts
  }

  /// The number of points.
  public var points: Int { generators[0].count }

  /// The consecutive axes of a shape on which the points stand, if there are any: one axis before several, earlier before later.
  public func axes(in shape: [Int]) -> Range<Int>? {
    guard points > 1 else { return nil }
    for width in 1...Swift.max(1, shape.count) {
      for start in shape.indices where start + width <= shape.count {
        let lengths = shape[start..<start + width]
        if !lengths.contains(where: { $0 < 1 }),
          lengths.reduce(1, { $0.multipliedReportingOverflow(by: $1).partialValue }) == points
        {
          return start..<start + width
        }
      }
    }
    return nil
  }

  /// Values moved by a permutation of their points: `(gf)(g·i) = f(i)`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`shape`) when the axes do not hold the points.
  public func move(_ values: Tensor, by permutation: [Int], axes: Range<Int>) throws -> Tensor {
    guard axes.lowerBound >= 0, axes.upperBound <= values.rank, !axes.isEmpty,
      values.shape[axes].reduce(1, *) == points, permutation.count == points
    else {
      throw VitroError(
        .shape, "moving points", "the values are \(values.shape), and axes \(axes) do not hold \(points) points")
    }
    var inverse = [Int](repeating: 0, count: points)
    for (point, image) in permutation.enumerated() { inverse[image] = point }
    let merged = try values.reshaped(values.shape[..<axes.lowerBound] + [points] + values.shape[axes.upperBound...])
    return try merged.gather(Tensor(inverse), axis: axes.lowerBound).reshaped(values.shape)
  }

  /// A generator with its points renamed at random: a permutation of the same cycle type, which need not be in the group.
  func scrambled(_ generator: [Int], _ stream: inout RandomStream) -> [Int] {
    let names = stream.permutation(points)
    var result = [Int](repeating: 0, count: points)
    for point in 0..<points { result[names[point]] = names[generator[point]] }
    return result
  }
}
