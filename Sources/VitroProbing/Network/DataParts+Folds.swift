internal import VitroData
internal import VitroFitting

extension DataParts {
  /// The divisions of a cross-validation: each fold is a test part, and a fifth of the other rows the validation part.
  ///
  /// No group stands in two parts, and classes are spread evenly.
  static func folds(_ count: Int, labels: [Int]?, groups: [Int]?, rows: Int? = nil, seed: UInt64) throws -> [DataParts]
  {
    let zeros = [Int](repeating: 0, count: labels?.count ?? rows ?? groups?.count ?? 0)
    let divided =
      if let groups {
        try Splits.folds(count, groups: groups, labels: labels, seed: seed)
      } else {
        try Splits.folds(count, labels: labels ?? zeros, seed: seed)
      }
    return try divided.map { fold in
      func outside(_ values: [Int]) -> [Int] { fold.training.map { values[$0] } }
      let inner =
        if let groups {
          try Splits.grouped(groups: outside(groups), labels: labels.map(outside), shares: [0.8, 0.2], seed: seed)
        } else {
          try Splits.stratified(labels: outside(labels ?? zeros), shares: [0.8, 0.2], seed: seed)
        }
      return DataParts(
        train: inner[0].map { fold.training[$0] }, validation: inner[1].map { fold.training[$0] }, test: fold.test)
    }
  }
}
