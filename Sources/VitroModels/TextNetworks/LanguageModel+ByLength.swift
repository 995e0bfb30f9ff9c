internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

extension LanguageModel {
  /// Runs texts through a network that cannot take them packed, such as an LSTM: those of one length together.
  ///
  /// What is left is as if they were packed: a row for each token, text after text, or a row for each text.
  func runByLength(
    _ texts: [[Int]], recording: TapSelection, editing: [String: TapEdit], needsOutputs: Bool, isKept: Bool
  ) throws -> PackedActivations {
    guard !isKept else {
      throw VitroError(.unsupported, "running '\(name)'", "a network of the kind '\(family)' keeps no keys and values")
    }
    let lengths = Dictionary(grouping: texts.indices) { texts[$0].count }.sorted { $0.key < $1.key }
    let order = lengths.flatMap(\.value)
    let runs = try lengths.map { length, members in
      try network.run(
        [Tensor(members.flatMap { texts[$0] }, shape: [members.count, length])], recording: recording,
        editing: editing, needsOutputs: needsOutputs)
    }
    let layout = SequenceLayout(lengths: texts.map(\.count))
    let join = Join(order: order, ranges: layout.ranges)
    guard let first = runs.first else { throw VitroError(.argument, "running '\(name)'", "there is no text") }
    var recorded: [String: Tensor] = [:]
    for tap in first.names {
      if PackedActivations.isPattern(tap) {
        recorded[tap] = try join.patterns(runs.map { try $0.value(at: tap) })
        continue
      }
      let isForTokens = try network.shape(at: tap).map { $0.first == -1 }
      recorded[tap] = try join(runs.map { try $0.value(at: tap) }, isForTokens: isForTokens, tap)
    }
    let output = network.graph.outputs.first ?? ""
    return PackedActivations(
      activations: try first.replacing(
        recorded: recorded,
        output: needsOutputs
          ? join(runs.map(\.output), isForTokens: network.shape(at: output)?.first == -1, output) : nil),
      ranges: layout.ranges)
  }

  /// Rows of several runs, in the order of the texts.
  private struct Join {
    /// The texts in the order in which they ran.
    let order: [Int]
    /// The rows of each text when texts are packed.
    let ranges: [Range<Int>]

    /// `[texts, head, query, key]` as wide as the longest text, from `[texts, head, length, length]` of runs.
    func patterns(_ values: [Tensor]) throws -> Tensor {
      let longest = values.map { $0.shape[3] }.max() ?? 0
      let wide = try values.map {
        try $0.padded(before: [0, 0, 0, 0], after: [0, 0, longest - $0.shape[2], longest - $0.shape[3]])
      }
      var places = [Int](repeating: 0, count: order.count)
      for (place, text) in order.enumerated() { places[text] = place }
      return try Tensor.concatenate(wide).gather(Tensor(places))
    }

    /// `[1, rows, …]` of the values of runs `[texts, …]` or `[texts, length, …]`; of values inside layers their shape tells.
    func callAsFunction(_ values: [Tensor], isForTokens: Bool?, _ tap: String) throws -> Tensor {
      let widths = values.map { Array($0.shape.dropFirst(isForTokens ?? true ? 2 : 1)) }
      guard values.allSatisfy({ $0.rank >= (isForTokens ?? true ? 2 : 1) }), Set(widths).count == 1,
        values.enumerated().allSatisfy({ fits($1, isForTokens ?? true, of: $0, values) })
      else {
        throw VitroError(
          .unsupported, "recording '\(tap)'", "texts of different lengths leave no rows of one length there",
          hint: "Run one text, or texts of one length.")
      }
      let isForTokens = isForTokens ?? true
      let rows = isForTokens ? try values.map { try $0.reshaped([$0.shape[0] * $0.shape[1]] + $0.shape[2...]) } : values
      var places = [Int](repeating: 0, count: isForTokens ? ranges.last?.upperBound ?? 0 : order.count)
      var next = 0
      for text in order {
        for place in isForTokens ? ranges[text] : text..<text + 1 {
          places[place] = next
          next += 1
        }
      }
      return try Tensor.concatenate(rows).gather(Tensor(places)).expandingAxis(0)
    }

    /// Whether a run's value has a row for each of its tokens, or texts.
    private func fits(_ value: Tensor, _ isForTokens: Bool, of run: Int, _ values: [Tensor]) -> Bool {
      let start = values[..<run].reduce(0) { $0 + $1.shape[0] }
      guard start + value.shape[0] <= order.count else { return false }
      return !isForTokens || value.shape[1] == ranges[order[start]].count
    }
  }
}
