internal import VitroCore

/// Texts with one label each: what probes of language models are fitted on, and text networks are trained on.
///
/// ```swift
/// let cities = try LabeledTexts(
///   "cities.csv", columns: .init(text: "statement", label: "label", group: "city"))
/// print(cities.texts[0], cities.classNames[cities.labels[0]])
/// ```
public struct LabeledTexts: LabeledExamples {
  /// What the data is called in reports.
  public var name: String
  /// The texts.
  public var texts: [String]
  /// The class of each text, counted from 0.
  public var labels: [Int]
  /// The name of each class.
  public var classNames: [String]
  /// What each text belongs to (a city, an author, a template), numbered; nothing when texts stand for themselves.
  public var groups: [Int]?
  /// The name of each group.
  public var groupNames: [String]?
  /// What the columns are called that these were read from.
  public var columns: Columns?
  /// The files they were read from, for checksums.
  public var files: [String]
  /// Where they come from and under which licence, if that is known.
  public var source: String?

  /// Which columns of a table to read; what is left out is found out.
  public struct Columns: Sendable, Hashable, Codable {
    /// The column of texts.
    public var text: String?
    /// The column of labels.
    public var label: String?
    /// The column of what texts belong to; without it texts stand for themselves.
    public var group: String?

    /// Names columns.
    public init(text: String? = nil, label: String? = nil, group: String? = nil) {
      self.text = text
      self.label = label
      self.group = group
    }
  }

  /// Creates texts.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the counts differ or a label has no class name.
  public init(
    _ name: String, texts: [String], labels: [Int], classNames: [String], groups: [Int]? = nil, files: [String] = [],
    source: String? = nil
  ) throws {
    for (what, count) in [("labels", labels.count), ("groups", groups?.count ?? texts.count)]
    where count != texts.count {
      throw VitroError(.shape, "texts '\(name)'", "there are \(count) \(what) for \(texts.count) texts")
    }
    if let wrong = labels.first(where: { !classNames.indices.contains($0) }) {
      throw VitroError(
        .argument, "texts '\(name)'", "label \(wrong) is not one of the \(classNames.count) classes",
        hint: "Labels count from 0.")
    }
    self.name = name
    self.texts = texts
    self.labels = labels
    self.classNames = classNames
    self.groups = groups
    self.files = files
    self.source = source
  }

  /// The number of texts.
  public var count: Int { texts.count }

  /// Nothing: such tables say only the label.
  public var officialTest: [Int]? { nil }

  /// The texts at some positions, in that order.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a position does not exist.
  public func subset(_ positions: [Int]) throws -> LabeledTexts {
    try LabeledData.check(positions, of: count, name)
    var result = self
    result.texts = positions.map { texts[$0] }
    result.labels = positions.map { labels[$0] }
    result.groups = groups.map { groups in positions.map { groups[$0] } }
    return result
  }

  /// The same texts, and where nothing is said of groups but texts stand more than once, with a group for each text and its copies.
  package func keepingCopiesTogether() -> LabeledTexts {
    guard groups == nil else { return self }
    // Texts that only look alike, such as é written in two ways, are other texts to a tokenizer.
    let numbers = LabeledData.inOrderOfAppearance(texts.map { Array($0.utf8) })
    guard let last = numbers.max(), last + 1 < count else { return self }
    var result = self
    result.groups = numbers
    return result
  }
}
