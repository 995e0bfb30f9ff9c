internal import VitroCore

/// A finite set on which a group acts: what each generator does to the points.
///
/// ```swift
/// let group = try Group("S4")
/// let pairs = try GSet.subsets(of: group, size: 2)
/// let counts = (pairs.count, pairs.orbits.count)  // (6, 1)
/// ```
public struct GSet: Sendable {
  /// The group.
  public let group: Group
  /// What reports call it: `natural`, `regular`, `subsets:2`.
  public let name: String
  /// What each generator of the group does: point → point, counted from 0.
  public let actions: [[Int]]
  /// What points are called; `nil` where they are numbers.
  public let labels: [String]?

  /// How many points there are.
  public var count: Int { actions[0].count }

  /// The most points of a set.
  public static let mostPoints = 1 << 20

  /// A set from what the generators do, which is checked.
  ///
  /// - Parameters:
  ///   - group: The group; its elements are listed to check that the action is one.
  ///   - actions: For each generator of the group the image of every point, counted from 0.
  ///   - name: What reports call the set.
  ///   - labels: What points are called; `nil` where they are numbers.
  /// - Throws: ``/VitroCore/VitroError``: `argument` when a row is no permutation, when there is not one for each generator, or when products of
  ///   generators that are equal in the group act differently; `unsupported` when the group is too large to check.
  public init(_ group: Group, actions: [[Int]], name: String = "given", labels: [String]? = nil) throws {
    guard actions.count == group.generators.count else {
      throw VitroError(
        .argument, "a set with an action of \(group.name)",
        "\(actions.count) permutations are given, expected one for each of the \(group.generators.count) generators")
    }
    let rows = try actions.map { try Permutation(images: $0).images }
    guard let count = rows.first?.count, rows.allSatisfy({ $0.count == count }), count > 0 else {
      throw VitroError(
        .argument, "a set with an action of \(group.name)", "the generators act on different numbers of points",
        hint: "Every row needs as many images as the set has points.")
    }
    self.init(unchecked: group, rows, name, labels)
    try checkAction(group.elements())
  }

  init(unchecked group: Group, _ actions: [[Int]], _ name: String, _ labels: [String]?) {
    self.group = group
    self.actions = actions
    self.name = name
    self.labels = labels
  }

  /// Refuses a table of another group.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) that names both.
  public func checkGroup(of table: RealTable) throws {
    guard group.generators == table.group.generators else {
      throw VitroError(
        .argument, "functions on \(name)", "the set belongs to \(group.name), the characters to \(table.group.name)",
        hint: "Make both from the same elements.")
    }
  }

  /// Walks the whole Cayley graph from a point of each orbit: two ways to an element must lead to one point.
  private func checkAction(_ elements: GroupElements) throws {
    for orbit in orbits {
      let images = images(of: orbit.points[0], elements)
      for (generator, product) in elements.leftProducts.enumerated() {
        for element in 0..<elements.count where images[Int(product[element])] != actions[generator][images[element]] {
          throw VitroError(
            .argument, "a set with an action of \(group.name)",
            "the group does not act: \(elements.permutation(element)) followed by the generator \(group.generators[generator]) sends point \(orbit.points[0] + 1) to \(actions[generator][images[element]] + 1), but the same element sends it to \(images[Int(product[element])] + 1) by another product",
            hint: "The permutations must satisfy every relation that the group's generators do.")
        }
      }
    }
  }

  /// Where a point goes under every element.
  func images(of point: Int, _ elements: GroupElements) -> [Int] {
    var images = [Int](repeating: point, count: elements.count)
    for element in elements.tree.order.dropFirst() {
      let generator = Int(elements.tree.generator[Int(element)])
      images[Int(element)] = actions[generator][images[Int(elements.tree.parent[Int(element)])]]
    }
    return images
  }

  /// What an element does to all points.
  func action(of element: Int, _ elements: GroupElements) -> [Int] {
    var word: [Int] = []
    var rest = element
    while rest != 0 {
      word.append(Int(elements.tree.generator[rest]))
      rest = Int(elements.tree.parent[rest])
    }
    var images = Array(0..<count)
    for generator in word.reversed() {
      for point in images.indices { images[point] = actions[generator][images[point]] }
    }
    return images
  }

  /// An orbit, with a way from its first point to each of its points.
  public struct Orbit: Sendable, Hashable {
    /// The points in the order in which they are reached.
    public var points: [Int]
    /// For each of them but the first: which one it is reached from, and by which generator.
    var parentPlaces: [Int]
    var generators: [Int]
  }

  /// The orbits, each from its least point on.
  ///
  /// - Complexity: O(points · generators).
  public var orbits: [Orbit] {
    var isSeen = [Bool](repeating: false, count: count)
    var result: [Orbit] = []
    for start in 0..<count where !isSeen[start] {
      var orbit = Orbit(points: [start], parentPlaces: [0], generators: [0])
      isSeen[start] = true
      var next = 0
      while next < orbit.points.count {
        for (generator, action) in actions.enumerated() {
          let image = action[orbit.points[next]]
          guard !isSeen[image] else { continue }
          isSeen[image] = true
          orbit.points.append(image)
          orbit.parentPlaces.append(next)
          orbit.generators.append(generator)
        }
        next += 1
      }
      result.append(orbit)
    }
    return result
  }
}
