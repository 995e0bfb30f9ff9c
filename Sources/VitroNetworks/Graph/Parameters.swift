public import VitroCore
public import VitroTensor

/// A network's numbers: every parameter by name, as views of one flat buffer that one optimizer kernel updates.
///
/// Running statistics (``ParameterSpec/isTrainable`` false) live in a second buffer. In a network of several instances each parameter has a
/// leading instance axis. Values are copied on write, so a parameter taken out keeps its numbers when training goes on.
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

  /// The number of trained numbers, over all instances.
  public var trainableCount: Int { trainable.count }

  /// The parameter names, in the order of the graph.
  public var names: [String] { entries.map(\.name) }

  /// The parameter of a name; its memory is shared until either side changes.
  ///
  /// - Throws: ``/VitroCore/VitroError`` with the nearest name when there is none.
  public func value(named name: String) throws -> Tensor { self[try number(of: name)] }

  /// Replaces a parameter.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there is none of that name or the shape differs; other float types are converted.
  public mutating func set(_ name: String, to value: Tensor) throws {
    try set(number(of: name), to: value)
  }

  package subscript(number: Int) -> Tensor {
    let entry = entries[number]
    return (entry.spec.isTrainable ? trainable : state).part(start: entry.start, shape: entry.shape)
  }

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
