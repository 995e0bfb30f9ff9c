import Synchronization
import Testing
import VitroCore

@testable import VitroTensor

/// What a tape holds on to, and when it lets go.
@Suite struct TapeMemoryTests {
  /// Memory that is watched without being held.
  private final class Trace: @unchecked Sendable {
    private weak var buffer: Buffer?
    init(_ tensor: Tensor) { buffer = tensor.buffer }
    var isHeld: Bool { buffer != nil }
  }

  /// The identity, which looks around when the backward pass comes by.
  private struct Lookout: SingleOutputOperation {
    let look: @Sendable () -> Void

    func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
      look()
      return [gradient]
    }
  }

  /// A chain of squares saves the input of each link; half way back, those behind are gone and those ahead are not.
  @Test func savedOperandsAreLetGoOnTheWay() throws {
    for keepingTape in [false, true] {
      let held = Mutex<[Bool]>([])
      let seen = Mutex<[Trace]>([])
      try Tape.record { tape in
        let x = tape.watch(try Tensor.ones([10]))
        var y = x
        var traces: [Trace] = []
        for link in 0..<8 {
          y = try y.square()
          traces.append(Trace(y))
          if link == 3 {
            y = try y.detached.recorded(from: y, Lookout { held.withLock { $0 = seen.withLock { $0.map(\.isHeld) } } })
          }
        }
        let total = try y.sum()
        y = x
        seen.withLock { [traces] in $0 = traces }
        #expect(traces.map(\.isHeld) == [true, true, true, true, true, true, true, false])
        let gradient = try tape.gradients(of: total, at: [x], keepingTape: keepingTape)[0]
        #expect(try gradient.floats == [Float](repeating: 256, count: 10))
        #expect(traces.map(\.isHeld) == [Bool](repeating: keepingTape, count: 7) + [false])
        #expect(held.withLock { $0 } == [true, true, true] + [Bool](repeating: keepingTape, count: 4) + [false])
      }
    }
  }

  /// Whether a function's place on the tape holds its input and its output.
  private func held(_ function: (Tensor) throws -> Tensor) throws -> [Bool] {
    try Tape.record { tape in
      func run() throws -> (Tensor, [Trace]) {
        let x = try tape.watch(.full([2, 2], 0.5, dtype: .float64)) + 1
        let y = try function(x)
        return (try y.sum(), [Trace(x), Trace(y)])
      }
      let (total, traces) = try run()
      return withExtendedLifetime(total) { traces.map(\.isHeld) }
    }
  }

  @Test func onlyWhatAGradientReadsIsKept() throws {
    let other = try Tensor.full([2, 2], 0.5, dtype: .float64)
    #expect(try held { try $0 + other } == [false, false])
    #expect(try held { try $0 + $0 } == [false, false])
    #expect(try held { try other - $0 } == [false, false])
    #expect(try held { try $0 * other } == [false, false])
    #expect(try held { try $0 * $0 } == [true, false])
    #expect(try held { try $0 / other } == [false, false])
    #expect(try held { try other / $0 } == [true, true])
    #expect(try held { try $0 * 3 } == [false, false])
    #expect(try held { try -$0 } == [false, false])
    #expect(try held { try $0.square() } == [true, false])
    #expect(try held { try $0.gelu() } == [true, false])
    #expect(try held { try $0.relu() } == [false, true])
    #expect(try held { try $0.tanh() } == [false, true])
    #expect(try held { try $0.exp() } == [false, true])
    #expect(try held { try $0.softmax() } == [false, true])
    #expect(try held { try $0.layerNormalized().values } == [false, true])
    #expect(try held { try $0.matmul(other) } == [false, false])
    #expect(try held { try $0.matmul($0) } == [true, false])
    let images = try Tensor.ones([1, 1, 2, 2], dtype: .float64)
    #expect(try held { try $0.reshaped([1, 1, 2, 2]).conv2d(filters: images) } == [false, false])
    #expect(try held { try images.conv2d(filters: $0.reshaped([1, 1, 2, 2])) } == [false, false])
  }
}
