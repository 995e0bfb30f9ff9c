internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// The information bottleneck for attribution (IBA; Schulz et al., 2020): how many bits of each word's row the answer needs.
///
/// A value h with a row for each word is mixed with noise of its own distribution, `z = λ⊙h + (1 − λ)⊙e`, `e ~ N(μ, σ²)`, with `λ = sigmoid(α)` for every entry. α is
/// sought by Adam from 5 on `cross entropy of the class + β·mean KL`, where an entry's KL from noise is
/// `−½(1 + ln (1 − λ)² − (λ·(h − μ)/σ)² − (1 − λ)²)`; the score of a word is the sum of its row's, in bits. Asked about a feature, the noise enters there and the
/// question is still the class; asked about the answer, it enters at the words' vectors.
public struct InformationBottleneck: AttributionMethod {
  /// `iba`.
  public static let name = "iba"
  /// IBA.
  public static let title = "IBA"
  /// What is computed.
  public static let abstract = "bits of each row that the answer needs under noise (Schulz et al., 2020)"
  /// Bits have none.
  public static let isSigned = false
  /// The price of a bit against the cross entropy, β.
  public var price = 10.0
  /// The number of steps.
  public var steps = 10
  /// The length of a step.
  public var rate = 1.0
  /// The number of draws of noise in each step.
  public var samples = 10

  /// With β = 10, 10 steps of length 1 and 10 draws, as published.
  public init() {}

  /// Networks without scores; values without a row for each word, one word's row, or values after which nothing comes.
  public func reasonUndefined(_ target: AttributionTarget, in network: WordNetwork) throws -> String? {
    guard network.givesScores else { return "'\(network.name)' gives no scores of classes or tokens" }
    guard case .feature(let feature) = target else { return nil }
    if feature.position != nil { return "it says what the answer needs of all rows of a value, not what one row holds" }
    guard try network.hasRows(feature.tap) else { return "'\(feature.tap)' has no row for each word" }
    guard feature.tap != network.answer else { return "nothing follows '\(feature.tap)'" }
    guard try network.network.passages(from: network.entry, to: network.answer).contains(feature.tap) else {
      return "'\(feature.tap)' can be passed by on the way to the answer"
    }
    return nil
  }

  /// Seeks λ for all texts of one length at once.
  public func scores(_ question: AttributionQuestion) throws -> [[Double]] {
    try scores(question) { batch in
      let tap: String
      switch batch.target {
      case .feature(let feature): tap = feature.tap
      case .answer: tap = batch.network.entry
      }
      let run = try batch.network.run(batch.tokens, vectors: batch.vectors, recording: [tap])
      return try bits(batch, question, at: tap, run.value(at: tap))
    }
  }

  private func bits(
    _ batch: AttributionBatch, _ question: AttributionQuestion, at tap: String, _ h: Tensor
  ) throws -> Tensor {
    let (mean, spread) = try distribution(question, batch, h)
    let normal = try (h - mean) / spread
    var logits = try Tensor.full(h.shape, 5, dtype: h.dtype)
    var adam = ElementwiseAdam(rate: rate)
    var streams = batch.numbers.map { RandomStream(seed: question.seed, "bottleneck", $0) }
    for _ in 0..<steps {
      let noise = try Tensor.stack(
        streams.indices.map { try streams[$0].normal([samples] + h.shape.dropFirst(), dtype: h.dtype) })
      var first = 0
      // Parts of the batch differentiate alone, for noise makes a batch of every text.
      let rows = try batch.network.rows(recording: [batch.network.answer])
      let size = Swift.max(1, rows / Swift.max(samples * h.shape[1], 1))
      var parts: [Tensor] = []
      while first < batch.count {
        let range = first..<Swift.min(first + size, batch.count)
        first = range.upperBound
        parts.append(
          try gradient(
            batch.selecting(Array(range)), at: tap, logits.slice(range), h.slice(range), normal.slice(range),
            noise.slice(range), mean, spread))
      }
      logits = try adam.step(logits, .concatenate(parts, axis: 0))
      try question.progress(batch.before, question.texts.count)
    }
    return try Self.divergence(logits.sigmoid(), normal).sum(axes: [2]) / 0.6931471805599453
  }

  /// The mean and the deviation of the value's coordinates, `[width]`.
  private func distribution(
    _ question: AttributionQuestion, _ batch: AttributionBatch, _ h: Tensor
  ) throws -> (mean: Tensor, spread: Tensor) {
    let scales = question.scales
    guard case .feature(let feature) = batch.target else {
      return (scales.meanWord, try .full([batch.network.width], Swift.max(scales.wordSpread, 1e-12), dtype: h.dtype))
    }
    guard let spread = try scales.spread(of: feature) else {
      throw VitroError(.unsupported, "attributing by 'iba'", "'\(feature)' is the same in all reference texts")
    }
    return try (Tensor(scales.mean(of: feature)).cast(to: h.dtype), Tensor(spread).cast(to: h.dtype))
  }

  private func gradient(
    _ part: AttributionBatch, at tap: String, _ logits: Tensor, _ h: Tensor, _ normal: Tensor, _ noise: Tensor,
    _ mean: Tensor, _ spread: Tensor
  ) throws -> Tensor {
    try Tape.record { tape in
      let alpha = tape.watch(logits)
      let open = try alpha.sigmoid()
      let wide = try open.expandingAxis(1)
      let mixed = try wide * h.expandingAxis(1) + (1 - wide) * (noise * spread + mean)
      let repeats = (0..<part.count).flatMap { [Int](repeating: $0, count: samples) }
      let network = part.network
      let run = try network.run(
        repeats.map { part.tokens[$0] }, vectors: mixed.reshaped([repeats.count] + h.shape.dropFirst()), at: tap,
        recording: [], needsOutputs: true)
      let classes = try part.classes.gather(Tensor(repeats.map { Int64($0) }, shape: [repeats.count]))
      let scores = try network.answerRows(run.output).logSoftmax().takeAlong(classes, axis: 1)
      let entropy = try scores.sum() * (-1 / Double(samples))
      let divergence = try Self.divergence(open, normal).mean(axes: [1, 2]).sum()
      return try tape.gradients(of: entropy + divergence * price, at: [alpha])[0]
    }
  }

  /// The divergence of each entry from noise, in nats.
  private static func divergence(_ open: Tensor, _ normal: Tensor) throws -> Tensor {
    let closed = try (1 - open).maximum(.full([], 1e-12, dtype: open.dtype))
    let mean = try (open * normal).square()
    let variance = try closed.square()
    return try (variance + mean - variance.log() - 1) * 0.5
  }
}
