import Foundation
import Testing
import VitroCore
import VitroFitting
import VitroTensor

@testable import VitroInformation

@Suite struct WordTests {
  private func text(_ words: [String], special: Set<Int> = []) throws -> WordText {
    WordText(words.indices.map { $0 }, words: words, vectors: try .zeros([words.count, 2]))
  }

  @Test func wordsAreSortedIntoClasses() throws {
    let sentiment = try SentimentWords(
      (0..<40).map { $0 < 20 ? ["a", "dreadful", "film"] : ["a", "lovely", "film"] }, labels: (0..<40).map { $0 / 20 })
    let classes = WordClass.classes(
      of: try text(["The", "film", "is", "not", "lovely", ",", "it", "'s", "dreadful", "."]), sentiment: sentiment)
    #expect(
      classes == [
        .function, .content, .function, .function, .sentiment, .punctuation, .function, .function, .sentiment,
        .punctuation,
      ])
    #expect(FunctionWords.count > 180)
  }

  @Test func aWordLeansWhenItsIntervalExcludesNothing() throws {
    // 30 of 50 against 10 of 50: log odds ratio log(30.5·40.5/(10.5·20.5)) = 1.7477.
    let texts = (0..<100).map { number -> [String] in
      let place = number % 50
      return place < (number < 50 ? 10 : 30) ? ["good"] : ["other"]
    }
    let found = try SentimentWords(texts, labels: (0..<100).map { $0 / 50 })
    let lean = try #require(found.lean(of: "Good"))
    let expected: Double = log(30.5 * 40.5 / (10.5 * 20.5))
    #expect(abs(lean.value - expected) < 1e-12)
    let variance: Double = 1 / 30.5 + 1 / 10.5 + 1 / 20.5 + 1 / 40.5
    #expect(abs(lean.high - lean.value - 2.576 * variance.squareRoot()) < 1e-12)
    let balanced = try SentimentWords((0..<100).map { _ in ["good"] }, labels: (0..<100).map { $0 / 50 })
    #expect(balanced.lean(of: "good") == nil)
  }

  @Test func ranksAndCorrelationsFollowTheirDefinitions() throws {
    let ranks: [Double] = [1, 1.0 / 6, 1.0 / 6, 2.0 / 3]
    #expect(WordStatistics.ranks([3, 1, 1, 2]) == ranks)
    #expect(WordStatistics.rankCorrelation([1, 2, 3, 9], [2, 4, 5, 6]) == 1)
    #expect(WordStatistics.correlation([1, 1, 1], [1, 2, 3]) == nil)
    // Blocks make few runs, alternation many; five are expected.
    let blocks = try #require(WordStatistics.runRatio([1, 1, 1, 1, 0, 0, 0, 0]))
    let alternating = try #require(WordStatistics.runRatio([1, 0, 1, 0, 1, 0, 1, 0]))
    #expect(blocks == 0.4 && alternating == 1.6)
    #expect(try #require(WordStatistics.neighbourCorrelation([1, 1, 1, 1, 0, 0, 0, 0])) > 0.5)
    #expect(try #require(WordStatistics.neighbourCorrelation([1, 0, 1, 0, 1, 0, 1, 0])) < -0.5)
  }

  @Test func valuesInRandomOrderHaveNoNeighbourCorrelationAndTheExpectedRuns() throws {
    // All orders of five values, so that the means are exact.
    func orders(_ values: [Double]) -> [[Double]] {
      values.count < 2
        ? [values]
        : values.indices.flatMap { first in
          orders(values.enumerated().filter { $0.offset != first }.map(\.element)).map { [values[first]] + $0 }
        }
    }
    let all = orders([1, 2, 4, 8, 16])
    #expect(abs(WordStatistics.mean(all.compactMap(WordStatistics.neighbourCorrelation))) < 1e-12)
    #expect(abs(WordStatistics.mean(all.compactMap(WordStatistics.runRatio)) - 1) < 1e-12)
  }

  @Test func fewTextsHaveStudentsInterval() throws {
    let found = try #require(try WordStatistics.estimate([1, 2, nil, 3], seed: 1))
    // t(0.975, 2) = 4.302653, standard error 1/√3.
    #expect(found.value == 2 && abs(found.high - 2 - 4.302653 / 3.0.squareRoot()) < 1e-4)
  }

  @Test func classesAreEncodedInOneOrder() throws {
    let means = ClassMeans([.function, .content, .sentiment], kept: [0, 0.5, 1], entropy: [3, 2, 1])
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let text = String(decoding: try encoder.encode(means), as: UTF8.self)
    #expect(text.hasPrefix(#"{"kept":{"content":0.5,"function":0,"sentiment":1}"#))
  }
}
