import Foundation
import Testing
import VitroCore
import VitroTensor

@testable import VitroSymmetry

struct CompositionAnalysisTests {
  /// A network of random numbers on a group.
  private func random(_ task: CompositionTask, width: Int) throws -> CompositionNetwork {
    var stream = RandomStream(seed: 5, "test network")
    func numbers(_ count: Int) throws -> [Float] { try stream.normal([count]).floats }
    let table = task.order * width
    return try CompositionNetwork(
      order: task.order, width: width, left: numbers(table), right: numbers(table), unembed: numbers(table))
  }

  @Test(arguments: [TestGroups.cyclic(6), TestGroups.symmetric(3), TestGroups.quaternions])
  func measuresAreThoseOfTheirDefinitions(_ task: CompositionTask) throws {
    let (n, width) = (task.order, 4)
    let network = try random(task, width: width)
    let training = [0, 3, 7, 11, 20]
    let analysis = try CompositionAnalysis(task, network, trainingPairs: training)
    let key = [1, task.simples.count - 1]
    let measures = analysis.measures(key: key)
    let x = network.left.map(Double.init)
    var projectedKey = [Double](repeating: 0, count: n * width)
    let byProduct = analysis.means(analysis.hidden, columns: width).product
    for (index, simple) in task.simples.enumerated() {
      // The projector as it is defined.
      let factor = simple.projectorFactor(order: n)
      let projector = (0..<n * n).map { factor * simple.values[task.product($0 / n, task.inverse($0 % n))] }
      func energy(_ functions: [Double]) -> Double {
        multiply(projector, functions, rows: n, inner: n, columns: width).reduce(0) { $0 + $1 * $1 }
      }
      let share = energy(x) / x.reduce(0) { $0 + $1 * $1 }
      #expect(abs(measures.simples[index].xEmbed - share) < 1e-9)
      // The similarity over the whole cube.
      var (inner, characterNorm, logitNorm) = (0.0, 0.0, 0.0)
      for pair in 0..<n * n {
        let product = Int(task.products[pair])
        let cube = (0..<n).map { simple.values[task.product(product, task.inverse($0))] }
        let row = (0..<n).map { Double(analysis.logits[pair * n + $0]) }
        let (cubeMean, rowMean) = (cube.reduce(0, +) / Double(n), row.reduce(0, +) / Double(n))
        for c in 0..<n {
          inner += (cube[c] - cubeMean) * (row[c] - rowMean)
          characterNorm += pow(cube[c] - cubeMean, 2)
          logitNorm += pow(row[c] - rowMean, 2)
        }
      }
      let similarity = characterNorm < 1e-9 ? 0 : inner / (characterNorm * logitNorm).squareRoot()
      #expect(abs(measures.simples[index].logitSimilarity - similarity) < 1e-6)
      guard key.contains(index) else { continue }
      let part = multiply(projector, byProduct, rows: n, inner: n, columns: width)
      for place in part.indices { projectedKey[place] += part[place] }
    }
    // The losses by taking the part out of the hidden layer of every pair.
    var (restricted, excluded) = (0.0, 0.0)
    let unembed = network.unembed.map(Double.init)
    for pair in 0..<n * n {
      let product = Int(task.products[pair])
      let part = (0..<width).map { projectedKey[product * width + $0] }
      let rest = (0..<width).map { Double(analysis.hidden[pair * width + $0]) - part[$0] }
      func loss(_ hidden: [Double]) -> Double {
        CompositionAnalysis.crossEntropy(
          multiply(hidden, unembed, rows: 1, inner: width, columns: n), product)
      }
      restricted += loss(part) / Double(n * n)
      if training.contains(pair) { excluded += loss(rest) / Double(training.count) }
    }
    #expect(abs(measures.restrictedLoss - restricted) < 1e-6)
    #expect(abs(measures.excludedLoss - excluded) < 1e-5)
  }

  /// Units ReLU(cos(wa + φ) + cos(wb + ψ)) on a cycle of even length, where no frequency is both an odd and an even multiple of w.
  private func cosines(_ n: Int, odd: Double = 0) throws -> (CompositionTask, CompositionNetwork) {
    let (task, width) = (TestGroups.cyclic(n), 40)
    func table(_ shift: Double) -> [Float] {
      (0..<n * width).map { index in
        let (a, unit) = (Double(index / width), Double(index % width))
        let phase = 2 * Double.pi * (1 + 2 * unit.truncatingRemainder(dividingBy: 3)) * a / Double(n) + unit * shift
        return Float(cos(phase) + odd * cos(3 * phase))
      }
    }
    return (
      task,
      try CompositionNetwork(
        order: n, width: width, left: table(0.7), right: table(1.3), unembed: Array(repeating: 0.1, count: n * width))
    )
  }

  @Test func unitsOfOneFrequencyHaveThePredictedHarmonics() throws {
    let (task, network) = try cosines(64)
    let analysis = try CompositionAnalysis(task, network)
    let neurons = try analysis.neurons()
    #expect(neurons.count == 40)
    #expect(
      neurons.allSatisfy {
        $0.isSingle && $0.xShare > 0.9999 && task.simples[$0.simple].name == "L_\(1 + 2 * ($0.unit % 3))"
      })
    let shares = analysis.harmonicShares(neurons)
    let predicted = HarmonicShares.predicted
    #expect(abs(shares.left - predicted.left) < 5e-4 && abs(shares.right - predicted.right) < 5e-4)
    #expect(abs(shares.product - predicted.product) < 5e-4 && abs(shares.sum - predicted.sum) < 5e-4)
    #expect(abs(shares.doubled[0] - predicted.doubled) < 3e-4 && abs(shares.squared - predicted.squared) < 3e-4)
    #expect(shares.forbidden < 1e-9 && shares.outside < 1e-9)
  }

  @Test func aThirdHarmonicInTheEmbeddingIsSeenAsForbidden() throws {
    let (task, network) = try cosines(64, odd: 0.2)
    let analysis = try CompositionAnalysis(task, network)
    let shares = analysis.harmonicShares(try analysis.neurons())
    #expect(shares.units == 40)
    #expect(shares.forbidden > 0.01)
  }

  /// r⁴ acts as −1 on the odd rotations of D_8; nothing does on any faithful simple of S_4.
  @Test func theSignForbidsWhereAnElementActsAsMinusOne() throws {
    func shares(_ task: CompositionTask, _ simple: Int) throws -> HarmonicShares {
      let (basis, width) = (try SimpleBasis(task), 12)
      var stream = RandomStream(seed: 9, "sign")
      func table() throws -> [Float] {
        let functions = try stream.normal([task.order * width], dtype: .float64).doubles
        return basis.project(functions, width: width, onto: [simple]).map(Float.init)
      }
      let network = try CompositionNetwork(
        order: task.order, width: width, left: table(), right: table(),
        unembed: Array(repeating: 0, count: task.order * width))
      let analysis = try CompositionAnalysis(task, network)
      return analysis.harmonicShares(try analysis.neurons())
    }
    let dihedral = try shares(TestGroups.dihedral(8), 4)
    #expect(dihedral.units == 12 && dihedral.ruled == 12 && dihedral.forbidden < 1e-9)
    let symmetric = try shares(TestGroups.symmetric(4), 2)
    #expect(symmetric.units == 12 && symmetric.ruled == 0 && symmetric.forbidden.isNaN)
  }

  /// The standard functions of S_4 that are constant on the cosets of a point's stabilizer, and all others.
  @Test func cosetsOfPointStabilizersAreFound() throws {
    let (task, width) = (TestGroups.symmetric(4), 8)
    let basis = try SimpleBasis(task)
    let subgroup = try #require(task.smallSubgroups().first { $0.order == 6 && !$0.isNormal })
    func table(_ cosets: [Int]) -> [Float] {
      let functions = (0..<task.order * width).map { index in
        let coset = cosets[index / width]
        return Double((coset * 7 + (index % width) * coset * coset) % 11)
      }
      return basis.project(functions, width: width, onto: [2]).map(Float.init)
    }
    let network = try CompositionNetwork(
      order: task.order, width: width, left: table(subgroup.leftCosets), right: table(subgroup.rightCosets),
      unembed: Array(repeating: 0, count: task.order * width))
    let analysis = try CompositionAnalysis(task, network)
    let measures = try #require(try analysis.cosetMeasures(analysis.neurons(), seed: 0))
    #expect(measures.units == 8 && measures.constant == 8 && measures.beyondKernel == 8)
    #expect(measures.control == 0)
    #expect(measures.orders.first?.left == 6 && measures.orders.first?.leftSide == "left")
    #expect(measures.orders.first?.rightSide == "right")
  }

  @Test func arraysOfAnotherSizeAreRefused() throws {
    let task = TestGroups.cyclic(5)
    #expect(throws: VitroError.self) {
      try CompositionAnalysis(task, hidden: Array(repeating: 0, count: 26), logits: Array(repeating: 0, count: 125))
    }
    #expect(throws: VitroError.self) { try CompositionAnalysis(task, hidden: [], logits: []) }
    #expect(throws: VitroError.self) {
      try CompositionNetwork(order: 5, width: 2, left: [], right: [], unembed: [])
    }
  }

  @Test func giniIsZeroForEqualAndHighForOne() {
    #expect(CompositionAnalysis.gini([1, 1, 1]) == 0)
    #expect(abs(CompositionAnalysis.gini([0, 0, 0, 5]) - 0.75) < 1e-12)
  }
}
