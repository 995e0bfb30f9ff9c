import VitroCore
import VitroTensor

@testable import VitroInformation

/// Knows the truth: 1 for relevant words.
struct OracleMethod: AttributionMethod {
  static let name = "oracle"
  static let title = "oracle"
  static let abstract = "The truth itself."
  static let isSigned = false
  /// For the tokens of each text whether they are relevant.
  var relevant: [[Int]: [Bool]] = [:]

  init() {}

  init(_ judge: MethodJudge) {
    let truth = judge.relevant ?? []
    relevant = Dictionary(zip(judge.question.texts.map(\.tokens), truth)) { $1 }
  }

  func reasonUndefined(_ target: AttributionTarget, in network: WordNetwork) throws -> String? { nil }

  func scores(_ question: AttributionQuestion) throws -> [[Double]] {
    question.texts.map { (relevant[$0.tokens] ?? []).map { $0 ? 1 : 0 } }
  }
}

/// Knows nothing: random numbers that depend on the words' vectors, so that a step of a vector draws others.
struct ChanceMethod: AttributionMethod {
  static let name = "chance"
  static let title = "chance"
  static let abstract = "Random numbers."
  static let isSigned = false

  func reasonUndefined(_ target: AttributionTarget, in network: WordNetwork) throws -> String? { nil }

  func scores(_ question: AttributionQuestion) throws -> [[Double]] {
    try question.texts.enumerated().map { number, text in
      let bits = try text.vectors.sum().item().bitPattern
      var stream = RandomStream(seed: bits, "chance", number)
      return try stream.uniform([text.count]).doubles
    }
  }
}

/// What the network does when each word alone is zero: reads the weights, as a real method does.
struct LeaveOneOutMethod: AttributionMethod {
  static let name = "leave-one-out"
  static let title = "leave one out"
  static let abstract = "f(x) − f(x without i)."
  static let isSigned = true

  func reasonUndefined(_ target: AttributionTarget, in network: WordNetwork) throws -> String? { nil }

  func scores(_ question: AttributionQuestion) throws -> [[Double]] {
    let erasure = try WordErasure(question, replacement: .zero)
    return try question.texts.enumerated().map { number, text in
      let cases = (-1..<text.count).map { out in
        (text: number, kept: (0..<text.count).map { $0 != out })
      }
      let values = try erasure.readings(cases).map(\.score)
      return values.dropFirst().map { values[0] - $0 }
    }
  }
}
