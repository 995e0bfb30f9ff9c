import Foundation
import Testing
import VitroCore
import VitroNetworks
import VitroTensor

@testable import VitroModels
@testable import VitroTracing

/// Patches against whole runs with one value replaced, and estimates against differences.
@Suite("Patching")
struct PatchingTests {
  static let families = ["gpt2", "llama", "qwen3", "mistral", "neox", "gemma2", "bert-masked"]

  private func pair() throws -> AnswerPair {
    try AnswerPair(clean: [3, 14, 15, 9, 26, 5], corrupt: [3, 14, 22, 9, 27, 5], answer: 7, wrong: 31)
  }

  private func difference(_ logits: Tensor, _ pair: AnswerPair) throws -> Double {
    let last = try logits.select(at: pair.clean.count - 1)
    return try last.select(at: pair.answer).item() - last.select(at: pair.wrong).item()
  }

  /// The corrupt value with the clean one's at a position or head.
  private func exchanged(_ corrupt: Tensor, _ clean: Tensor, _ column: Int, _ site: PatchingSite) throws -> Tensor {
    let axis = site == .headPattern ? 1 : site.isHead ? 2 : 1
    let parts = try [
      corrupt.slice(axis: axis, 0..<column), clean.slice(axis: axis, column..<column + 1),
      corrupt.slice(axis: axis, column + 1..<corrupt.shape[axis]),
    ]
    return try .concatenate(parts.filter { $0.shape[axis] > 0 }, axis: axis)
  }

  @Test(
    "Every patch of every site equals a whole run with the value replaced", arguments: families, PatchingSite.allCases)
  func sweepsEqualWholeRuns(family: String, site: PatchingSite) throws {
    let model = try TestModels.open(family)
    let pair = try pair()
    // There is no middle residual where both parts read one.
    if site == .residMid, family == "neox" {
      #expect(throws: VitroError.self) { try PatchingSweep(model, pair, at: site) }
      return
    }
    let sweep = try PatchingSweep(model, pair, at: site)
    let taps = (0..<model.layers).map(site.tap)
    let clean = try model.run([pair.clean], recording: .names(taps))
    let corrupt = try model.run([pair.corrupt], recording: .names(taps))
    #expect(try abs(sweep.clean - difference(clean.output, pair)) < 1e-10)
    #expect(try abs(sweep.corrupt - difference(corrupt.output, pair)) < 1e-10)
    for (layer, tap) in taps.enumerated() {
      let (own, other) = try (corrupt.activations.value(at: tap), clean.activations.value(at: tap))
      let columns = site == .headPattern ? own.shape[1] : site.isHead ? own.shape[2] : own.shape[1]
      #expect(sweep.grid[layer].count == columns)
      for column in 0..<columns {
        let run = try model.run([pair.corrupt], editing: [tap: .replace(exchanged(own, other, column, site))])
        let whole = try difference(run.output, pair)
        #expect(abs(sweep.grid[layer][column] - whole) < 1e-10, "\(family) \(tap) \(column)")
      }
    }
  }

  @Test(
    "Estimates equal differences along the way from the corrupt to the clean value", arguments: families,
    PatchingSite.allCases)
  func estimatesEqualDifferences(family: String, site: PatchingSite) throws {
    if site == .residMid, family == "neox" { return }
    let model = try TestModels.open(family)
    let pair = try pair()
    let estimate = try AttributionPatching(model, pair, at: site)
    let step = 1e-5
    for layer in 0..<model.layers {
      let tap = site.tap(layer)
      let own = try model.run([pair.corrupt], recording: [tap]).activations.value(at: tap)
      let other = try model.run([pair.clean], recording: [tap]).activations.value(at: tap)
      for column in estimate.grid[layer].indices {
        let way = try exchanged(own, other, column, site) - own
        func at(_ step: Double) throws -> Double {
          try difference(model.run([pair.corrupt], editing: [tap: .add(way * step)]).output, pair)
        }
        let numeric = try (at(step) - at(-step)) / (2 * step)
        let exact = estimate.grid[layer][column] - estimate.corrupt
        #expect(abs(numeric - exact) < 1e-7 * Swift.max(1, abs(exact)), "\(family) \(tap) \(column)")
      }
    }
  }

  @Test("The last position's last residual brings back the whole answer, and no token before the difference brings any")
  func endsOfTheGridAreKnown() throws {
    let model = try TestModels.open("llama")
    let sweep = try PatchingSweep(model, pair(), at: .residPre)
    #expect(abs(sweep.recovered(layer: 0, column: 0)) < 1e-9 && abs(sweep.recovered(layer: 1, column: 1)) < 1e-9)
    let exact = try PatchingSweep(
      model, AnswerPair(clean: [3, 14, 15], corrupt: [3, 14, 22], answer: 7, wrong: 31), at: .residPre)
    #expect(
      abs(exact.recovered(layer: 0, column: 2) - 1) < 1e-9 && abs(exact.recovered(layer: 1, column: 2) - 1) < 1e-9)
  }

  @Test("Batches of patches do not change their values")
  func batchesDoNotMatter() throws {
    let model = try TestModels.open("gpt2")
    var done: [Int] = []
    let sweep = try PatchingSweep(model, pair(), at: .attnOut) { count, all in
      done.append(count)
      #expect(all == model.layers)
    }
    #expect(done == [0, 1, 2] && sweep.grid.count == 2)
    struct Stop: Error {}
    #expect(throws: Stop.self) { try PatchingSweep(model, pair()) { _, _ in throw Stop() } }
  }

  @Test("Prompts that cannot be compared, and models without answers, are refused")
  func refusals() throws {
    #expect(throws: VitroError.self) { try AnswerPair(clean: [1, 2], corrupt: [1, 2, 3], answer: 1, wrong: 2) }
    #expect(throws: VitroError.self) { try AnswerPair(clean: [1, 2], corrupt: [1, 2], answer: 1, wrong: 2) }
    #expect(throws: VitroError.self) { try AnswerPair(clean: [1, 2], corrupt: [1, 3], answer: 2, wrong: 2) }
    #expect(throws: VitroError.self) { try PatchingSweep(TestModels.open("bert"), pair()) }
    #expect(throws: VitroError.self) {
      try PatchingSweep(TestModels.open("gpt2"), AnswerPair(clean: [1, 99], corrupt: [1, 2], answer: 1, wrong: 2))
    }
    #expect(throws: VitroError.self) {
      try PatchingSweep(TestModels.open("gpt2"), AnswerPair(clean: [1, 9], corrupt: [1, 2], answer: 1, wrong: 200))
    }
  }
}
