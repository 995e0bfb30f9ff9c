internal import Foundation
internal import VitroCore

/// The words that lean to one of two classes of texts, found in those texts.
///
/// For a word that a of n₁ texts of the second class and b of n₀ texts of the first contain, the lean is the logarithm of the ratio of its odds with half a text
/// added everywhere (Haldane, 1956; Anscombe, 1956), with Woolf's (1955) interval,
///
///     log[(a + ½)(n₀ − b + ½) / ((b + ½)(n₁ − a + ½))] ± z √(1/(a + ½) + 1/(b + ½) + 1/(n₁ − a + ½) + 1/(n₀ − b + ½)).
///
/// A word leans when the interval excludes 0; z = 2.576 for 99 %.
public struct SentimentWords: Sendable, Hashable, Codable {
  /// How far a word leans.
  public struct Lean: Sendable, Hashable, Codable {
    /// The logarithm of the ratio of odds; above 0 for the second class.
    public var value: Double
    /// The lower end of the interval.
    public var low: Double
    /// The upper end of the interval.
    public var high: Double
  }

  /// The words that lean, without those of the closed classes.
  public let leans: [String: Lean]

  /// Finds the words that lean.
  ///
  /// - Parameters:
  ///   - texts: For each text its words.
  ///   - labels: For each text 0 or 1.
  ///   - z: The half width of the interval, in standard errors.
  ///   - least: The fewest texts that a word must be in.
  /// - Throws: ``/VitroCore/VitroError`` when there are not as many labels as texts.
  public init(_ texts: [[String]], labels: [Int], z: Double = 2.576, least: Int = 5) throws {
    guard texts.count == labels.count else {
      throw VitroError(.shape, "sentiment words", "there are \(labels.count) labels for \(texts.count) texts")
    }
    let totals = [labels.count { $0 == 0 }, labels.count { $0 == 1 }].map(Double.init)
    var counts: [String: [Double]] = [:]
    for (text, label) in zip(texts, labels) where label == 0 || label == 1 {
      for word in Set(text.map { $0.lowercased() }) { counts[word, default: [0, 0]][label] += 1 }
    }
    var leans: [String: Lean] = [:]
    for (word, count) in counts
    where count[0] + count[1] >= Double(least) && !FunctionWords.contains(word) && word.contains(where: \.isLetter) {
      let (a, b) = (count[1] + 0.5, count[0] + 0.5)
      let (c, d) = (totals[1] - count[1] + 0.5, totals[0] - count[0] + 0.5)
      let value = log(a * d / (b * c))
      let reach = z * (1 / a + 1 / b + 1 / c + 1 / d).squareRoot()
      if abs(value) > reach { leans[word] = Lean(value: value, low: value - reach, high: value + reach) }
    }
    self.leans = leans
  }

  /// How far a word leans; nothing where that is not sure.
  public func lean(of word: String) -> Lean? { leans[word.lowercased()] }

  /// The words that lean most to a class.
  public func strongest(_ count: Int, positive: Bool) -> [String] {
    leans.filter { ($0.value.value > 0) == positive }
      .sorted { (-abs($0.value.value), $0.key) < (-abs($1.value.value), $1.key) }
      .prefix(count).map(\.key)
  }
}
