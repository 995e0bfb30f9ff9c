internal import VitroCore
internal import VitroData
internal import VitroFitting
internal import VitroLab
internal import VitroTensor

/// The divisions of labelled examples that a network is probed on, and what was left out of them.
struct ProbeDivisions {
  /// One division, or one for each fold or repetition.
  let parts: [DataParts]
  /// What distinguishes several divisions.
  let repetition: RepeatedProbe.Repetition?
  /// The labels, numbered anew over the classes that occur.
  let labels: [Int]
  /// The data's classes that occur, ascending.
  let classes: [Int]
  /// The examples that are left out of validation and test because no training example has their class, by class.
  let unseen: [Int: Int]

  /// All examples that any division uses, ascending.
  var rows: [Int] { Set(parts.flatMap { $0.train + $0.validation + $0.test }).sorted() }

  init(_ data: any LabeledExamples, folds: Int, repeats: Int, mostRows: Int?, seed: UInt64) throws {
    let divided =
      folds > 0
      ? try DataParts.folds(folds, labels: data.labels, groups: data.groups, seed: seed)
      : try (0..<repeats).map { try data.parts(seed: Self.seed(seed, division: $0)) }
    var unseen: [Int: Int] = [:]
    let parts = try divided.map { division in
      var division = division
      division.train = try Self.thinned(division.train, to: mostRows, data, seed: seed)
      let known = Set(division.train.map { data.labels[$0] })
      for row in division.validation + division.test where !known.contains(data.labels[row]) {
        unseen[data.labels[row], default: 0] += 1
      }
      division.validation.removeAll { !known.contains(data.labels[$0]) }
      division.test.removeAll { !known.contains(data.labels[$0]) }
      return division
    }
    for (name, part) in [("validation", \DataParts.validation), ("test", \DataParts.test)] {
      guard parts.allSatisfy({ !$0[keyPath: part].isEmpty }) else {
        throw VitroError(
          .argument, "probing '\(data.name)'", "no \(name) example is of a class that the training part has",
          hint: "Give more examples, or groups that share classes.")
      }
    }
    let present = parts.map { Set($0.train.map { data.labels[$0] }) }
    let classes = present.reduce(Set()) { $0.union($1) }.sorted()
    guard classes.count >= 2 else {
      let name = classes.first.map { " '\(data.classNames[$0])'" } ?? ""
      throw VitroError(
        .argument, "probing '\(data.name)'", "all training examples are of one class\(name)",
        hint: "A probe needs two classes or more.", details: ["found": "1 class", "expected": "two or more"])
    }
    if let missing = classes.first(where: { label in present.contains { !$0.contains(label) } }) {
      throw VitroError(
        .argument, "probing '\(data.name)'",
        "class '\(data.classNames[missing])' has no training example in one of \(parts.count) divisions",
        hint: "Leave out classes with very few examples or groups, or take one division.")
    }
    let numbers = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    self.parts = parts
    self.unseen = unseen
    self.classes = classes
    labels = data.labels.map { numbers[$0] ?? 0 }
    repetition = folds > 0 ? .folds : repeats > 1 ? .divisions : nil
  }

  /// The seed of a division: that of the study for the first, and for others one that no neighbouring seed's divisions share.
  static func seed(_ seed: UInt64, division: Int) -> UInt64 {
    guard division > 0 else { return seed }
    var stream = RandomStream(seed: seed, "division", division)
    let words = stream.draw(words: 2)
    return UInt64(words[0]) << 32 | UInt64(words[1])
  }

  /// So many training examples, each class in its share.
  private static func thinned(
    _ rows: [Int], to limit: Int?, _ data: any LabeledExamples, seed: UInt64
  ) throws -> [Int] {
    guard let limit, rows.count > limit else { return rows }
    let shares = [Double(limit), Double(rows.count - limit)]
    return try Splits.stratified(labels: rows.map { data.labels[$0] }, shares: shares, seed: seed)[0].map { rows[$0] }
  }
}
