package import VitroCore

extension Tensor {
  /// Lends the elements' memory for reading.
  package func withElements<Result>(_ body: (UnsafeRawPointer) throws -> Result) rethrows -> Result {
    try withMemory(self) { try body($0) }
  }

  /// Lends the elements' memory for writing.
  ///
  /// Values stay values: if anyone else can see this memory, it is copied first, so a buffer that a loop updates in
  /// place costs nothing as long as its views are let go between steps.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a copy is needed and memory is short, and what `body` throws.
  package mutating func withUniqueElements<Result>(
    _ body: (UnsafeMutableRawPointer) throws -> Result
  ) throws -> Result {
    precondition(node == nil, "Tensor: a watched value cannot be changed")
    if !isKnownUniquelyReferenced(&buffer) || !buffer.isWritable {
      let copy = try copied(shape: shape, strides: Shapes.strides(shape))
      buffer = copy.buffer
      offset = 0
    }
    return try withMemory(self, body)
  }

  /// The same memory, seen as `shape` from element `start` on.
  package func part(start: Int, shape: [Int]) -> Tensor {
    precondition(start >= 0 && start + shape.product <= count, "Tensor.part: \(shape) at \(start) leaves \(count)")
    return view(shape: shape, offset: offset + start)
  }

  /// An array that its maker will write through `withUniqueElements`.
  package static func unwritten(_ shape: [Int], dtype: DType) throws -> Tensor {
    try Tensor(uninitialized: shape, dtype)
  }
}
