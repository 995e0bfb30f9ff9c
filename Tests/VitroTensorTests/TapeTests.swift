import Foundation
import Testing
import VitroCore
import VitroTensor

@Suite struct TapeTests {
  @Test func aValueUsedTwiceAddsItsGradients() throws {
    try Tape.record { tape in
      let x = tape.watch(try Tensor([2.0, 3]))
      let y = try (x * x * x + x + x).sum()
      #expect(try tape.gradients(of: y, at: [x])[0].doubles == [14, 29])
    }
  }

  /// Addition hands one gradient to both operands; adding up in place must not reach through to the other one.
  @Test func gradientsThatShareMemoryAreNotAddedOnto() throws {
    try Tape.record { tape in
      let a = tape.watch(try Tensor([1.0, 2]))
      let b = tape.watch(try Tensor([3.0, 4]))
      let c = tape.watch(try Tensor([5.0, 6]))
      let sum = try a + b
      let other = try (sum + c).reshaped([2, 1])
      let y = try (other.reshaped([2]) + a * 10 + a * 100).sum() + (b * 1000).sum()
      let gradients = try tape.gradients(of: y, at: [a, b, c, sum, other])
      #expect(try gradients.map { try $0.doubles } == [[111, 111], [1001, 1001], [1, 1], [1, 1], [1, 1]])
    }
  }

  @Test func aSeedIsNeverWrittenTo() throws {
    try Tape.record { tape in
      let x = tape.watch(try Tensor([1.0, 2]))
      let seed = try Tensor([1.0, 10])
      let y = try x + x.detached
      let gradient = try tape.gradients(of: y + x + x, at: [x, y], seed: seed)
      #expect(try gradient[0].doubles == [3, 30])
      #expect(try gradient[1].doubles == [1, 10])
      #expect(try seed.doubles == [1, 10])
    }
  }

  @Test func manyUsesAddUpWithTheBitsOfAPlainSum() throws {
    var random = RandomStream(seed: 1, "uses")
    let weights = try (0..<9).map { _ in try random.normal([1000]) }
    let gradient = try valueWithGradients(at: [.ones([1000])]) { p in
      try weights.map { try ($0 * p[0]).sum() }.reduce(.zeros([]), +)
    }.gradients[0]
    let expected = try weights.reversed().dropFirst().reduce(weights[8], +)
    #expect(gradient.isIdentical(to: expected))
  }

  @Test func gradientsAtValuesInBetween() throws {
    try Tape.record { tape in
      let x = tape.watch(try Tensor([0.5, 2]))
      let hidden = try x.square()
      let y = try (hidden * hidden).sum()
      let gradients = try tape.gradients(of: y, at: [hidden, x, y])
      #expect(try gradients[0].doubles == [0.5, 8])
      #expect(try gradients[1].doubles == [0.5, 32])
      #expect(try gradients[2].doubles == [1])
    }
  }

  @Test func watchingInsideANetworkSplitsNothingOff() throws {
    try Tape.record { tape in
      let hidden = tape.watch(try Tensor([3.0]).square())
      #expect(hidden.isTracked)
      #expect(tape.watch(hidden).isTracked)
      let y = try hidden.square().sum()
      #expect(try tape.gradients(of: y, at: [tape.watch(hidden)])[0].doubles == [18])
    }
  }

  @Test func detachedValuesStopGradients() throws {
    try Tape.record { tape in
      let x = tape.watch(try Tensor([3.0]))
      #expect(!x.detached.isTracked)
      let y = try (x * x.detached).sum()
      #expect(try tape.gradients(of: y, at: [x])[0].doubles == [3])
    }
  }

  @Test func gradientsAtIndependentPointsAreZeros() throws {
    try Tape.record { tape in
      let x = tape.watch(try Tensor([3.0]))
      let unused = tape.watch(try Tensor.ones([2, 3]))
      let y = try x.square().sum()
      let gradients = try tape.gradients(of: y, at: [unused, x], keepingTape: true)
      #expect(gradients[0].isIdentical(to: try .zeros([2, 3])))
      #expect(try tape.gradients(of: Tensor(1.0), at: [x])[0].doubles == [0])
    }
  }

  @Test func keptTapesAnswerAgainAndSpentOnesRefuse() throws {
    try Tape.record { tape in
      let x = tape.watch(try Tensor([3.0]))
      let y = try x.square().sum()
      #expect(try tape.gradients(of: y, at: [x], keepingTape: true)[0].doubles == [6])
      #expect(try tape.gradients(of: y, at: [x])[0].doubles == [6])
      expectError(.argument, "gradients", saying: "used up", "keepingTape") { try tape.gradients(of: y, at: [x]) }
      // What was recorded since needs nothing that was let go.
      let z = try (x * 5).sum()
      #expect(try tape.gradients(of: z, at: [x])[0].doubles == [5])
    }
  }

  @Test func severalNumbersNeedASeed() throws {
    try Tape.record { tape in
      let x = tape.watch(try Tensor([3.0, 4]))
      let y = try x.square()
      expectError(.shape, "gradients", saying: "[2]", "sum()") { try tape.gradients(of: y, at: [x]) }
      expectError(.shape, "gradients", saying: "[3]", "[2]") {
        try tape.gradients(of: y, at: [x], seed: .ones([3], dtype: .float64))
      }
      expectError(.shape, "gradients", saying: "float32", "float64") {
        try tape.gradients(of: y, at: [x], seed: .ones([2]))
      }
      #expect(try tape.gradients(of: y, at: [x], seed: Tensor([1.0, -1]))[0].doubles == [6, -8])
    }
  }

  @Test func pointsMustBeOnTheTape() throws {
    try Tape.record { tape in
      let y = try tape.watch(Tensor([3.0])).sum()
      expectError(.argument, "gradients", saying: "[7]", "Watch it first") {
        try tape.gradients(of: y, at: [.ones([7], dtype: .float64)])
      }
    }
  }

  @Test func innerTapesRefuseValuesOfOuterOnes() throws {
    try Tape.record { outer in
      let x = outer.watch(try Tensor([3.0]))
      try Tape.record { inner in
        let z = inner.watch(try Tensor([2.0]))
        expectError(.argument, "differentiation", saying: "its tape does not record", "detached") { try x * z }
        expectError(.argument, "gradients", saying: "another tape") { try inner.gradients(of: x, at: [z]) }
        #expect(try inner.gradients(of: z.square() * x.detached, at: [z])[0].doubles == [12])
      }
      #expect(try outer.gradients(of: x.square(), at: [x])[0].doubles == [6])
    }
  }

  @Test func valuesOutliveTheirTapeOnlyDetached() throws {
    let x = try Tape.record { try $0.watch(Tensor([3.0])).square() }
    #expect(try x.doubles == [9])
    expectError(.argument, "differentiation", saying: "Tape.record") { try x + 1 }
    #expect(try (x.detached + 1).doubles == [10])
    #expect(throws: VitroError.self) { try Tape.record { _ in try x + 1 } }
  }

  @Test func anErrorInsideEndsTheRecording() throws {
    struct Stop: Error {}
    #expect(throws: Stop.self) { try Tape.record { _ in throw Stop() } }
    #expect(try !(Tensor([1.0]) + 1).isTracked)
  }

  @Test func valuesCrossThreadsAndTapesDoNot() async throws {
    let shared = try Tensor([2.0, 3])
    let results = try await withThrowingTaskGroup(of: [Double].self) { group in
      for factor in 1...8 {
        group.addTask {
          try Tape.record { tape in
            let x = tape.watch(shared)
            return try tape.gradients(of: (x.square() * Double(factor)).sum(), at: [x])[0].doubles
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(results) == Set((1...8).map { [4.0 * Double($0), 6.0 * Double($0)] }))
  }

  @Test func deepChainsDoNotRecurse() throws {
    let gradient = try valueWithGradients(at: [Tensor([1.0])]) { p in
      var y = p[0]
      for _ in 0..<20_000 { y = try y + 1 }
      return try y.sum()
    }.gradients[0]
    #expect(try gradient.doubles == [1])
  }
}
