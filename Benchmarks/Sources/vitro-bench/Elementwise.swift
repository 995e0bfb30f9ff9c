import CVitroKernels
import Foundation
import Vitro

private let rows = 8000
private let columns = 1000
private let bytes = rows * columns * MemoryLayout<Float>.stride

/// Functions of 8 million floats, which do not fit any cache.
let elementwiseCases: [Case] = [
  elementwise("exp 8 M") { x, _ in try x.exp() },
  elementwise("tanh 8 M") { x, _ in try x.tanh() },
  elementwise("gelu 8 M") { x, _ in try x.gelu() },
  elementwise("add 8 M") { x, y in try x + y },
  elementwise("relu 8 M") { x, _ in try x.relu() },
  elementwise("softmax 8000 × 1000") { x, _ in try x.softmax() },
  elementwise("sum 8 M") { x, _ in try x.sum() },
]

private func elementwise(_ name: String, _ function: @escaping @Sendable (Tensor, Tensor) throws -> Tensor) -> Case {
  Case(name, "elementwise", Double(rows * columns), "element") {
    var stream = RandomStream(seed: 0, "elementwise")
    let x = try stream.normal([rows, columns])
    let y = try stream.normal([rows, columns])
    return { _ = try function(x, y) }
  }
}

/// Copying as many bytes as the array of the elementwise cases has.
let copyCase = Case("memcpy 32 MB", "elementwise", Double(bytes), "byte") {
  let (source, target) = (WrittenMemory(bytes), WrittenMemory(bytes))
  return { memcpy(target.address, source.address, bytes) }
}

/// The same in blocks of a fixed size, on the engine's threads.
let threadedCopyCase = Case("memcpy 32 MB", "elementwise", Double(bytes), "byte") {
  let blocks = BlockCopy(source: WrittenMemory(bytes), target: WrittenMemory(bytes))
  return {
    let context = Unmanaged.passUnretained(blocks).toOpaque()
    vitro_parallel(
      Int64((bytes + BlockCopy.block - 1) / BlockCopy.block),
      { context, index in
        guard let context else { return }
        Unmanaged<BlockCopy>.fromOpaque(context).takeUnretainedValue().copy(Int(index))
      }, context)
  }
}

/// Memory whose pages have been touched.
private final class WrittenMemory {
  let address: UnsafeMutableRawPointer

  init(_ byteCount: Int) {
    address = .allocate(byteCount: byteCount, alignment: 64)
    memset(address, 1, byteCount)
  }

  deinit { address.deallocate() }
}

private final class BlockCopy {
  static let block = 1 << 17
  let source, target: WrittenMemory

  init(source: WrittenMemory, target: WrittenMemory) {
    self.source = source
    self.target = target
  }

  func copy(_ index: Int) {
    let start = index * Self.block
    memcpy(target.address + start, source.address + start, min(Self.block, bytes - start))
  }
}
