import CVitroKernels
import Testing

@Suite struct ElementwiseConversionTests {
  private func convert<From: BitwiseCopyable, To: BitwiseCopyable>(
    _ from: vitro_dtype, _ to: vitro_dtype, _ source: [From], _ zero: To
  ) -> [To] {
    var out = [To](repeating: zero, count: source.count)
    vitro_convert(from, to, source, &out, Int64(source.count))
    return out
  }

  /// The value of a pattern of a format with so many bits of exponent and fraction, by its definition.
  private func value(_ pattern: UInt16, exponentBits: Int, fractionBits: Int) -> Double {
    let fraction = Double(pattern & (1 << fractionBits - 1)) / Double(1 << fractionBits)
    let exponent = Int(pattern >> fractionBits) & (1 << exponentBits - 1)
    let bias = 1 << (exponentBits - 1) - 1
    let sign = pattern >> 15 == 1 ? -1.0 : 1.0
    if exponent == 1 << exponentBits - 1 { return fraction == 0 ? sign * .infinity : .nan }
    if exponent == 0 { return sign * Double(sign: .plus, exponent: 1 - bias, significand: 1) * fraction }
    return sign * Double(sign: .plus, exponent: exponent - bias, significand: 1 + fraction)
  }

  /// Every finite pattern, every midpoint between neighbours and a hair to either side of it.
  private func check(_ type: vitro_dtype, exponentBits: Int, fractionBits: Int) {
    let patterns = (0...UInt16.max).map { $0 }
    let values = patterns.map { value($0, exponentBits: exponentBits, fractionBits: fractionBits) }
    let widened: [Float] = convert(type, vitro_float32, patterns, 0)
    let doubled: [Double] = convert(type, vitro_float64, patterns, 0)
    let back: [UInt16] = convert(vitro_float32, type, widened, 0)
    let backFromDouble: [UInt16] = convert(vitro_float64, type, doubled, 0)
    for (index, expected) in values.enumerated() {
      if expected.isNaN {
        let isNaN = value(back[index], exponentBits: exponentBits, fractionBits: fractionBits).isNaN
        #expect(widened[index].isNaN && doubled[index].isNaN && isNaN)
        continue
      }
      let same =
        Double(widened[index]) == expected && widened[index].sign == expected.sign && doubled[index] == expected
      if !same || back[index] != patterns[index] || backFromDouble[index] != patterns[index] {
        Issue.record("pattern \(index) is \(widened[index]), expected \(expected)")
      }
    }

    let infinity = UInt16((1 << exponentBits - 1) << fractionBits)
    var midpoints: [Double] = []
    var even: [UInt16] = []
    for low in 0..<infinity {
      // Past the largest finite number the next one would be a power of two.
      let above =
        low + 1 == infinity
        ? Double(sign: .plus, exponent: 1 << (exponentBits - 1), significand: 1) : values[Int(low) + 1]
      midpoints.append((values[Int(low)] + above) / 2)
      even.append(low % 2 == 0 ? low : low + 1)
    }
    let ties: [UInt16] = convert(vitro_float64, type, midpoints, 0)
    let above: [UInt16] = convert(vitro_float64, type, midpoints.map(\.nextUp), 0)
    let below: [UInt16] = convert(vitro_float64, type, midpoints.map { -$0.nextDown }, 0)
    let floatTies: [UInt16] = convert(vitro_float32, type, midpoints.map { Float($0) }, 0)
    let floatAbove: [UInt16] = convert(vitro_float32, type, midpoints.map { Float($0).nextUp }, 0)
    for low in 0..<Int(infinity) {
      let right =
        ties[low] == even[low] && above[low] == UInt16(low + 1) && below[low] == UInt16(low) | 0x8000
        && floatTies[low] == even[low] && floatAbove[low] == UInt16(low + 1)
      if !right { Issue.record("midpoint \(midpoints[low]) after pattern \(low)") }
    }
  }

  @Test func everyHalfConvertsExactlyAndRoundsToEven() { check(vitro_float16, exponentBits: 5, fractionBits: 10) }
  @Test func everyBfloatConvertsExactlyAndRoundsToEven() { check(vitro_bfloat16, exponentBits: 8, fractionBits: 7) }

  @Test func floatsSaturateAsIntegers() {
    let edges: [Double] = [
      .nan, .infinity, -.infinity, 1e300, -1e300, 2.9, -2.9, 255.5, 2_147_483_647.9, -2_147_483_648.9,
    ]
    #expect(
      convert(vitro_float64, vitro_int32, edges, Int32(9))
        == [0, .max, .min, .max, .min, 2, -2, 255, .max, .min])
    #expect(convert(vitro_float64, vitro_uint8, edges, UInt8(9)) == [0, 255, 0, 255, 0, 2, 0, 255, 255, 0])
    let long = convert(vitro_float64, vitro_int64, [0x1p63, -0x1p63, -0x1.8p63, 0x1p62], Int64(9))
    #expect(long == [.max, .min, .min, 1 << 62])
    let single: [Float] = [.nan, 0x1p31, -0x1p31, 0x1p63, -0x1p63, -1.5]
    #expect(convert(vitro_float32, vitro_int32, single, Int32(9)) == [0, .max, .min, .max, .min, -1])
    #expect(convert(vitro_float32, vitro_int64, single, Int64(9)) == [0, 1 << 31, -1 << 31, .max, .min, -1])
    #expect(convert(vitro_float32, vitro_bool, [0, -0, .nan, 0.1, -3] as [Float], UInt8(9)) == [0, 0, 1, 1, 1])
  }

  @Test func integersSaturateAndRoundOnce() {
    let wide: [Int64] = [.max, .min, 300, -1, 0]
    #expect(convert(vitro_int64, vitro_int32, wide, Int32(9)) == [.max, .min, 300, -1, 0])
    #expect(convert(vitro_int64, vitro_uint8, wide, UInt8(9)) == [255, 0, 255, 0, 0])
    #expect(convert(vitro_int64, vitro_float64, wide, 0.0) == wide.map(Double.init))
    #expect(convert(vitro_int64, vitro_bool, wide, UInt8(9)) == [1, 1, 1, 1, 0])
    // Just above the midpoint of two neighbours in bfloat16, by a bit that neither float nor double can hold.
    let sticky: [Int64] = [(1 << 62) + (1 << 54) + 1, (1 << 62) + (1 << 54), -((1 << 62) + (1 << 54) + 1)]
    #expect(convert(vitro_int64, vitro_bfloat16, sticky, UInt16(0)) == [0x5e81, 0x5e80, 0xde81])
    #expect(
      convert(vitro_int32, vitro_float16, [2049, 2051, -70_000, 1] as [Int32], UInt16(0)) == [
        0x6800, 0x6802, 0xfc00, 0x3c00,
      ])
    #expect(convert(vitro_uint8, vitro_float32, [0, 255] as [UInt8], Float(9)) == [0, 255])
    #expect(convert(vitro_bool, vitro_float64, [0, 1, 3] as [UInt8], 9.0) == [0, 1, 1])
  }

  @Test(arguments: [0, 1, 33, 100_003]) func copiesOfTheSameTypeKeepEveryBit(_ count: Int) {
    let source = (0..<count).map { UInt16(truncatingIfNeeded: $0 &* 40_503) }
    #expect(convert(vitro_float16, vitro_float16, source, UInt16(0)) == source)
  }
}
