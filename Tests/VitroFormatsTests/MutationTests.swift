import Testing
import VitroFuzzing

/// Damaged files give values or errors: never a crash, never another kind of error, never a long wait.
@Suite struct MutationTests {
  @Test(arguments: try FuzzTarget.all().map(\.name))
  func `damaged files give values or errors`(format: String) throws {
    let target = try #require(try FuzzTarget.all().first { $0.name == format })
    let result = FuzzCampaign(target, count: 2000, seed: 20_261_121)
    // Memory is vitro-fuzz's to judge: here other tests run in the same process.
    let breaches = result.breaches.filter { !$0.contains("bytes of memory") }
    #expect(breaches.isEmpty, "\(breaches.prefix(3))")
    #expect(result.accepted + result.rejectedCount == 2000)
    #expect(result.accepted > 0 && result.rejectedCount > 1000)
    #expect(result.duration < .seconds(10))
  }

  @Test func theSameSeedGivesTheSameDamage() {
    let bytes = Array("some bytes 123 to damage".utf8)
    var (first, second, other) = (Mutator(seed: 5), Mutator(seed: 5), Mutator(seed: 6))
    let damaged = (0..<50).map { _ in first.mutate(bytes) }
    #expect(damaged == (0..<50).map { _ in second.mutate(bytes) })
    #expect(damaged != (0..<50).map { _ in other.mutate(bytes) })
    #expect(damaged.filter { $0 != bytes }.count > 45)
  }
}
