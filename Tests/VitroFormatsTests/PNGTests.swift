import Testing
import VitroCore
import VitroFormats

@Suite struct PNGTests {
  @Test(arguments: [[5, 4], [5, 4, 1], [1, 1, 2], [3, 7, 3], [6, 2, 4]])
  func `images come back`(shape: [Int]) throws {
    let count = shape.reduce(1, *)
    let image = try array(.uint8, shape, (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    try withTemporaryFolder { folder in
      try PNG.write(image, to: folder + "/image.png")
      let read = try PNG.read(folder + "/image.png")
      #expect(read.shape == (shape.count == 2 ? shape + [1] : shape))
      #expect(read.all == image.all)
    }
    #expect(try PNG.encode(image) == PNG.encode(image))
  }

  @Test func arraysThatAreNoImageAreRefused() throws {
    for shape in [[4], [0, 4], [2, 2, 5], [1, 2, 2, 1]] {
      let image = try array(.uint8, shape, [UInt8](repeating: 0, count: shape.reduce(1, *)))
      #expect(#expect(throws: VitroError.self) { try PNG.encode(image) }?.code == .shape)
    }
    #expect(
      #expect(throws: VitroError.self) { try PNG.encode(array(.float32, [1, 1], of: [Float(0)])) }?.code == .dtype)
  }

  @Test func everyTruncationAndFlippedBitIsRefused() throws {
    let sound = try PNG.encode(array(.uint8, [6, 5, 3], (0..<90).map { UInt8($0) }))
    for count in sound.indices { expectError(field: "") { _ = try PNG.read(bytes(sound[..<count])) } }
    for position in sound.indices {
      var damaged = sound
      damaged[position] ^= 4
      expectError(field: "", expected: "") { _ = try PNG.read(bytes(damaged)) }
    }
  }
}
