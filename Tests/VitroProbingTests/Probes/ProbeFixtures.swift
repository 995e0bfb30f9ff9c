import VitroCore
import VitroFitting
import VitroTensor

@testable import VitroProbing

/// Rows in which the truth is planted.
enum Planted {
  /// Classes that differ along random directions of length `signal`, in noise of variance 1.
  static func classes(
    rows: Int, width: Int, count: Int = 2, signal: Double, seed: UInt64 = 1
  ) throws -> (features: Tensor, labels: [Int], directions: Tensor) {
    var stream = RandomStream(seed: seed, "planted classes")
    let noise = try stream.normal([rows, width], dtype: .float64)
    let raw = try stream.normal([count, width], dtype: .float64)
    let directions = try raw / raw.square().sum(axes: [1], keepingAxes: true).sqrt()
    let labels = (0..<rows).map { $0 % count }
    return (try noise + directions.gather(Tensor(labels)) * signal, labels, directions)
  }

  /// The rows 0, 1, 2, … of a matrix divided 60 : 20 : 20, in their order.
  static func parts(_ rows: ProbeRows) throws -> ProbeParts {
    let (first, second) = (rows.count * 6 / 10, rows.count * 8 / 10)
    return try ProbeParts(
      rows, train: Array(0..<first), validation: Array(first..<second), test: Array(second..<rows.count))
  }

  static func parts(
    rows: Int = 500, width: Int = 12, count: Int = 2, signal: Double = 3, seed: UInt64 = 1
  ) throws -> ProbeParts {
    let (features, labels, _) = try classes(rows: rows, width: width, count: count, signal: signal, seed: seed)
    return try parts(ProbeRows(features, .classes(labels, count: count)))
  }

  /// `types` words that each have a vector of their own; rows are a word's vector and a little noise, labels a random property of the word.
  static func words(types: Int, rows: Int, width: Int, seed: UInt64 = 3) throws -> ProbeRows {
    var stream = RandomStream(seed: seed, "planted words")
    let vectors = try stream.normal([types, width], dtype: .float64)
    // The property is linear in the vector; which word a row is of is not.
    let property = try vectors.slice(axis: 1, 0..<2).sum(axes: [1]).doubles.map { $0 > 0 ? 1 : 0 }
    let numbers = stream.draw(words: rows).map { Int($0 % UInt32(types)) }
    let features = try vectors.gather(Tensor(numbers)) + stream.normal([rows, width], dtype: .float64) * 0.1
    return try ProbeRows(features, .classes(numbers.map { property[$0] }, count: 2), types: numbers)
  }
}
