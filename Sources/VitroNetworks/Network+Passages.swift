internal import VitroCore

extension Network {
  /// The values that all ways from one value to another lead through, in the order in which they are reached.
  ///
  /// What comes after such a value depends on the first one through it alone, so that a run can go on from it: a residual stream between blocks is one, what
  /// attention writes is none. The first value is always among them; the last one is, unless it lies inside a layer.
  ///
  /// ```swift
  /// let passages = try network.passages(from: "blocks.0.hook_resid_pre", to: "logits")
  /// ```
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when there is no such value, or the second does not depend on the first.
  /// - Complexity: The number of connections.
  public func passages(from first: String, to last: String) throws -> [String] {
    let (start, end) = (try plan.tap(named: first), try plan.tap(named: last))
    func value(of tap: Int) -> Int { tap < plan.inputCount ? tap : plan.inputCount + plan.stepOfTap[tap] }
    let (source, goal) = (value(of: start), value(of: end))
    let isInside = try end != start && goal == source || shape(at: first) == nil
    guard !isInside, source <= goal else {
      throw VitroError(
        .argument, "from '\(first)' to '\(last)'", "'\(last)' does not depend on the output '\(first)'",
        hint: "Begin at a network's input or a node's output that comes earlier.")
    }
    guard source != goal else { return [first] }

    var dependent: Set<Int> = [source]
    var lastReader: [Int: Int] = [:]
    let steps = source - plan.inputCount + 1..<goal - plan.inputCount + 1
    for step in steps where step >= 0 && plan.steps[step].inputs.contains(where: dependent.contains) {
      dependent.insert(plan.inputCount + step)
    }
    guard dependent.contains(goal) else {
      throw VitroError(.argument, "from '\(first)' to '\(last)'", "'\(last)' does not depend on '\(first)'")
    }
    var needed: Set<Int> = [goal]
    for step in steps.reversed() where step >= 0 && needed.contains(plan.inputCount + step) {
      for input in plan.steps[step].inputs where dependent.contains(input) {
        needed.insert(input)
        lastReader[input] = Swift.max(lastReader[input] ?? 0, plan.inputCount + step)
      }
    }
    var result: [String] = []
    var reach = source
    for number in needed.sorted() {
      // All earlier values have been read by the time this one is reached.
      if reach <= number {
        if number == source {
          result.append(first)
        } else if number != goal || plan.steps[goal - plan.inputCount].outputTap == end {
          result.append(plan.tapNames[plan.steps[number - plan.inputCount].outputTap])
        }
      }
      reach = Swift.max(reach, lastReader[number] ?? 0)
    }
    return result
  }
}
