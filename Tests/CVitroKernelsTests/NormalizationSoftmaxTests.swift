import CVitroKernels
import Foundation
import Testing

@Suite struct NormalizationSoftmaxTests {
  private static let shapes = [(1, 1), (3, 0), (0, 3), (4, 7), (300, 10), (5, 32), (3, 101), (2, 5003)]

  private func logSumExp(_ row: ArraySlice<Double>) -> Double {
    let largest = row.max() ?? -.infinity
    return largest + log(row.reduce(0) { $0 + exp($1 - largest) })
  }

  private func check<Element: ReducedElement>(_ type: Element.Type, rows: Int, length: Int) {
    var series = ReductionSeries(seed: 31)
    let x = series.reals(rows * length, from: -20, to: 20, as: type)
    let (kernel, r, l) = (type.kernelType, Int64(rows), Int64(length))
    let softmax = filled(x.count, with: Element.nan) { vitro_softmax(kernel, x, $0, r, l) }
    let logSoftmax = filled(x.count, with: Element.nan) { vitro_log_softmax(kernel, x, $0, r, l) }
    let sums = filled(rows, with: Element.nan) { vitro_log_sum_exp(kernel, x, $0, r, l) }
    let wide = x.map(Double.init)
    let expected = (0..<rows).map { logSumExp(wide[$0 * length..<($0 + 1) * length]) }
    #expect(firstReducedDifference(sums, length == 0 ? expected.map { _ in -.infinity } : expected) == nil)
    let logs = wide.indices.map { wide[$0] - expected[$0 / length] }
    #expect(firstReducedDifference(logSoftmax, logs) == nil)
    #expect(firstReducedDifference(softmax, logs.map(exp)) == nil)

    guard length > 0 else { return }
    let labels = (0..<rows).map { $0 % 3 == 2 ? Int64(-100) : Int64($0 * 7 % length) }
    var probabilities = [Element](repeating: .nan, count: x.count)
    let loss = filled(rows, with: Element.nan) {
      vitro_cross_entropy(kernel, x, labels, -100, $0, &probabilities, r, l)
    }
    let losses = labels.enumerated().map { $1 < 0 ? 0 : -logs[$0 * length + Int($1)] }
    #expect(firstReducedDifference(loss, losses) == nil)
    #expect(probabilities == softmax)
  }

  @Test(arguments: shapes)
  func softmaxAndItsRelativesAgreeWithAPlainLoop(rows: Int, length: Int) {
    check(Float.self, rows: rows, length: length)
    check(Double.self, rows: rows, length: length)
  }

  @Test func smallProbabilitiesKeepTheirRelativeAccuracy() {
    let x = (0..<100).map { Float(-$0) }
    let softmax = filled(100, with: Float(0)) { vitro_softmax(vitro_float32, x, $0, 1, 100) }
    let sum = (0..<100).reduce(0.0) { $0 + exp(-Double($1)) }
    for index in 0..<85 { #expect(abs(Double(softmax[index]) * sum / exp(-Double(index)) - 1) < 5e-7) }
  }

  @Test(arguments: [3, 40])
  func rowsWithInfinitiesAndNotANumber(length: Int) {
    let infinity = Double.infinity
    func row(_ first: Double, rest: Double) -> [Double] { [first] + [Double](repeating: rest, count: length - 1) }
    let x =
      row(-infinity, rest: -infinity) + row(infinity, rest: 1) + row(.nan, rest: -infinity) + row(-infinity, rest: 2)
    func run(_ kernel: (UnsafeMutablePointer<Double>) -> Void) -> [[Double]] {
      let all = filled(4 * length, with: 7.0, by: kernel)
      return (0..<4).map { Array(all[$0 * length..<($0 + 1) * length]) }
    }
    let l = Int64(length)
    let softmax = run { vitro_softmax(vitro_float64, x, $0, 4, l) }
    #expect(softmax[0].allSatisfy { $0 == 0 })
    #expect(softmax[1][0].isNaN)
    #expect(softmax[2].allSatisfy { $0.isNaN })
    #expect(softmax[3][0] == 0)
    #expect(isClose(softmax[3][1], 1 / Double(length - 1), 1e-14))
    let logSoftmax = run { vitro_log_softmax(vitro_float64, x, $0, 4, l) }
    #expect(logSoftmax[0].allSatisfy { $0.isNaN })
    #expect(logSoftmax[2].allSatisfy { $0.isNaN })
    #expect(logSoftmax[3][0] == -infinity)
    let sums = filled(4, with: 7.0) { vitro_log_sum_exp(vitro_float64, x, $0, 4, l) }
    #expect(sums[0] == -infinity)
    #expect(sums[1] == infinity)
    #expect(sums[2].isNaN)
    #expect(isClose(sums[3], 2 + log(Double(length - 1)), 1e-14))
  }

  @Test func lossesOfImpossibleAndOfCertainLabels() {
    let x: [Double] = [-.infinity, 0, 0, 1000, 0, -1000]
    var probabilities = [Double](repeating: 7, count: 6)
    let loss = filled(2, with: 7.0) { vitro_cross_entropy(vitro_float64, x, [0, 2], -1, $0, &probabilities, 2, 3) }
    #expect(loss == [.infinity, 2000])
    #expect(probabilities == [0, 0.5, 0.5, 1, 0, 0])
  }

  @Test func gradientsAgreeWithCentralDifferences() {
    let (rows, length) = (3, 37)
    let (r, l) = (Int64(rows), Int64(length))
    var series = ReductionSeries(seed: 11)
    let x: [Double] = series.reals(rows * length, from: -2, to: 2)
    let gy: [Double] = series.reals(rows * length)
    let g: [Double] = series.reals(rows)
    let labels: [Int64] = [4, -1, 36]

    func softmax(_ x: [Double]) -> [Double] { filled(x.count, with: 0) { vitro_softmax(vitro_float64, x, $0, r, l) } }
    let soft = filled(x.count, with: 0.0) { vitro_softmax_gradient(vitro_float64, softmax(x), gy, $0, r, l) }
    #expect(
      firstReducedDifference(soft, centralDifferences(at: x) { weighted(softmax($0), by: gy) }, scale: 1e3) == nil)

    func logs(_ x: [Double]) -> [Double] { filled(x.count, with: 0) { vitro_log_softmax(vitro_float64, x, $0, r, l) } }
    let log = filled(x.count, with: 0.0) { vitro_log_softmax_gradient(vitro_float64, logs(x), gy, $0, r, l) }
    #expect(firstReducedDifference(log, centralDifferences(at: x) { weighted(logs($0), by: gy) }, scale: 1e3) == nil)

    func losses(_ x: [Double]) -> [Double] {
      var probabilities = x
      return filled(rows, with: 0) { vitro_cross_entropy(vitro_float64, x, labels, -1, $0, &probabilities, r, l) }
    }
    let entropy = filled(x.count, with: 0.0) {
      vitro_cross_entropy_gradient(vitro_float64, softmax(x), labels, -1, g, $0, r, l)
    }
    #expect(
      firstReducedDifference(entropy, centralDifferences(at: x) { weighted(losses($0), by: g) }, scale: 1e3) == nil)
    #expect(entropy[length..<2 * length].allSatisfy { $0 == 0 })
  }

  @Test func floatGradientsAgreeWithDoubleOnes() {
    let (rows, length) = (11, 1009)
    let (r, l) = (Int64(rows), Int64(length))
    var series = ReductionSeries(seed: 12)
    let y = series.reals(rows * length, from: -3, to: 0, as: Float.self)
    let gy = series.reals(rows * length, as: Float.self)
    let (wideY, wideGY) = (y.map(Double.init), gy.map(Double.init))
    let soft = filled(y.count, with: Float(0)) { vitro_softmax_gradient(vitro_float32, y, gy, $0, r, l) }
    let wideSoft = filled(y.count, with: 0.0) { vitro_softmax_gradient(vitro_float64, wideY, wideGY, $0, r, l) }
    #expect(firstReducedDifference(soft, wideSoft) == nil)
    let log = filled(y.count, with: Float(0)) { vitro_log_softmax_gradient(vitro_float32, y, gy, $0, r, l) }
    let wideLog = filled(y.count, with: 0.0) { vitro_log_softmax_gradient(vitro_float64, wideY, wideGY, $0, r, l) }
    #expect(firstReducedDifference(log, wideLog) == nil)
  }
}
