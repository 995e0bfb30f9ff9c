public import VitroCore
internal import VitroFitting
internal import VitroLab

extension ReadableAndUsed {
  /// One sentence, in the markup of reports, that says where readable and used part, as far as the intervals support it.
  public var sentence: String {
    let readable = values.filter { $0.verdict != .notReadable }
    guard !readable.isEmpty else {
      return "No probe reads more than its control, so there is nothing whose use could be asked for."
    }
    let used = readable.filter { $0.verdict == .used }
    let unused = readable.filter { $0.verdict == .unused }
    let undecided = readable.filter { $0.verdict == .undecided }
    let points = Self.percent
    var parts: [String] = []
    if let most = used.min(by: { $0.excess.value < $1.excess.value }) {
      let which = used.count == values.count ? "every value" : Self.list(used)
      parts.append(
        "**Readable and used** at \(which): without the probe's directions accuracy falls furthest beyond random ones at `\(most.tap)`: "
          + "**\(points.text(most.removal.change.accuracy.value, Interval(most.removal.change.accuracy)))** "
          + "(random directions: \(points.text(most.randomChange)))")
    }
    if !unused.isEmpty {
      parts.append(
        "**readable but not used** at \(Self.list(unused)), where it costs at most \(points.text(Self.negligible)) more than random directions do"
      )
    }
    if !undecided.isEmpty {
      parts.append("at \(Self.list(undecided)) \(count) examples do not tell whether what is readable is used")
    }
    var text = parts.joined(separator: "; ") + "."
    if text.hasPrefix("**r") { text = "**R" + text.dropFirst(3) }
    return text.prefix(1).uppercased() + text.dropFirst() + patternSentence
  }

  /// Where taking out patterns costs more than those of shuffled labels.
  private var patternSentence: String {
    let costly = values.filter { $0.verdict != .notReadable && ($0.patternExcess?.high ?? 0) < 0 }
    guard let most = costly.min(by: { $0.patternExcess?.value ?? 0 < $1.patternExcess?.value ?? 0 }) else { return "" }
    let change = most.pattern.change.accuracy
    return
      " Without the probe's patterns, and whatever varies with them, accuracy falls beyond the control at \(Self.list(costly)), most at "
      + "`\(most.tap)`: **\(Self.percent.text(change.value, Interval(change)))** (patterns of shuffled labels: "
      + "\(Self.percent.text(most.shuffledPattern?.change.accuracy.value ?? .nan)))."
  }

  /// The taps of values, as many as a sentence bears.
  private static func list(_ values: [Value]) -> String {
    let names = values.map { "`\($0.tap)`" }
    if names.count > 6 { return names.prefix(5).joined(separator: ", ") + " and \(names.count - 5) more" }
    guard let last = names.last, names.count > 1 else { return names.joined() }
    return names.dropLast().joined(separator: ", ") + " and " + last
  }

  /// The keys that scripts rely on, a list in the order of the network.
  ///
  /// Each has `tap`, `accuracyChange`, `interval` of it, `randomChange`, `randomRange`, `shuffledChange` and `variance`, the share that was
  /// taken out with the probe's directions; `rank`, `pValue` and `verdict`; and `patternChange`, `patternInterval`, `patternVariance` and
  /// `shuffledPatternChange` of the probe's patterns.
  public var facts: JSONValue {
    .array(
      values.map { value in
        let change = value.removal.change
        return [
          "tap": .string(value.tap), "accuracyChange": .number(change.accuracy.value),
          "interval": .numbers([change.accuracy.low, change.accuracy.high]),
          "randomChange": .number(value.randomChange),
          "randomRange": .numbers([value.randomRange.low, value.randomRange.high]),
          "shuffledChange": value.shuffled.map { .number($0.change.accuracy.value) } ?? .null,
          "variance": .number(value.removal.variance), "rank": .integer(value.removal.rank),
          "patternChange": .number(value.pattern.change.accuracy.value),
          "patternInterval": .numbers([value.pattern.change.accuracy.low, value.pattern.change.accuracy.high]),
          "patternVariance": .number(value.pattern.variance),
          "shuffledPatternChange": value.shuffledPattern.map { .number($0.change.accuracy.value) } ?? .null,
          "pValue": .number(change.pValue), "verdict": .string(value.verdict.rawValue),
        ]
      })
  }
}
