import Foundation
import Testing
import VitroCore
import VitroTensor

@Suite("Attention over packed sequences")
struct AttentionTests {
  static let layouts: [(name: String, layout: AttentionLayout)] = {
    let alone = [
      AttentionLayout.Sequence(queries: 0..<37, keys: 0..<37), .init(queries: 37..<38, keys: 37..<38),
      .init(queries: 38..<190, keys: 38..<190),
    ]
    let continued = [
      AttentionLayout.Sequence(queries: 0..<37, keys: 0..<37, past: 0..<11),
      .init(queries: 37..<38, keys: 37..<38, past: 11..<200), .init(queries: 38..<190, keys: 38..<190, past: 5..<5),
    ]
    let uneven = [
      AttentionLayout.Sequence(queries: 0..<150, keys: 0..<5), .init(queries: 150..<160, keys: 5..<190),
      .init(queries: 160..<190, keys: 190..<190),
    ]
    return [
      ("uneven", AttentionLayout(uneven, isCausal: true)),
      ("uneven both ways", AttentionLayout(uneven, isCausal: false)),
      ("uneven, a window", AttentionLayout(uneven, isCausal: true, window: 1)),
      ("uneven, a window both ways", AttentionLayout(uneven, isCausal: false, window: 2)),
      ("causal", AttentionLayout(alone, isCausal: true)), ("both ways", AttentionLayout(alone, isCausal: false)),
      ("a window", AttentionLayout(alone, isCausal: true, window: 9)),
      ("a window both ways", AttentionLayout(alone, isCausal: false, window: 9)),
      ("after a past", AttentionLayout(continued, isCausal: true)),
      ("a window after a past", AttentionLayout(continued, isCausal: true, window: 30)),
    ]
  }()

  @Test("The fused computation, the watched one and plain loops agree", arguments: layouts.map(\.name))
  func computationsAgree(name: String) throws {
    let layout = try #require(Self.layouts.first { $0.name == name }?.layout)
    var stream = RandomStream(seed: 3, "attention")
    let (q, k, v) = (
      try stream.normal([190, 6, 16], dtype: .float64), try stream.normal([190, 2, 16], dtype: .float64),
      try stream.normal([190, 2, 16], dtype: .float64)
    )
    let (pastK, pastV) = (
      try stream.normal([200, 2, 16], dtype: .float64), try stream.normal([200, 2, 16], dtype: .float64)
    )
    let fused = try q.attention(keys: k, values: v, past: (pastK, pastV), scale: 0.25, layout: layout)
    let pattern = try q.attentionScores(keys: k, past: pastK, scale: 0.25, layout: layout).softmax()
    let watched = try pattern.attentionValues(v, past: pastV, layout: layout)
    #expect(try (fused - watched).abs().max().item() < 1e-13)
    #expect(try (fused - plain(q, k, v, pastK, pastV, layout)).abs().max().item() < 1e-13)
    let single = try q.cast(to: .float32).attention(
      keys: k.cast(to: .float32), values: v.cast(to: .float32),
      past: (pastK.cast(to: .float32), pastV.cast(to: .float32)), scale: 0.25, layout: layout)
    #expect(try (single.cast(to: .float64) - fused).abs().max().item() < 1e-5)
    // A query's weights add up to 1; rows outside a sequence are empty.
    let sums = try pattern.sum(axes: [3]).array(of: Double.self)
    #expect(sums.allSatisfy { abs($0 - 1) < 1e-12 || $0 == 0 })
    let seeing = sums.count { $0 != 0 }
    #expect(name.hasPrefix("uneven") ? seeing > 0 && seeing < 190 * 6 : seeing == 190 * 6)
  }

  @Test("A cap bends scores in the fused computation as it does in the watched one")
  func capsAgree() throws {
    let layout = Self.layouts.first { $0.name == "causal" }!.layout
    var stream = RandomStream(seed: 6, "cap")
    let q = try stream.normal([190, 6, 16], dtype: .float64)
    let k = try stream.normal([190, 2, 16], dtype: .float64)
    let fused = try q.attention(keys: k, values: k, scale: 1, cap: 2.5, layout: layout)
    let scores = try q.attentionScores(keys: k, scale: 1, layout: layout, masked: false)
    let watched = try ((scores * (1 / 2.5)).tanh() * 2.5).attentionMasked(layout).softmax()
      .attentionValues(k, layout: layout)
    #expect(try (fused - watched).abs().max().item() < 1e-13)
  }

  @Test("A query that sees nothing reads zeros, and layouts that leave rows out are refused")
  func edgesAreKept() throws {
    let x = try Tensor.ones([3, 2, 4], dtype: .float64)
    let gap = AttentionLayout([.init(queries: 0..<2, keys: 0..<3)], isCausal: false)
    #expect(throws: VitroError.self) { try x.attention(keys: x, values: x, scale: 1, layout: gap) }
    let beyond = AttentionLayout([.init(queries: 0..<3, keys: 0..<3, past: 0..<1)], isCausal: false)
    #expect(throws: VitroError.self) { try x.attention(keys: x, values: x, scale: 1, layout: beyond) }
    let shared = try Tensor.ones([3, 3, 4], dtype: .float64)
    let whole = AttentionLayout([.init(queries: 0..<3, keys: 0..<3)], isCausal: true)
    #expect(throws: VitroError.self) { try x.attention(keys: shared, values: shared, scale: 1, layout: whole) }
  }

  @Test("Turning keeps lengths, turning back gives the start, and both orders turn the same pairs")
  func rotationsTurn() throws {
    var stream = RandomStream(seed: 4, "rotation")
    let x = try stream.normal([7, 3, 8], dtype: .float64)
    let angles = try stream.normal([7, 4], dtype: .float64)
    let apart = try x.rotated(cosines: angles.cos(), sines: angles.sin())
    #expect(try (apart.norm(axes: [2]) - x.norm(axes: [2])).abs().max().item() < 1e-12)
    let back = try apart.rotated(cosines: angles.cos(), sines: angles.negated().sin())
    #expect(try (back - x).abs().max().item() < 1e-12)
    // Feature j of the halves stands at 2j, feature j + 4 at 2j + 1.
    let order = try Tensor([0, 4, 1, 5, 2, 6, 3, 7].map { Int64($0) })
    let adjacent = try x.gather(order, axis: 2).rotated(cosines: angles.cos(), sines: angles.sin(), adjacent: true)
    #expect(try (adjacent - apart.gather(order, axis: 2)).abs().max().item() < 1e-12)
  }

  @Test("The bits do not depend on the number of threads")
  func bitsAreTheSame() throws {
    let layout = Self.layouts[0].layout
    var stream = RandomStream(seed: 5, "attention threads")
    let q = try stream.normal([190, 6, 16])
    let k = try stream.normal([190, 2, 16])
    let count = Threads.count
    defer { Threads.count = count }
    let results = try [1, 2, 5].map { threads in
      Threads.count = threads
      return try q.attention(keys: k, values: k, scale: 0.25, layout: layout)
    }
    #expect(results[0].isIdentical(to: results[1]) && results[0].isIdentical(to: results[2]))
  }

  private func plain(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, _ pastK: Tensor, _ pastV: Tensor, _ layout: AttentionLayout
  ) throws -> Tensor {
    let (heads, shared, width) = (q.shape[1], k.shape[1], q.shape[2])
    let arrays = try [q, k, v, pastK, pastV].map { try $0.array(of: Double.self) }
    var out = [Double](repeating: 0, count: q.count)
    for sequence in layout.sequences {
      for (place, row) in sequence.queries.enumerated() {
        for head in 0..<heads {
          let group = head * shared / heads
          let position = sequence.past.count + sequence.keys.count - sequence.queries.count + place
          let keys = sequence.past.map { (2, $0) } + sequence.keys.map { (0, $0) }
          let weights = keys.indices.map { key -> Double in
            let isSeen =
              (!layout.isCausal || key <= position) && (layout.window.map { abs(position - key) < $0 } ?? true)
            guard isSeen else { return 0 }
            let array = arrays[keys[key].0 == 2 ? 3 : 1]
            let product = (0..<width).reduce(0.0) {
              $0 + arrays[0][(row * heads + head) * width + $1] * array[(keys[key].1 * shared + group) * width + $1]
            }
            return Foundation.exp(0.25 * product)
          }
          let sum = weights.reduce(0, +)
          for (key, weight) in zip(keys, weights) {
            let array = arrays[key.0 == 2 ? 4 : 2]
            for i in 0..<width {
              out[(row * heads + head) * width + i] +=
                sum == 0 ? 0 : weight / sum * array[(key.1 * shared + group) * width + i]
            }
          }
        }
      }
    }
    return try Tensor(out, shape: q.shape)
  }
}
