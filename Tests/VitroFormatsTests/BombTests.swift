import Testing
import VitroCore
import VitroFormats
import VitroFuzzing

/// Files that declare or unpack to far more than they are: refused, in little memory.
@Suite(.serialized) struct BombTests {
  static let slack = 48 << 20

  /// 160 MB of zeros in 155 kB.
  static let zeros: [UInt8] = {
    let part = (try? Gzip.compress([UInt8](repeating: 0, count: 10 << 20), level: 9)) ?? []
    return Array((0..<16).map { _ in part }.joined())
  }()

  @Test func aThousandMillionRowsTakeNoMemory() throws {
    let header: [UInt8] = [0, 0, 8, 3, 0x3b, 0x9a, 0xca, 0, 0, 0, 0, 28, 0, 0, 0, 28]
    for file in try [bytes(header + [1, 2, 3]), bytes(Gzip.compress(header + [1, 2, 3]))] {
      let growth = ProcessMemory.peakGrowth {
        expectError(field: "shape", found: "784000000000 bytes", expected: "bytes") { _ = try IDX.read(file) }
      }
      #expect(growth < BombTests.slack)
    }
  }

  @Test func aStreamThatGivesMoreThanDeclaredIsStopped() throws {
    let file = try bytes(Gzip.compress([0, 0, 8, 1, 0, 0, 0, 10]) + BombTests.zeros)
    let growth = ProcessMemory.peakGrowth {
      expectError(field: "shape", found: "more bytes", expected: "10 bytes") { _ = try IDX.read(file) }
    }
    #expect(growth < BombTests.slack)
  }

  @Test func aBombOfUndeclaredSizeIsStopped() throws {
    let file = try bytes(BombTests.zeros)
    #expect(file.count < 200_000)
    let limits = FormatLimits(freeBytes: 8 << 20)
    let growth = ProcessMemory.peakGrowth {
      expectError(.memory, field: "gzip data", found: "more than", expected: "at most") {
        _ = try Gzip.decompress(file, limits: limits)
      }
      expectError(.memory, field: "gzip data") { _ = try CSVTable(file, limits: limits) }
    }
    #expect(growth < 4 * (20 << 20) + BombTests.slack)
    expectError(.memory, field: "gzip data", expected: "67108864") { _ = try Gzip.decompress(file) }
  }

  @Test func whatIsDeclaredAndTrueMayBeLarge() throws {
    let header: [UInt8] = [0, 0, 8, 2, 0, 0, 0, 16, 0, 0xa0, 0, 0]
    let image = try IDX.read(bytes(Gzip.compress(header) + BombTests.zeros))
    #expect(image.shape == [16, 10 << 20])
    #expect(image.withBytes { $0.allSatisfy { $0 == 0 } })
  }

  @Test func aZipBombIsStopped() throws {
    let honest = try NPZ.encode(
      [("a", RawArray(dtype: .uint8, shape: [16 << 20]) { $0.initializeMemory(as: UInt8.self, repeating: 0) })],
      compressed: true)
    let directory = try #require(honest.indices.last { honest[$0...].starts(with: [0x50, 0x4b, 1, 2]) })
    for (size, field, found) in [
      ([UInt8](arrayLiteral: 0, 1, 0, 0), "shape", "16777216 bytes"), ([0xff, 0xff, 0xff, 0x7f], "size", "2147483647"),
    ] {
      var lying = honest
      lying.replaceSubrange((directory + 24)..<(directory + 28), with: size)
      let file = try bytes(lying)
      let growth = ProcessMemory.peakGrowth {
        expectError(field: field, found: found) { _ = try NPZFile(file).array(named: "a") }
      }
      #expect(growth < BombTests.slack)
    }
  }

  @Test func anImageOfDeclaredGigapixelsTakesNoMemory() throws {
    var image = try PNG.encode(array(.uint8, [1, 1], [0]))
    image.replaceSubrange(16..<24, with: [0, 0, 0x7f, 0xff, 0, 0, 0x7f, 0xff])
    let file = try bytes(image)
    let growth = ProcessMemory.peakGrowth {
      expectError(field: "size", found: "32767 × 32767", expected: "can hold") { _ = try PNG.read(file) }
    }
    #expect(growth < BombTests.slack)
  }

  @Test func limitsAreKept() throws {
    let limits = FormatLimits(maximumBytes: 3)
    expectError(.memory, field: "shape", found: "4 bytes", expected: "3 bytes") {
      _ = try IDX.read(bytes([0, 0, 8, 1, 0, 0, 0, 4, 1, 2, 3, 4]), limits: limits)
    }
    expectError(.memory, field: "line 1", expected: "2 columns") {
      _ = try CSVTable(bytes(Array("a,b,c\n".utf8)), limits: FormatLimits(maximumEntries: 2))
    }
  }

  @Test func modelsOfVeryManySmallPartsTakeLittleMemory() throws {
    let tensors = (0..<200_000).map { GGUFBytes.Tensor(String($0, radix: 36), [1, 1, 1, 0], 24, 0) }
    var model = GGUFBytes(tensors: tensors, data: 0)
    for index in 0..<60_000 { model.add(String(index, radix: 36), 0, [1]) }
    model.add(
      "empty texts", 9, [8, 0, 0, 0, 0x40, 0x42, 0x0f, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 8_000_000))
    model.add("bytes", 9, [0, 0, 0, 0, 0x40, 0x42, 0x0f, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 1_000_000))
    let file = try model.file()
    var names = 0
    let growth = try ProcessMemory.peakGrowth {
      let opened = try GGUFFile(file)
      names = opened.names.count
      let (texts, integers) = (try opened.strings("empty texts"), try opened.integers("bytes"))
      names += texts.count + integers.count - 2_000_000
    }
    #expect(names == 200_000)
    #expect(growth < 4 * file.count + FuzzCampaign.memoryAllowance, "\(growth) for \(file.count)")
    expectError(.memory, field: "number of tensors", found: "200000", expected: "1000") {
      _ = try GGUFFile(file, limits: FormatLimits(maximumEntries: 1000))
    }
  }

  @Test func aCheckpointOfVeryManySmallLayersTakesLittleMemory() throws {
    func number(_ value: Int32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    let layers = 4096
    let weights = 2 + layers * (2 * 2 + 4 * 4 + 3 * 2) + 2 + 2
    let header = [2, 1, Int32(layers), 1, 1, 1, 1].flatMap(number)
    let file = try bytes(header + [UInt8](repeating: 0, count: weights * 4))
    var names = 0
    let growth = try ProcessMemory.peakGrowth { names = try Llama2CCheckpoint(file).names.count }
    #expect(names == 9 * layers + 2)
    #expect(growth < 4 * file.count + FuzzCampaign.memoryAllowance, "\(growth) for \(file.count)")
  }
}
