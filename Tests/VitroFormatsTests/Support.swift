import Foundation
import Testing
import VitroCore
import VitroFormats

/// The bytes of a fixture.
func fixture(_ name: String) throws -> FileBytes {
  let url = try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/\(name)")
  return try FileBytes(path: url.path)
}

/// Bytes under a name that errors will use.
func bytes(_ bytes: some Collection<UInt8>, name: String = "test file") throws -> FileBytes {
  try FileBytes(name: name, bytes)
}

extension FileBytes {
  /// All the bytes.
  var all: [UInt8] { withBytes { Array($0) } }
}

/// An array with these bytes.
func array(_ dtype: DType, _ shape: [Int], _ bytes: [UInt8]) throws -> RawArray {
  try RawArray(dtype: dtype, shape: shape) { $0.copyBytes(from: bytes) }
}

/// An array with these elements.
func array<Element>(_ dtype: DType, _ shape: [Int], of elements: [Element]) throws -> RawArray {
  try array(dtype, shape, elements.withUnsafeBytes { Array($0) })
}

/// An array of every type and several shapes, with recognizable contents.
func sampleArrays() throws -> [(name: String, array: RawArray)] {
  try DType.allCases.flatMap { dtype in
    try [[], [0], [3], [2, 0, 3], [2, 3], [2, 1, 3]].map { shape in
      let count = try RawArray.byteCount(dtype: dtype, shape: shape)
      let contents = (0..<count).map { UInt8(truncatingIfNeeded: dtype == .bool ? $0 % 2 : $0 &* 37 &+ 11) }
      return ("\(dtype)\(shape.map { "_\($0)" }.joined())", try array(dtype, shape, contents))
    }
  }
}

extension RawArray {
  /// The elements' bytes.
  var all: [UInt8] { withBytes { Array($0) } }

  /// The elements as numbers.
  var numbers: [Double] {
    withBytes { bytes in
      (0..<count).map { index in
        let offset = index * dtype.byteWidth
        switch dtype {
        case .float32: return Double(bytes.loadUnaligned(fromByteOffset: offset, as: Float.self))
        case .float64: return bytes.loadUnaligned(fromByteOffset: offset, as: Double.self)
        case .float16: return Double(bytes.loadUnaligned(fromByteOffset: offset, as: Float16.self))
        case .bfloat16:
          let bits = UInt32(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)) << 16
          return Double(Float(bitPattern: bits))
        case .int32: return Double(bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
        case .int64: return Double(bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
        case .uint8, .bool: return Double(bytes[offset])
        }
      }
    }
  }
}

/// Checks that two arrays are the same: type, shape and bytes.
func expectSame(_ left: RawArray, _ right: RawArray, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(left.dtype == right.dtype, sourceLocation: sourceLocation)
  #expect(left.shape == right.shape, sourceLocation: sourceLocation)
  #expect(left.all == right.all, sourceLocation: sourceLocation)
}

/// Checks that `body` throws an error with this code, whose details name the field, what was found and what was expected.
@discardableResult
func expectError(
  _ code: VitroError.Code = .malformed, field: String, found: String? = nil, expected: String? = nil,
  file: String = "test file", sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> VitroError? {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    return nil
  } catch let error as VitroError {
    #expect(error.code == code, sourceLocation: sourceLocation)
    #expect(error.details["file"]?.contains(file) == true, sourceLocation: sourceLocation)
    // An empty text asks only that there be something.
    #expect(
      field.isEmpty || error.details["field"]?.contains(field) == true, "\(error)", sourceLocation: sourceLocation)
    for (key, part) in [("found", found), ("expected", expected)] {
      let text = error.details[key]
      #expect(text?.isEmpty == false, "\(key) is missing: \(error)", sourceLocation: sourceLocation)
      if let part, !part.isEmpty { #expect(text?.contains(part) == true, "\(error)", sourceLocation: sourceLocation) }
    }
    return error
  } catch {
    Issue.record("another kind of error: \(error)", sourceLocation: sourceLocation)
    return nil
  }
}

/// A folder that is removed after the test.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vitro-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.path)
}

/// Files for local tests that are no part of the project.
enum SharedData {
  static func path(_ name: String) -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return root.deletingLastPathComponent().appending(path: "shared/data/\(name)").path
  }

  static func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
}
