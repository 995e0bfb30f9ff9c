internal import VitroCore
public import VitroNetworks
internal import VitroTensor

/// Labelled images that stay in their files: each batch is read when it is asked for, so the data may be larger than memory.
///
/// A batch holds the same bits as the same batch of ``LabeledData``, in any order and from any thread.
///
/// ```swift
/// let images = try StreamedData.open("images", memoryBudget: 64 << 20)
/// let order = images.shuffled(seed: 0)
/// let batch = try order.batch(Array(0..<4))
/// let labels = order.labels.prefix(4)
/// ```
public struct StreamedData: Sendable {
  /// What the data is called in reports.
  public let name: String
  /// The class of each example, counted from 0.
  public private(set) var labels: [Int]
  /// The name of each class.
  public let classNames: [String]
  /// Positions of the examples that the data's publisher set aside for testing; nothing when there is no such division.
  public private(set) var officialTest: [Int]?
  /// The files that are read.
  public let files: [String]
  /// Where the data comes from and under which licence, if that is known.
  public let source: String?
  /// The most bytes that held contents and one batch may take together.
  public let memoryBudget: Int

  private let reader: any ExampleReader
  /// The numbers of the examples in the files; nothing for all in order.
  private var positions: [Int]?

  init(
    _ name: String, _ reader: any ExampleReader, labels: [Int], classNames: [String], officialTest: [Int]? = nil,
    files: [String], source: String? = nil, memoryBudget: Int
  ) {
    (self.name, self.reader, self.labels, self.classNames) = (name, reader, labels, classNames)
    (self.officialTest, self.files, self.source) = (officialTest, files, source)
    self.memoryBudget = memoryBudget
  }

  /// The number of examples.
  public var count: Int { labels.count }

  /// The shape of one example.
  public var exampleShape: [Int] { reader.exampleShape }

  /// The examples at some positions, in that order; nothing is read.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a position does not exist.
  public func subset(_ chosen: [Int]) throws -> StreamedData {
    try LabeledData.check(chosen, of: count, name)
    return rearranged(chosen)
  }

  /// All examples in an order drawn from a seed; nothing is read.
  public func shuffled(seed: UInt64) -> StreamedData {
    var stream = RandomStream(seed: seed, "order of examples")
    return rearranged(stream.permutation(count))
  }

  /// All examples at once, in memory.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when they take more memory than the budget, or a file is broken or changed.
  public func loaded() throws -> LabeledData {
    try LabeledData(
      name, inputs: inputs(Array(0..<count)), labels: labels, classNames: classNames, officialTest: officialTest,
      files: files, source: source)
  }

  private func rearranged(_ chosen: [Int]) -> StreamedData {
    var result = self
    result.positions = positions.map { known in chosen.map { known[$0] } } ?? chosen
    result.labels = chosen.map { labels[$0] }
    result.officialTest = LabeledData.division(officialTest, at: chosen)
    return result
  }

  /// Whether all examples at once fit the budget.
  var fitsBudget: Bool { bytes(of: count) <= memoryBudget - reader.heldBytes }

  /// The memory that a batch takes, as the files hold it and as numbers.
  private func bytes(of batch: Int) -> Int {
    let elements = exampleShape.contains(0) ? 0 : exampleShape.reduce(1, *)
    let perExample = elements * (DType.float32.byteWidth + reader.dtype.byteWidth)
    let (bytes, overflow) = perExample.multipliedReportingOverflow(by: batch)
    return overflow ? .max : bytes
  }

  private func inputs(_ indices: [Int]) throws -> Tensor {
    try LabeledData.check(indices, of: count, name)
    let bytes = bytes(of: indices.count)
    guard bytes <= memoryBudget - reader.heldBytes else {
      throw VitroError(
        .memory, "data '\(name)'",
        "\(indices.count) examples at once take \(bytes) bytes beside \(reader.heldBytes) held, with a budget of \(memoryBudget)",
        hint: "Take smaller batches or a larger budget.",
        details: ["found": "\(bytes) bytes", "expected": "at most \(memoryBudget - reader.heldBytes) bytes"])
    }
    return try Scaling.scaled(reader.elements(positions.map { known in indices.map { known[$0] } } ?? indices))
  }
}

extension StreamedData: BatchSource {
  /// The examples at some positions with their labels, read from the files.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when a file changed since it was opened; `malformed` when it is broken; `memory` when
  ///   the batch does not fit the budget.
  public func batch(_ indices: [Int]) throws -> Batch {
    try Batch(inputs(indices), target: Tensor(indices.map { labels[$0] }))
  }
}
