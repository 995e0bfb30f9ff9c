public import VitroNetworks

/// Labelled examples, in memory or in files: what probes are fitted on and networks are judged by.
///
/// ``LabeledData`` holds its examples, ``StreamedData`` reads them when a batch is asked for; both give the same bits.
/// ``LabeledSources/open(_:memoryBudget:)`` chooses between them.
///
/// ```swift
/// /// How large the largest class is, as a part of all examples: what a constant answer scores.
/// func majority(_ source: some LabeledSource) -> Double {
///   Double(source.classCounts.max() ?? 0) / Double(source.count)
/// }
/// ```
public protocol LabeledSource: BatchSource {
  /// What the data is called in reports.
  var name: String { get }
  /// The class of each example, counted from 0.
  var labels: [Int] { get }
  /// The name of each class.
  var classNames: [String] { get }
  /// What each example belongs to, numbered; nothing when examples stand for themselves.
  var groups: [Int]? { get }
  /// Positions of the examples that the data's publisher set aside for testing; nothing when there is no such division.
  var officialTest: [Int]? { get }
  /// The files that the examples come from, for checksums.
  var files: [String] { get }
  /// Where the data comes from and under which licence, if that is known.
  var source: String? { get }
  /// The shape of one example.
  var exampleShape: [Int] { get }

  /// The examples at some positions, in that order.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a position does not exist.
  func subset(_ positions: [Int]) throws -> Self
}

extension LabeledSource {
  /// How many examples each class has.
  public var classCounts: [Int] {
    var counts = [Int](repeating: 0, count: classNames.count)
    for label in labels { counts[label] += 1 }
    return counts
  }
}

extension LabeledData: LabeledSource {}

extension StreamedData: LabeledSource {
  /// Nothing: images in files say only their class.
  public var groups: [Int]? { nil }
}
