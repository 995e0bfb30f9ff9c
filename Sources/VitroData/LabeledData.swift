internal import VitroCore
public import VitroNetworks
public import VitroTensor

/// Examples with one label each: what probes are fitted on and networks are judged by.
///
/// ```swift
/// let digits = try LabeledData.digits()
/// let shape = digits.inputs.shape  // [1797, 1, 8, 8]
/// let classes = digits.classNames  // ["0", …, "9"]
/// ```
public struct LabeledData: Sendable {
  /// What the data is called in reports.
  public var name: String
  /// The examples, `[count, …]`.
  public var inputs: Tensor
  /// The class of each example, counted from 0.
  public var labels: [Int]
  /// The name of each class.
  public var classNames: [String]
  /// What each example belongs to (a person, a document, a template), numbered; nothing when examples stand for themselves.
  ///
  /// Examples of one group are alike for reasons that have nothing to do with their class, so a group is never divided.
  public var groups: [Int]?
  /// Positions of the examples that the data's publisher set aside for testing; nothing when there is no such division.
  public var officialTest: [Int]?
  /// The files it was read from, for checksums; none for data that ships with Vitro.
  public var files: [String]
  /// Where the data comes from and under which licence, if that is known.
  public var source: String?

  /// Creates a data set.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the counts differ, a label has no class name, or a test example does not exist.
  public init(
    _ name: String, inputs: Tensor, labels: [Int], classNames: [String], groups: [Int]? = nil,
    officialTest: [Int]? = nil, files: [String] = [], source: String? = nil
  ) throws {
    guard inputs.rank >= 1, inputs.shape[0] == labels.count else {
      throw VitroError(
        .shape, "data '\(name)'", "the inputs are \(inputs.shape), with \(labels.count) labels",
        hint: "The first axis counts the examples.")
    }
    if let wrong = labels.first(where: { $0 < 0 || $0 >= classNames.count }) {
      throw VitroError(
        .argument, "data '\(name)'", "label \(wrong) is not one of the \(classNames.count) classes",
        hint: "Labels count from 0.")
    }
    if let groups, groups.count != labels.count {
      throw VitroError(
        .shape, "data '\(name)'", "there are \(groups.count) groups for \(labels.count) examples",
        hint: "Each example has one group.")
    }
    if let wrong = officialTest?.first(where: { !labels.indices.contains($0) }) {
      throw VitroError(.argument, "data '\(name)'", "test example \(wrong) is not one of the \(labels.count) examples")
    }
    self.name = name
    self.inputs = inputs
    self.labels = labels
    self.classNames = classNames
    self.groups = groups
    self.officialTest = officialTest
    self.files = files
    self.source = source
  }

  /// The number of examples.
  public var count: Int { labels.count }

  /// The shape of one example.
  public var exampleShape: [Int] { Array(inputs.shape.dropFirst()) }

  /// The examples at some positions, in that order.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a position does not exist.
  public func subset(_ positions: [Int]) throws -> LabeledData {
    try Self.check(positions, of: count, name)
    var result = self
    result.inputs = try inputs.gather(Tensor(positions))
    result.labels = positions.map { labels[$0] }
    result.groups = groups.map { groups in positions.map { groups[$0] } }
    result.officialTest = LabeledData.division(officialTest, at: positions)
    return result
  }

  /// Checks that all positions exist.
  static func check(_ positions: [Int], of count: Int, _ name: String) throws {
    if let wrong = positions.first(where: { $0 < 0 || $0 >= count }) {
      throw VitroError(
        .argument, "data '\(name)'", "example \(wrong) of \(count) is asked for",
        details: ["found": "\(wrong)", "expected": "0 to \(count - 1)"])
    }
  }

  /// The places at which test examples stand among some positions; nothing when all or none are test examples.
  static func division(_ test: [Int]?, at positions: [Int]) -> [Int]? {
    guard let test else { return nil }
    let isTest = Set(test)
    let places = positions.indices.filter { isTest.contains(positions[$0]) }
    return places.isEmpty || places.count == positions.count ? nil : places
  }

  /// The same examples in the shape a network takes, when only the arrangement differs: rows of 64 numbers as images of 1 × 8 × 8.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when an example has another number of elements.
  public func shaped(_ shape: [Int]) throws -> LabeledData {
    if exampleShape == shape || shape.contains(-1) { return self }
    guard exampleShape.reduce(1, *) == shape.reduce(1, *) else {
      throw VitroError(
        .shape, "data '\(name)'", "an example is \(exampleShape), the network takes \(shape)",
        hint: "The data must be of the kind that the network was trained on.",
        details: ["found": "\(exampleShape)", "expected": "\(shape)"])
    }
    var result = self
    // Images of height × width × channels, as PNG holds them, become channels first.
    if exampleShape.count == 3, shape == [exampleShape[2], exampleShape[0], exampleShape[1]] {
      result.inputs = try inputs.permuted([0, 3, 1, 2])
    } else {
      result.inputs = try inputs.reshaped([count] + shape)
    }
    return result
  }
}

extension LabeledData: BatchSource {
  /// The examples at some positions with their labels, for training and evaluation.
  public func batch(_ indices: [Int]) throws -> Batch {
    let part = try subset(indices)
    return try Batch(part.inputs, target: Tensor(part.labels))
  }
}
