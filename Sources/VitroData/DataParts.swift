/// Which examples are for fitting, which for choosing, and which for judging.
///
/// ```swift
/// let split = try Splits.stratified(labels: digits.labels, shares: [0.6, 0.2, 0.2], seed: 0)
/// let parts = DataParts(train: split[0], validation: split[1], test: split[2])
/// let test = try digits.subset(parts.test)
/// ```
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

  /// At most so many examples of each part, evenly spread.
  public func limited(train: Int, validation: Int, test: Int) -> DataParts {
    func thin(_ positions: [Int], _ limit: Int) -> [Int] {
      positions.count <= limit ? positions : (0..<limit).map { positions[$0 * positions.count / limit] }
    }
    return DataParts(
      train: thin(self.train, train), validation: thin(self.validation, validation), test: thin(self.test, test))
  }
}
