/// A compiled regular expression, run by backtracking with a budget.
struct RegexProgram: Sendable {
  /// One step of the machine.
  enum Instruction: Sendable {
    /// One scalar of a set.
    case one(Int)
    /// Scalars of a set, as many as there are up to a limit, and fewer if what follows then fails.
    case run(Int, minimum: Int, maximum: Int, isPossessive: Bool)
    /// The first place, and the second if that fails.
    case split(Int, Int)
    case jump(Int)
    /// The instructions up to `end` must match here, or must not, without consuming anything.
    case look(end: Int, isNegated: Bool)
    /// These sets must match the scalars before, or must not.
    case behind([Int], isNegated: Bool)
    /// The first match of the instructions up to `end`, and no other.
    case atomic(end: Int)
    case assertion(RegexNode.Assertion)
    case match
  }

  private(set) var instructions: [Instruction] = []
  private(set) var sets: [ScalarSet] = []

  private static let maximumInstructions = 20_000

  /// Compiles a pattern.
  ///
  /// - Throws: ``RegexFault``.
  init(_ pattern: String) throws {
    try append(try RegexSyntax.parse(pattern))
    instructions.append(.match)
  }

  private mutating func index(of set: ScalarSet) -> Int {
    sets.append(set)
    return sets.count - 1
  }

  private mutating func reserve() throws -> Int {
    guard instructions.count < RegexProgram.maximumInstructions else {
      throw RegexFault(message: "a pattern that is too large", position: 0)
    }
    instructions.append(.match)
    return instructions.count - 1
  }

  private mutating func append(_ node: RegexNode) throws {
    switch node {
    case .set(let set): instructions[try reserve()] = .one(index(of: set))
    case .sequence(let parts): for part in parts { try append(part) }
    case .alternation(let branches): try append(alternation: branches)
    case .repeated(.set(let set), let counts, let greed) where greed != .lazy:
      let place = try reserve()
      instructions[place] = .run(
        index(of: set), minimum: counts.lowerBound, maximum: counts.upperBound, isPossessive: greed == .possessive)
    case .repeated(let part, let counts, .possessive):
      try append(.atomic(.repeated(part, counts, .greedy)))
    case .repeated(let part, let counts, let greed): try append(part, counts, isLazy: greed == .lazy)
    case .lookahead(let part, let isNegated):
      let place = try reserve()
      try append(part)
      _ = try reserve()
      instructions[place] = .look(end: instructions.count, isNegated: isNegated)
    case .lookbehind(let parts, let isNegated):
      let place = try reserve()
      instructions[place] = .behind(parts.map { index(of: $0) }, isNegated: isNegated)
    case .atomic(let part):
      let place = try reserve()
      try append(part)
      _ = try reserve()
      instructions[place] = .atomic(end: instructions.count)
    case .assertion(let assertion): instructions[try reserve()] = .assertion(assertion)
    }
  }

  private mutating func append(alternation branches: [RegexNode]) throws {
    var exits: [Int] = []
    for (index, branch) in branches.enumerated() {
      guard index < branches.count - 1 else {
        try append(branch)
        break
      }
      let fork = try reserve()
      try append(branch)
      exits.append(try reserve())
      instructions[fork] = .split(fork + 1, instructions.count)
    }
    for exit in exits { instructions[exit] = .jump(instructions.count) }
  }

  private mutating func append(_ part: RegexNode, _ counts: ClosedRange<Int>, isLazy: Bool) throws {
    for _ in 0..<counts.lowerBound { try append(part) }
    func fork(_ inside: Int, _ outside: Int) -> Instruction {
      isLazy ? .split(outside, inside) : .split(inside, outside)
    }
    if counts.upperBound == RegexSyntax.unlimited {
      let place = try reserve()
      try append(part)
      instructions[try reserve()] = .jump(place)
      instructions[place] = fork(place + 1, instructions.count)
      return
    }
    var forks: [Int] = []
    for _ in counts.lowerBound..<counts.upperBound {
      forks.append(try reserve())
      try append(part)
    }
    for place in forks { instructions[place] = fork(place + 1, instructions.count) }
  }
}
