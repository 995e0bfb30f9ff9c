import VitroTensor

extension GradientCase {
  /// Convolutions and poolings over strides, paddings, dilations and groups.
  static let windows: [GradientCase] = convolutions + poolings

  private static let convolutions: [GradientCase] =
    [
      ([2, 4, 7, 6], [6, 4, 3, 2], Window(1), 1),
      ([2, 4, 7, 6], [6, 4, 3, 2], Window(1, stride: 2), 1),
      ([2, 4, 7, 6], [6, 4, 3, 2], Window(1, padding: 2), 1),
      ([2, 4, 7, 6], [6, 4, 3, 2], Window(1, dilation: 2), 1),
      ([2, 4, 7, 6], [6, 2, 3, 2], Window(1, stride: 2, padding: 1), 2),
      ([2, 4, 7, 6], [4, 1, 3, 3], Window(1, padding: 1), 4),
      ([2, 4, 7, 6], [8, 1, 2, 2], Window(1, stride: 3, padding: 1, dilation: 2), 4),
      ([1, 3, 5, 5], [2, 3, 1, 1], Window(1), 1),
      ([3, 3, 5, 4], [2, 3, 1, 1], Window(1, stride: 2), 1),
      ([1, 1, 5, 11], [1, 1, 5, 11], Window(1), 1),
      ([2, 2, 5, 7], [3, 2, 2, 3], Window([1, 1], stride: [2, 1], padding: [0, 1, 2, 3], dilation: [1, 2]), 1),
      ([1, 2, 1, 13], [3, 2, 1, 5], Window([1, 1], padding: [0, 2]), 1),
      ([0, 2, 5, 5], [3, 2, 3, 3], Window(1), 1),
      ([2, 0, 5, 5], [3, 0, 3, 3], Window(1), 1),
      ([2, 2, 5, 5], [0, 2, 3, 3], Window(1), 1),
      ([2, 3, 131, 137], [4, 3, 3, 3], Window(1, padding: 1), 1),
      ([2, 3, 131, 137], [3, 1, 5, 5], Window(1, stride: 2), 3),
    ].flatMap { images, filters, window, groups in
      let place = "stride \(window.stride) padding \(window.padding) dilation \(window.dilation) groups \(groups)"
      return [
        GradientCase("conv2d \(place)", [images, filters]) {
          try $0[0].conv2d(filters: $0[1], window: window, groups: groups)
        },
        GradientCase("conv2d with bias \(place)", [images, filters, [filters[0]]]) {
          try $0[0].conv2d(filters: $0[1], bias: $0[2], window: window, groups: groups)
        },
      ]
    } + [
      GradientCase("conv2d, bias alone watched", [[3]]) {
        try constant([1, 2, 4, 4]).conv2d(filters: constant([3, 2, 2, 2]), bias: $0[0])
      }
    ]

  private static let poolings: [GradientCase] = [
    ([2, 3, 6, 8], Window(2, stride: 2)),
    ([2, 3, 7, 5], Window(2, stride: 2)),
    ([2, 3, 7, 5], Window(3, stride: 1, padding: 1)),
    ([1, 2, 7, 5], Window(3, stride: 2, padding: 1)),
    ([1, 2, 7, 9], Window(2, stride: 1, dilation: 3)),
    ([1, 2, 7, 9], Window([3, 2], stride: [1, 3], padding: [1, 0, 0, 1], dilation: [2, 1])),
    ([2, 3, 1, 1], Window(1)),
    ([0, 3, 4, 4], Window(2)),
    ([2, 0, 4, 4], Window(2)),
    ([2, 3, 131, 137], Window(2, stride: 2)),
    ([2, 3, 131, 137], Window(3, stride: 2, padding: 1)),
  ].flatMap { images, window in
    let place = "\(window.kernel) stride \(window.stride) padding \(window.padding) dilation \(window.dilation)"
    return [
      GradientCase("maxPool2d \(place)", [images]) { try $0[0].maxPool2d(window) },
      GradientCase("averagePool2d \(place)", [images]) { try $0[0].averagePool2d(window) },
      GradientCase("averagePool2d excluding padding \(place)", [images]) {
        try $0[0].averagePool2d(window, excludingPadding: true)
      },
    ]
  }
}
