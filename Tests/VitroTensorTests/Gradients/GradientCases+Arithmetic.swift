import VitroCore
import VitroTensor

extension GradientCase {
  private typealias Function = @Sendable (Tensor, Tensor) throws -> Tensor

  /// Functions of two tensors, over all ways to broadcast.
  static let arithmetic: [GradientCase] = functions.flatMap { name, range, function in
    pairs.filter { a, b in
      // Against very many numbers, one is never far from a kink.
      !name.hasSuffix("imum") || a == b || (a + b).allSatisfy { $0 < 10_000 }
    }.flatMap { a, b in
      [
        GradientCase(name, [a, b], in: range) { try function($0[0], $0[1]) },
        GradientCase("\(name) a constant \(b)", [a], in: range) { try function($0[0], constant(b, in: range)) },
        GradientCase("\(name) by a constant \(a)", [b], in: range) { try function(constant(a, in: range), $0[0]) },
      ]
    }
  }

  private static let pairs: [([Int], [Int])] = [
    ([], []), ([3, 4], [3, 4]), ([3, 4], [4]), ([4], [3, 4]), ([3, 1], [1, 4]), ([], [5]), ([5], []), ([1], [7]),
    ([2, 3, 1, 5], [7, 1]), ([0, 3], [3]), ([2, 1, 0], [4, 1]), ([1, 1], [1]), ([1], [100_003]),
    ([100_003], [100_003]), ([101, 1], [1009]), ([2, 50_021], [2, 1]),
  ]

  private static let functions: [(String, ClosedRange<Double>, Function)] = [
    ("+", -2...2, { try $0 + $1 }),
    ("-", -2...2, { try $0 - $1 }),
    ("*", -2...2, { try $0 * $1 }),
    ("/", 0.5...2, { try $0 / $1 }),
    ("maximum", -2...2, { try $0.maximum($1) }),
    ("minimum", -2...2, { try $0.minimum($1) }),
    ("power", 0.5...2, { try $0.power($1) }),
    ("atan2", 0.5...2, { try $0.atan2($1) }),
    ("* with itself", -2...2, { try $0 * $0 * $1 }),
  ]

  /// Choices by a mask that broadcasts in its own way, and conversions.
  static let choices: [GradientCase] =
    [
      ([3, 4], [3, 4], [3, 4]), ([4], [3, 1], [1]), ([2, 1, 1], [3, 1], [5]), ([], [3], []), ([0], [], [1]),
      ([100_003], [100_003], []),
    ].map { mask, a, b in
      GradientCase("select \(mask)", [a, b]) {
        var random = RandomStream(seed: 5, "mask")
        return try random.bernoulli(mask, probability: 0.4).select($0[0], $0[1])
      }
    } + [
      // float32 in between makes differences rough.
      GradientCase("cast", [[3, 5]], in: 0.5...1, tolerance: 5e-3) { try $0[0].cast(to: .float32).cast(to: .float64) },
      GradientCase("cast of nothing", [[0]]) { try $0[0].cast(to: .float32).cast(to: .float64) },
    ]
}
