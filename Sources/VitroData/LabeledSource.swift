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
public protocol LabeledSource: BatchSource, LabeledExamples {
  /// The shape of one example.
  var exampleShape: [Int] { get }

  /// The examples at some positions, in that order.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a position does not exist.
  func subset(_ positions: [Int]) throws -> Self
}

extension LabeledData: LabeledSource {}

extension StreamedData: LabeledSource {
  /// Nothing: images in files say only their class.
  public var groups: [Int]? { nil }
}
