internal import VitroCore
public import VitroGroups

extension CompositionTask {
  /// The multiplication of a group whose simples are known.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for a group of one element, or of more than ``largestOrder``.
  /// - Complexity: O(N²) products.
  public init(_ table: RealTable) throws {
    let elements = table.table.elements
    try Self.checkOrder(elements.count, of: table.group.name)
    self.init(
      name: table.group.name, order: elements.count, products: elements.multiplicationTable(),
      inverses: (0..<elements.count).map { Int32(elements.inverse($0)) },
      simples: table.simples.indices.map { number in
        let simple = table.simples[number]
        return Simple(
          name: simple.name, dimension: simple.dimension, degree: simple.degree, type: simple.type.rawValue,
          kernelOrder: simple.kernelOrder,
          values: (0..<elements.count).map { table.value(of: number, at: Int(table.classes.label[$0])) })
      })
  }

  /// Refuses an order that cannot be learned here, before a table is made.
  static func checkOrder(_ order: Int, of name: String) throws {
    guard (2...largestOrder).contains(order) else {
      throw VitroError(
        .argument, "learning \(name)", "it has \(order) elements, expected 2 to \(largestOrder)",
        hint: "C31, S4, A5 or S5 are learned.", details: ["field": "group"])
    }
  }
}
