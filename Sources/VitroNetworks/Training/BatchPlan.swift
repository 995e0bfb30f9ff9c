/// How an epoch's examples are cut into batches: in order, and only examples of one key together.
struct BatchPlan: Sendable {
  /// The examples of each batch.
  let batches: [[Int]]

  /// Cuts an order of examples; batches come in the order of their first examples, so that a random order of examples gives a random one of batches.
  ///
  /// - Complexity: O(count).
  init(_ order: [Int], keys: [Int], size: Int, dropLast: Bool) {
    var batches: [[Int]] = []
    var open: [Int: Int] = [:]
    for example in order {
      if let number = open[keys[example]], batches[number].count < size {
        batches[number].append(example)
      } else {
        open[keys[example]] = batches.count
        batches.append([example])
      }
    }
    self.batches = dropLast ? batches.filter { $0.count == size } : batches
  }

  /// The number of batches of an epoch, whatever the order.
  static func count(_ keys: [Int], size: Int, dropLast: Bool) -> Int {
    var counts: [Int: Int] = [:]
    for key in keys { counts[key, default: 0] += 1 }
    return counts.values.reduce(0) { $0 + (dropLast ? $1 / size : ($1 + size - 1) / size) }
  }

  /// Where a batch that begins at an example ends, when examples are taken in their order.
  static func end(from start: Int, count: Int, keys: [Int]?, size: Int) -> Int {
    let end = Swift.min(start + size, count)
    guard let keys else { return end }
    return (start..<end).first { keys[$0] != keys[start] } ?? end
  }
}
