internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

extension Network {
  /// A chain of `0`, `1`, … with its hidden units in another order and rescaled by powers of two: other weights, the same function, in float32 too.
  ///
  /// `c·ReLU(x/c) = ReLU(x)` for c > 0, and a power of two changes no digit.
  func scrambled(seed: UInt64) throws -> Network {
    var result = self
    let layers = parameters.names.count { $0.hasSuffix(".weight") }
    for layer in 0..<Swift.max(layers - 1, 0) {
      let weights = try result.parameters.value(named: "\(layer).weight")
      let biases = try result.parameters.value(named: "\(layer).bias")
      let following = try result.parameters.value(named: "\(layer + 1).weight")
      let (units, inputs, outputs) = (weights.shape[0], weights.shape[1], following.shape[0])
      var stream = RandomStream(seed: seed, "scrambling", layer)
      let draws = try stream.uniform([2, units]).doubles
      let order = (0..<units).sorted { draws[$0] < draws[$1] }
      let scales = draws[units...].map { value in
        let exponent = Int(value * 9) - 4
        return exponent < 0 ? 1 / Double(1 << -exponent) : Double(1 << exponent)
      }
      let (rows, offsets, columns) = (try weights.doubles, try biases.doubles, try following.doubles)
      let newRows = order.flatMap { unit in rows[unit * inputs..<(unit + 1) * inputs].map { $0 * scales[unit] } }
      let newOffsets = order.map { offsets[$0] * scales[$0] }
      let newColumns = (0..<outputs).flatMap { row in order.map { columns[row * units + $0] / scales[$0] } }
      try result.parameters.set("\(layer).weight", to: Tensor(newRows, shape: [units, inputs]))
      try result.parameters.set("\(layer).bias", to: Tensor(newOffsets, shape: [units]))
      try result.parameters.set("\(layer + 1).weight", to: Tensor(newColumns, shape: [outputs, units]))
    }
    return result
  }
}
