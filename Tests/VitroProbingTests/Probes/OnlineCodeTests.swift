import Foundation
import Testing
import VitroCore
import VitroTensor

@testable import VitroProbing

@Suite struct OnlineCodeTests {
  @Test func blocksEndAtTheStatedShares() {
    #expect(OnlineCode.ends(rows: 100_000) == [100, 200, 400, 800, 1600, 3200, 6250, 12_500, 25_000, 50_000, 100_000])
    #expect(OnlineCode.ends(rows: 1000) == [4, 8, 16, 32, 63, 125, 250, 500, 1000])
    for rows in 1...300 {
      let ends = OnlineCode.ends(rows: rows)
      #expect(ends.last == rows)
      #expect(zip([0] + ends, ends).allSatisfy { $1 - $0 >= min(4, rows) })
    }
  }

  /// Features that say nothing leave a fit with the frequencies, p = n_k / n, so that p′ is Laplace's (n_k + 1) / (n + K).
  @Test(arguments: [2, 3, 5]) func withoutFeaturesItIsTheCodeOfLaplace(_ classes: Int) throws {
    let rows = 400
    let labels = (0..<rows).map { ($0 * $0 + $0 / 3) % 7 % classes }
    let features = try Tensor.ones([rows, 2], dtype: .float64)
    let train = try ProbeRows(features, .classes(labels, count: classes))
    let code = try Probe(ProbeSettings(tolerance: 1e-13)).onlineCode(train, validation: train).task

    var stream = RandomStream(seed: 0, "order of a code")
    let order = stream.permutation(rows).map { labels[$0] }
    let ends = OnlineCode.ends(rows: rows)
    var expected = [Double(ends[0]) * log2(Double(classes))]
    for (start, end) in zip(ends, ends.dropFirst()) {
      let bits = order[start..<end].map { label in
        -log2(Double(order[..<start].count { $0 == label } + 1) / Double(start + classes))
      }
      expected.append(bits.reduce(0, +))
    }
    #expect(code.blocks.map(\.end) == ends)
    for (block, bits) in zip(code.blocks, expected) { #expect(abs(block.bits - bits) < 1e-3 * bits) }
    #expect(abs(code.bits - code.blocks.map(\.bits).reduce(0, +)) < 1e-9)
    #expect(abs(code.uniformBits - Double(rows) * log2(Double(classes))) < 1e-9)
    #expect(abs(code.compression * code.bits - code.uniformBits) < 1e-6)
  }

  @Test(arguments: [ProbeKind.logistic, .lda, .mlp, .kSparse])
  func whatIsReadableHasAShorterCodeThanItsControl(_ kind: ProbeKind) throws {
    let parts = try Planted.parts(rows: 1000, count: 3, signal: 5)
    let codes = try Probe(ProbeSettings(kind)).onlineCode(parts.train, validation: parts.validation)
    #expect(codes.task.compression > 2, "\(kind): \(codes.task.compression)")
    #expect(codes.control.compression < 1.1, "\(kind): \(codes.control.compression)")
    #expect(codes.control.uniformBits == codes.task.uniformBits)
    #expect(codes.controlTask.rule == .shuffled)
  }

  @Test func aRealCodeIsNeverShorterThanNothing() throws {
    // A perfect reader still pays for the first block and for the share of chance.
    let labels = (0..<500).map { $0 % 2 }
    let features = try Tensor(labels.map { Double($0) * 2 - 1 }, shape: [500, 1])
    let train = try ProbeRows(features, .classes(labels, count: 2))
    let code = try Probe(ProbeSettings(strengths: [1e-9])).onlineCode(train, validation: train).task
    let first = Double(code.blocks[0].end)
    #expect(code.blocks[0].bits == first)
    let chance = zip(code.blocks, code.blocks.dropFirst()).reduce(first) { sum, pair in
      let (start, count) = (Double(pair.0.end), Double(pair.1.end - pair.0.end))
      return sum - count * log2((start + 1) / (start + 2))
    }
    #expect(code.bits >= chance - 1e-9)
    #expect(code.bits < chance + 8)
  }

  @Test func severalLabelsAreSentOneByOne() throws {
    let (features, labels, _) = try Planted.classes(rows: 300, width: 4, signal: 3)
    let twice = try Tensor(labels.flatMap { [Double($0), Double($0)] }, shape: [300, 2])
    let once = try Tensor(labels.map(Double.init), shape: [300, 1])
    let two = try ProbeRows(features, .multiLabel(twice))
    let one = try ProbeRows(features, .multiLabel(once))
    let codes = try [two, one].map { try Probe().onlineCode($0, validation: $0).task }
    #expect(codes[0].uniformBits == 600 && codes[1].uniformBits == 300)
    #expect(abs(codes[0].bits - 2 * codes[1].bits) < 1e-3 * codes[0].bits)
  }

  @Test func aClassThatComesLateCanBeSent() throws {
    let labels = (0..<200).map { $0 % 67 == 0 ? 2 : $0 % 2 }
    let (features, _, _) = try Planted.classes(rows: 200, width: 3, signal: 1)
    let rows = try ProbeRows(features, .classes(labels, count: 3))
    for kind in [ProbeKind.logistic, .lda, .mlp, .kSparse] {
      let code = try Probe(ProbeSettings(kind)).onlineCode(rows, validation: rows).task
      #expect(code.bits.isFinite && code.bits > 0)
    }
  }
}
