import Foundation
import Testing
import VitroCore
import VitroTensor

@Suite struct RandomStreamTests {
  @Test func theSameStreamGivesTheSameNumbers() throws {
    var (a, b) = (RandomStream(seed: 7, "noise", 3), RandomStream(seed: 7, "noise", 3))
    #expect(try a.normal([100]).isIdentical(to: b.normal([100])))
    #expect(a == b)
    #expect(a.position == 100)
  }

  @Test func partsOfADrawEqualTheWhole() throws {
    for dtype in [DType.float32, .float64] {
      var whole = RandomStream(seed: 7, "parts")
      var parts = whole
      let all = try whole.normal([1001], dtype: dtype)
      let pieces = try [0, 1, 3, 996, 1].map { try parts.normal([$0], dtype: dtype) }
      #expect(try Tensor.concatenate(pieces).isIdentical(to: all))
      let uniform = try whole.uniform([77], dtype: dtype)
      #expect(
        try Tensor.concatenate([parts.uniform([70], dtype: dtype), parts.uniform([7], dtype: dtype)]).isIdentical(
          to: uniform))
    }
    var whole = RandomStream(seed: 7, "words")
    var parts = whole
    #expect(whole.draw(words: 13) == parts.draw(words: 6) + parts.draw(words: 7))
    #expect(
      try whole.bernoulli([13], probability: 0.3).ints == parts.bernoulli([6], probability: 0.3).ints
        + parts.bernoulli([7], probability: 0.3).ints)
  }

  @Test func streamsDiffer() throws {
    let streams = [
      RandomStream(seed: 7, "a"), RandomStream(seed: 8, "a"), RandomStream(seed: 7, "b"), RandomStream(seed: 7, "a", 0),
      RandomStream(seed: 7, "a", 1), RandomStream(seed: 7, "a", 0, 1), RandomStream(seed: 7, "a", 1, 0),
      RandomStream(seed: 7, stream: 1), RandomStream(seed: 7, "a", -1),
    ]
    let draws = try streams.map { stream in
      var stream = stream
      return try stream.uniform([64], dtype: .float64).doubles
    }
    #expect(Set(draws).count == draws.count)
    for (i, a) in draws.enumerated() {
      for b in draws[(i + 1)...] { #expect(!zip(a, b).contains { $0 == $1 }) }
    }
  }

  /// FNV-1a of the purpose's UTF-8, then of 0xff and the eight bytes of each index: runs must be repeatable for years.
  @Test func namesOfStreamsNeverChangeTheirNumbers() throws {
    #expect(RandomStream(seed: 1, "").stream == 0xcbf2_9ce4_8422_2325)
    #expect(RandomStream(seed: 1, "a").stream == 0xaf63_dc4c_8601_ec8c)
    #expect(RandomStream(seed: 1, "foobar").stream == 0x8594_4171_f739_67e8)
    var stream = RandomStream(seed: 1, "dropout", 3)
    #expect(stream.stream == goldenStream)
    #expect(stream.draw(words: 4) == goldenWords)
  }

  private let goldenStream: UInt64 = 7_346_054_790_356_169_950
  private let goldenWords: [UInt32] = [2_521_342_233, 2_332_116_334, 4_040_165_577, 1_530_047_956]

  @Test func numbersFollowTheirDistributions() throws {
    var random = RandomStream(seed: 5, "moments")
    let count = 200_000
    let uniform = try random.uniform([count], low: -1, high: 3, dtype: .float64)
    #expect(try uniform.min().item() >= -1)
    #expect(try uniform.max().item() < 3)
    #expect(try abs(uniform.mean().item() - 1) < 5 * (4 / 12.0.squareRoot()) / Double(count).squareRoot())
    let normal = try random.normal([count], mean: 2, deviation: 3, dtype: .float64)
    #expect(try abs(normal.mean().item() - 2) < 5 * 3 / Double(count).squareRoot())
    #expect(try abs(normal.standardDeviation().item() / 3 - 1) < 5 / (2 * Double(count)).squareRoot())
    let truncated = try random.truncatedNormal([count], low: 1, high: 2, dtype: .float64)
    #expect(try truncated.min().item() >= 1)
    #expect(try truncated.max().item() <= 2)
    // φ(1) − φ(2) over Φ(2) − Φ(1).
    #expect(try abs(truncated.mean().item() - 1.383_17) < 5 * 0.26 / Double(count).squareRoot())
    let mask = try random.bernoulli([count], probability: 0.3).cast(to: .float64)
    #expect(try abs(mask.mean().item() - 0.3) < 5 * (0.21 / Double(count)).squareRoot())
    #expect(try random.bernoulli([100], probability: 0).ints.allSatisfy { $0 == 0 })
    #expect(try random.bernoulli([100], probability: 1).ints.allSatisfy { $0 == 1 })
    #expect(try random.uniform([3], low: 2, high: 2).floats == [2, 2, 2])
    #expect(try random.normal([3], mean: 2, deviation: 0).floats == [2, 2, 2])
  }

  /// Each of the 24 orders of four is equally likely.
  @Test func permutationsAreUniform() {
    var random = RandomStream(seed: 3, "permutation")
    let draws = 24_000
    var counts: [[Int]: Int] = [:]
    for _ in 0..<draws { counts[random.permutation(4), default: 0] += 1 }
    #expect(counts.count == 24)
    let expected = Double(draws) / 24
    let chiSquare = counts.values.map { (Double($0) - expected) * (Double($0) - expected) / expected }.reduce(0, +)
    // Of 23 degrees of freedom: 5 to 58 are passed by all but one in 10⁴.
    #expect((5...58).contains(chiSquare))
    #expect(random.permutation(0).isEmpty)
    #expect(random.permutation(1) == [0])
    #expect(random.permutation(1000).sorted() == Array(0..<1000))
  }

  @Test func dropoutKeepsTheMean() throws {
    var random = RandomStream(seed: 3, "dropout")
    let x = try Tensor.ones([100_000], dtype: .float64)
    let y = try x.dropout(probability: 0.2, stream: &random)
    #expect(random.position == 100_000)
    #expect(Set(try y.doubles) == [0, 1.25])
    #expect(try abs(y.mean().item() - 1) < 5 * (0.25 / 100_000).squareRoot())
    #expect(try x.dropout(probability: 0, stream: &random).isIdentical(to: x))
    #expect(try !x.dropout(probability: 0.2, stream: &random).isIdentical(to: y))
  }

  @Test func streamsGoOnFromWhereTheyWereSaved() throws {
    var stream = RandomStream(seed: 9, "saved", 1)
    _ = try stream.normal([5])
    var restored = try JSONDecoder().decode(RandomStream.self, from: JSONEncoder().encode(stream))
    #expect(try restored.normal([5]).isIdentical(to: stream.normal([5])))
  }
}
