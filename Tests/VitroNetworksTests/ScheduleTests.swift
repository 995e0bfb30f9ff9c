import Testing

@testable import VitroNetworks

@Suite struct ScheduleTests {
  @Test(arguments: [
    ("step", Schedule.step(epochs: 3, factor: 0.5)), ("exponential", .exponential(factor: 0.9)),
    ("cosine", .cosine(steps: 20, minimum: 0.01)), ("oneCycle", .oneCycle(steps: 20, risingPart: 0.3)),
  ])
  func ratesEqualPyTorchs(_ name: String, _ schedule: Schedule) throws {
    let expected = try Reference().doubles("schedule/\(name)")
    let rates = (0..<20).map { schedule.rate(base: 0.8, step: $0, epoch: $0) }
    #expect(difference(rates, expected) < 1e-12)
  }

  @Test func aPlateauLowersTheRateWhenPyTorchDoes() throws {
    let reference = try Reference()
    let losses = try reference.doubles("schedule/plateauLosses")
    let schedule = Schedule.reduceOnPlateau(factor: 0.1, patience: 2, threshold: 1e-2)
    let rates = losses.indices.map {
      schedule.rate(base: 0.8, step: $0, epoch: $0, losses: Array(losses.prefix($0)))
    }
    #expect(difference(rates, try reference.doubles("schedule/plateau")) < 1e-12)
  }

  @Test func warmingUpRisesToTheScheduleThatFollows() {
    let schedule = Schedule.warmUp(steps: 4, then: .cosine(steps: 10, minimum: 0))
    let rates = (0..<20).map { schedule.rate(base: 1, step: $0, epoch: 0) }
    #expect(Array(rates.prefix(5)) == [0.25, 0.5, 0.75, 1, 1])
    #expect(abs(rates[9] - 0.5) < 1e-12)
    #expect(rates[14] < 1e-12 && rates[19] < 1e-12)
  }
}
