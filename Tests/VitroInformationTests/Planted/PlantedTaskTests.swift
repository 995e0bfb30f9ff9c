import Testing
import VitroCore
import VitroFitting
import VitroModels
import VitroNetworks
import VitroTensor

@testable import VitroInformation

@Suite struct PlantedTaskTests {
  @Test(arguments: PlantedTask.allCases) func textsFollowFromTheSeedAndBothLabelsOccur(_ task: PlantedTask) {
    let texts = task.texts(400, seed: 3)
    #expect(texts == task.texts(400, seed: 3))
    #expect(texts != task.texts(400, seed: 4))
    let share = Double(texts.count { $0.label == 1 }) / 400
    #expect((0.3...0.7).contains(share))
    for text in texts {
      #expect(text.tokens.count == text.words.count && text.tokens.count == text.isRelevant.count)
      #expect(text.tokens.allSatisfy(task.vocabulary.indices.contains))
      #expect(!zip(text.isMark, text.isRelevant).contains { $0 && $1 })
    }
  }

  @Test func labelsFollowFromTheRelevantWordsAlone() {
    for text in PlantedTask.firstWord.texts(100, seed: 0) {
      #expect(text.isRelevant.firstIndex(of: true) == 1)
      #expect(text.label == (text.tokens[1] > 8 ? 1 : 0))
    }
    for text in PlantedTask.kthWord.texts(100, seed: 0, position: 3) {
      #expect(text.isRelevant.firstIndex(of: true) == 3 && text.isRelevant.count { $0 } == 1)
      #expect(text.label == (text.tokens[3] > 8 ? 1 : 0))
    }
    for task in [PlantedTask.count, .brackets] {
      for text in task.texts(200, seed: 0) {
        let stop = text.tokens.firstIndex(of: PlantedTask.stop) ?? 0
        let marks = Array(text.tokens[1..<stop])
        #expect(marks.allSatisfy { $0 == 1 || $0 == 2 } && text.isMark[stop] && text.isMark[0])
        #expect(text.isRelevant == text.tokens.indices.map { (1..<stop).contains($0) })
        #expect(text.tokens[(stop + 1)...].contains { $0 != PlantedTask.stop })
        let label = task == .count ? marks.count { $0 == 2 } > marks.count / 2 : PlantedTask.isBalanced(marks)
        #expect(label == (text.label == 1))
      }
    }
    for text in PlantedTask.digits.texts(200, seed: 0) {
      let query = text.query ?? []
      #expect(query.count == 2 && query[0] != query[1] && (1...10).contains(text.tokens.count))
      #expect(text.isRelevant == text.tokens.map(query.contains))
    }
  }

  @Test func everyWordOfACountThatIsMoreFrequentDecides() {
    for text in PlantedTask.count.texts(50, seed: 1) {
      let marks = text.tokens.indices.filter { text.isRelevant[$0] }
      #expect([3, 5].contains(marks.count))
      #expect(marks.count { text.tokens[$0] == 1 + text.label } == marks.count / 2 + 1)
    }
  }

  @Test func distributionsAreUniformOverRelevantWords() {
    let text = PlantedText(
      tokens: [1, 2, 3], words: ["1", "2", "3"], isRelevant: [true, false, true], isMark: [false, false, false],
      label: 0)
    #expect(text.distribution == [0.5, 0, 0.5])
  }

  @Test(arguments: [(PlantedTask.firstWord, "lstm"), (.count, "encoder"), (.firstWord, "cnn")])
  func networksSolveTheirTasks(_ task: PlantedTask, _ reader: String) throws {
    var training = PlantedNetwork.Training()
    training.texts = 3000
    let trained = try PlantedNetwork.train(task, .init(rawValue: reader), seed: 0, training: training)
    let accuracy = try trained.accuracy(PlantedNetwork.testTexts(task, training, seed: 0))
    #expect(accuracy.value >= PlantedNetwork.solved, "\(task) \(reader) \(accuracy)")
    let texts = try trained.texts(task.texts(5, seed: 9))
    #expect(texts[0].isSpecial[0] && texts[0].words[0] == "[CLS]")
    #expect(texts[2].vectors.shape == [texts[2].count, trained.network.width])
    #expect(trained.features.last == Feature("logits"))
  }

  @Test func lookingAtANetworkBetweenPassesDoesNotChangeWhatItLearns() throws {
    var training = PlantedNetwork.Training()
    (training.texts, training.heldOut, training.epochs) = (400, 100, 3)
    let plain = try PlantedNetwork.train(.firstWord, .lstm, seed: 0, training: training)
    var epochs: [Int] = []
    let watched = try PlantedNetwork.train(.firstWord, .lstm, seed: 0, training: training) { epoch, _ in
      epochs.append(epoch)
    }
    #expect(epochs.count >= 2 && epochs == Array(epochs.indices))
    for name in plain.whole.parameters.names {
      #expect(
        try plain.whole.parameters.value(named: name).isIdentical(to: watched.whole.parameters.value(named: name)))
    }
  }

  @Test func theToyNetworkIsMeasuredBehindItsEncoder() throws {
    let trained = try DigitsNetwork.train(seed: 0, epochs: 4)
    #expect(trained.network.width == 2 && trained.network.entersAtInput)
    let planted = PlantedTask.digits.texts(40, seed: 5)
    let texts = try trained.texts(planted)
    // The part behind the encoder answers as the whole does.
    let answers = try trained.network.answers(texts).map { $0[0] }
    for (text, answer) in zip(planted, answers) {
      let whole = try trained.whole.run(DigitsNetwork.inputs([text])).output.item()
      #expect(abs(whole - answer) < 1e-5)
    }
    #expect(try trained.accuracy(PlantedTask.digits.texts(300, seed: 6)).value > 0.7)
  }
}
