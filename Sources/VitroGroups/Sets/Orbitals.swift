internal import VitroCore
public import VitroTensor

/// The orbits of a group on pairs of points: a basis of the equivariant linear maps Fun(X) → Fun(Y).
///
/// A matrix `[Y, X]` commutes with the group exactly when it is constant on these orbits, so their indicators are a basis of Fun_G(Y × X).
///
/// ```swift
/// let set = GSet.natural(try Group("S4"))
/// let orbitals = try Orbitals(from: set, to: set)
/// let weights = orbitals.count  // 2: a·I + b·1·1ᵀ
/// ```
public struct Orbitals: Sendable, Hashable {
  /// How many points the target has.
  public let rows: Int
  /// How many points the source has.
  public let columns: Int
  /// The orbit of each pair (y, x), row-major.
  public let labels: [Int32]
  /// How many pairs each orbit has.
  public let sizes: [Int]
  /// The orbit of each point of the target: where a bias is constant.
  public let rowOrbits: [Int]

  /// How many orbits there are: the dimension of the space of equivariant maps.
  public var count: Int { sizes.count }

  /// The most pairs.
  public static let mostPairs = 1 << 26

  /// Finds the orbits on pairs.
  ///
  /// The orbits of the stabilizer of one point of Y on X, carried to the other points of its orbit.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` when the sets belong to different groups, `unsupported` for more than ``mostPairs`` pairs.
  /// - Complexity: O(|Y|·|X|·generators).
  public init(from source: GSet, to target: GSet) throws {
    guard source.group.generators == target.group.generators else {
      throw VitroError(
        .argument, "equivariant maps", "one set belongs to \(source.group.name), the other to \(target.group.name)")
    }
    let (pairs, overflow) = source.count.multipliedReportingOverflow(by: target.count)
    guard !overflow, pairs <= Self.mostPairs else {
      throw VitroError(
        .unsupported, "equivariant maps",
        "there are \(target.count) × \(source.count) pairs of points, expected at most \(Self.mostPairs)",
        hint: "Take smaller sets.")
    }
    rows = target.count
    columns = source.count
    var labels = [Int32](repeating: 0, count: pairs)
    var sizes: [Int] = []
    var rowOrbits = [Int](repeating: 0, count: target.count)
    let sourceActions = source.actions.map { $0.map { Int32($0) } }
    for (number, orbit) in target.orbits.enumerated() {
      for point in orbit.points { rowOrbits[point] = number }
      let stabilizer = OrbitTransport(orbit, target.actions, sourceActions, columns: source.count)
      let first = Int32(sizes.count)
      for size in stabilizer.suborbitSizes { sizes.append(size * orbit.points.count) }
      let columns = source.count
      labels.withUnsafeMutableBufferPointer { labels in
        stabilizer.transport.withUnsafeBufferPointer { transport in
          stabilizer.suborbit.withUnsafeBufferPointer { suborbit in
            for (place, point) in orbit.points.enumerated() {
              for x in 0..<columns {
                labels[point * columns + Int(transport[place * columns + x])] = first + suborbit[x]
              }
            }
          }
        }
      }
    }
    self.labels = labels
    self.sizes = sizes
    self.rowOrbits = rowOrbits
  }

  /// The orbit of a pair.
  public subscript(row: Int, column: Int) -> Int { Int(labels[row * columns + column]) }

  /// For X = Y: the orbit of (x, y) for each orbit of (y, x).
  public var transposed: [Int] {
    var result = [Int](repeating: 0, count: count)
    guard rows == columns else { return result }
    for row in 0..<rows { for column in 0..<columns { result[self[row, column]] = self[column, row] } }
    return result
  }

  /// The equivariant map with a weight on each orbit: `[rows, columns]`.
  public func matrix(_ weights: [Double]) throws -> Tensor {
    precondition(weights.count == count, "An equivariant map has one weight for each orbit.")
    return try Tensor(labels.map { weights[Int($0)] }, shape: [rows, columns])
  }
}

/// How points of an orbit are reached from its first point, as seen by another set: permutations t_y, and the orbits of the first point's
/// stabilizer.
struct OrbitTransport {
  /// What the element that carries the first point to each point of the orbit does to the columns, `[orbit, columns]`.
  let transport: [Int32]
  /// The stabilizer's orbit of each column.
  let suborbit: [Int32]
  /// How many columns each has.
  let suborbitSizes: [Int]

  init(_ orbit: GSet.Orbit, _ rowActions: [[Int]], _ actions: [[Int32]], columns: Int) {
    let length = orbit.points.count
    transport = [Int32](unsafeUninitializedCapacity: length * columns) { transport, initialized in
      for x in 0..<columns { transport[x] = Int32(x) }
      for place in 1..<Swift.max(length, 1) {
        let from = orbit.parentPlaces[place] * columns
        actions[orbit.generators[place]].withUnsafeBufferPointer { action in
          for x in 0..<columns { transport[place * columns + x] = action[Int(transport[from + x])] }
        }
      }
      initialized = length * columns
    }
    var places = [Int: Int](minimumCapacity: length)
    for (place, point) in orbit.points.enumerated() { places[point] = place }
    // Schreier generators t_(s·y)⁻¹·s·t_y generate the stabilizer; each joins z with its image, or s·t_y·z with t_(s·y)·z.
    var joined = DisjointSets(columns)
    var preimage = [Int32](repeating: 0, count: columns)
    transport.withUnsafeBufferPointer { transport in
      for place in 0..<length where joined.count > 1 {
        for (generator, action) in actions.enumerated() {
          let image = places[rowActions[generator][orbit.points[place]]] ?? 0
          if orbit.parentPlaces[image] == place, orbit.generators[image] == generator, image != 0 { continue }
          for z in 0..<columns { preimage[Int(transport[image * columns + z])] = Int32(z) }
          for z in 0..<columns { joined.join(z, Int(preimage[Int(action[Int(transport[place * columns + z])])])) }
        }
      }
    }
    var numbers = [Int32](repeating: -1, count: columns)
    var sizes: [Int] = []
    var labels = [Int32](repeating: 0, count: columns)
    for x in 0..<columns {
      let root = joined.root(x)
      if numbers[root] < 0 {
        numbers[root] = Int32(sizes.count)
        sizes.append(0)
      }
      labels[x] = numbers[root]
      sizes[Int(numbers[root])] += 1
    }
    suborbit = labels
    suborbitSizes = sizes
  }
}

/// Sets that are joined until nothing more is equal.
struct DisjointSets {
  private var parent: [Int32]
  /// How many sets are left.
  private(set) var count: Int

  init(_ count: Int) {
    parent = (0..<count).map { Int32($0) }
    self.count = count
  }

  mutating func root(_ member: Int) -> Int {
    var member = member
    while Int(parent[member]) != member {
      parent[member] = parent[Int(parent[member])]
      member = Int(parent[member])
    }
    return member
  }

  mutating func join(_ a: Int, _ b: Int) {
    if a == b { return }
    let (first, second) = (root(a), root(b))
    if first == second { return }
    parent[Swift.max(first, second)] = Int32(Swift.min(first, second))
    count -= 1
  }
}
