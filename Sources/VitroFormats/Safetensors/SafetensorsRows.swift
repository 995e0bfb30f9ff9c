internal import VitroCore

/// The tensors of a safetensors file by rows, read when they are asked for: the file may be larger than memory.
///
/// Opening reads the header alone. The file is read at positions, not mapped, so that one which shrinks is an error.
package struct SafetensorsRows: Sendable {
  /// The header's free-form texts.
  package let metadata: [String: String]
  /// What the header says of each tensor, in the order of their bytes.
  package let tensors: [SafetensorsFile.Info]

  private let file: PositionedFile

  /// Opens a file and checks its header against its size.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when it cannot be read; `malformed` as ``SafetensorsFile`` says it.
  /// - Complexity: O(header).
  package init(_ path: String, limits: FormatLimits = .standard) throws {
    let file = try PositionedFile(path: path)
    func bytes(_ count: Int) throws -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: min(count, file.size))
      try bytes.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
      return bytes
    }
    let declared = try bytes(8).withUnsafeBytes { $0.integer(UInt64.self, at: 0) } ?? 0
    let length = 8 + Int(min(declared, UInt64(SafetensorsHeader.maximumLength)))
    let header = try SafetensorsHeader(FileBytes(name: path, bytes(length)), limits: limits, fileSize: file.size)
    (self.file, metadata, tensors) = (file, header.metadata, header.tensors)
  }

  /// The number of bytes of the whole file.
  package var byteCount: Int { file.size }

  /// Fills `target` with bytes of a tensor.
  ///
  /// - Precondition: They lie within the tensor.
  /// - Throws: ``/VitroCore/VitroError`` (`file`) when the file changed after it was opened.
  package func read(
    _ tensor: SafetensorsFile.Info, at offset: Int, into target: UnsafeMutableRawBufferPointer
  ) throws {
    precondition(offset >= 0 && target.count <= tensor.byteRange.count - offset, "bytes beyond '\(tensor.name)'")
    try file.read(at: tensor.byteRange.lowerBound + offset, into: target)
    try file.checkUnchanged()
  }
}
