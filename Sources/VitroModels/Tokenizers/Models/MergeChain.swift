/// A row of symbols in which the adjacent pair of the best rank is merged until no pair merges.
///
/// Of equal ranks the leftmost goes first. Short rows are scanned, O(n²) with a small constant; long ones keep a heap of
/// the pairs, O(n log n).
struct MergeChain {
  /// A symbol: a token, and the bytes it stands for.
  struct Symbol {
    var id: Int32
    var start: Int32
    var end: Int32
    /// The rank of its merge with the next symbol, `Int64.max` for none, and what that gives.
    var rank = Int64.max
    var merged: Int32 = -1
    var previous: Int32 = -1
    var next: Int32 = -1
  }

  private(set) var symbols: [Symbol] = []
  private static let longest = 48

  /// Forgets the symbols, keeping the memory.
  mutating func removeAll() { symbols.removeAll(keepingCapacity: true) }

  /// Adds a symbol at the end.
  @inline(__always)
  mutating func append(_ id: Int32, _ start: Int, _ end: Int) {
    symbols.append(Symbol(id: id, start: Int32(start), end: Int32(end)))
  }

  /// Merges, by a rule that gives a pair's rank and what it becomes.
  @inline(__always)
  mutating func merge(_ rule: (Symbol, Symbol) throws -> (rank: Int64, id: Int32)?) throws {
    if symbols.count > MergeChain.longest { try mergeLong(rule) } else { try mergeShort(rule) }
  }

  @inline(__always)
  private mutating func mergeShort(_ rule: (Symbol, Symbol) throws -> (rank: Int64, id: Int32)?) throws {
    var count = symbols.count
    guard count > 1 else { return }
    try symbols.withUnsafeMutableBufferPointer { symbols in
      func refresh(_ index: Int) throws {
        let found = index + 1 < count ? try rule(symbols[index], symbols[index + 1]) : nil
        (symbols[index].rank, symbols[index].merged) = (found?.rank ?? .max, found?.id ?? -1)
      }
      for index in 0..<count { try refresh(index) }
      while true {
        var (best, rank) = (-1, Int64.max)
        for index in 0..<count where symbols[index].rank < rank { (best, rank) = (index, symbols[index].rank) }
        guard best >= 0 else { break }
        symbols[best].id = symbols[best].merged
        symbols[best].end = symbols[best + 1].end
        for index in (best + 1)..<(count - 1) { symbols[index] = symbols[index + 1] }
        count -= 1
        try refresh(best)
        if best > 0 { try refresh(best - 1) }
      }
    }
    symbols.removeLast(symbols.count - count)
  }

  private struct Candidate {
    var rank: Int64
    var left: Int32
    /// The pair as it was: it may have changed since.
    var leftEnd: Int32
    var rightEnd: Int32
    var leftID: Int32
    var rightID: Int32

    static func < (a: Candidate, b: Candidate) -> Bool { a.rank == b.rank ? a.left < b.left : a.rank < b.rank }
  }

  private mutating func mergeLong(_ rule: (Symbol, Symbol) throws -> (rank: Int64, id: Int32)?) throws {
    var heap: [Candidate] = []
    for index in symbols.indices {
      symbols[index].previous = Int32(index - 1)
      symbols[index].next = Int32(index + 1 < symbols.count ? index + 1 : -1)
    }
    func push(_ left: Int32) throws {
      guard left >= 0, symbols[Int(left)].next >= 0 else { return }
      let (a, b) = (symbols[Int(left)], symbols[Int(symbols[Int(left)].next)])
      guard let found = try rule(a, b) else { return }
      symbols[Int(left)].merged = found.id
      heap.append(
        Candidate(rank: found.rank, left: left, leftEnd: a.end, rightEnd: b.end, leftID: a.id, rightID: b.id))
      var child = heap.count - 1
      while child > 0, heap[child] < heap[(child - 1) / 2] {
        heap.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
    }
    func pop() -> Candidate? {
      guard let top = heap.first, let last = heap.popLast() else { return nil }
      guard !heap.isEmpty else { return top }
      heap[0] = last
      var parent = 0
      while true {
        var least = parent
        for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child] < heap[least] {
          least = child
        }
        guard least != parent else { return top }
        heap.swapAt(parent, least)
        parent = least
      }
    }
    for index in symbols.indices { try push(Int32(index)) }
    var isGone = [Bool](repeating: false, count: symbols.count)
    while let candidate = pop() {
      let left = Int(candidate.left)
      let right = Int(symbols[left].next)
      // Several symbols may stand for the same bytes, so that the ends alone do not tell.
      guard !isGone[left], right >= 0, symbols[left].end == candidate.leftEnd,
        symbols[right].end == candidate.rightEnd, symbols[left].id == candidate.leftID,
        symbols[right].id == candidate.rightID
      else { continue }
      symbols[left].id = symbols[left].merged
      symbols[left].end = symbols[right].end
      symbols[left].next = symbols[right].next
      isGone[right] = true
      if symbols[right].next >= 0 { symbols[Int(symbols[right].next)].previous = candidate.left }
      try push(candidate.left)
      try push(symbols[left].previous)
    }
    symbols = symbols.indices.filter { !isGone[$0] }.map { symbols[$0] }
  }
}
