import Foundation
import Testing

@testable import VitroLab

@Suite struct PayloadTests {
  /// The values that the script makes of an array.
  private func decoded(_ values: [Double]) throws -> [Double] {
    var payload = FigurePayload()
    let reference = payload.add(values)
    #expect(reference.count == values.count)
    if let start = reference.start, let step = reference.step {
      return (0..<reference.count).map { start + Double($0) * step }
    }
    let lines = payload.text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = try #require(reference.line)
    let data = try #require(Data(base64Encoded: String(lines[line])))
    return reference.type == "f4"
      ? data.withUnsafeBytes { $0.bindMemory(to: Float.self).map(Double.init) }
      : data.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
  }

  private static let lists: [[Double]] = [
    [], [1], [0.1, 0.2, 0.3], [0, 1, 2, 3], [5, 4, 3], [0, 0.25, 0.5], [1, .nan, .infinity, -.infinity, -0.0],
    [.greatestFiniteMagnitude, .leastNonzeroMagnitude, 5e-300], [0.5, 0.25, 4, 1e30],
    (0..<1000).map { Double($0) / 10 },
  ]

  @Test(arguments: lists)
  func numbersAreNeverRounded(values: [Double]) throws {
    let back = try decoded(values)
    #expect(back.count == values.count)
    #expect(zip(values, back).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) })
  }

  @Test func evenStepsTakeNoRoom() {
    var payload = FigurePayload()
    let reference = payload.add((0..<100_000).map(Double.init))
    #expect(reference.line == nil && payload.text.utf8.count < 10)
    #expect(FigurePayload.progression([0, 1, 3]) == nil && FigurePayload.progression([0, 1, .nan]) == nil)
  }

  @Test(arguments: HostileTextTests.hostile)
  func noTextLeavesItsScript(text: String) throws {
    var payload = FigurePayload()
    payload.describe(["name": text])
    #expect(!payload.text.contains("<") && !payload.text.contains("\n") && !payload.text.contains("\u{2028}"))
    let back = try JSONDecoder().decode([String: String].self, from: Data(payload.text.utf8))
    #expect(back == ["name": text])
  }
}
