import Foundation
import Testing
import VitroCore

@testable import VitroSymmetry

struct CompositionGrokkingTests {
  /// Five seeds of addition modulo 31, as far as 10 000 epochs: the numbers of the reference, Chughtai et al.'s definitions.
  @Test func fiveSeedsOfAdditionModulo31() throws {
    let training = CompositionTraining(TestGroups.cyclic(31), seed: 0)
    #expect(training.epochs == 10_000 && training.seeds == 5 && training.trainingCount == 672)
    let result = try training.train()
    let basis = try SimpleBasis(training.task)
    let grokked = result.seeds.indices.filter { result.seeds[$0].grokked != nil }
    #expect(grokked.count >= 4)
    for index in grokked {
      let seed = result.seeds[index]
      let analysis = try CompositionAnalysis(
        training.task, seed.network, trainingPairs: training.split(index).training, basis: basis)
      let measures = analysis.measures()
      let neurons = try analysis.neurons()
      let harmonics = analysis.harmonicShares(neurons)
      #expect(measures.accuracy > 0.99)
      #expect(measures.xEmbed >= 0.98 && measures.yEmbed >= 0.98)
      #expect((0.33...0.40).contains(measures.hiddenA) && (0.33...0.40).contains(measures.hiddenB))
      #expect((0.09...0.14).contains(measures.hiddenAB))
      #expect(measures.restrictedLoss < 1e-3 && measures.excludedLoss > 1)
      #expect(harmonics.forbidden < 0.1 && harmonics.units > 40)
      #expect(harmonics.outside == 0)
    }
  }
}
