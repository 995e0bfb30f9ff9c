public import VitroCore
public import VitroTensor

/// A network's numbers: every parameter by name, as views of one flat buffer that one optimizer kernel updates.
///
/// Running statistics (``ParameterSpec/isTrainable`` false) live in a second buffer. In a network of several instances each parameter has a
/// leading instance axis. Values are copied on write, so a parameter taken out keeps its numbers when training goes on.
///
/// A pretrained network's parameters may be lent instead (``WeightSource``): each stays where its file holds it, until the network is trained.
///
/// ```swift
/// var network = try Network(graph, seed: 0)
/// let filters = try network.parameters.value(named: "conv1.weight")  // [4, 1, 3, 3]
/// try network.parameters.set("conv1.weight", to: filters * 2)
/// ```
public struct Parameters: Sendable {
  /// Where a parameter lies.
  public struct Entry: Sendable, Hashable {
    /// The full name: the node's, a dot, the parameter's.
    public let name: String
    /// The shape, with the instance axis if there is one.
    public let shape: [Int]
    /// What it is for.
    public let spec: ParameterSpec
    /// The first element in its buffer.
    public let start: Int
    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }
  }

  /// All parameters, in the order of the graph.
  public let entries: [Entry]
  /// float32 or float64.
  public let dtype: DType
  /// The number of instances, `nil` for a plain network.
  public let instances: Int?
  /// All trained numbers, one after the other.
  package var trainable: Tensor
  /// All running statistics.
  package var state: Tensor
  /// Where the numbers are, one for each parameter, when they are not in the buffers.
  private(set) var lent: [any WeightSource]?
  private let numbers: [String: Int]

  init(_ specifications: [(name: String, spec: ParameterSpec)], dtype: DType, instances: Int?) throws {
    var (trainable, state) = (0, 0)
    var entries: [Entry] = []
    for (name, spec) in specifications {
      let shape = (instances.map { [$0] } ?? []) + spec.shape
      let start = spec.isTrainable ? trainable : state
      entries.append(Entry(name: name, shape: shape, spec: spec, start: start))
      let bytes = try RawArray.byteCount(dtype: dtype, shape: shape)
      if spec.isTrainable { trainable += bytes / dtype.byteWidth } else { state += bytes / dtype.byteWidth }
    }
    self.entries = entries
    self.dtype = dtype
    self.instances = instances
    self.trainable = try .zeros([trainable], dtype: dtype)
    self.state = try .zeros([state], dtype: dtype)
    numbers = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
  }

  init(
    _ specifications: [(name: String, spec: ParameterSpec)], dtype: DType, lending sources: [any WeightSource]
  ) throws {
    entries = specifications.map { Entry(name: $0.name, shape: $0.spec.shape, spec: $0.spec, start: 0) }
    (self.dtype, instances) = (dtype, nil)
    (trainable, state) = (try .zeros([0], dtype: dtype), try .zeros([0], dtype: dtype))
    lent = sources
    numbers = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
  }

  /// The number of trained numbers, over all instances.
  public var trainableCount: Int { entries.reduce(0) { $0 + ($1.spec.isTrainable ? $1.count : 0) } }

  /// The number of bytes that all parameters take in memory or in their files.
  public var byteCount: Int {
    lent?.reduce(0) { $0 + $1.byteCount } ?? (trainable.count + state.count) * dtype.byteWidth
  }

  /// Copies lent parameters into buffers of the network's own, where training can change them.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when memory is short.
  public mutating func own() throws {
    guard let lent else { return }
    var owned = try Parameters(entries.map { ($0.name, $0.spec) }, dtype: dtype, instances: nil)
    for (number, source) in lent.enumerated() { try owned.set(number, to: source.values(dtype)) }
    self = owned
  }

  /// The parameter names, in the order of the graph.
  public var names: [String] { entries.map(\.name) }

  /// The parameter of a name; its memory is shared until either side changes.
  ///
  /// - Throws: ``/VitroCore/VitroError`` with the nearest name when there is none.
  public func value(named name: String) throws -> Tensor { try tensor(number(of: name)) }

  /// Where a parameter's numbers are.
  package func source(named name: String) throws -> any WeightSource {
    let number = try number(of: name)
    return lent?[number] ?? owned(number)
  }

  /// Replaces a parameter.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there is none of that name or the shape differs; other float types are converted.
  public mutating func set(_ name: String, to value: Tensor) throws {
    try set(number(of: name), to: value)
  }

  package func tensor(_ number: Int) throws -> Tensor { try lent?[number].values(dtype) ?? owned(number) }

  private func owned(_ number: Int) -> Tensor {
    let entry = entries[number]
    return (entry.spec.isTrainable ? trainable : state).part(start: entry.start, shape: entry.shape)
  }

  /// What a pass computes with.
  var values: ParameterValues { lent.map { .lent($0, dtype) } ?? .tensors(entries.indices.map(owned)) }

  package mutating func set(_ number: Int, to value: Tensor) throws {
    let entry = entries[number]
    guard value.shape == entry.shape else {
      throw VitroError(
        .shape, "parameter '\(entry.name)'", "the value is \(value.shape), expected \(entry.shape)",
        details: ["parameter": entry.name, "found": "\(value.shape)", "expected": "\(entry.shape)"])
    }
    guard value.dtype.isFloatingPoint else {
      throw VitroError(.dtype, "parameter '\(entry.name)'", "the value is \(value.dtype), expected \(dtype)")
    }
    if lent != nil {
      lent?[number] = value.detached
      return
    }
    let source = try value.detached.cast(to: dtype)
    let offset = entry.start * dtype.byteWidth
    let byteCount = entry.count * dtype.byteWidth
    func write(into buffer: inout Tensor) throws {
      try buffer.withUniqueElements { target in
        source.withElements { (target + offset).copyMemory(from: $0, byteCount: byteCount) }
      }
    }
    if entry.spec.isTrainable { try write(into: &trainable) } else { try write(into: &state) }
  }

  func number(of name: String) throws -> Int {
    guard let number = numbers[name] else {
      throw VitroError.unknownName(name, kind: "parameter", known: names, operation: "parameters")
    }
    return number
  }
}
