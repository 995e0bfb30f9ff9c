internal import VitroCore
internal import VitroTensor

/// Which entries of a matrix an equivariant map holds equal: the orbits of a group on pairs of points.
///
/// A group that permutes the points x of an input and the points y of an output permutes the pairs (y, x). A matrix `[y, x]` commutes with
/// the group exactly when it is constant on each orbit of pairs, and a bias `[y]` when it is constant on each orbit of points y.
///
/// ```swift
/// // The two orbits of S₃ on pairs of its three points: the same point, or two different ones.
/// let labels = try OrbitLabels(
///   rows: 3, columns: 3, labels: [0, 1, 1, 1, 0, 1, 1, 1, 0], biasLabels: [0, 0, 0])
/// let layer = EquivariantLinear(labels, inputs: 1, outputs: 8)  // a·x + b·Σx in each of 8 channels
/// ```
public struct OrbitLabels: Sendable {
  /// The number of points of the output.
  public let rows: Int
  /// The number of points of the input.
  public let columns: Int
  /// The orbit of each pair (y, x), `[rows · columns]` row by row, counted from 0.
  public let labels: [Int]
  /// The orbit of each point y of the output, `[rows]`, counted from 0.
  public let biasLabels: [Int]
  /// The number of orbits on pairs.
  public let count: Int
  /// The number of orbits on the points of the output.
  public let biasCount: Int
  let positions: OrbitPositions

  /// The most pairs of points that labels are kept for.
  static let mostPairs = 1 << 24

  /// Takes the labels of all pairs and of all points of the output.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`shape`) when there are not as many labels as pairs and points, (`argument`) when a number between 0
  ///   and the largest label is missing, or there are more than 16 777 216 pairs.
  /// - Complexity: O(rows · columns).
  public init(rows: Int, columns: Int, labels: [Int], biasLabels: [Int]) throws {
    let (pairs, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard rows >= 1, columns >= 1, !overflow, pairs <= Self.mostPairs else {
      throw VitroError(
        .argument, "orbit labels", "there are \(rows) × \(columns) points",
        hint: "Expected at least one point on each side, and at most \(Self.mostPairs) pairs.")
    }
    guard labels.count == pairs, biasLabels.count == rows else {
      throw VitroError(
        .shape, "orbit labels",
        "\(labels.count) labels of pairs and \(biasLabels.count) of points are given, expected \(pairs) and \(rows)",
        details: ["found": "[\(labels.count), \(biasLabels.count)]", "expected": "[\(pairs), \(rows)]"])
    }
    self.rows = rows
    self.columns = columns
    self.labels = labels
    self.biasLabels = biasLabels
    count = try Self.orbitCount(labels, "pairs")
    biasCount = try Self.orbitCount(biasLabels, "points")
    positions = try OrbitPositions(pairs: Tensor(labels), points: Tensor(biasLabels))
  }

  private static func orbitCount(_ labels: [Int], _ what: String) throws -> Int {
    // The greatest integer has no successor.
    let count = Swift.min(labels.max() ?? -1, Int.max - 1) + 1
    var occurs = [Bool](repeating: false, count: Swift.min(count, labels.count))
    for label in labels where occurs.indices.contains(label) { occurs[label] = true }
    guard (labels.min() ?? -1) >= 0, count <= labels.count, !occurs.contains(false) else {
      throw VitroError(
        .argument, "orbit labels",
        "the labels of \(what) run from \(labels.min() ?? 0) to \(labels.max() ?? 0) and do not name every number between",
        hint: "Number the orbits 0, 1, 2, …")
    }
    return count
  }

  /// How many pairs each orbit has.
  public var sizes: [Int] {
    labels.reduce(into: [Int](repeating: 0, count: count)) { $0[$1] += 1 }
  }
}

/// The labels as tensors to gather with, made once.
final class OrbitPositions: Sendable {
  let pairs: Tensor
  let points: Tensor

  init(pairs: Tensor, points: Tensor) {
    self.pairs = pairs
    self.points = points
  }
}

extension OrbitLabels: Hashable {
  /// Whether the points and the numbers of all orbits are the same.
  public static func == (a: OrbitLabels, b: OrbitLabels) -> Bool {
    a.rows == b.rows && a.columns == b.columns && a.labels == b.labels && a.biasLabels == b.biasLabels
  }

  /// Feeds the points and the labels.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(rows)
    hasher.combine(columns)
    hasher.combine(labels)
    hasher.combine(biasLabels)
  }
}

extension OrbitLabels: CustomReflectable {
  /// The points and the number of orbits: the labels are as many as all pairs.
  public var customMirror: Mirror {
    Mirror(self, children: ["rows": rows, "columns": columns, "count": count])
  }
}

extension OrbitLabels: Codable {
  private enum CodingKeys: CodingKey { case rows, columns, labels, biasLabels }

  /// Reads labels and checks them.
  ///
  /// - Throws: ``/VitroCore/VitroError`` as ``init(rows:columns:labels:biasLabels:)``, `DecodingError` when something is missing.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      rows: container.decode(Int.self, forKey: .rows), columns: container.decode(Int.self, forKey: .columns),
      labels: container.decode([Int].self, forKey: .labels),
      biasLabels: container.decode([Int].self, forKey: .biasLabels))
  }

  /// Writes the labels.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(rows, forKey: .rows)
    try container.encode(columns, forKey: .columns)
    try container.encode(labels, forKey: .labels)
    try container.encode(biasLabels, forKey: .biasLabels)
  }
}
