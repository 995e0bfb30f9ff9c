internal import VitroCore

/// All elements of a group, by number; number 0 is the identity.
///
/// Numbers are mixed radix: where an element sends the points of a base, one after the other, so element k of C_n is the turn by k, and those of C_m × C_n go
/// row by row. They come from the transversals of the stabilizer chain, so finding the number of a permutation is a few table lookups, without hashing.
///
/// ```swift
/// let elements = try Group("S3").elements()
/// let product = elements.product(1, 2)
/// let isSame = elements.permutation(product) == elements.permutation(1) * elements.permutation(2)  // true
/// ```
///
/// - Complexity: O(|G|·degree) memory.
public struct GroupElements: Sendable {
  /// The group.
  public let group: Group
  /// How many elements there are.
  public let count: Int
  /// The images of all elements, `[count, degree]`.
  let images: [UInt16]
  /// For each generator s and element g the number of s·g.
  private(set) var leftProducts: [[Int32]] = []
  /// A spanning tree of the Cayley graph: elements in an order in which each comes after the one it is made of.
  private(set) var tree = CayleyTree(order: [0], parent: [], generator: [])
  private let bases: [Int]
  private let positions: [[Int32]]
  private let inverses: [[UInt16]]
  private let radices: [Int]

  /// Each element but the identity as a generator times an element before it.
  struct CayleyTree: Sendable {
    /// The elements, the identity first.
    var order: [Int32]
    /// The element that a generator makes this one of.
    var parent: [Int32]
    /// The generator.
    var generator: [Int32]
  }

  init(_ group: Group, atMost limit: Int) throws {
    guard group.order <= limit, Int(group.order) * group.degree <= 1 << 28 else {
      throw VitroError(
        .unsupported, "listing \(group.name)",
        "it has \(group.order) elements, expected at most \(limit) (and at most \(1 << 28) images)",
        hint:
          "Only its order and its members can be had without a list; classes, characters and graphs need one. Take a smaller group.",
        details: ["order": "\(group.order)", "limit": "\(limit)"])
    }
    self.group = group
    count = Int(group.order)
    let degree = group.degree
    let levels = group.chain.levels
    bases = levels.map(\.base)
    positions = levels.map(\.position)
    inverses = levels.map(\.inverse)
    radices = levels.map(\.orbit.count)
    var table = (0..<degree).map { UInt16($0) }
    for level in levels.reversed() {
      var larger: [UInt16] = []
      larger.reserveCapacity(table.count * level.orbit.count)
      for position in level.orbit.indices {
        let offset = position * degree
        level.transversal.withUnsafeBufferPointer { transversal in
          for image in table { larger.append(transversal[offset + Int(image)]) }
        }
      }
      table = larger
    }
    images = table
    leftProducts = group.generators.map { leftMultiplication(by: $0.words) }
    tree = spanningTree()
  }

  private func spanningTree() -> CayleyTree {
    var tree = CayleyTree(
      order: [0], parent: [Int32](repeating: -1, count: count), generator: [Int32](repeating: -1, count: count))
    tree.order.reserveCapacity(count)
    var next = 0
    while next < tree.order.count {
      let element = tree.order[next]
      for (generator, product) in leftProducts.enumerated() {
        let image = product[Int(element)]
        guard image != 0, tree.parent[Int(image)] < 0 else { continue }
        tree.parent[Int(image)] = element
        tree.generator[Int(image)] = Int32(generator)
        tree.order.append(image)
      }
      next += 1
    }
    return tree
  }

  /// The number of s·g for every g.
  private func leftMultiplication(by generator: [UInt16]) -> [Int32] {
    let degree = group.degree
    return [Int32](unsafeUninitializedCapacity: count) { result, initialized in
      images.withUnsafeBufferPointer { images in
        withWorkspace { word in
          for element in 0..<count {
            for (slot, base) in bases.enumerated() { word[slot] = generator[Int(images[element * degree + base])] }
            result[element] = Int32(number(word))
          }
        }
      }
      initialized = count
    }
  }

  private func withWorkspace<Result>(_ body: (UnsafeMutablePointer<UInt16>) -> Result) -> Result {
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: Swift.max(bases.count, 1)) { body($0.baseAddress!) }
  }

  /// The number of the element that sends base point k to `word[k]`; `word` is used up.
  @inline(__always)
  private func number(_ word: UnsafeMutablePointer<UInt16>) -> Int {
    let degree = group.degree
    var result = 0
    for level in bases.indices {
      let position = Int(positions[level][Int(word[level])])
      result = result * radices[level] + position
      if position == 0 { continue }
      inverses[level].withUnsafeBufferPointer { inverse in
        for deeper in bases.indices.dropFirst(level + 1) {
          word[deeper] = inverse[position * degree + Int(word[deeper])]
        }
      }
    }
    return result
  }

  /// The permutation with a number.
  public func permutation(_ element: Int) -> Permutation {
    let degree = group.degree
    return Permutation(unchecked: images[element * degree..<(element + 1) * degree].map { Int($0) })
  }

  /// The number of a permutation of the group; `nil` when it does not belong to the group.
  public func number(of permutation: Permutation) -> Int? {
    guard permutation.degree == group.degree, group.chain.contains(permutation.words) else { return nil }
    return withWorkspace { word in
      for (slot, base) in bases.enumerated() { word[slot] = UInt16(permutation[base]) }
      return number(word)
    }
  }

  /// The number of `left · right`: first `right`, then `left`.
  public func product(_ left: Int, _ right: Int) -> Int {
    let degree = group.degree
    return withWorkspace { word in
      for (slot, base) in bases.enumerated() {
        word[slot] = images[left * degree + Int(images[right * degree + base])]
      }
      return number(word)
    }
  }

  /// The number of left⁻¹ · right.
  func quotient(_ left: Int, _ right: Int) -> Int {
    withWorkspace { word in
      for (slot, base) in bases.enumerated() {
        word[slot] = preimage(of: images[right * group.degree + base], under: left)
      }
      return number(word)
    }
  }

  /// The numbers of left⁻¹ · right for many right factors, one left one.
  func quotients(_ left: Int, _ rights: [Int], _ body: (Int, Int) -> Void) {
    let degree = group.degree
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: degree) { inverse in
      images.withUnsafeBufferPointer { images in
        for x in 0..<degree { inverse[Int(images[left * degree + x])] = UInt16(x) }
        withWorkspace { word in
          for (place, right) in rights.enumerated() {
            for (slot, base) in bases.enumerated() { word[slot] = inverse[Int(images[right * degree + base])] }
            body(place, number(word))
          }
        }
      }
    }
  }

  /// The number of the inverse.
  public func inverse(_ element: Int) -> Int { quotient(element, 0) }

  private func preimage(of point: UInt16, under element: Int) -> UInt16 {
    let row = element * group.degree
    for x in 0..<group.degree where images[row + x] == point { return UInt16(x) }
    return 0
  }

  /// The numbers of all products, row-major: `[a · b]` for a, then b.
  ///
  /// - Complexity: O(|G|²), for at most 8192 elements.
  public func multiplicationTable() -> [Int32] {
    precondition(count <= 8192, "A multiplication table of \(count) elements does not fit into memory.")
    let degree = group.degree
    return withWorkspace { word in
      var table = [Int32](repeating: 0, count: count * count)
      images.withUnsafeBufferPointer { images in
        for left in 0..<count {
          for right in 0..<count {
            for (slot, base) in bases.enumerated() {
              word[slot] = images[left * degree + Int(images[right * degree + base])]
            }
            table[left * count + right] = Int32(number(word))
          }
        }
      }
      return table
    }
  }

  /// The number of s·g·s⁻¹ for a generator and its inverse.
  @inline(__always)
  private func conjugate(
    _ element: Int, by generator: [UInt16], _ inverse: [UInt16], _ word: UnsafeMutablePointer<UInt16>
  ) -> Int {
    let row = element * group.degree
    for (slot, base) in bases.enumerated() { word[slot] = generator[Int(images[row + Int(inverse[base])])] }
    return number(word)
  }

  /// The classes of conjugate elements: for each element the number of its class, in the order in which classes are met.
  func conjugacyLabels() -> (labels: [Int32], count: Int) {
    var labels = [Int32](repeating: -1, count: count)
    var classes = 0
    let pairs = group.generators.map { ($0.words, $0.inverse.words) }
    var queue: [Int32] = []
    withWorkspace { word in
      for element in 0..<count where labels[element] < 0 {
        labels[element] = Int32(classes)
        queue.append(Int32(element))
        while let next = queue.popLast() {
          for (generator, inverse) in pairs {
            let image = conjugate(Int(next), by: generator, inverse, word)
            if labels[image] < 0 {
              labels[image] = Int32(classes)
              queue.append(Int32(image))
            }
          }
        }
        classes += 1
      }
    }
    return (labels, classes)
  }
}

extension Group {
  /// All elements.
  ///
  /// - Parameter limit: The most that are listed.
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) with the order when there are more.
  public func elements(atMost limit: Int = 1_000_000) throws -> GroupElements { try GroupElements(self, atMost: limit) }
}
