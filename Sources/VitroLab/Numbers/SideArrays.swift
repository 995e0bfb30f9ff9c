internal import Synchronization
internal import VitroCore
internal import VitroFormats

/// The long arrays of a report, which stand beside its JSON: `report.safetensors`.
///
/// In the JSON such an array is `{"array": name, "count": n}`.
enum SideArrays {
  /// Longer arrays than this leave the JSON.
  static let threshold = 10_000
  static let fileName = "report.safetensors"

  /// How the JSON refers to an array.
  struct Reference: Codable {
    var array: String
    var count: Int
  }

  /// Takes arrays while a report is encoded.
  final class Collector: Sendable {
    static let key = CodingUserInfoKey(rawValue: "vitro.report.side-arrays.collector")

    private let arrays = Mutex<[(name: String, values: [Double])]>([])

    /// Takes an array under the place that it has in the report.
    func add(_ values: [Double], at path: [any CodingKey]) -> Reference {
      arrays.withLock { arrays in
        let place = path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        arrays.append(("\(arrays.count).\(place)", values))
        return Reference(array: arrays[arrays.count - 1].name, count: values.count)
      }
    }

    /// The bytes of the side file; none when there were no long arrays.
    ///
    /// - Throws: ``/VitroCore/VitroError`` when memory is short.
    func encoded() throws -> [UInt8]? {
      let arrays = arrays.withLock(\.self)
      guard !arrays.isEmpty else { return nil }
      return try Safetensors.encode(
        arrays.map { name, values in
          (
            name,
            try RawArray(dtype: .float64, shape: [values.count]) { target in
              values.withUnsafeBytes { target.copyMemory(from: $0) }
            }
          )
        })
    }
  }

  /// Gives arrays back while a report is decoded.
  struct Source: Sendable {
    static let key = CodingUserInfoKey(rawValue: "vitro.report.side-arrays.source")

    /// The path, as errors name it.
    let path: String
    private let file: Result<SafetensorsFile, VitroError>

    /// Opens the side file; that it is missing matters only when an array is asked for.
    init(path: String) {
      self.path = path
      do throws(any Error) {
        file = .success(try SafetensorsFile(path))
      } catch {
        file = .failure(error as? VitroError ?? VitroError(.file, "reading \(path)", "\(error)"))
      }
    }

    /// The values of an array.
    ///
    /// - Throws: ``/VitroCore/VitroError`` that names the file and the field: `file` when it is not there, `malformed` when it does
    ///   not hold what the report says.
    func values(_ reference: Reference, field: String) throws -> [Double] {
      switch file {
      case .failure(var error):
        error.message = "\(field): \(error.message)"
        error.details["file"] = path
        error.details["field"] = field
        throw error
      case .success(let file):
        guard let info = file.tensors.first(where: { $0.name == reference.array }) else {
          throw fault(field, found: "no array '\(reference.array.prefix(120))'", expected: "it in the file")
        }
        guard info.storedType == "F64", info.shape == [reference.count] else {
          throw fault(
            field, found: "\(info.storedType) \(info.shape)", expected: "F64 [\(reference.count)], as report.json says")
        }
        return try file.array(named: reference.array).withBytes { bytes in
          [Double](unsafeUninitializedCapacity: reference.count) { target, count in
            UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
            count = reference.count
          }
        }
      }
    }

    private func fault(_ field: String, found: String, expected: String) -> VitroError {
      .malformed(file: path, field: field, found: found, expected: expected)
    }
  }
}
