internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// Texts of one length at work: their vectors, and the number or the distance that a method asks for.
struct AttributionBatch {
  let network: WordNetwork
  let target: AttributionTarget
  /// The place of each text in the question.
  let numbers: [Int]
  let tokens: [[Int]]
  /// `[texts, length, width]`.
  let vectors: Tensor
  /// `[texts, 1]`, whole numbers.
  let classes: Tensor
  /// What the network makes of the vectors as they are: a feature's entries `[texts, entries]`, or the score of the class `[texts, 1]`.
  let output: Tensor
  /// `1/(M·R_m²)` for each of the M entries of a feature, `[1, entries]`; 1 for a score.
  let weights: Tensor
  /// How many of the question's texts were done before these.
  var before = 0

  init(_ question: AttributionQuestion, _ numbers: [Int]) throws {
    network = question.network
    target = question.target
    self.numbers = numbers
    tokens = numbers.map { question.texts[$0].tokens }
    vectors = try .stack(numbers.map { question.texts[$0].vectors })
    classes = try Tensor(numbers.map { Int64(question.classes[$0]) }, shape: [numbers.count, 1])
    output = try Self.output(network, target, tokens, vectors, classes, .inference)
    switch target {
    case .answer:
      weights = try .ones([1, 1], dtype: output.dtype)
    case .feature(let feature):
      let entries = output.shape[1]
      let inverse = try question.scales.weights(of: feature, entries: entries, dtype: output.dtype)
      weights = try inverse.square() / Double(Swift.max(entries, 1))
    }
  }

  private init(_ other: AttributionBatch, _ texts: [Int]) throws {
    network = other.network
    target = other.target
    numbers = texts.map { other.numbers[$0] }
    tokens = texts.map { other.tokens[$0] }
    let rows = try Tensor(texts.map { Int64($0) }, shape: [texts.count])
    vectors = try other.vectors.gather(rows)
    classes = try other.classes.gather(rows)
    output = try other.output.gather(rows)
    weights = other.weights
  }

  /// The batch of some of the texts, each as often as it is named.
  func selecting(_ texts: [Int]) throws -> AttributionBatch { try AttributionBatch(self, texts) }

  /// The number of texts.
  var count: Int { tokens.count }
  /// The number of words of each.
  var length: Int { vectors.shape[1] }

  // MARK: - What the network makes of vectors

  /// What the network makes of other vectors in the texts' place, as ``output``.
  func output(of vectors: Tensor, at tap: String? = nil, mode: RunMode = .inference) throws -> Tensor {
    try Self.output(network, target, tokens, vectors, classes, mode, at: tap)
  }

  private static func output(
    _ network: WordNetwork, _ target: AttributionTarget, _ tokens: [[Int]], _ vectors: Tensor, _ classes: Tensor,
    _ mode: RunMode, at tap: String? = nil
  ) throws -> Tensor {
    switch target {
    case .feature(let feature):
      let run = try network.run(tokens, vectors: vectors, at: tap, recording: [feature.tap], mode: mode)
      return try network.value(of: feature, in: run)
    case .answer:
      let run = try network.run(tokens, vectors: vectors, at: tap, recording: [], mode: mode, needsOutputs: true)
      return try network.answerRows(run.output).takeAlong(classes, axis: 1)
    }
  }

  /// One number for each text, `[texts]`: the score of the class, or a feature's agreement with itself, `mean_m Φ_m(x̃)·Φ_m(x)/R_m²`.
  func number(_ output: Tensor) throws -> Tensor {
    guard case .feature = target else { return try output.reshaped([count]) }
    return try (output * (self.output * weights)).sum(axes: [1])
  }

  /// How far each text's output is from what it was, `[texts]`: `mean_m (Φ_m(x̃) − Φ_m(x))²/R_m²`, or the square of the score's change.
  func distance(_ output: Tensor) throws -> Tensor { try ((output - self.output).square() * weights).sum(axes: [1]) }

  /// The texts' numbers, and their gradients at the vectors `[texts, length, width]`.
  func gradients(
    at vectors: Tensor, mode: RunMode = .inference
  ) throws -> (numbers: Tensor, gradients: Tensor) {
    try Tape.record { tape in
      let x = tape.watch(vectors.detached)
      let numbers = try number(output(of: x, mode: mode))
      // Texts do not see each other, so the gradient of the sum is each one's own.
      return (numbers.detached, try tape.gradients(of: numbers.sum(), at: [x])[0])
    }
  }

  /// Computes for many variants of the texts, so many at a time that memory stays bounded.
  ///
  /// - Parameters:
  ///   - variants: How many there are of each text.
  ///   - body: Is given the texts of some variants, repeated, and the number of each variant; the batch's rows are in the order of texts, then variants.
  /// - Returns: All results, `[texts, variants, …]`.
  func eachVariant(
    _ variants: Int, rows: Int = 2048, _ body: (AttributionBatch, [Int]) throws -> Tensor
  ) throws -> Tensor {
    let all = count * variants
    let rows = try network.rows(recording: [target.tap(in: network)], atMost: rows)
    let size = Swift.max(1, rows / Swift.max(length, 1))
    let parts = try stride(from: 0, to: all, by: size).map { first in
      let part = Array(first..<Swift.min(first + size, all))
      return try body(selecting(part.map { $0 / variants }), part.map { $0 % variants })
    }
    let joined = try Tensor.concatenate(parts, axis: 0)
    return try joined.reshaped([count, variants] + joined.shape.dropFirst())
  }
}

extension AttributionMethod {
  /// Scores `[texts, length]` of each batch of texts of one length, in the order of the question.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) with the reason where the method is not defined.
  func scores(
    _ question: AttributionQuestion, rows: Int = 1024, _ body: (AttributionBatch) throws -> Tensor
  ) throws -> [[Double]] {
    if let reason = try reasonUndefined(question.target, in: question.network) {
      throw VitroError(
        .unsupported, "attributing by '\(Self.name)'", "it is not defined: \(reason)", details: ["method": Self.name])
    }
    var result = [[Double]](repeating: [], count: question.texts.count)
    var done = 0
    try question.progress(0, question.texts.count)
    let tap = question.target.tap(in: question.network)
    for members in try WordText.batches(question.texts, rows: question.network.rows(recording: [tap], atMost: rows)) {
      var batch = try AttributionBatch(question, members)
      batch.before = done
      let scores = try body(batch).cast(to: .float64)
      for (row, number) in members.enumerated() { result[number] = try scores.select(at: row).doubles }
      done += members.count
      try question.progress(done, question.texts.count)
    }
    return result
  }

  /// Defined everywhere, unless a method says otherwise.
  public func reasonUndefined(_ target: AttributionTarget, in network: WordNetwork) throws -> String? { nil }
}

extension WordNetwork {
  /// Whether its answer is scores of classes or tokens, not a model's last states.
  var givesScores: Bool { model == nil || !hiddenStates.contains(answer) }
}

extension Tensor {
  /// The length of each word's vector: `[texts, length, width]` → `[texts, length]`.
  func wordNorms() throws -> Tensor { try norm(axes: [2]) }
}
