import CVitroKernels
import Foundation
import Testing

@testable import VitroSymmetry

/// The fused step against plain loops in float64.
struct CompositionKernelTests {
  /// The mean cross-entropy, unfolded: concatenated embeddings times one matrix.
  private func loss(_ parameters: [Double], _ training: CompositionTraining, _ pairs: CompositionPairs) -> Double {
    let (n, e, h) = (training.task.order, training.embed, training.hidden)
    let (y, w, u) = (n * e, 2 * n * e, 2 * n * e + 2 * e * h)
    var total = 0.0
    for index in 0..<pairs.count {
      let (a, b) = (Int(pairs.left[index]), Int(pairs.right[index]))
      let hidden = (0..<h).map { unit in
        var z = 0.0
        for i in 0..<e {
          z += parameters[a * e + i] * parameters[w + i * h + unit]
          z += parameters[y + b * e + i] * parameters[w + (e + i) * h + unit]
        }
        return max(z, 0)
      }
      let logits = (0..<n).map { c in (0..<h).reduce(0) { $0 + hidden[$1] * parameters[u + $1 * n + c] } }
      total += CompositionAnalysis.crossEntropy(logits, Int(pairs.product[index]))
    }
    return total / Double(pairs.count)
  }

  private func gradient(
    _ training: CompositionTraining, _ parameters: [Float], _ pairs: CompositionPairs
  ) -> (
    gradient: [Float], loss: Double
  ) {
    var shape = training.kernelShape
    var (gradient, loss) = ([Float](repeating: 0, count: parameters.count), 0.0)
    let isDone = pairs.withKernelPairs { vitro_composition_gradient(&shape, $0, parameters, &gradient, &loss) }
    #expect(isDone)
    return (gradient, loss)
  }

  @Test(arguments: [5, 16, 17]) func gradientIsThatOfThePlainLoss(_ order: Int) throws {
    var training = CompositionTraining(TestGroups.cyclic(order), embed: 3, hidden: 19, seed: 7)
    training.fraction = 0.6
    let pairs = CompositionPairs(training.task, numbers: training.split(0).training)
    let parameters = try training.initialParameters(0)
    let (gradient, loss) = gradient(training, parameters, pairs)
    var numbers = parameters.map(Double.init)
    #expect(abs(loss - self.loss(numbers, training, pairs)) < 1e-5)
    let scale = Double(gradient.map(abs).max() ?? 0)
    for index in stride(from: 0, to: numbers.count, by: 7) {
      let (value, step) = (numbers[index], 1e-6)
      numbers[index] = value + step
      let above = self.loss(numbers, training, pairs)
      numbers[index] = value - step
      let below = self.loss(numbers, training, pairs)
      numbers[index] = value
      #expect(abs((above - below) / (2 * step) - Double(gradient[index])) < 2e-4 * scale, "parameter \(index)")
    }
  }

  /// Three elements, and a network whose answer leads by 40: the losses are 1e-17, which 1 − p in float32 would lose.
  @Test func slopesOfWellLearnedPairsKeepTheirDigits() throws {
    let task = TestGroups.cyclic(3)
    let training = CompositionTraining(task, fraction: 0.5, embed: 1, hidden: 1, seed: 0)
    // x = y = 1, W = ½: every pair's hidden value is 1, and the logits are the row of U.
    let parameters: [Float] = [1, 1, 1, 1, 1, 1, 0.5, 0.5, 40, 0, 0]
    let pairs = CompositionPairs(task, numbers: [0])
    let (gradient, loss) = gradient(training, parameters, pairs)
    let tail = exp(-40.0)
    #expect(abs(loss / (2 * tail) - 1) < 1e-5)
    let expected = [-2 * tail, tail, tail]
    for (slope, value) in zip(gradient.suffix(3), expected) { #expect(abs(Double(slope) / value - 1) < 1e-5) }
  }

  @Test func anAnswerFarBehindKeepsItsLoss() throws {
    let task = TestGroups.cyclic(3)
    let training = CompositionTraining(task, fraction: 0.5, embed: 1, hidden: 1, seed: 0)
    let parameters: [Float] = [1, 1, 1, 1, 1, 1, 0.5, 0.5, -300, 0, 0]
    let (gradient, loss) = gradient(training, parameters, CompositionPairs(task, numbers: [0]))
    #expect(abs(loss - (300 + log(2))) < 1e-4)
    #expect(abs(gradient[8] + 1) < 1e-6 && abs(gradient[9] - 0.5) < 1e-6)
  }

  @Test func aNumberThatIsNoneShows() throws {
    let task = TestGroups.cyclic(3)
    let training = CompositionTraining(task, fraction: 0.5, embed: 1, hidden: 1, seed: 0)
    let parameters: [Float] = [1, 1, 1, 1, 1, 1, 0.5, .nan, 1, 0, 0]
    #expect(!gradient(training, parameters, CompositionPairs(task, numbers: [0])).loss.isFinite)
  }
}
