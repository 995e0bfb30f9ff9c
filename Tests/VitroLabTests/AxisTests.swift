import Foundation
import Testing

@testable import VitroLab

@Suite struct AxisTests {
  /// Ranges of every size and sign, from a fixed sequence.
  private static let ranges: [(Double, Double)] = (0..<400).map { index in
    let a = sin(Double(index) * 12.9898) * pow(10, Double(index % 25) - 12)
    return (a, a + abs(cos(Double(index) * 78.233)) * pow(10, Double(index % 23) - 11) + abs(a) * 1e-6)
  }

  @Test func ticksCoverTheRangeInEvenRoundSteps() {
    for (low, high) in Self.ranges {
      let ticks = AxisTicks.covering(low, high, count: 6)
      guard let first = ticks.first, let last = ticks.last, ticks.count >= 2 else {
        Issue.record("no ticks for \(low) … \(high)")
        continue
      }
      let step = ticks[1] - ticks[0]
      #expect(first <= low + step * 1e-6 && last >= high - step * 1e-6, "\(low) … \(high): \(ticks)")
      #expect(first > low - step * 1.001 && last < high + step * 1.001, "\(low) … \(high): \(ticks)")
      #expect(ticks.count <= 8, "\(ticks)")
      let mantissa = step / pow(10, (log10(step) + 1e-6).rounded(.down))
      #expect([1, 2, 2.5, 5].contains { abs($0 - mantissa) < 1e-3 }, "step \(step) for \(low) … \(high)")
      #expect(zip(ticks, ticks.dropFirst()).allSatisfy { abs($1 - $0 - step) < step * 1e-3 })
    }
  }

  @Test func ticksWithinStayWithin() {
    for (low, high) in Self.ranges {
      let slack = (high - low) * 1e-6
      #expect(AxisTicks.within(low, high, count: 6).allSatisfy { $0 >= low - slack && $0 <= high + slack })
    }
  }

  @Test func logarithmicTicksAreRoundAndFew() {
    #expect(AxisTicks.logarithmic(0.009, 0.95, count: 6) == [0.01, 0.02, 0.05, 0.1, 0.2, 0.5])
    #expect(AxisTicks.logarithmic(1e-12, 1, count: 6).count <= 8)
    #expect(AxisTicks.logarithmic(1e-300, 1e300, count: 6).count <= 8)
    #expect(AxisTicks.logarithmic(-1, 5, count: 6).isEmpty)
    for (low, high) in [(3.1, 3.9), (0.2, 0.3), (1, 1.001), (40, 60)] {
      let ticks = AxisTicks.logarithmic(low, high, count: 6)
      #expect(ticks.count >= 2 && ticks.allSatisfy { $0 >= low * 0.999999 && $0 <= high * 1.000001 }, "\(ticks)")
    }
  }

  @Test(arguments: [
    [Double](), [.nan], [.infinity, -.infinity], [0], [5, 5], [1e308, -1e308],
    [-.leastNonzeroMagnitude, .leastNonzeroMagnitude], [.leastNonzeroMagnitude],
    [-3, 0, .nan, 7],
  ])
  func anyValuesGiveAnAxis(values: [Double]) {
    for scale in [Axis.Scale.linear, .log] {
      for rounded in [true, false] {
        var axis = AxisScale(Axis("", scale: scale), showing: values, count: 6, rounded: rounded)
        (axis.start, axis.end) = (0, 100)
        #expect(axis.domain.low < axis.domain.high)
        #expect(axis.labels.count == axis.ticks.count)
        for value in values + axis.ticks {
          if let place = axis.place(value) { #expect(place.isFinite && abs(place) <= 2100) }
        }
      }
    }
  }

  @Test func valuesStandInOrder() {
    var axis = AxisScale(Axis("", scale: .log), showing: [0.01, 1], count: 6, rounded: true)
    (axis.start, axis.end) = (0, 100)
    let places = [0.01, 0.1, 1].compactMap(axis.place)
    #expect(abs((places[1] - places[0]) - (places[2] - places[1])) < 1e-9)
    #expect(axis.place(0) == nil && axis.place(-1) == nil && axis.place(.nan) == nil)
  }
}
