internal import Foundation
internal import VitroCore
internal import VitroFormats
internal import VitroTensor

/// One file of rows, open and found to be what the index says.
struct ActivationShard {
  private let file: SafetensorsRows
  private let tensors: [SafetensorsFile.Info]
  private let path: String
  private let index: ActivationIndex
  private let record: ActivationIndex.Shard

  /// The most bytes that lie between the disk and the result.
  static let chunk = 1 << 20

  /// Opens a shard and checks its size and its header.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when it is not there, `malformed` when it is not what the index says.
  init(_ number: Int, start: Int, of index: ActivationIndex, recording: String, in directory: URL) throws {
    let path = ActivationIndex.shardPath(number, in: directory)
    let record = index.shards[number]
    func require(_ field: String, found: String, expected: String) throws {
      guard found == expected else {
        throw VitroError.malformed(
          file: path, field: field, found: found, expected: expected,
          hint: "Recording again with the same network, taps and examples repairs it.")
      }
    }
    try require("size", found: "\(FileStamp(path).size) bytes", expected: "\(record.bytes) bytes")
    file = try SafetensorsRows(path)
    try require("size", found: "\(file.byteCount) bytes", expected: "\(record.bytes) bytes")
    for (key, expected) in Self.metadata(recording, start: start).sorted(by: { $0.key < $1.key }) {
      try require("__metadata__.\(key)", found: file.metadata[key] ?? "nothing", expected: expected)
    }
    try require("tensors", found: "\(file.tensors.count)", expected: "\(index.values.count)")
    let named = Dictionary(file.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    tensors = try index.values.compactMap { value in
      let tensor = named[value.tap]
      try require(
        "tensor '\(value.tap)'", found: tensor.map { "\($0.storedType) \($0.shape)" } ?? "nothing",
        expected: "\(index.precision == .float32 ? "F32" : "BF16") \([record.rows, value.width])")
      return tensor
    }
    (self.path, self.index, self.record) = (path, index, record)
  }

  /// What a shard says of itself: the recording it belongs to, and its first row.
  static func metadata(_ recording: String, start: Int) -> [String: String] {
    ["format": ActivationIndex.formatName, "recording": recording, "start": "\(start)"]
  }

  /// Reads rows that follow one another, as float32; all rows of the shard are checked against their checksum.
  func read(_ rows: Range<Int>, of value: Int, into target: UnsafeMutableRawBufferPointer) throws {
    let width = index.values[value].width
    let stored = width * index.precision.dtype.byteWidth
    let atOnce = max(1, Self.chunk / stored)
    var checksum = XXHash64()
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: atOnce) {
      let part = first..<min(first + atOnce, rows.upperBound)
      let place = (part.lowerBound - rows.lowerBound) * width * 4
      let floats = UnsafeMutableRawBufferPointer(rebasing: target[place..<place + part.count * width * 4])
      if index.precision == .float32 {
        try file.read(tensors[value], at: first * stored, into: floats)
        checksum.update(UnsafeRawBufferPointer(floats))
      } else {
        let raw = try RawArray(dtype: .bfloat16, shape: [part.count, width]) {
          try file.read(tensors[value], at: first * stored, into: $0)
        }
        raw.withBytes { checksum.update($0) }
        try Tensor(raw).cast(to: .float32).raw.withBytes { floats.copyMemory(from: $0) }
      }
    }
    guard rows == 0..<record.rows, checksum.hexDigest != record.checksums[value] else { return }
    throw VitroError.malformed(
      file: path, field: "checksum of '\(index.values[value].tap)'", found: checksum.hexDigest,
      expected: String(record.checksums[value].prefix(64)),
      hint: "The file was damaged after it was written; delete it and record again.")
  }
}
