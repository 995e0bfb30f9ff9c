internal import VitroCore
internal import VitroFormats
internal import VitroNetworks
internal import VitroTensor

/// How a parameter is made from a tensor of a file.
struct WeightRecipe: Sendable {
  /// What is done to the tensor.
  enum Form: Sendable {
    /// Nothing: the parameter is the tensor where it lies.
    case plain
    /// Rows and columns change places (GPT-2 keeps `[in, out]`).
    case transposed
    /// One of three equal parts of the columns, transposed; of a vector the part alone (GPT-2's joint projection).
    case third(Int)
    /// Rows in another order.
    case rows(@Sendable (_ count: Int) -> [Int])
    /// One is added (Gemma's gains).
    case plusOne
    /// Another shape of the same numbers in another order of axes.
    case arranged(@Sendable (Tensor) throws -> Tensor)
  }

  /// The names under which files hold the tensor; the first that is there counts.
  var names: [String]
  /// What is done to it.
  var form = Form.plain

  init(_ names: String..., form: Form = .plain) {
    self.names = names
    self.form = form
  }
}

/// A file's tensors by name.
protocol TensorStore: Sendable {
  /// What errors call it.
  var name: String { get }
  var names: [String] { get }
  func source(named name: String) throws -> any WeightSource
}

extension TensorStore {
  /// The parameter that a recipe makes.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when no tensor has the name, or its shape does not allow the recipe.
  func source(
    _ recipe: WeightRecipe, shape: [Int], prefixes: [String], known: Set<String>
  ) throws -> any WeightSource {
    let candidates = recipe.names.flatMap { name in prefixes.map { $0 + name } }
    guard let found = candidates.first(where: known.contains) else {
      throw VitroError.unknownName(
        candidates[0], kind: "tensor", known: names, operation: "reading \(self.name)")
    }
    let source = try source(named: found)
    do {
      return try Self.form(source, recipe.form, shape)
    } catch var error as VitroError {
      error.operation = "reading \(self.name), tensor '\(found)' (\(error.operation))"
      throw error
    }
  }

  private static func form(
    _ source: any WeightSource, _ form: WeightRecipe.Form, _ shape: [Int]
  ) throws -> any WeightSource {
    switch form {
    case .plain: return source
    case .transposed: return try stored(source).transposed()
    case .third(let part):
      let tensor = try stored(source)
      guard let columns = tensor.shape.last, columns % 3 == 0 else {
        throw VitroError(.shape, "reading a joint projection", "it is \(tensor.shape), expected 3 equal parts")
      }
      let range = part * columns / 3..<(part + 1) * columns / 3
      let own = try tensor.slice(axis: tensor.rank - 1, range)
      return tensor.rank == 2 ? try own.transposed() : own
    case .rows(let order):
      guard let count = shape.first, source.shape.dropFirst() == shape.dropFirst() else {
        throw VitroError(.shape, "reordering rows", "it is \(source.shape), expected rows of \(shape.dropFirst())")
      }
      return try ReorderedRows(source, order: order(count))
    case .plusOne: return OneMore(source: source)
    case .arranged(let arrange): return try arrange(stored(source))
    }
  }

  /// The numbers as a tensor, in the type in which they lie if it is one.
  private static func stored(_ source: any WeightSource) throws -> Tensor {
    try source as? Tensor ?? source.values(.float32)
  }
}

/// The numbers of a source plus one, added after they are widened.
struct OneMore: WeightSource {
  let source: any WeightSource

  var shape: [Int] { source.shape }
  var byteCount: Int { source.byteCount }
  func values(_ dtype: DType) throws -> Tensor { try source.values(dtype) + 1 }
  func rows(at indices: Tensor, _ dtype: DType) throws -> Tensor { try source.rows(at: indices, dtype) + 1 }
  func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) { source.withBytes(body) }
}

/// The rows of a source in another order, still as the file holds them.
struct ReorderedRows: WeightSource {
  let source: any WeightSource
  let order: [Int]

  init(_ source: any WeightSource, order: [Int]) throws {
    let count = source.shape.first ?? 0
    guard order.allSatisfy({ (0..<count).contains($0) }) else {
      throw VitroError(.shape, "reordering rows", "the tensor \(source.shape) has other rows than its family's")
    }
    (self.source, self.order) = (source, order)
  }

  var shape: [Int] { [order.count] + source.shape.dropFirst() }
  var byteCount: Int { source.byteCount * order.count / max(source.shape.first ?? 1, 1) }

  func values(_ dtype: DType) throws -> Tensor {
    try source.rows(at: Tensor(order.map { Int64($0) }), dtype)
  }

  func rows(at indices: Tensor, _ dtype: DType) throws -> Tensor {
    try source.rows(at: Tensor(order.map { Int64($0) }).gather(indices), dtype)
  }

  func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
    order.withUnsafeBytes(body)
    source.withBytes(body)
  }
}
