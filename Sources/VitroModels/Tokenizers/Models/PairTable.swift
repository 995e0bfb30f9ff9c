/// Which pairs of tokens merge, in which order of precedence, and into what.
struct PairTable: Sendable {
  /// A merge: the lower the rank, the sooner it is done.
  struct Merge: Sendable {
    var rank: Int32
    var id: Int32
  }

  private var keys: [UInt64] = [UInt64](repeating: .max, count: 16)
  private var merges: [Merge] = [Merge](repeating: Merge(rank: 0, id: 0), count: 16)
  private(set) var count = 0

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always)
  private func slot(_ key: UInt64) -> Int {
    let mask = keys.count - 1
    var hash = key &* 0x9e37_79b9_7f4a_7c15
    hash ^= hash >> 29
    hash = hash &* 0xbf58_476d_1ce4_e5b9
    var slot = Int(truncatingIfNeeded: hash >> 20) & mask
    while true {
      let found = keys.withUnsafeBufferPointer { $0[slot] }
      if found == key || found == .max { return slot }
      slot = (slot + 1) & mask
    }
  }

  /// The merge of two tokens.
  @inline(__always)
  subscript(left: Int32, right: Int32) -> Merge? {
    let key = PairTable.key(left, right)
    let slot = self.slot(key)
    return keys.withUnsafeBufferPointer { $0[slot] } == key ? merges.withUnsafeBufferPointer { $0[slot] } : nil
  }

  /// Adds a merge; of the same pair the last one counts.
  mutating func add(_ left: Int32, _ right: Int32, _ merge: Merge) {
    if 2 * (count + 1) > keys.count { grow() }
    let key = PairTable.key(left, right)
    let slot = self.slot(key)
    if keys[slot] == .max { count += 1 }
    (keys[slot], merges[slot]) = (key, merge)
  }

  private mutating func grow() {
    let old = zip(keys, merges).filter { $0.0 != .max }
    keys = [UInt64](repeating: .max, count: 2 * keys.count)
    merges = [Merge](repeating: Merge(rank: 0, id: 0), count: keys.count)
    for (key, merge) in old {
      let slot = self.slot(key)
      (keys[slot], merges[slot]) = (key, merge)
    }
  }
}
