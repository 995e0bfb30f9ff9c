import Testing
import VitroCore
import VitroLab
import VitroNetworks
import VitroTensor

@testable import VitroSymmetry

/// Cutting simples out of networks on C_n.
@Suite struct IsotypicTests {
  struct Small: Experiment {
    static let name = "small"
    static let abstract = "The cutting study, quickly."
    static let fields: [Field<Self>] = []

    static var study: IsotypicStudy {
      var study = IsotypicStudy()
      (study.channels, study.seeds, study.steps, study.samples) = (6, 3, 400, 512)
      return study
    }

    func run(_ run: Run) throws -> Outcome { try Self.study.run(run) }
  }

  @Test func provedCutsAreFreeAndOthersAreMeasured() throws {
    let trial = try TrialRun(Small())
    #expect(trial.verdicts["free-cuts: signals of all simples"] == "holds")
    #expect(trial.verdicts["free-cuts: signals fixed by C2"] == "holds")
    #expect(trial.verdicts["target-cut: signals of all simples"] == "holds")
    let trainings = trial.facts["trainings"].items
    try #require(trainings.count == 2)
    // Five simples at three taps. All signals: four free cuts at the last tap. Signals fixed by C2: L1 and L3 everywhere, and L0 and L4 at the last.
    let free = trainings.map { training in training["cuts"].items.map { $0["proof"].text != "unproved" } }
    #expect(free[0] == Array(repeating: false, count: 10) + [true, true, false, true, true])
    #expect(
      free[1] == [false, true, false, true, false, false, true, false, true, false, true, true, false, true, true])
    for training in trainings {
      #expect(training["loss"].number < 0.5 * training["untrained"].number)
      for cut in training["cuts"].items where cut["proof"].text != "unproved" {
        #expect(abs(cut["rise"].number) < 1e-12)
      }
      // The random subspace is no simple: cutting it from the last layer costs.
      #expect(training["cuts"].items.suffix(4).allSatisfy { $0["control"].number > 1e-3 })
    }
  }

  @Test func theFiltrationSilencesWhatTheCommonKernelMoves() throws {
    let parts = try SimplePart.cyclic(8)
    #expect(parts.map(\.name) == ["L0", "L1", "L2", "L3", "L4"])
    #expect(parts.map(\.kernelOrder) == [8, 1, 2, 1, 4])
    #expect(parts.silent(given: [0, 2, 4]) == [false, true, false, true, false])
    #expect(parts.silent(given: [4]) == [false, true, true, true, false])
    #expect(parts.silent(given: [0]) == [false, true, true, true, true])
    #expect(parts.silent(given: [2, 1]) == [false, false, false, false, false])
    // On C_6, L2 (kernel of order 2) and L3 (kernel of order 3) together have a trivial kernel.
    let six = try SimplePart.cyclic(6)
    #expect(six.silent(given: [2]) == [false, true, false, true])
    #expect(six.silent(given: [2, 3]) == [false, false, false, false])
  }

  @Test func silencedSimplesStaySilentInAnyNetworkAndOthersNeedNot() throws {
    let parts = try SimplePart.cyclic(8)
    let task = IsotypicTask(points: 8, target: 2, kernelOrder: 2)
    let network = try Network(task.graph(channels: 5, layers: 3), dtype: .float64, seed: 4)
    let signals = try task.draw(40, parts: parts, seed: 1, "test").inputs
    let taps = ["input", "relu1", "relu2", "relu3", "output"]
    let run = try network.run([signals], recording: .names(taps))
    for tap in taps {
      let value = try run.value(at: tap)
      let total = try value.square().sum().item()
      for (part, isSilent) in zip(parts, parts.silent(given: task.live(parts))) {
        let share = try part.energy(of: value) / total
        if isSilent { #expect(share < 1e-28) } else { #expect(share > 1e-6) }
      }
    }
  }

  @Test(arguments: [1, 2, 4]) func beforeAReLUNoCutIsFreeButThoseOfTheFiltration(_ order: Int) throws {
    let parts = try SimplePart.cyclic(8)
    let task = IsotypicTask(points: 8, target: 2, kernelOrder: order)
    let network = try Network(task.graph(channels: 6, layers: 2), dtype: .float64, seed: 9)
    let signals = try task.draw(200, parts: parts, seed: 2, "test").inputs
    let silent = parts.silent(given: task.live(parts))
    let whole = try network(signals)
    for tap in ["input", "relu1", "relu2"] {
      for (number, part) in parts.enumerated() {
        let cut = try network.run([signals], editing: [tap: .transform { try part.cut(from: $0) }]).output
        for (target, other) in parts.enumerated() {
          let change = try other.energy(of: cut - whole)
          let isLast = tap == "relu2"
          let proof = FreeCut.proof(isLastHidden: isLast, simple: number, target: target, silent: silent)
          // A part of the output that is silent itself never changes.
          if proof != .unproved || silent[target] { #expect(change < 1e-26) } else { #expect(change > 1e-6) }
        }
      }
    }
  }

  @Test(arguments: [(1, 5), (1, 8), (3, 4), (4, 4)]) func wavesAreAnOrthonormalBasisThatShiftsKeep(
    _ h: Int, _ w: Int
  ) throws {
    let parts = try SimplePart.torus(h, w)
    let basis = try Tensor.concatenate(parts.map(\.basis), axis: 1)
    #expect(basis.shape == [h * w, h * w])
    let gram = try basis.matmul(basis, transposeA: true)
    #expect(try (gram - .eye(h * w, dtype: .float64)).abs().max().item() < 1e-13)
    for part in parts {
      let projection = try part.projection
      for element in 0..<h * w {
        let moved = try Tensor((0..<h * w).map { ($0 / w + element / w) % h * w + ($0 % w + element % w) % w })
        let shifted = try projection.gather(moved, axis: 0).gather(moved, axis: 1)
        #expect(try (shifted - projection).abs().max().item() < 1e-13)
        // An element is in the kernel exactly when it moves nothing of the part.
        let change = try (part.basis.gather(moved) - part.basis).abs().max().item()
        #expect(part.kernel.contains(element) == (change < 1e-12))
      }
    }
  }

  @Test func meanAndRestAreTheFunctionsOnPoints() throws {
    for n in [2, 3, 7] {
      let basis = try Tensor.concatenate(try SimplePart.symmetric(n).map(\.basis), axis: 1)
      let gram = try basis.matmul(basis, transposeA: true)
      #expect(try (gram - .eye(n, dtype: .float64)).abs().max().item() < 1e-14)
    }
  }

  @Test func impossibleStudiesAreRefused() {
    func study(_ change: (inout IsotypicStudy) -> Void) -> IsotypicStudy {
      var study = IsotypicStudy()
      change(&study)
      return study
    }
    for broken in [
      study { $0.target = 5 }, study { $0.target = 0 }, study { $0.subgroup = 3 }, study { $0.subgroup = 8 },
      study { $0.target = 1 }, study { $0.seeds = 1 }, study { $0.layers = 0 }, study { $0.points = 2 },
    ] {
      #expect(throws: VitroError.self) { try broken.validate() }
    }
  }

  @Test(arguments: ["C3", "C4", "C5", "C6"]) func smallCyclicGroupsHaveDefaultsThatWork(_ group: String) throws {
    var study = SymmetryTraining()
    (study.task, study.group) = (.isotypic, group)
    try study.validate()
  }

  @Test func studiesThatNeedTooMuchMemoryAreRefused() {
    for (task, channels, sizes) in [
      (SymmetryTraining.Task.points, 4096, nil), (.points, nil, [100_000]), (.images, 4096, nil),
      (.isotypic, 4096, nil),
    ] as [(SymmetryTraining.Task, Int?, [Int]?)] {
      var study = SymmetryTraining()
      (study.task, study.channels, study.sizes) = (task, channels, sizes)
      study.seeds = 50
      #expect(throws: VitroError.self) { try study.validate() }
    }
  }
}
