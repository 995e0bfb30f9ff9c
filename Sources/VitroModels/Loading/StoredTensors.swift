internal import VitroCore
internal import VitroFormats
internal import VitroNetworks
internal import VitroTensor

/// An array of a file as a parameter: widened when it is used.
struct StoredWeights: WeightSource {
  let array: StoredArray

  var shape: [Int] { array.shape }
  var byteCount: Int { array.byteCount }

  func values(_ dtype: DType) throws -> Tensor { try Tensor(array.values(as: dtype)) }

  func rows(at indices: Tensor, _ dtype: DType) throws -> Tensor {
    let wanted = try indices.cast(to: .int64).array(of: Int64.self)
    guard let count = shape.first, wanted.allSatisfy({ (0..<Int64(count)).contains($0) }) else {
      throw VitroError(.argument, "looking up rows", "an index is none of the \(shape.first ?? 0) rows")
    }
    return try Tensor(array.rows(wanted.map { Int($0) }, as: dtype)).reshaped(indices.shape + shape.dropFirst())
  }

  func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) { array.lendBytes(body) }
}

/// The tensors of a directory's safetensors, in one file or several.
struct SafetensorsStore: TensorStore {
  let name: String
  private let file: SafetensorsCollection

  init(_ path: String) throws {
    file = try SafetensorsCollection(path)
    name = file.path
  }

  var names: [String] { file.names }
  /// The index, where there is one, and the files with tensors.
  var files: [String] { (file.files.map(\.file.name).contains(name) ? [] : [name]) + file.files.map(\.file.name) }

  func source(named name: String) throws -> any WeightSource {
    let tensor = try Tensor(file.array(named: name))
    guard tensor.dtype.isFloatingPoint else {
      throw VitroError(
        .dtype, "reading \(self.name)", "the tensor '\(name)' is \(tensor.dtype), expected real numbers",
        details: ["file": self.name, "field": name, "found": "\(tensor.dtype)", "expected": "real numbers"])
    }
    return tensor
  }
}

extension GGUFFile: TensorStore {
  var name: String { file.name }
  func source(named name: String) throws -> any WeightSource { StoredWeights(array: try stored(name)) }
}

extension Llama2CCheckpoint: TensorStore {
  var name: String { file.name }
  func source(named name: String) throws -> any WeightSource { StoredWeights(array: try stored(name)) }
}
