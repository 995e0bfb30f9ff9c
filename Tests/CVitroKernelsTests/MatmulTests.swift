import CVitroKernels
import Testing

@Suite struct MatmulTests {
  static let sizes = [1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 31, 40]

  /// Every size against every other, the rest of a case drawn from the position in the list.
  static let small: [MatmulCase] = sizes.flatMap { m in
    sizes.flatMap { n in
      sizes.map { k in
        let pick = m &* 3 &+ n &* 5 &+ k &* 7
        return MatmulCase(
          batch: 1 + pick % 3, m: m, n: n, k: k, alpha: [1, -0.5, 2][pick % 3], beta: [0, 1, 0.25, 0][pick / 3 % 4],
          transposedA: pick / 2 % 2 == 1, transposedB: pick / 4 % 2 == 1, slack: pick / 5 % 3, repeatsB: pick % 5 == 0,
          usesOffsets: pick % 4 == 1)
      }
    }
  }

  static let large: [MatmulCase] = [
    MatmulCase(m: 101, n: 103, k: 107),
    MatmulCase(m: 256, n: 256, k: 128, alpha: 2, beta: 1, transposedA: true),
    MatmulCase(m: 10, n: 512, k: 64, transposedA: true),
    MatmulCase(m: 64, n: 64, k: 5003, beta: 0.5, transposedA: true, slack: 3),
    MatmulCase(m: 5, n: 3, k: 100_000, transposedB: true),
    MatmulCase(m: 1, n: 700, k: 900),
    MatmulCase(m: 1, n: 1, k: 300_000, beta: 2),
    MatmulCase(m: 1, n: 700, k: 900, alpha: 3, beta: 1, transposedA: true, transposedB: true, slack: 5),
    MatmulCase(m: 2003, n: 1, k: 300, slack: 2),
    MatmulCase(m: 1500, n: 1, k: 301, beta: 1, transposedA: true, transposedB: true, slack: 4),
    MatmulCase(m: 100, n: 1100, k: 17, transposedB: true, slack: 1),
    MatmulCase(batch: 8, m: 128, n: 128, k: 64, transposedB: true),
    MatmulCase(batch: 3, m: 200, n: 150, k: 90, beta: 1, repeatsB: true, usesOffsets: true),
    MatmulCase(batch: 1000, m: 4, n: 2, k: 2),
    MatmulCase(batch: 500, m: 8, n: 8, k: 8, beta: 1, transposedB: true, slack: 1),
    MatmulCase(batch: 40, m: 30, n: 1, k: 50),
  ]

  @Test func smallProductsAgreeWithTheDefinition() {
    for shape in Self.small {
      check(shape, Float.self)
      check(shape, Double.self)
    }
  }

  @Test(arguments: large) func largeProductsAgreeWithTheDefinition(shape: MatmulCase) {
    check(shape, Float.self)
    check(shape, Double.self)
  }

  private func check<Real: KernelReal>(_ shape: MatmulCase, _ type: Real.Type) {
    let difference = largestDifference(shape.product(type), shape.reference(type))
    let scale = Swift.max(1, abs(shape.alpha)) * (1 + abs(shape.beta))
    #expect(difference <= scale * Real.tolerance(terms: shape.k), "\(shape) \(type)")
  }

  @Test func anEmptySumLeavesBetaTimesC() {
    #expect(MatmulCase(m: 3, n: 4, k: 0).product(Float.self) == [Float](repeating: 0, count: 12))
    let kept = MatmulCase(m: 3, n: 4, k: 0, beta: 0.5, slack: 2)
    #expect(largestDifference(kept.product(Double.self), kept.reference(Double.self)) == 0)
    #expect(MatmulCase(batch: 2, m: 3, n: 4, k: 5, alpha: 0).product(Float.self) == [Float](repeating: 0, count: 24))
  }

  @Test func anEmptyProductTouchesNothing() {
    for shape in [
      MatmulCase(batch: 0, m: 2, n: 2, k: 2), MatmulCase(m: 0, n: 2, k: 2), MatmulCase(m: 2, n: 0, k: 2),
      MatmulCase(m: 0, n: 0, k: 0),
    ] {
      #expect(shape.product(Float.self).isEmpty)
    }
  }

  @Test func notANumberInOperandsReachesOnlyItsRow() {
    var a: [Float] = [.nan, 1, 2, 3]
    let b: [Float] = [1, 2, 3, 4]
    var c: [Float] = [9, 9, 9, 9]
    a.withUnsafeMutableBytes { a in
      b.withUnsafeBytes { b in
        let left = vitro_matrix(data: a.baseAddress, leading: 2, batch_stride: 0, batch_offsets: nil, transposed: false)
        let right = vitro_matrix(
          data: b.baseAddress, leading: 2, batch_stride: 0, batch_offsets: nil, transposed: false)
        vitro_matmul(vitro_float32, 1, 2, 2, 2, 1, left, right, 0, &c, 2, 4)
      }
    }
    #expect(c[0].isNaN && c[1].isNaN)
    #expect(c[2...] == [11, 16])
  }

  @Test func bitsDoNotDependOnTheNumberOfThreads() {
    let before = vitro_thread_count()
    defer { vitro_set_thread_count(before) }
    for shape in Self.large {
      vitro_set_thread_count(1)
      let alone = shape.product(Float.self)
      for threads: Int32 in [2, 3, 5] {
        vitro_set_thread_count(threads)
        #expect(shape.product(Float.self) == alone, "\(shape) on \(threads) threads")
      }
    }
  }

  @Test func repeatedProductsAskTheSystemForNoMemory() {
    let shape = MatmulCase(m: 64, n: 64, k: 20_000)
    let first = shape.product(Float.self)
    let settles = someRoundMissesNoMemory { #expect(shape.product(Float.self) == first) }
    #expect(settles)
  }
}
