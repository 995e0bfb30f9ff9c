/// A subgroup, and which elements lie in the same of its cosets.
public struct Subgroup: Sendable, Hashable {
  /// Its elements, ascending.
  public let elements: [Int]
  /// For every g the first element of g·S.
  let leftCosets: [Int]
  /// For every g the first element of S·g.
  let rightCosets: [Int]

  /// How many elements it has.
  public var order: Int { elements.count }
  /// Whether left and right cosets are the same.
  public var isNormal: Bool { leftCosets == rightCosets }

  init(_ elements: [Int], of task: CompositionTask) {
    self.elements = elements
    leftCosets = (0..<task.order).map { g in elements.reduce(g) { min($0, task.product(g, $1)) } }
    rightCosets = (0..<task.order).map { g in elements.reduce(g) { min($0, task.product($1, g)) } }
  }
}

extension CompositionTask {
  /// The subgroups that one or two elements generate, and the kernels of the simples; the trivial one and the whole group are left out.
  ///
  /// - Complexity: O(C²·N) for C cyclic subgroups; with more than 200 of these, pairs of generators are not tried.
  public func smallSubgroups() -> [Subgroup] {
    var found = Set<[Int]>()
    var cyclic = [[Int]]()
    for element in 1..<order {
      let subgroup = generated(by: [element])
      if found.insert(subgroup).inserted { cyclic.append(subgroup) }
    }
    let generators = cyclic.compactMap { subgroup in
      subgroup.first { generated(by: [$0]).count == subgroup.count }
    }
    if generators.count <= 200 {
      for (index, first) in generators.enumerated() {
        for second in generators[..<index] { found.insert(generated(by: [first, second])) }
      }
    }
    for simple in simples {
      let kernel = (0..<order).filter { abs(simple.values[$0] - Double(simple.dimension)) < 1e-6 }
      found.insert(kernel)
    }
    return found.filter { $0.count > 1 && $0.count < order }
      .sorted { ($0.count, $0) < ($1.count, $1) }.map { Subgroup($0, of: self) }
  }

  private func generated(by generators: [Int]) -> [Int] {
    var isIn = [Bool](repeating: false, count: order)
    isIn[0] = true
    var elements = [0]
    var next = 0
    while next < elements.count {
      for generator in generators {
        let product = product(elements[next], generator)
        if !isIn[product] {
          isIn[product] = true
          elements.append(product)
        }
      }
      next += 1
    }
    return elements.sorted()
  }
}

/// Orders lists of numbers, the first difference deciding.
private func < (left: (Int, [Int]), right: (Int, [Int])) -> Bool {
  left.0 != right.0 ? left.0 < right.0 : left.1.lexicographicallyPrecedes(right.1)
}
