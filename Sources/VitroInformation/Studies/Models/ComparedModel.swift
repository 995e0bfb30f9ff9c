internal import Foundation
internal import VitroCore

/// One of two models, its numbers brought to the texts' own words.
struct ComparedModel {
  let name: String
  let features: [Feature]
  let residual: Double
  let isConverged: Bool
  /// The words of each text.
  let words: [[String]]
  /// What is kept, `[text][layer][word]`, the mean over a word's tokens; NaN for a word without tokens of its own.
  let kept: [[[Double]]]
  /// log(σ/spread) in nats, `[text][layer][word]`.
  let noise: [[[Double]]]

  init(
    name: String, lines: [String], texts: [WordText], features: [Feature], found: [[RetainedInformation]],
    spread: Double
  ) {
    (self.name, self.features) = (name, features)
    residual = found.joined().map(\.residual).max() ?? 0
    isConverged = found.joined().allSatisfy(\.isConverged)
    let segments = lines.map(Self.segments)
    words = zip(lines, segments).map { line, ranges in
      let scalars = Array(line.unicodeScalars)
      return ranges.map { String(String.UnicodeScalarView(scalars[$0])) }
    }
    func values(_ number: (RetainedInformation, Int) -> Double) -> [[[Double]]] {
      texts.indices.map { text in
        let members = segments[text].map { segment in
          texts[text].places.indices.filter {
            !texts[text].places[$0].isEmpty && segment.contains(texts[text].places[$0].lowerBound)
          }
        }
        return found[text].map { row in
          members.map { tokens in
            tokens.isEmpty ? .nan : tokens.reduce(0) { $0 + number(row, $1) } / Double(tokens.count)
          }
        }
      }
    }
    kept = values { $0.kept[$1] }
    noise = values { $0.logSigma[$1] - log(spread) }
  }

  /// The stretches of a text between spaces, in Unicode scalars.
  private static func segments(_ text: String) -> [Range<Int>] {
    var (ranges, start): ([Range<Int>], Int?) = ([], nil)
    let scalars = Array(text.unicodeScalars)
    for (place, scalar) in scalars.enumerated() {
      if scalar.properties.isWhitespace {
        if let first = start { ranges.append(first..<place) }
        start = nil
      } else if start == nil {
        start = place
      }
    }
    if let first = start { ranges.append(first..<scalars.count) }
    return ranges
  }

  /// Where each layer stands between the first (0) and the last (1).
  var depths: [Double] {
    features.indices.map { features.count > 1 ? Double($0) / Double(features.count - 1) : 1 }
  }

  /// The mean over words of a text of what a layer keeps.
  func mean(_ text: Int, _ layer: Int) -> Double {
    let known = kept[text][layer].filter { !$0.isNaN }
    return known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
  }
}
