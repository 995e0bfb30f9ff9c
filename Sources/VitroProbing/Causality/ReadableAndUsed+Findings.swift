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
        "**Readable and used** at \(which): without the probe's directions accuracy changes most at `\(most.tap)`, by "
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
    let text = parts.joined(separator: "; ") + "."
    return text.prefix(1) == "r" ? "**R" + text.dropFirst(3) : text.prefix(1).uppercased() + text.dropFirst()
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
  /// taken out with the probe's directions; and `rank`, `pValue` and `verdict`.
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
          "pValue": .number(change.pValue), "verdict": .string(value.verdict.rawValue),
        ]
      })
  }
}
