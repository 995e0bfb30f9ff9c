import VitroTensor

extension GradientCase {
  private static let layouts: [([Int], Int)] = [
    ([4, 5], -1), ([4, 5], 0), ([2, 3, 4], 1), ([7], 0), ([3, 1], 1), ([0, 3], 1), ([3, 40_009], 1), ([40_009, 3], 1),
  ]

  /// The softmax family, cross entropy, normalizations and dropout.
  static let rows: [GradientCase] =
    layouts.flatMap { shape, axis in
      [
        GradientCase("softmax axis \(axis)", [shape]) { try $0[0].softmax(axis: axis) },
        GradientCase("logSoftmax axis \(axis)", [shape]) { try $0[0].logSoftmax(axis: axis) },
        GradientCase("logSumExp axis \(axis)", [shape]) { try $0[0].logSumExp(axis: axis) },
        GradientCase("logSumExp axis \(axis), kept", [shape]) { try $0[0].logSumExp(axis: axis, keepingAxis: true) },
      ]
    }
    + [[4, 5], [5], [2, 3, 4], [0, 3], [3, 40_009], [1, 1]].flatMap { shape in
      let labels: @Sendable () throws -> Tensor = {
        try Tensor((0..<shape.dropLast().reduce(1, *)).map { ($0 * 7 + 1) % shape.last! }, shape: shape.dropLast())
      }
      return [
        GradientCase("crossEntropy", [shape]) { try $0[0].crossEntropy(labels: labels()) },
        GradientCase("crossEntropy ignoring", [shape]) { try $0[0].crossEntropy(labels: labels(), ignoring: 1) },
        GradientCase("layerNormalized", [shape]) { try $0[0].layerNormalized(epsilon: 1e-2).values },
        GradientCase("rmsNormalized", [shape]) { try $0[0].rmsNormalized(epsilon: 1e-2).values },
      ]
    }
    + [[6, 3], [4, 3, 5], [2, 3, 4, 5], [5, 1], [16, 7, 1009], [40_009, 3]].map { shape in
      GradientCase("batchNormalized", [shape]) { try $0[0].batchNormalized(epsilon: 1e-2).values }
    }
    + shapes.map { shape in
      GradientCase("routingGradient", [shape]) {
        try ($0[0].detached * 3).routingGradient(to: $0[0], times: .full([], 3, dtype: $0[0].dtype))
      }
    }
    + shapes.map { shape in
      GradientCase("dropout", [shape]) {
        var stream = RandomStream(seed: 3, "dropout")
        return try $0[0].dropout(probability: 0.3, stream: &stream)
      }
    }

  /// Recurrent cells, with both outputs and with either alone.
  static let cells: [GradientCase] = [[4, 3], [2], [2, 3, 1], [0, 3], [3, 0], [257, 131]].flatMap { (state: [Int]) in
    func gates(_ number: Int) -> [Int] { state.dropLast() + [number * state.last!] }
    return [
      GradientCase(
        "lstmCell", [gates(4), state],
        outputs: {
          let (hidden, cell) = try $0[0].lstmCell(cell: $0[1])
          return [hidden, cell]
        }),
      GradientCase("lstmCell, hidden alone", [gates(4), state]) { try $0[0].lstmCell(cell: $0[1]).hidden },
      GradientCase("lstmCell, cell alone", [gates(4), state]) { try $0[0].lstmCell(cell: $0[1]).cell },
      GradientCase("gruCell", [gates(3), gates(3), state]) { try $0[0].gruCell(recurrent: $0[1], hidden: $0[2]) },
    ]
  }
}
