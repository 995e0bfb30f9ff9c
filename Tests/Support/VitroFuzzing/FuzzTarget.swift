import Foundation
import VitroCore
public import VitroFormats

/// A reader to try with damaged files, and sound files to damage.
public struct FuzzTarget: Sendable {
  /// A sound file, and how to wrap it after it has been damaged: in a checksum, a compressed stream, an archive.
  public struct Seed: Sendable {
    let bytes: [UInt8]
    let wrap: @Sendable ([UInt8]) throws -> [UInt8]

    init(_ bytes: [UInt8], wrap: @escaping @Sendable ([UInt8]) throws -> [UInt8] = { $0 }) {
      (self.bytes, self.wrap) = (bytes, wrap)
    }
  }

  /// The format's name.
  public let name: String
  /// The sound files.
  public let seeds: [Seed]
  /// Reads a whole file and touches every value.
  public let read: @Sendable (FileBytes) throws -> Void

  /// Every format, with its seeds.
  public static func all() throws -> [FuzzTarget] {
    [
      try safetensors(), try npy(), try npz(), try idx(), try compressedIDX(), try idxRows(), try csv(), try png(),
      try onnx(), try networks(), try gguf(), try llama2C(), try llama2CTokenizer(), try safetensorsIndex(),
      try tokenizer(), try modelDirectories(), try frontDoor(),
    ]
  }

  static func touch(_ array: RawArray) {
    array.withBytes { bytes in
      precondition(bytes.count == array.count * array.dtype.byteWidth, "an array of \(bytes.count) bytes")
      var sum: UInt8 = 0
      for byte in bytes { sum ^= byte }
      withExtendedLifetime(sum) {}
    }
  }

  /// A place where a file or a directory may stand for a while, in memory where the system has such a directory: thousands come and go.
  static func scratchPath() -> String {
    let memory = "/dev/shm"
    let directory =
      FileManager.default.isWritableFile(atPath: memory)
      ? URL(filePath: memory) : FileManager.default.temporaryDirectory
    return directory.appending(path: "vitro-fuzz-\(UUID().uuidString)").path
  }

  static func samples() throws -> [(name: String, array: RawArray)] {
    func array(_ dtype: DType, _ shape: [Int]) throws -> RawArray {
      try RawArray(dtype: dtype, shape: shape) { bytes in
        for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: index &* 37) & (dtype == .bool ? 1 : 63) }
      }
    }
    return [
      ("weight", try array(.float32, [3, 5])), ("bias", try array(.float64, [4])), ("mask", try array(.bool, [2, 2])),
      ("ids", try array(.int64, [3])), ("scale", try array(.float16, [])), ("bytes", try array(.uint8, [7])),
      ("none", try array(.int32, [0, 2])),
    ]
  }

  private static func safetensors() throws -> FuzzTarget {
    let bytes = try Safetensors.encode(samples(), metadata: ["format": "pt", "note": "a\nb"])
    return FuzzTarget(name: "safetensors", seeds: [Seed(bytes)]) { file in
      let opened = try SafetensorsFile(file)
      for name in opened.names { touch(try opened.array(named: name)) }
    }
  }

  private static func npy() throws -> FuzzTarget {
    let sound = try samples().map { try NPY.encode($0.array) }
    // The same file in Fortran order and the other byte order.
    let header = String(decoding: sound[0][10..<128], as: UTF8.self)
      .replacing("False", with: "True ").replacing("<f4", with: ">f4")
    let transposed = sound[0][..<10] + Array(header.utf8) + sound[0][128...]
    return FuzzTarget(name: "npy", seeds: (sound + [Array(transposed)]).map { Seed($0) }) { touch(try NPY.read($0)) }
  }

  private static func npz() throws -> FuzzTarget {
    let inside = try NPY.encode(samples()[0].array)
    let seeds = [
      Seed(try NPZ.encode(samples())), Seed(try NPZ.encode(samples(), compressed: true)),
      Seed(inside) { try archive(of: $0, compressed: false) }, Seed(inside) { try archive(of: $0, compressed: true) },
    ]
    return FuzzTarget(name: "npz", seeds: seeds) { file in
      let opened = try NPZFile(file)
      for name in opened.names { touch(try opened.array(named: name)) }
    }
  }

  private static func archive(of member: [UInt8], compressed: Bool) throws -> [UInt8] {
    var result: [UInt8] = []
    try withoutActuallyEscaping({ (bytes: UnsafeRawBufferPointer) in result.append(contentsOf: bytes) }) { emit in
      let writer = ZipWriter(emit: emit)
      try member.withUnsafeBytes { try writer.append(name: "x.npy", parts: [$0], compressed: compressed) }
      try writer.finish()
    }
    return result
  }

  private static func idxSeeds() throws -> [[UInt8]] {
    try samples().filter { [.float32, .float64, .uint8, .int32].contains($0.array.dtype) }
      .map { try IDX.encode($0.array) }
  }

  private static func idx() throws -> FuzzTarget {
    FuzzTarget(name: "idx", seeds: try idxSeeds().map { Seed($0) }) { touch(try IDX.read($0)) }
  }

  private static func compressedIDX() throws -> FuzzTarget {
    let outside = try idxSeeds().map { Seed(try Gzip.compress($0)) }
    let inside = try idxSeeds().map { bytes in Seed(bytes) { try Gzip.compress($0, level: 1) } }
    return FuzzTarget(name: "idx.gz", seeds: outside + inside) { touch(try IDX.read($0)) }
  }

  /// Rows read from a file on the disk: what ``IDX`` accepts, in any order, and nothing else.
  private static func idxRows() throws -> FuzzTarget {
    let plain = try idxSeeds().map { Seed($0) }
    let compressed = try idxSeeds().map { bytes in Seed(bytes) { try Gzip.compress($0, level: 1) } }
    return FuzzTarget(name: "idx rows", seeds: plain + compressed) { file in
      let path = scratchPath()
      defer { try? FileManager.default.removeItem(atPath: path) }
      try file.withBytes { try Data($0).write(to: URL(filePath: path)) }
      let whole = try? IDX.read(file)
      let rows: IDXRows
      do {
        rows = try IDXRows(path)
      } catch {
        precondition(whole == nil || whole?.shape.isEmpty == true, "IDXRows refuses what IDX reads: \(error)")
        throw error
      }
      precondition(whole?.shape == rows.shape, "IDXRows reads \(rows.shape), IDX \(String(describing: whole?.shape))")
      let order = Array(0..<min(rows.count, 7)).reversed()
      let backward = try rows.rows(Array(order))
      touch(backward)
      if rows.count <= 7, let whole { precondition(isReverse(backward, whole), "IDXRows and IDX differ") }
    }
  }

  private static func isReverse(_ rows: RawArray, _ whole: RawArray) -> Bool {
    guard rows.count > 0 else { return whole.count == 0 }
    let width = rows.byteCount / rows.shape[0]
    return rows.withBytes { first in
      whole.withBytes { second in
        (0..<rows.shape[0]).allSatisfy { row in
          first[(row * width)..<((row + 1) * width)]
            .elementsEqual(second[(second.count - (row + 1) * width)..<(second.count - row * width)])
        }
      }
    }
  }

  private static func csv() throws -> FuzzTarget {
    let texts = [
      "name,x,y\n\"Ann, the first\",1.5,2\n\"two\nlines\",-3e4,\nb\"c,nan,7\n", "1\t2\r\n3\t4\r\n\r\n5\t6",
      "\u{feff}größe;n\n\"a\"\"b\";1\n", "only\n1\n2\n3\n",
    ]
    return FuzzTarget(name: "csv", seeds: texts.map { Seed(Array($0.utf8)) }) { file in
      let table = try CSVTable(file)
      for name in table.columns { _ = try table.strings(name) }
      for name in try table.numericColumns() { _ = try table.numbers(name) }
      if table.rowCount > 0 { _ = try table.row(table.rowCount - 1) }
      touch(try table.matrix(missing: .nan))
    }
  }

  private static func png() throws -> FuzzTarget {
    let seeds = try (1...4).flatMap { channels in
      let image = try RawArray(dtype: .uint8, shape: [5, 4, channels]) { bytes in
        for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: index &* 29) }
      }
      let bytes = try PNG.encode(image)
      return [Seed(bytes), Seed(bytes, wrap: withPNGChecksums)]
    }
    return FuzzTarget(name: "png", seeds: seeds) { touch(try PNG.read($0)) }
  }

  private static func onnx() throws -> FuzzTarget {
    let arrays = try samples()
    let nodes = [
      ONNXModel.Node(
        "Gemm", name: "fc1", inputs: ["x", "weight", "bias"], outputs: ["h"],
        attributes: ["alpha": .float(0.5), "transB": .int(1)]),
      ONNXModel.Node(
        "Constant", name: "c", inputs: [], outputs: ["c"], attributes: ["value": .tensor(arrays[0].array)]),
      ONNXModel.Node(
        "Custom", name: "", inputs: ["h", "", "c"], outputs: ["y", ""],
        attributes: [
          "ints": .ints([1, -2, 300]), "floats": .floats([1, 2]), "text": .string("constant"),
          "texts": .strings(["a", "b"]),
        ], domain: "example.org"),
    ]
    let model = ONNXModel(
      name: "sample", inputs: [.init("x", elementType: "float32", shape: [.symbolic("batch"), .fixed(5), .unknown])],
      outputs: [.init("y", elementType: "float32", shape: nil)], nodes: nodes, initializers: arrays,
      otherOpsets: ["example.org": 2], documentation: "A sample.", metadata: ["classes": "a b"])
    return FuzzTarget(name: "onnx", seeds: [Seed(try model.encode())]) { file in
      let model = try ONNXModel(file)
      for (_, array) in model.initializers { touch(array) }
      for node in model.nodes {
        for case .tensor(let array) in node.attributes.values { touch(array) }
      }
      _ = try? model.encode()
    }
  }

  private static func frontDoor() throws -> FuzzTarget {
    let seeds = try [safetensors(), npy(), npz(), compressedIDX(), csv(), png(), onnx()].flatMap(\.seeds)
    return FuzzTarget(name: "any", seeds: seeds) { file in
      for (_, array) in try ArrayFile.read(file).arrays { touch(array) }
    }
  }

  /// Makes the chunks' checksums right again, so that damage reaches what lies behind them.
  private static func withPNGChecksums(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    var position = 8
    while position + 12 <= result.count {
      let length = result[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
      let end = position + 8 + length
      guard end + 4 <= result.count else { break }
      let checksum = crc32(result[(position + 4)..<end])
      for index in 0..<4 { result[end + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(24 - 8 * index)) }
      position = end + 4
    }
    return result
  }

  private static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var checksum = UInt32.max
    for byte in bytes {
      checksum ^= UInt32(byte)
      for _ in 0..<8 { checksum = checksum >> 1 ^ (checksum & 1 == 1 ? 0xedb8_8320 : 0) }
    }
    return ~checksum
  }
}
