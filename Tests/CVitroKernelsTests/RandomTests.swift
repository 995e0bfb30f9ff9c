import CVitroKernels
import Foundation
import Testing

@Suite struct RandomTests {
  private func words(_ seed: UInt64, _ stream: UInt64, _ first: UInt64, _ count: Int) -> [UInt32] {
    var out = [UInt32](repeating: 0, count: count)
    vitro_random_words(seed, stream, first, &out, Int64(count))
    return out
  }

  /// The known answers of the Random123 distribution whose counters are whole block indices.
  @Test func philoxGivesTheKnownAnswers() {
    #expect(words(0, 0, 0, 4) == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
  }

  /// Philox4x32-10 straight from the paper; it is held to all three known answers, and the kernel to it.
  private func philox(_ counter: [UInt32], _ key: [UInt32]) -> [UInt32] {
    var (c, k) = (counter, key)
    for _ in 0..<10 {
      let first = UInt64(c[0]) * 0xd251_1f53
      let second = UInt64(c[2]) * 0xcd9e_8d57
      c = [
        UInt32(second >> 32) ^ c[1] ^ k[0], UInt32(truncatingIfNeeded: second),
        UInt32(first >> 32) ^ c[3] ^ k[1], UInt32(truncatingIfNeeded: first),
      ]
      k = [k[0] &+ 0x9e37_79b9, k[1] &+ 0xbb67_ae85]
    }
    return c
  }

  @Test func theReferenceGivesAllKnownAnswersAndTheKernelFollowsIt() {
    let ones = [UInt32](repeating: .max, count: 4)
    #expect(philox([0, 0, 0, 0], [0, 0]) == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    #expect(philox(ones, [.max, .max]) == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    #expect(
      philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0])
        == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
    let (seed, stream, first): (UInt64, UInt64, UInt64) = (0x299f_31d0_a409_3822, 0x0370_7344_1319_8a2e, 0x3_ffff_fff0)
    let expected = (0..<20).flatMap { block -> [UInt32] in
      let n = first / 4 + UInt64(block)
      let counter = [n, n >> 32, stream, stream >> 32].map { UInt32(truncatingIfNeeded: $0) }
      return philox(counter, [0xa409_3822, 0x299f_31d0])
    }
    #expect(words(seed, stream, first, 80) == expected)
  }

  /// The bits of one call against pieces at odd places, for every distribution.
  @Test func splitCallsGiveWhatOneCallGives() {
    func check<Element: BitwiseCopyable & Equatable>(_ zero: Element, _ call: (UInt64, inout [Element], Int64) -> Void)
    {
      let count = 70_001
      var whole = [Element](repeating: zero, count: count)
      call(5, &whole, Int64(count))
      for (start, length) in [(0, 1), (1, 3), (2, 1021), (1023, 2050), (4097, 40_003)] {
        var piece = [Element](repeating: zero, count: length)
        call(5 + UInt64(start), &piece, Int64(length))
        #expect(piece == Array(whole[start..<start + length]), "\(Element.self) from \(start)")
      }
    }
    check(UInt32(0)) { vitro_random_words(1, 2, $0, &$1, $2) }
    check(Float(0)) { vitro_random_uniform(vitro_float32, 1, 2, $0, -1, 1, &$1, $2) }
    check(Double(0)) { vitro_random_uniform(vitro_float64, 1, 2, $0, -1, 1, &$1, $2) }
    check(Float(0)) { vitro_random_normal(vitro_float32, 1, 2, $0, 1, 2, &$1, $2) }
    check(Double(0)) { vitro_random_normal(vitro_float64, 1, 2, $0, 1, 2, &$1, $2) }
    check(Float(0)) { vitro_random_truncated_normal(vitro_float32, 1, 2, $0, 0, 1, -1, 2, &$1, $2) }
    check(Double(0)) { vitro_random_truncated_normal(vitro_float64, 1, 2, $0, 0, 1, -1, 2, &$1, $2) }
    check(UInt8(0)) { vitro_random_bernoulli(1, 2, $0, 0.3, &$1, $2) }
  }

  @Test func uniformsAreTheHighBitsOfTheWords() {
    let source = words(9, 8, 0, 100)
    var single = [Float](repeating: 0, count: 100)
    vitro_random_uniform(vitro_float32, 9, 8, 0, 0, 1, &single, 100)
    #expect(single == source.map { Float($0 >> 8) * 0x1p-24 })
    var double = [Double](repeating: 0, count: 50)
    vitro_random_uniform(vitro_float64, 9, 8, 0, 0, 1, &double, 50)
    let pairs = (0..<50).map { UInt64(source[2 * $0]) | UInt64(source[2 * $0 + 1]) << 32 }
    #expect(double == pairs.map { Double($0 >> 11) * 0x1p-53 })
  }

  @Test func uniformsStayBelowTheirUpperBound() {
    var out = [Float](repeating: 0, count: 1 << 20)
    for (low, high): (Double, Double) in [(1, 1.000001), (-3e38, 3e38), (100, 101), (0, 1e-37)] {
      vitro_random_uniform(vitro_float32, 3, 0, 0, low, high, &out, 1 << 20)
      #expect(out.allSatisfy { $0 >= Float(low) && $0 < Float(high) }, "[\(low), \(high))")
    }
    vitro_random_uniform(vitro_float32, 3, 0, 0, 2, 2, &out, 16)
    #expect(out[0..<16].allSatisfy { $0 == 2 })
  }
}
