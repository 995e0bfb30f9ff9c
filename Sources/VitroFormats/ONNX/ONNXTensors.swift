internal import Foundation
internal import VitroCore

extension ONNXDecoder {
  /// An array out of a tensor, whichever of the fields its elements stand in.
  ///
  /// - Throws: ``/VitroCore/VitroError`` that names the tensor: its type, its dims, or a number of bytes or elements that is not theirs.
  mutating func array(_ tensor: ONNXTensorProto, field: String) throws -> RawArray {
    guard tensor.dataLocation == 0, tensor.externalData.isEmpty else {
      let location = tensor.externalData.first { $0.key == "location" }?.value ?? ""
      throw file.unsupported(
        field: field, found: "external data in \(quoted(location))", expected: "weights in the file itself",
        hint:
          "Write the model whole: python3 -c 'import onnx, sys; onnx.save(onnx.load(sys.argv[1]), sys.argv[2])' model.onnx whole.onnx"
      )
    }
    guard !tensor.hasSegment else {
      throw file.unsupported(field: field, found: "a segment of a tensor", expected: "whole tensors")
    }
    let dims = tensor.dims.map { Int($0) }
    let count = try file.checkedCount(of: dims, field: "\(field), dims")
    guard let stored = ONNXElementType.stored(tensor.dataType) else {
      guard let name = ONNXElementType.name(of: tensor.dataType) else {
        throw file.malformed(
          field: "\(field), data_type", found: "\(tensor.dataType)", expected: "a type of ONNX, 1 to 28")
      }
      throw file.unsupported(field: "\(field), data_type", found: name, expected: ONNXElementType.readable)
    }
    let source = ElementSource(tensor, stored)
    guard source.count == count else {
      throw file.malformed(
        field: "\(field), \(source.name)", found: source.found,
        expected: source.expected(count, stored, dims))
    }
    let byteCount = count * stored.dtype.byteWidth
    guard byteCount <= limits.maximumBytes else {
      throw file.tooLarge(field: field, found: "\(byteCount) bytes", limit: "\(limits.maximumBytes) bytes")
    }
    try spend(byteCount)
    return try RawArray(dtype: stored.dtype, shape: dims) { target in
      guard let misfit = source.write(stored, into: target) else { return }
      throw file.malformed(
        field: "\(field), element \(misfit)", found: "a number that no \(stored) holds",
        expected: "numbers of its type, at most \(Int64.max)")
    }
  }
}

/// The elements of a tensor: raw bytes, or one of the lists of numbers.
private struct ElementSource {
  let name: String
  let isRaw: Bool
  private let length: Int
  private let width: Int
  private let tensor: ONNXTensorProto

  init(_ tensor: ONNXTensorProto, _ type: StoredType) {
    self.tensor = tensor
    isRaw = tensor.hasRawData
    width = type.byteWidth
    guard !isRaw else {
      (name, length) = ("raw_data", tensor.rawData.count)
      return
    }
    (name, length) =
      switch type {
      case .float32: ("float_data", tensor.floatData.count)
      case .float64: ("double_data", tensor.doubleData.count)
      case .int64: ("int64_data", tensor.int64Data.count)
      case .uint32, .uint64: ("uint64_data", tensor.uint64Data.count)
      default: ("int32_data", tensor.int32Data.count)
      }
  }

  /// The number of elements; −1 when bytes are left over.
  var count: Int { isRaw ? (length % width == 0 ? length / width : -1) : length }

  var found: String { "\(length) \(isRaw ? "bytes" : "elements")" }

  func expected(_ count: Int, _ type: StoredType, _ dims: [Int]) -> String {
    "\(isRaw ? "\(count * width) bytes" : "\(count) elements") for \(type) \(dims)"
  }

  /// Writes the elements as the array's type holds them.
  ///
  /// - Returns: the index of the first that it cannot hold, if there is one.
  func write(_ type: StoredType, into target: UnsafeMutableRawBufferPointer) -> Int? {
    if isRaw {
      return tensor.rawData.withUnsafeBytes { ElementDecoder(type: type, bigEndian: false).decode($0, into: target) }
    }
    switch type {
    case .float32: return copy(tensor.floatData, target) { $0 }
    case .float64: return copy(tensor.doubleData, target) { $0 }
    case .int64: return copy(tensor.int64Data, target) { $0 }
    case .uint32: return copy(tensor.uint64Data, target) { UInt32(exactly: $0).map { Int64($0) } }
    case .uint64: return copy(tensor.uint64Data, target) { Int64(exactly: $0) }
    case .int32: return copy(tensor.int32Data, target) { $0 }
    case .int16: return copy(tensor.int32Data, target) { Int16(exactly: $0).map { Int32($0) } }
    case .int8: return copy(tensor.int32Data, target) { Int8(exactly: $0).map { Int32($0) } }
    case .uint16: return copy(tensor.int32Data, target) { UInt16(exactly: $0).map { Int32($0) } }
    case .uint8: return copy(tensor.int32Data, target) { UInt8(exactly: $0) }
    case .bool: return copy(tensor.int32Data, target) { $0 == 0 ? UInt8(0) : 1 }
    case .float16, .bfloat16: return copy(tensor.int32Data, target) { UInt16(exactly: $0) }
    }
  }

  private func copy<Stored, Kept: BitwiseCopyable>(
    _ elements: [Stored], _ target: UnsafeMutableRawBufferPointer, _ convert: (Stored) -> Kept?
  ) -> Int? {
    for (index, element) in elements.enumerated() {
      guard let kept = convert(element) else { return index }
      target.storeBytes(of: kept, toByteOffset: index * MemoryLayout<Kept>.size, as: Kept.self)
    }
    return nil
  }
}
