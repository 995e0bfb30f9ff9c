import VitroCore

/// The work that one text may cost: patterns and pieces from untrusted files must not run for ever.
struct WorkBudget {
  private var left: Int

  /// A budget for a text of `count` bytes.
  init(for count: Int) { left = 50_000_000 + 1024 * count }

  /// Takes some steps off.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) when none are left.
  @inline(__always)
  mutating func spend(_ steps: Int) throws {
    left -= steps
    if left < 0 { throw WorkBudget.exhausted }
  }

  /// The error that a budget is used up.
  static var exhausted: VitroError {
    VitroError(
      .unsupported, "tokenizing", "the tokenizer takes too long on this text",
      hint: "A pattern in the tokenizer's file backtracks without end, or its pieces are longer than those of words.",
      details: [
        "found": "a pattern that backtracks, or long pieces", "expected": "a number of steps in proportion to the text",
      ])
  }
}
