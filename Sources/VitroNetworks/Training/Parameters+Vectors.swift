internal import VitroCore
internal import VitroTensor

/// The trained numbers of each instance as one vector, for methods that see a network as a function of a vector.
extension Parameters {
  func trainedVectors() throws -> [[Double]] {
    try vectors(of: entries.indices.filter { entries[$0].spec.isTrainable }.map { try tensor($0) })
  }

  /// One tensor for each trained parameter, as one vector for each instance.
  func vectors(of tensors: [Tensor]) throws -> [[Double]] {
    var result = [[Double]](repeating: [], count: instances ?? 1)
    for tensor in tensors {
      let values = try tensor.doubles
      let length = values.count / result.count
      for index in result.indices { result[index] += values[index * length..<(index + 1) * length] }
    }
    return result
  }

  mutating func setTrainedVectors(_ vectors: [[Double]]) throws {
    var start = 0
    for number in entries.indices where entries[number].spec.isTrainable {
      let length = entries[number].count / vectors.count
      let values = vectors.flatMap { $0[start..<start + length] }
      try set(number, to: Tensor(values, shape: entries[number].shape))
      start += length
    }
  }
}
