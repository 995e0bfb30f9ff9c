import Testing
import VitroCore
import VitroFormats

@Suite struct StoredArrayTests {
  /// A tensor of every quantization and of every type of elements.
  static let names = ["q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "q2_k", "q3_k", "q4_k", "q5_k", "q6_k", "q8_k"]

  @Test(arguments: names + ["f32", "f16", "bf16", "f64", "i8"])
  func `float64 holds the values of float32, and rows those of the whole`(name: String) throws {
    let stored = try GGUFFile(fixture("types.gguf")).stored(name)
    let (single, double) = (try stored.values(), try stored.values(as: .float64))
    #expect(single.dtype == .float32 && single.shape == stored.shape && stored.count == single.count)
    #expect(double.dtype == .float64 && double.shape == stored.shape)
    if name != "f64" { #expect(single.numbers == double.numbers) }
    let order = Array((0..<stored.rowCount).reversed()) + [0]
    for dtype in [DType.float32, .float64] {
      let (whole, rows) = (try stored.values(as: dtype).numbers, try stored.rows(order, as: dtype))
      #expect(rows.shape == [order.count] + stored.shape.dropFirst())
      #expect(rows.numbers == order.flatMap { whole[($0 * stored.rowLength)..<(($0 + 1) * stored.rowLength)] })
      let last = try stored.rows((stored.rowCount - 1)..<stored.rowCount, as: dtype)
      #expect(last.numbers == Array(whole.suffix(stored.rowLength)))
    }
  }

  @Test func elementsOfTheWantedTypeAreNotCopied() throws {
    let file = try GGUFFile(fixture("types.gguf"))
    #expect(try file.stored("f32").values().buffer === file.file.buffer)
    #expect(try file.stored("f64").rows(1..<2, as: .float64).buffer === file.file.buffer)
    #expect(try file.stored("f32").values(as: .float64).buffer !== file.file.buffer)
    #expect(try file.stored("f16").elements?.dtype == .float16)
    #expect(try file.stored("q8_0").elements == nil)
    #expect(try file.stored("q8_0").encoding == .blocks(.q8_0) && file.stored("q8_0").byteCount == 6 * 34)
  }

  @Test(arguments: BlockQuantization.allCases)
  func `the bits do not depend on the number of threads`(type: BlockQuantization) throws {
    // Several pieces of work, the last of them short, at an odd address.
    let blocks = 3 * 32768 / type.blockLength + 7
    let contents = (0..<(blocks * type.blockBytes)).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 8) & 0x3f }
    let number = try #require((0...15).first { GGUFTests.name(ofType: UInt32($0)) == type.rawValue })
    let tensor = GGUFBytes.Tensor("t", [UInt64(blocks * type.blockLength)], UInt32(number), 0)
    var file = try GGUFBytes(tensors: [tensor], data: 0).file().all
    file += contents
    let stored = try GGUFFile(bytes(file)).stored("t")
    let threads = Threads.count
    defer { Threads.count = threads }
    Threads.count = 1
    let alone = try (stored.values().all, stored.values(as: .float64).all)
    Threads.count = 4
    #expect(try stored.values().all == alone.0 && stored.values(as: .float64).all == alone.1)
  }

  @Test func rowsThatAreNotThereAndTypesThatDoNotComputeAreRefused() throws {
    let stored = try GGUFFile(fixture("types.gguf")).stored("q8_0")
    for rows in [[-1], [3], [0, 1, 2, Int.max - 1]] {
      #expect(throws: VitroError.self) { try stored.rows(rows) }
    }
    #expect(throws: VitroError.self) { try stored.rows(2..<4) }
    #expect(throws: VitroError.self) { try stored.values(as: .float16) }
    #expect(try stored.rows([]).shape == [0, 64])
  }
}

extension GGUFTests {
  /// A type's name by its number in files.
  static func name(ofType number: UInt32) -> String? {
    let tensor = GGUFBytes.Tensor("t", [0], number, 0)
    return try? GGUFFile(GGUFBytes(tensors: [tensor], data: 0).file()).tensors.first?.storedType
  }
}
