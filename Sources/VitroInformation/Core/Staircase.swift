internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// Replicas of texts on their way to several features: all climb together, and each stops at its own.
///
/// The replicas of the deepest feature come first, so that those which go on are always the first rows. Nothing is computed twice, and nothing after a
/// replica's feature: L layers cost (L + 1)/2 passes instead of L.
struct Staircase {
  let network: WordNetwork
  /// The features, the deepest first.
  let features: [Feature]
  /// The values that the replicas pass, from the entry on.
  private let landings: [String]
  /// For each feature the landing at which it leaves, and whether it is that landing.
  private let exits: [(landing: Int, isLanding: Bool)]

  init(_ network: WordNetwork, _ features: [Feature]) throws {
    try network.check(features)
    let depth = Dictionary(uniqueKeysWithValues: network.network.tapNames.enumerated().map { ($1, $0) })
    let order = features.indices.sorted {
      let (a, b) = (depth[features[$0].tap] ?? 0, depth[features[$1].tap] ?? 0)
      return a == b ? $0 < $1 : a > b
    }
    let sorted = order.map { features[$0] }
    let entry = network.entry
    let trunk = try sorted.first.map { try network.network.passages(from: entry, to: $0.tap) } ?? [entry]
    let places = Dictionary(uniqueKeysWithValues: trunk.enumerated().map { ($1, $0) })
    let leaving = try sorted.map { feature in
      try network.network.passages(from: entry, to: feature.tap).compactMap { places[$0] }.max() ?? 0
    }
    // A feature that leaves the trunk late may be reached earlier than one that leaves it early.
    let byExit = sorted.indices.sorted { leaving[$0] == leaving[$1] ? $0 < $1 : leaving[$0] > leaving[$1] }
    let used = Set(leaving + [0]).sorted()
    self.network = network
    self.features = byExit.map { sorted[$0] }
    landings = used.map { trunk[$0] }
    exits = byExit.map { number in
      (used.firstIndex(of: leaving[number]) ?? 0, trunk[leaving[number]] == sorted[number].tap)
    }
  }

  /// The features of all replicas.
  ///
  /// - Parameters:
  ///   - tokens: The tokens of each replica of one feature.
  ///   - vectors: `[features · replicas, length, width]` at the entry, the deepest feature first.
  /// - Returns: For each feature, in the order of ``features``, `[replicas, entries]`.
  func values(_ tokens: [[Int]], _ vectors: Tensor) throws -> [Tensor] {
    let replicas = tokens.count
    var values: [Tensor] = []
    var current = vectors
    var climbing = features.count
    for (number, landing) in landings.enumerated() {
      while climbing > 0, exits[climbing - 1].landing == number {
        climbing -= 1
        let feature = features[climbing]
        let own = try current.slice(climbing * replicas..<(climbing + 1) * replicas)
        let value =
          exits[climbing].isLanding
          ? own
          : try network.run(tokens, vectors: own, at: landing, recording: [feature.tap]).value(at: feature.tap)
        values.append(try network.rows(of: feature, value))
      }
      guard climbing > 0 else { break }
      let next = landings[number + 1]
      current = try network.run(
        (0..<climbing).flatMap { _ in tokens }, vectors: current.slice(0..<climbing * replicas), at: landing,
        recording: [next]
      ).value(at: next)
    }
    return values.reversed()
  }
}
