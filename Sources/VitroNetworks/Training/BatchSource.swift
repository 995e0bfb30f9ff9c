public import VitroTensor
internal import VitroCore

/// What one training step sees.
public struct Batch: Sendable {
  /// One for each input of the network, `[batch, …]`.
  public var inputs: [Tensor]
  /// What the outputs should be; the loss knows how to read it.
  public var target: Tensor

  /// Creates a batch.
  public init(inputs: [Tensor], target: Tensor) {
    self.inputs = inputs
    self.target = target
  }

  /// Creates a batch for a network with one input.
  public init(_ input: Tensor, target: Tensor) { self.init(inputs: [input], target: target) }
}

/// Examples by number: in memory, from files, or made on demand.
///
/// The same numbers must always give the same batch, for then an interrupted training goes on to the same bits. A source that makes data up draws
/// them from a stream of the numbers.
///
/// ```swift
/// /// Points on the plane and whether they lie in the unit circle, drawn by number: nothing is kept.
/// struct CirclePoints: BatchSource {
///   let count = 10_000
///
///   func batch(_ indices: [Int]) throws -> Batch {
///     let points = try indices.map { index in
///       var stream = RandomStream(seed: 0, "circle", index)
///       return try stream.uniform([2], low: -1, high: 1)
///     }
///     let inputs = try Tensor.stack(points)
///     let radii = try inputs.square().sum(axes: [1])
///     return Batch(inputs, target: try radii.isLess(than: 1).cast(to: .int64))
///   }
/// }
/// ```
public protocol BatchSource: Sendable {
  /// The number of examples.
  var count: Int { get }

  /// What all examples of one batch must have in common, such as the length of a text; `nil` when any can run together.
  var batchKeys: [Int]? { get }

  /// The examples of given numbers, in that order.
  func batch(_ indices: [Int]) throws -> Batch
}

extension BatchSource {
  /// Any examples can run together.
  public var batchKeys: [Int]? { nil }
}

/// Examples that lie in memory.
public struct TensorSource: BatchSource {
  /// One for each input of the network.
  public let inputs: [Tensor]
  /// What the outputs should be.
  public let target: Tensor
  /// The axis that counts examples.
  public let axis: Int
  /// The number of examples.
  public let count: Int

  /// Takes arrays whose `axis` counts examples: 0, or 1 after an instance axis when each instance has data of its own.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when they do not count equally many.
  public init(inputs: [Tensor], target: Tensor, axis: Int = 0) throws {
    for tensor in inputs + [target] {
      guard tensor.rank > axis, axis >= 0, tensor.shape[axis] == target.shape[axis] else {
        throw VitroError(
          .shape, "data", "axis \(axis) counts examples, but the shapes are \((inputs + [target]).map(\.shape))")
      }
    }
    self.inputs = inputs.map(\.detached)
    self.target = target.detached
    self.axis = axis
    count = target.shape[axis]
  }

  /// Takes the examples of a network with one input.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when inputs and targets are not equally many.
  public init(_ input: Tensor, target: Tensor) throws { try self.init(inputs: [input], target: target) }

  /// The examples of given numbers: a view when they follow one another, otherwise a copy.
  public func batch(_ indices: [Int]) throws -> Batch {
    guard indices.allSatisfy({ (0..<count).contains($0) }) else {
      throw VitroError(
        .argument, "data", "example \(indices.first { !(0..<count).contains($0) } ?? 0) of \(count) is asked for")
    }
    let isRun = zip(indices, indices.dropFirst()).allSatisfy { $1 == $0 + 1 }
    if isRun, let first = indices.first {
      return Batch(
        inputs: try inputs.map { try $0.slice(axis: axis, first..<first + indices.count) },
        target: try target.slice(axis: axis, first..<first + indices.count))
    }
    let numbers = try Tensor(indices)
    return Batch(
      inputs: try inputs.map { try $0.gather(numbers, axis: axis) }, target: try target.gather(numbers, axis: axis))
  }
}
