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

  @Test(arguments: [2, 15, 16, 17, 256])
  func imagesWithAPaletteComeBack(colors: Int) throws {
    let palette = (0..<colors).map { number in
      PNG.Color(red: UInt8(number), green: UInt8(255 - number), blue: 7, alpha: number == 1 ? 0 : 255)
    }
    let indices = (0..<77).map { UInt8($0 * 31 % colors) }
    let encoded = try PNG.encode(indices: indices, width: 11, height: 7, palette: palette)
    let image = try PNG.read(bytes(encoded))
    #expect(image.shape == [7, 11, 4])
    #expect(
      image.withBytes { Array($0) }
        == indices.flatMap { index -> [UInt8] in
          let color = palette[Int(index)]
          return [color.red, color.green, color.blue, color.alpha]
        })
  }

  @Test func indicesThatAreNoImageAreRefused() {
    let black = PNG.Color(red: 0, green: 0, blue: 0)
    func check(_ indices: [UInt8], _ width: Int, _ height: Int, _ palette: [PNG.Color], _ code: VitroError.Code) {
      let error = #expect(throws: VitroError.self) {
        try PNG.encode(indices: indices, width: width, height: height, palette: palette)
      }
      #expect(error?.code == code)
    }
    check([0, 0, 0], 2, 2, [black], .shape)
    check([], 0, 0, [black], .shape)
    check([0], .max, .max, [black], .shape)
    check([1], 1, 1, [black], .argument)
    check([0], 1, 1, [], .argument)
    check([0], 1, 1, [PNG.Color](repeating: black, count: 257), .argument)
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
