import VitroTensor

extension GradientCase {
  /// Changes of shape and order.
  static let shapeChanges: [GradientCase] = [
    GradientCase("reshaped", [[2, 6]]) { try $0[0].reshaped([3, -1]) },
    GradientCase("reshaped", [[0, 6]]) { try $0[0].reshaped([3, 0]) },
    GradientCase("flattened", [[2, 3, 4]]) { try $0[0].flattened() },
    GradientCase("flattened from 1", [[2, 3, 4]]) { try $0[0].flattened(from: 1) },
    GradientCase("expandingAxis", [[2, 3]]) { try $0[0].expandingAxis(-1).expandingAxis(0) },
    GradientCase("droppingAxis", [[2, 1, 3]]) { try $0[0].droppingAxis(1) },
    GradientCase("permuted", [[2, 3, 5]]) { try $0[0].permuted([2, 0, 1]) },
    GradientCase("permuted", [[2, 0, 5]]) { try $0[0].permuted([2, 0, -2]) },
    GradientCase("permuted", [[37, 53, 59]]) { try $0[0].permuted([1, 2, 0]) },
    GradientCase("permuted, six axes", [[2, 1, 3, 2, 1, 2]]) { try $0[0].permuted([5, 3, 1, 0, 2, 4]) },
    GradientCase("transposed", [[3, 4]]) { try $0[0].transposed() },
    GradientCase("transposed", [[401, 257]]) { try $0[0].transposed() },
    GradientCase("transposed 0 2", [[2, 3, 4]]) { try $0[0].transposed(0, 2) },
    GradientCase("expanded", [[3, 1]]) { try $0[0].expanded(to: [2, 3, 4]) },
    GradientCase("expanded", [[]]) { try $0[0].expanded(to: [5]) },
    GradientCase("expanded to nothing", [[3, 1]]) { try $0[0].expanded(to: [3, 0]) },
    GradientCase("expanded", [[1, 101]]) { try $0[0].expanded(to: [1009, 101]) },
    GradientCase("flipped 0", [[3, 4]]) { try $0[0].flipped(axes: [0]) },
    GradientCase("flipped both", [[3, 4]]) { try $0[0].flipped(axes: [0, -1]) },
    GradientCase("flipped", [[0, 4]]) { try $0[0].flipped(axes: [1]) },
    GradientCase("flipped", [[101, 1009]]) { try $0[0].flipped(axes: [1]) },
    GradientCase("tiled", [[2, 3]]) { try $0[0].tiled([3, 2]) },
    GradientCase("tiled to nothing", [[2, 3]]) { try $0[0].tiled([0, 2]) },
    GradientCase("tiled", [[101, 1009]]) { try $0[0].tiled([1, 2]) },
  ]

  /// Parts of tensors and tensors made of parts.
  static let parts: [GradientCase] = [
    GradientCase("slice 0", [[5, 3]]) { try $0[0].slice(axis: 0, 1..<4) },
    GradientCase("slice 1", [[5, 3]]) { try $0[0].slice(axis: 1, 1..<3) },
    GradientCase("slice by 2", [[7, 3]]) { try $0[0].slice(axis: 0, 1..<6, step: 2) },
    GradientCase("slice of nothing", [[5, 3]]) { try $0[0].slice(axis: -1, 2..<2) },
    GradientCase("slice of all", [[5, 3]]) { try $0[0].slice(axis: 0, 0..<5) * $0[0] },
    GradientCase("slice", [[3, 50_021]]) { try $0[0].slice(axis: 1, 17..<50_003, step: 3) },
    GradientCase("select -1", [[5, 3]]) { try $0[0].select(axis: 0, at: -1) },
    GradientCase("select in 1", [[5, 3]]) { try $0[0].select(axis: 1, at: 1) },
    GradientCase("split", [[6, 2]], outputs: { try $0[0].split(axis: 0, lengths: [1, 0, 3, 2]) }),
    GradientCase("split, one part used", [[2, 6]]) { try $0[0].split(axis: 1, lengths: [2, 4])[1] },
    GradientCase("split", [[3, 50_021]], outputs: { try $0[0].split(axis: 1, lengths: [21, 50_000]) }),
    GradientCase("unstacked", [[3, 2]], outputs: { try $0[0].unstacked(axis: 1) }),
    GradientCase("concatenate", [[2, 3], [0, 3], [4, 3]]) { try .concatenate($0) },
    GradientCase("concatenate 1", [[2, 3], [2, 1]]) { try .concatenate($0, axis: 1) },
    GradientCase("concatenate with itself", [[2, 3]]) {
      try .concatenate([$0[0], constant([2, 1]).cast(to: $0[0].dtype), $0[0]], axis: -1)
    },
    GradientCase("concatenate", [[101, 500], [101, 500]]) { try .concatenate($0, axis: 1) },
    GradientCase("stack", [[2, 3], [2, 3]]) { try .stack($0, axis: 1) },
    GradientCase("stack", [[], []]) { try .stack($0) },
    GradientCase("padded", [[2, 3]]) { try $0[0].padded(before: [1, 0], after: [0, 2], with: 5) },
    GradientCase("padded", [[0, 3]]) { try $0[0].padded(before: [1, 1], after: [2, 0]) },
    GradientCase("padded", [[101, 1009]]) { try $0[0].padded(before: [1, 2], after: [3, 4]) },
  ]
}
