import VitroTensor

extension GradientCase {
  private typealias Reduction = @Sendable (Tensor, [Int]?, Bool) throws -> Tensor

  /// Reductions over every set of axes, with the axes dropped and kept.
  static let reductions: [GradientCase] =
    functions.flatMap { name, range, function in
      layouts.flatMap { shape, axes in
        [false, true].map { keeping in
          GradientCase("\(name) over \(axes.map { "\($0)" } ?? "all")\(keeping ? ", kept" : "")", [shape], in: range) {
            try function($0[0], axes, keeping)
          }
        }
      }
    } + alongAxes

  private static let layouts: [([Int], [Int]?)] =
    [nil, [], [0], [1], [2], [0, 1], [0, 2], [1, 2], [-1, 0, 1], [-2]].map { ([2, 3, 5], $0) } + [
      ([], nil), ([7], nil), ([1, 1], [0]), ([0, 3], [1]), ([2, 3, 2, 3], [0, 2]), ([3, 40_009], [1]),
      ([100_003], nil), ([40_009, 3], [0]), ([17, 59, 101], [1]),
    ]

  private static let functions: [(String, ClosedRange<Double>, Reduction)] = [
    ("sum", -2...2, { try $0.sum(axes: $1, keepingAxes: $2) }),
    ("mean", -2...2, { try $0.mean(axes: $1, keepingAxes: $2) }),
    // Products of many numbers keep near 1 when the numbers do.
    ("product", 0.9999...1.0001, { try $0.product(axes: $1, keepingAxes: $2) }),
    ("max", -2...2, { try $0.max(axes: $1, keepingAxes: $2) }),
    ("min", -2...2, { try $0.min(axes: $1, keepingAxes: $2) }),
    ("variance", -2...2, { try $0.variance(axes: $1, keepingAxes: $2) }),
    ("standardDeviation", -2...2, { try ($0.square() + $0).standardDeviation(axes: $1, keepingAxes: $2) }),
    ("norm", 0.1...2, { try $0.norm(axes: $1, keepingAxes: $2) }),
  ]

  private static let alongAxes: [GradientCase] =
    [([2, 3, 5], 0), ([2, 3, 5], 1), ([2, 3, 5], -1), ([7], 0), ([0, 3], 0), ([0, 3], 1), ([3, 40_009], 1)].flatMap {
      shape, axis in
      [
        GradientCase("cumulativeSum \(axis)", [shape]) { try $0[0].cumulativeSum(axis: axis) },
        GradientCase("cumulativeSum \(axis), reversed", [shape]) {
          try $0[0].cumulativeSum(axis: axis, reversed: true)
        },
      ]
    } + [
      GradientCase("variance, corrected", [[4, 5]]) { try $0[0].variance(axes: [0], correction: 1) },
      GradientCase("sum of an empty axis", [[0, 3]]) { try $0[0].sum(axes: [0]) },
      GradientCase("product of an empty axis", [[0, 3]]) { try $0[0].product(axes: [0]) },
      GradientCase("product with zeros", [[4, 3]]) { p in
        let mask = try Tensor([1.0, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1], shape: [4, 3]).cast(to: p[0].dtype)
        return try (p[0] * mask).product(axes: [0])
      },
    ]
}
