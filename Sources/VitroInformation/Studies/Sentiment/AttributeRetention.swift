internal import Foundation
internal import VitroCore
internal import VitroFitting
internal import VitroTensor

/// How much of an attribute of a word survives in a feature: here, whether it leans to one class or the other.
///
/// `A_i = log p(c | x_i) − E_{x'~N(x_i, σ_i² I)} log p(c | x')` with a logistic regression p of the word's vector, fitted on words of the training texts that lean to a class,
/// c being the class that word i leans to. 0 when nothing of the attribute is lost. The formula is recalled from the description of Guan et al.'s fine-grained word
/// attributes, not copied from their text.
struct AttributeRetention: Sendable {
  private let weights: [Double]
  private let intercept: Double
  /// The share of held-out tokens whose class it knows; none of their words is among those it was fitted on.
  let accuracy: Double

  /// Fits the classifier; nothing when too few words lean.
  init?(_ texts: [WordText], _ sentiment: SentimentWords, seed: UInt64) throws {
    var (rows, labels, types): ([Tensor], [Int], [Int]) = ([], [], [])
    var numbers: [String: Int] = [:]
    for text in texts {
      for (token, word) in WordClass.wholeWords(of: text).enumerated() {
        guard let lean = sentiment.lean(of: word) else { continue }
        rows.append(try text.vectors.slice(token..<token + 1))
        labels.append(lean.value > 0 ? 1 : 0)
        numbers[word] = numbers[word] ?? numbers.count
        types.append(numbers[word] ?? 0)
      }
    }
    guard labels.count >= 40, numbers.count >= 4 else { return nil }
    let all = try Tensor.concatenate(rows).cast(to: .float64)
    // A word has nearly the same vector wherever it stands: divided by tokens, its class would only be remembered.
    let parts = try Splits.grouped(groups: types, labels: labels, shares: [0.75, 0.25], seed: seed)
    guard Set(parts[0].map { labels[$0] }).count == 2, !parts[1].isEmpty else { return nil }
    let fit = try LogisticRegression(inverseRegularization: 10).fit(
      all.gather(Tensor(parts[0])), labels: parts[0].map { labels[$0] }, classCount: 2)
    weights = try fit.model.weights.doubles
    intercept = try fit.model.intercepts.doubles[0]
    let found = try fit.model.predict(all.gather(Tensor(parts[1])))
    accuracy = Double(zip(found, parts[1]).count { $0 == labels[$1] }) / Double(max(parts[1].count, 1))
  }

  /// A_i of each word of a text that leans, in nats; nothing for the others.
  func lost(_ text: WordText, logSigma: [Double], _ sentiment: SentimentWords) throws -> [Double?] {
    let norm = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let scores = try text.vectors.cast(to: .float64).matmul(Tensor(weights, shape: [weights.count, 1])).doubles
    return WordClass.wholeWords(of: text).enumerated().map { token, word in
      guard let lean = sentiment.lean(of: word) else { return nil }
      let sign = lean.value > 0 ? 1.0 : -1
      let score = sign * (scores[token] + intercept)
      // The score of a normal vector is a normal number, so that the mean is an integral over one number.
      return Self.logSigmoid(score) - Self.meanLogSigmoid(score, exp(logSigma[token]) * norm)
    }
  }

  private static func logSigmoid(_ x: Double) -> Double { x > 0 ? -log1p(exp(-x)) : x - log1p(exp(x)) }

  /// `E log sigmoid(m + s z)`, by the trapezoidal rule, which for such integrals is exact to many digits.
  static func meanLogSigmoid(_ mean: Double, _ deviation: Double) -> Double {
    let steps = 200
    var (sum, total) = (0.0, 0.0)
    for step in 0...steps {
      let z = -8 + 16 * Double(step) / Double(steps)
      let weight = exp(-z * z / 2)
      sum += weight * logSigmoid(mean + deviation * z)
      total += weight
    }
    return sum / total
  }
}
