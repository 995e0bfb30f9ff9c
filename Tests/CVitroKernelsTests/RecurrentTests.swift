import CVitroKernels
import Foundation
import Testing

@Suite struct RecurrentTests {
  private func sines(_ count: Int, _ scale: Double, _ shift: Double) -> [Double] {
    (0..<count).map { sin(Double($0) * scale + shift) }
  }

  private struct Memory<Element> {
    var h: [Element]
    var c: [Element]
    var activations: [Element]
  }

  private func lstm<Element: ReducedElement>(_ gates: [Element], _ c0: [Element], rows: Int) -> Memory<Element> {
    var activations = gates
    var c = c0
    let h = filled(c0.count, with: Element.nan) {
      vitro_lstm_cell(Element.kernelType, &activations, c0, $0, &c, Int64(rows), Int64(c0.count / max(rows, 1)))
    }
    return Memory(h: h, c: c, activations: activations)
  }

  private func lstmGradient<Element: ReducedElement>(
    _ forward: Memory<Element>, _ c0: [Element], gh: [Element]?, gc: [Element]?, rows: Int
  ) -> (gates: [Element], c0: [Element]) {
    var gc0 = c0
    let gates = filled(forward.activations.count, with: Element.nan) { out in
      let width = Int64(c0.count / rows)
      let run = { (gh: UnsafeRawPointer?, gc: UnsafeRawPointer?) in
        vitro_lstm_cell_gradient(
          Element.kernelType, forward.activations, c0, forward.c, gh, gc, out, &gc0, Int64(rows), width)
      }
      switch (gh, gc) {
      case (let gh?, let gc?): run(gh, gc)
      case (let gh?, nil): run(gh, nil)
      case (nil, let gc?): run(nil, gc)
      case (nil, nil): run(nil, nil)
      }
    }
    return (gates, gc0)
  }

  private func gru<Element: ReducedElement>(
    _ x: [Element], _ hh: [Element], _ h0: [Element], rows: Int
  ) -> (h: [Element], activations: [Element]) {
    var activations = x
    let h = filled(h0.count, with: Element.nan) {
      vitro_gru_cell(Element.kernelType, x, hh, h0, $0, &activations, Int64(rows), Int64(h0.count / max(rows, 1)))
    }
    return (h, activations)
  }

  private func gruGradient<Element: ReducedElement>(
    _ activations: [Element], _ hh: [Element], _ h0: [Element], gh: [Element], rows: Int
  ) -> (x: [Element], hh: [Element], h0: [Element]) {
    var (ghh, gh0) = (hh, h0)
    let gx = filled(hh.count, with: Element.nan) {
      vitro_gru_cell_gradient(
        Element.kernelType, activations, hh, h0, gh, $0, &ghh, &gh0, Int64(rows), Int64(h0.count / rows))
    }
    return (gx, ghh, gh0)
  }

  /// Values of Tests/References/recurrent.py (torch 2.13).
  @Test func theLongShortTermMemoryCellAgreesWithPyTorch() {
    let (gates, c0) = (sines(8, 0.7, 0.3), sines(2, 0.9, 1.1))
    let forward = lstm(gates, c0, rows: 1)
    #expect(firstReducedDifference(forward.h, [0.16062062066101931, 0.06373557720232294]) == nil)
    #expect(firstReducedDifference(forward.c, [0.6738878868984447, 0.22147915609852797]) == nil)
    let gradient = lstmGradient(forward, c0, gh: [1, -2], gc: [0.5, 3], rows: 1)
    let expected = [
      0.006902577602508837, -0.2804580688910651, 0.11943545616866572, 0.4965018352096461, 0.3886374555041694,
      1.1991751785142404, 0.11670981212142728, -0.09019063450209651,
    ]
    #expect(firstReducedDifference(gradient.gates, expected) == nil)
    #expect(firstReducedDifference(gradient.c0, [0.4952829796384342, 1.6189417698005202]) == nil)
  }

  @Test func theGatedRecurrentUnitAgreesWithPyTorch() {
    let (x, hh, h0) = (sines(6, 0.7, 0.3), sines(6, 0.4, 2), sines(2, 0.9, 1.1))
    let forward = gru(x, hh, h0, rows: 1)
    #expect(firstReducedDifference(forward.h, [0.6434307651275886, 0.2951093543270151]) == nil)
    let gradient = gruGradient(forward.activations, hh, h0, gh: [1, -2], rows: 1)
    let gates = [-0.015078711134519146, 0.022605320224078646, 0.19581448715852293, -0.7978993487187505]
    #expect(firstReducedDifference(gradient.x, gates + [0.1920409968335291, -0.2024439667871554]) == nil)
    #expect(firstReducedDifference(gradient.hh, gates + [0.14775263749273365, -0.16602157978109602]) == nil)
    #expect(firstReducedDifference(gradient.h0, [0.7902864562764811, -1.299112412705609]) == nil)
  }

  @Test(arguments: [1, 5, 19])
  func gradientsAgreeWithCentralDifferences(width: Int) {
    var series = ReductionSeries(seed: 71)
    let rows = 3
    let gates: [Double] = series.reals(rows * 4 * width, from: -2, to: 2)
    let c0: [Double] = series.reals(rows * width)
    let gh: [Double] = series.reals(rows * width)
    let gc: [Double] = series.reals(rows * width)
    let zero = [Double](repeating: 0, count: rows * width)
    let forward = lstm(gates, c0, rows: rows)
    for (gh, gc) in [(gh, gc), (gh, nil), (nil, gc), (nil, nil)] as [([Double]?, [Double]?)] {
      func total(_ memory: Memory<Double>) -> Double {
        weighted(memory.h, by: gh ?? zero) + weighted(memory.c, by: gc ?? zero)
      }
      let found = lstmGradient(forward, c0, gh: gh, gc: gc, rows: rows)
      let byGates = centralDifferences(at: gates) { total(lstm($0, c0, rows: rows)) }
      let byMemory = centralDifferences(at: c0) { total(lstm(gates, $0, rows: rows)) }
      #expect(firstReducedDifference(found.gates, byGates, scale: 1e3) == nil)
      #expect(firstReducedDifference(found.c0, byMemory, scale: 1e3) == nil)
    }

    let x: [Double] = series.reals(rows * 3 * width, from: -2, to: 2)
    let hh: [Double] = series.reals(rows * 3 * width, from: -2, to: 2)
    let found = gruGradient(gru(x, hh, c0, rows: rows).activations, hh, c0, gh: gh, rows: rows)
    let byX = centralDifferences(at: x) { weighted(gru($0, hh, c0, rows: rows).h, by: gh) }
    let byHH = centralDifferences(at: hh) { weighted(gru(x, $0, c0, rows: rows).h, by: gh) }
    let byH0 = centralDifferences(at: c0) { weighted(gru(x, hh, $0, rows: rows).h, by: gh) }
    #expect(firstReducedDifference(found.x, byX, scale: 1e3) == nil)
    #expect(firstReducedDifference(found.hh, byHH, scale: 1e3) == nil)
    #expect(firstReducedDifference(found.h0, byH0, scale: 1e3) == nil)
  }

  @Test(arguments: [(0, 4), (1, 1), (37, 13), (200, 128)])
  func cellsOfSinglePrecisionAgreeWithDoubleOnes(rows: Int, width: Int) {
    var series = ReductionSeries(seed: 72)
    let gates: [Float] = series.reals(rows * 4 * width, from: -100, to: 100)
    let c0: [Float] = series.reals(rows * width)
    let x: [Float] = series.reals(rows * 3 * width, from: -9, to: 9)
    let hh: [Float] = series.reals(rows * 3 * width, from: -9, to: 9)
    let narrow = lstm(gates, c0, rows: rows)
    let wide = lstm(gates.map(Double.init), c0.map(Double.init), rows: rows)
    #expect(firstReducedDifference(narrow.h, wide.h) == nil)
    #expect(firstReducedDifference(narrow.c, wide.c) == nil)
    let narrowUnit = gru(x, hh, c0, rows: rows)
    let wideUnit = gru(x.map(Double.init), hh.map(Double.init), c0.map(Double.init), rows: rows)
    #expect(firstReducedDifference(narrowUnit.h, wideUnit.h) == nil)
    guard rows > 0 else { return }
    let narrowGradient = gruGradient(narrowUnit.activations, hh, c0, gh: c0, rows: rows)
    let wideC0 = c0.map(Double.init)
    let wideGradient = gruGradient(wideUnit.activations, hh.map(Double.init), wideC0, gh: wideC0, rows: rows)
    #expect(firstReducedDifference(narrowGradient.x, wideGradient.x, scale: 3) == nil)
    #expect(firstReducedDifference(narrowGradient.hh, wideGradient.hh, scale: 3) == nil)
  }

  @Test func saturatedGatesAreExact() {
    let gates: [Double] = [.infinity, -.infinity, 800, -800]
    let forward = lstm(gates, [3.0], rows: 1)
    #expect(forward.activations == [1, 0, 1, 0])
    #expect(forward.c == [1])
    #expect(lstm([Double.nan, 0, 0, 0], [3.0], rows: 1).c[0].isNaN)
  }
}
