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
}
