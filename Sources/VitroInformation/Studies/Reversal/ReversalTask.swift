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

  /// One sequence in so many is reserved: networks are tested on it and never trained on it.
  static let reservedShare = 8

  /// The symbols of an example, which depend on the seed and its number alone: drawn until they are reserved, or until they are not.
  func symbols(of example: Int, seed: UInt64, reserved: Bool) -> [Int] {
    var stream = RandomStream(seed: seed, "reversal", example)
    while true {
      let found = stream.draw(words: length).map { Int($0.multipliedFullWidth(by: UInt32(symbols)).high) }
      if isReserved(found) == reserved { return found }
    }
  }

  /// Whether a sequence is reserved for tests, by its hash alone: the same in every network and for every seed.
  ///
  /// The class of 0, 1, 2, … is the reserved one, so that there is always such a sequence.
  func isReserved(_ sequence: [Int]) -> Bool {
    Self.hashClass(sequence) == Self.hashClass((0..<length).map { $0 % symbols })
  }

  /// FNV-1a over the symbols, and the finalizer of SplitMix64, so that all bits count.
  private static func hashClass(_ sequence: [Int]) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for symbol in sequence { hash = (hash ^ UInt64(symbol)) &* 0x100_0000_01b3 }
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    return (hash ^ (hash >> 31)) % UInt64(reservedShare)
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

/// Examples of the task without end, drawn anew for each number, with or without the reserved sequences alone.
struct ReversalSource: BatchSource {
  let task: ReversalTask
  let seed: UInt64
  let count: Int
  var reserved = false

  func batch(_ indices: [Int]) throws -> Batch {
    let examples = indices.map { task.symbols(of: $0, seed: seed, reserved: reserved) }
    return try Batch(
      Tensor(examples.flatMap(task.tokens), shape: [indices.count, task.context]),
      target: Tensor(examples.flatMap(task.answers), shape: [indices.count, task.context]))
  }
}
