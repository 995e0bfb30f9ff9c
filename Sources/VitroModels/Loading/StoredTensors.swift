internal import VitroCore
internal import VitroFormats
internal import VitroNetworks
internal import VitroTensor

/// An array of a file as a parameter: widened when it is used.
extension StoredArray: WeightSource {
  public func values(_ dtype: DType) throws -> Tensor {
    if let elements, elements.dtype.isFloatingPoint { return try Tensor(elements).values(dtype) }
    return try Tensor(values()).values(dtype)
  }

  public func rows(at indices: Tensor, _ dtype: DType) throws -> Tensor {
    if let elements, elements.dtype.isFloatingPoint { return try Tensor(elements).rows(at: indices, dtype) }
    let wanted = try indices.cast(to: .int64).array(of: Int64.self)
    guard let count = shape.first, wanted.allSatisfy({ (0..<Int64(count)).contains($0) }) else {
      throw VitroError(.argument, "looking up rows", "an index is none of the \(shape.first ?? 0) rows")
    }
    return try Tensor(rows(wanted.map { Int($0) })).values(dtype).reshaped(indices.shape + shape.dropFirst())
  }

  public func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) { lendBytes(body) }
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
  func source(named name: String) throws -> any WeightSource { try stored(name) }
}

extension Llama2CCheckpoint: TensorStore {
  var name: String { file.name }
  func source(named name: String) throws -> any WeightSource { try stored(name) }
}
