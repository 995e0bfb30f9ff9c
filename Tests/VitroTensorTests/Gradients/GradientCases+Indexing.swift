import VitroTensor

extension GradientCase {
  private static func indices(_ shape: [Int], below length: Int) throws -> Tensor {
    var random = RandomStream(seed: 2, "indices", length)
    let count = shape.reduce(1, *)
    // Negative ones and repetitions among them.
    return try Tensor(random.draw(words: count).map { Int($0 % UInt32(2 * length)) - length }, shape: shape)
  }

  /// Reading and adding at indices, repeated and negative ones too.
  static let indexing: [GradientCase] =
    [
      ([5, 3], 0, [7]), ([5, 3], 1, [4]), ([5, 3], -1, [2, 3]), ([5], 0, []), ([5, 3], 0, [0]), ([2, 5, 3], 1, [6]),
      ([5, 0], 0, [3]), ([1], 0, [9]), ([1009, 101], 0, [57]), ([3, 50_021], 1, [7]),
    ].flatMap { (shape: [Int], axis: Int, places: [Int]) in
      let resolved = axis < 0 ? axis + shape.count : axis
      let values = Array(shape[..<resolved]) + places + Array(shape[(resolved + 1)...])
      return [
        GradientCase("gather axis \(axis) at \(places)", [shape]) {
          try $0[0].gather(indices(places, below: shape[resolved]), axis: axis)
        },
        GradientCase("scatterAdd axis \(axis) at \(places)", [shape, values]) {
          try $0[0].scatterAdd($0[1], at: indices(places, below: shape[resolved]), axis: axis)
        },
      ]
    }
    + [
      ([5, 3], 0, [7, 3]), ([5, 3], 1, [5, 4]), ([5, 3], -1, [5, 0]), ([2, 5, 3], 1, [2, 6, 3]), ([7], 0, [3]),
      ([1009, 101], 1, [1009, 2]),
    ].map { (shape: [Int], axis: Int, places: [Int]) in
      GradientCase("takeAlong axis \(axis) at \(places)", [shape]) {
        try $0[0].takeAlong(indices(places, below: shape[axis < 0 ? axis + shape.count : axis]), axis: axis)
      }
    }

  /// Order along an axis.
  static let order: [GradientCase] = [
    ([7], 0), ([3, 5], 0), ([3, 5], -1), ([2, 3, 4], 1), ([0, 3], 0), ([1, 1], 1), ([1009, 101], 1),
  ]
  .flatMap { (shape: [Int], axis: Int) in
    let length = shape[axis < 0 ? axis + shape.count : axis]
    return [false, true].flatMap { flag in
      [
        GradientCase(
          "sorted axis \(axis)\(flag ? ", descending" : "")", [shape],
          outputs: {
            let (values, positions) = try $0[0].sorted(axis: axis, descending: flag)
            return [values, positions]
          }),
        GradientCase(
          "top axis \(axis)\(flag ? "" : ", smallest")", [shape],
          outputs: {
            let (values, positions) = try $0[0].top((length + 1) / 2, axis: axis, largest: flag)
            return [values, positions]
          }),
      ]
    }
  }
}
