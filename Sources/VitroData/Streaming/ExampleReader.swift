internal import VitroCore
internal import VitroTensor

/// Examples that lie in files, by number.
protocol ExampleReader: Sendable {
  /// The number of examples.
  var count: Int { get }
  /// The shape of one example.
  var exampleShape: [Int] { get }
  /// The type in which the files hold the elements.
  var dtype: DType { get }
  /// The most memory that is held between calls.
  var heldBytes: Int { get }
  /// The elements of examples that exist, in that order, as the files hold them: `[indices, …]`.
  func elements(_ indices: [Int]) throws -> Tensor
}

/// What becomes of stored numbers before a network sees them.
enum Scaling {
  private static let tableOfBytes: [Float] = (0...255).map { Float($0) * Float(1.0 / 255) }

  /// Bytes become 0 … 1; other numbers stay as they are, in float32.
  ///
  /// - Complexity: O(elements), with no memory but the result's.
  static func scaled(_ values: Tensor) throws -> Tensor {
    guard values.dtype == .uint8 else { return try values.cast(to: .float32) }
    let raw = values.raw
    return Tensor(
      try RawArray(dtype: .float32, shape: raw.shape) { target in
        let floats = target.bindMemory(to: Float.self)
        raw.withBytes { bytes in
          tableOfBytes.withUnsafeBufferPointer { table in
            for index in bytes.indices { floats[index] = table[Int(bytes[index])] }
          }
        }
      })
  }
}
