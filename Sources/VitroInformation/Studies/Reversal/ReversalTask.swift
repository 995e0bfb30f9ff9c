internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// The task: n symbols, then n blanks; at the blanks the symbols are to come out in reverse, before them "nothing".
struct ReversalTask: Sendable, Hashable, Codable {
  /// n.
  var length: Int
  /// The number of different symbols; the blank is the token after them, and "nothing" the class after them.
  var symbols: Int

  /// How long a text is: `2n`.
  var context: Int { 2 * length }
  var blank: Int { symbols }

  /// The symbols of an example, which depend on the seed and its number alone.
  func symbols(of example: Int, seed: UInt64) -> [Int] {
    var stream = RandomStream(seed: seed, "reversal", example)
    return stream.draw(words: length).map { Int($0.multipliedFullWidth(by: UInt32(symbols)).high) }
  }

  func tokens(_ symbols: [Int]) -> [Int] { symbols + [Int](repeating: blank, count: length) }
  func answers(_ symbols: [Int]) -> [Int] { [Int](repeating: blank, count: length) + symbols.reversed() }

  /// The symbol that is answered at a step, where one is.
  func answered(at step: Int) -> Int? { step < length ? nil : context - 1 - step }

  /// Which symbols a memory must still hold when it answers at a step: the one that is answered, and those that are still to come.
  func isNeeded(_ word: Int, at step: Int) -> Bool { word <= context - 1 - max(step, length) }

  /// What the symbols are called in figures.
  func names(_ symbols: [Int]) -> [String] {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map(String.init)
    return tokens(symbols).map { $0 == blank ? "_" : letters.indices.contains($0) ? letters[$0] : "\($0)" }
  }
}

/// Examples of the task without end, a new one for each number.
struct ReversalSource: BatchSource {
  let task: ReversalTask
  let seed: UInt64
  let count: Int

  func batch(_ indices: [Int]) throws -> Batch {
    let examples = indices.map { task.symbols(of: $0, seed: seed) }
    return try Batch(
      Tensor(examples.flatMap(task.tokens), shape: [indices.count, task.context]),
      target: Tensor(examples.flatMap(task.answers), shape: [indices.count, task.context]))
  }
}
