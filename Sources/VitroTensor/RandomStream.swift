internal import CVitroKernels
public import VitroCore

/// Random numbers from a counter: Philox4x32-10 (Salmon et al., 2011), keyed by a seed, a stream and a position.
///
/// The same seed, stream and position give the same bits on any number of threads, in any order of calls; so an interrupted run
/// goes on exactly where it stopped. Give each purpose its own stream, by name and indices, and use a stream for one element type.
///
/// ```swift
/// var noise = RandomStream(seed: 7, "dropout", 3)
/// let a = try noise.normal([2, 2])
/// let b = try noise.normal([2, 2])  // goes on
/// ```
public struct RandomStream: Sendable, Hashable, Codable {
  /// The experiment's seed.
  public let seed: UInt64
  /// Which of the seed's streams this is.
  public let stream: UInt64
  /// How many elements have been drawn.
  public var position: UInt64

  /// The stream of a number.
  public init(seed: UInt64, stream: UInt64, position: UInt64 = 0) {
    self.seed = seed
    self.stream = stream
    self.position = position
  }

  /// The stream of a purpose and indices (an epoch, a layer, a step), by a 64-bit FNV-1a hash of both.
  public init(seed: UInt64, _ purpose: String, _ indices: Int...) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    purpose.utf8.forEach(mix)
    for index in indices {
      mix(0xff)
      for shift in stride(from: 0, to: 64, by: 8) { mix(UInt8(truncatingIfNeeded: index >> shift)) }
    }
    self.init(seed: seed, stream: hash)
  }

  /// Uniform on [low, high).
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the bounds are not finite or in the wrong order.
  public mutating func uniform(
    _ shape: [Int], low: Double = 0, high: Double = 1, dtype: DType = .float32
  ) throws -> Tensor {
    guard low <= high, (high - low).isFinite else {
      throw VitroError(
        .argument, "uniform", "the interval is [\(low), \(high))", hint: "Expected two finite numbers, the lower first."
      )
    }
    return try draw(shape, dtype, "uniform") {
      vitro_random_uniform(dtype.kernel, $0.seed, $0.stream, $0.position, low, high, $1, $2)
    }
  }

  /// Normal with a mean and a standard deviation.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a parameter is not finite or the deviation is negative.
  public mutating func normal(
    _ shape: [Int], mean: Double = 0, deviation: Double = 1, dtype: DType = .float32
  ) throws -> Tensor {
    guard mean.isFinite, deviation.isFinite, deviation >= 0 else {
      throw VitroError(
        .argument, "normal", "the mean is \(mean), the deviation \(deviation)",
        hint: "Expected finite numbers and a deviation of 0 or more.")
    }
    return try draw(shape, dtype, "normal") {
      vitro_random_normal(dtype.kernel, $0.seed, $0.stream, $0.position, mean, deviation, $1, $2)
    }
  }

  /// Normal, conditioned to lie in [low, high].
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the interval is empty.
  public mutating func truncatedNormal(
    _ shape: [Int], mean: Double = 0, deviation: Double = 1, low: Double, high: Double, dtype: DType = .float32
  ) throws -> Tensor {
    guard low < high, deviation > 0 else {
      throw VitroError(
        .argument, "truncatedNormal", "the interval is [\(low), \(high)], the deviation \(deviation)",
        hint: "Expected low < high and a deviation above 0.")
    }
    return try draw(shape, dtype, "truncatedNormal") {
      vitro_random_truncated_normal(dtype.kernel, $0.seed, $0.stream, $0.position, mean, deviation, low, high, $1, $2)
    }
  }

  /// A mask that is true with a probability.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the probability is not in 0 ... 1.
  public mutating func bernoulli(_ shape: [Int], probability: Double) throws -> Tensor {
    guard probability >= 0, probability <= 1 else {
      throw VitroError(.argument, "bernoulli", "the probability is \(probability), expected 0 ... 1")
    }
    let result = try Tensor(uninitialized: shape, .bool)
    withMemory(result) { vitro_random_bernoulli(seed, stream, position, probability, $0.bytes, Int64(result.count)) }
    position &+= UInt64(result.count)
    return result
  }

  /// The whole numbers 0 ..< count in random order (Fisher & Yates).
  public mutating func permutation(_ count: Int) -> [Int] {
    precondition(count >= 0, "RandomStream.permutation: a count of \(count)")
    var order = Array(0..<count)
    guard count > 1 else { return order }
    let words = draw(words: 2 * (count - 1))
    for (step, last) in (1..<count).reversed().enumerated() {
      let bits = UInt64(words[2 * step]) << 32 | UInt64(words[2 * step + 1])
      order.swapAt(last, Int(bits.multipliedFullWidth(by: UInt64(last + 1)).high))
    }
    return order
  }

  /// Raw 32-bit words.
  public mutating func draw(words count: Int) -> [UInt32] {
    precondition(count >= 0, "RandomStream.draw: \(count) words")
    let first = position
    let words = [UInt32](unsafeUninitializedCapacity: count) { target, initialized in
      if count > 0 { vitro_random_words(seed, stream, first, target.baseAddress, Int64(count)) }
      initialized = count
    }
    position &+= UInt64(count)
    return words
  }

  private mutating func draw(
    _ shape: [Int], _ dtype: DType, _ name: String,
    _ fill: (RandomStream, UnsafeMutableRawPointer, Int64) -> Void
  ) throws -> Tensor {
    guard dtype.isComputing else {
      throw VitroError(.dtype, name, "\(dtype) is asked for, expected float32 or float64")
    }
    let result = try Tensor(uninitialized: shape, dtype)
    withMemory(result) { fill(self, $0, Int64(result.count)) }
    position &+= UInt64(result.count)
    return result
  }
}

extension Tensor {
  /// Sets each element to 0 with a probability and scales the others by 1/(1 − probability) (Srivastava et al., 2014).
  ///
  /// The choice is a function of the stream's seed, number and position; the stream moves on by the number of elements.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the probability is not in 0 ..< 1.
  public func dropout(probability: Double, stream: inout RandomStream) throws -> Tensor {
    guard probability >= 0, probability < 1 else {
      throw VitroError(.argument, "dropout", "the probability is \(probability), expected 0 ..< 1")
    }
    try requireComputing("dropout")
    if probability == 0 { return self }
    let operation = DropoutOperation(stream: stream, probability: probability)
    stream.position &+= UInt64(count)
    return try operation.apply(detached).recorded(from: self, operation)
  }
}

struct DropoutOperation: SingleOutputOperation {
  let stream: RandomStream
  let probability: Double

  func apply(_ x: Tensor) throws -> Tensor {
    let result = try Tensor(uninitialized: x.shape, x.dtype)
    withMemory(x, result) {
      vitro_dropout(
        x.dtype.kernel, stream.seed, stream.stream, stream.position, probability, $0, $1, Int64(x.count))
    }
    return result
  }

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] { [try apply(gradient)] }
}
