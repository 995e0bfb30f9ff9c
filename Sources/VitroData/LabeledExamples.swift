/// What is known of labelled examples, whatever each of them is: their classes, what they belong to, and where they come from.
///
/// Arrays and images are ``LabeledSource``s besides, texts are ``LabeledTexts``. Examples are divided and probes judged by this alone.
public protocol LabeledExamples: Sendable {
  /// What the data is called in reports.
  var name: String { get }
  /// The number of examples.
  var count: Int { get }
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
}

extension LabeledExamples {
  /// How many examples each class has.
  public var classCounts: [Int] {
    var counts = [Int](repeating: 0, count: classNames.count)
    for label in labels { counts[label] += 1 }
    return counts
  }
}
