internal import VitroCore
public import VitroData
internal import VitroFitting

extension LabeledExamples {
  /// Divides the examples for fitting, choosing and judging, each class in the same shares.
  ///
  /// When the data have a test part of their own (``/VitroData/LabeledExamples/officialTest``) it is kept, and the rest is divided
  /// five to one; otherwise 60 %, 20 % and 20 % are drawn. No group (``/VitroData/LabeledExamples/groups``) stands in two parts.
  ///
  /// ```swift
  /// let parts = try digits.parts(seed: 0)
  /// let training = try digits.subset(parts.train)
  /// ```
  ///
  /// - Parameter seed: What the division is drawn from.
  /// - Throws: ``/VitroCore/VitroError`` when there are too few examples or groups, or a group crosses the border of the official test part.
  public func parts(seed: UInt64) throws -> DataParts {
    guard let officialTest else {
      let split = try divided(Array(0..<count), shares: [0.6, 0.2, 0.2], seed: seed)
      return DataParts(train: split[0], validation: split[1], test: split[2])
    }
    let isTest = Set(officialTest)
    let rest = (0..<count).filter { !isTest.contains($0) }
    if let groups {
      let testGroups = Set(officialTest.map { groups[$0] })
      if let crossing = rest.first(where: { testGroups.contains(groups[$0]) }) {
        throw VitroError(
          .argument, "dividing '\(name)'", "group \(groups[crossing]) stands in the official test part and outside it",
          hint: "Remove the group from one side, or divide the data by groups alone (officialTest = nil).",
          details: ["found": "group \(groups[crossing])", "expected": "groups that lie on one side"])
      }
    }
    let split = try divided(rest, shares: [5, 1], seed: seed)
    return DataParts(train: split[0], validation: split[1], test: officialTest.sorted())
  }

  private func divided(_ positions: [Int], shares: [Double], seed: UInt64) throws -> [[Int]] {
    let labels = positions.map { self.labels[$0] }
    let split =
      if let groups {
        try Splits.grouped(groups: positions.map { groups[$0] }, labels: labels, shares: shares, seed: seed)
      } else {
        try Splits.stratified(labels: labels, shares: shares, seed: seed)
      }
    return split.map { part in part.map { positions[$0] } }
  }
}
