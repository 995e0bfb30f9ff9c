extension RegexProgram {
  /// Where the machine goes on when a way turned out wrong.
  private struct Retreat {
    var instruction: Int
    var position: Int
    /// For a run: the least position that it may give back to; the place itself otherwise.
    var least: Int
  }

  /// The most ways that may wait at once.
  private static let maximumRetreats = 1 << 20

  /// Where a match that begins at `start` ends, if there is one.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) when the budget is used up.
  func match(
    _ bytes: UnsafeBufferPointer<UInt8>, within range: Range<Int>, at start: Int, from first: Int = 0,
    _ budget: inout WorkBudget
  ) throws -> Int? {
    var retreats: [Retreat] = []
    var position = start
    var pointer = first
    while true {
      try budget.spend(1)
      var hasFailed = false
      switch instructions[pointer] {
      case .match: return position
      case .one(let set):
        if let next = step(bytes, range, position, set) {
          position = next
          pointer += 1
        } else {
          hasFailed = true
        }
      case .run(let set, let minimum, let maximum, let isPossessive):
        let reached = try run(bytes, range, position, set, maximum, minimum, &budget)
        if let reached {
          if !isPossessive, reached.least < reached.end {
            retreats.append(Retreat(instruction: pointer + 1, position: reached.end, least: reached.least))
          }
          position = reached.end
          pointer += 1
        } else {
          hasFailed = true
        }
      case .split(let preferred, let other):
        retreats.append(Retreat(instruction: other, position: position, least: position))
        pointer = preferred
      case .jump(let place): pointer = place
      case .look(let end, let isNegated):
        let found = try match(bytes, within: range, at: position, from: pointer + 1, &budget) != nil
        hasFailed = found == isNegated
        pointer = end
      case .atomic(let end):
        if let next = try match(bytes, within: range, at: position, from: pointer + 1, &budget) {
          position = next
          pointer = end
        } else {
          hasFailed = true
        }
      case .behind(let sets, let isNegated):
        hasFailed = stands(bytes, range, before: position, sets) == isNegated
        pointer += 1
      case .assertion(let assertion):
        hasFailed = !holds(assertion, bytes, range, position)
        pointer += 1
      }
      guard hasFailed else {
        if retreats.count > RegexProgram.maximumRetreats { throw WorkBudget.exhausted }
        continue
      }
      guard let last = retreats.last else { return nil }
      pointer = last.instruction
      if last.least < last.position {
        // A run gives one scalar back.
        position = RegexProgram.before(bytes, last.position)
        retreats[retreats.count - 1].position = position
        if position <= last.least { retreats.removeLast() }
      } else {
        position = last.position
        retreats.removeLast()
      }
    }
  }

  @inline(__always)
  private func step(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ position: Int, _ set: Int) -> Int? {
    guard position < range.upperBound else { return nil }
    let next = decodeScalar(bytes, position)
    return sets[set].contains(next.scalar) ? position + next.length : nil
  }

  /// The end of the longest run of a set, and of the shortest that is long enough.
  private func run(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ start: Int, _ set: Int, _ maximum: Int, _ minimum: Int,
    _ budget: inout WorkBudget
  ) throws -> (least: Int, end: Int)? {
    var (position, count, least) = (start, 0, start)
    while count < maximum, let next = step(bytes, range, position, set) {
      position = next
      count += 1
      if count == minimum { least = position }
    }
    try budget.spend(count)
    return count >= minimum ? (least, position) : nil
  }

  /// Whether the scalars before a position are in these sets, one by one.
  private func stands(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, before position: Int, _ wanted: [Int]
  ) -> Bool {
    var position = position
    for set in wanted.reversed() {
      guard position > range.lowerBound else { return false }
      position = RegexProgram.before(bytes, position)
      guard sets[set].contains(decodeScalar(bytes, position).scalar) else { return false }
    }
    return true
  }

  private func holds(
    _ assertion: RegexNode.Assertion, _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ position: Int
  ) -> Bool {
    let (isStart, isEnd) = (position == range.lowerBound, position == range.upperBound)
    switch assertion {
    case .textStart: return isStart
    case .textEnd: return isEnd
    case .textEndOrNewline: return isEnd || (position + 1 == range.upperBound && bytes[position] == 0x0a)
    case .lineStart: return isStart || (bytes[position - 1] == 0x0a && !isEnd)
    case .lineEnd: return isEnd || bytes[position] == 0x0a
    case .wordBoundary, .noWordBoundary:
      let before =
        !isStart
        && ScalarClass.isPatternWord(decodeScalar(bytes, RegexProgram.before(bytes, position)).scalar)
      let after = !isEnd && ScalarClass.isPatternWord(decodeScalar(bytes, position).scalar)
      return (before != after) == (assertion == .wordBoundary)
    }
  }

  /// Where the scalar that ends at a position begins.
  @inline(__always)
  private static func before(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int {
    var start = position - 1
    while start > 0, bytes[start] & 0xc0 == 0x80 { start -= 1 }
    return start
  }

  /// Appends every match in a range, from left to right.
  func matches(
    in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ budget: inout WorkBudget,
    into found: inout [Range<Int>]
  ) throws {
    var position = range.lowerBound
    var lastEnd = -1
    while position <= range.upperBound {
      if let end = try match(bytes, within: range, at: position, &budget), end > position || end != lastEnd {
        found.append(position..<end)
        lastEnd = end
        if end > position {
          position = end
          continue
        }
      }
      guard position < range.upperBound else { return }
      position += decodeScalar(bytes, position).length
    }
  }
}
