internal import VitroCore
internal import VitroTensor

/// Which examples are for fitting, which for choosing, and which for judging.
public struct DataParts: Sendable, Hashable, Codable {
  /// Positions of examples to fit on.
  public var train: [Int]
  /// Positions of examples to choose settings by.
  public var validation: [Int]
  /// Positions of examples that nothing was fitted or chosen on.
  public var test: [Int]

  /// Creates parts from positions.
  public init(train: [Int], validation: [Int], test: [Int]) {
    self.train = train
    self.validation = validation
    self.test = test
  }

  /// Splits a data set at random, each class in the same shares.
  ///
  /// - Parameters:
  ///   - validation: The share for choosing.
  ///   - test: The share for judging.
  /// - Throws: `VitroError` when a part would be empty.
  public init(
    splitting data: LabeledData, validation: Double = 0.2, test: Double = 0.2, seed: UInt64
  ) throws {
    var (train, choosing, judging): ([Int], [Int], [Int]) = ([], [], [])
    for label in data.classNames.indices {
      let members = data.labels.indices.filter { data.labels[$0] == label }
      var stream = RandomStream(seed: seed, "split", label)
      let order = stream.permutation(members.count).map { members[$0] }
      let first = Int((Double(members.count) * test).rounded())
      let second = first + Int((Double(members.count) * validation).rounded())
      judging += order[..<first]
      choosing += order[first..<second]
      train += order[second...]
    }
    guard !train.isEmpty, !choosing.isEmpty, !judging.isEmpty else {
      throw VitroError(
        .argument, "splitting '\(data.name)'", "\(data.count) examples do not divide into three parts that are not empty",
        hint: "More examples are needed.")
    }
    self.init(train: train.sorted(), validation: choosing.sorted(), test: judging.sorted())
  }

  /// At most so many examples of each part, evenly spread.
  public func limited(train: Int, validation: Int, test: Int) throws -> DataParts {
    func thin(_ positions: [Int], _ limit: Int) -> [Int] {
      positions.count <= limit ? positions : (0..<limit).map { positions[$0 * positions.count / limit] }
    }
    return DataParts(
      train: thin(self.train, train), validation: thin(self.validation, validation), test: thin(self.test, test))
  }
}
