import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroNetworks
import VitroTensor

@testable import VitroModels

/// What pretrained models are known to say.
@Suite("Pretrained models behave")
struct PretrainedBehaviourTests {
  @Test("stories260K tells its story")
  func storiesAreTold() throws {
    guard PretrainedModels.has("stories260K"), let path = PretrainedModels.path("stories260K") else { return }
    let model = try LanguageModel(path)
    let start = try model.tokenizer.encode("Once upon a time").map(\.id)
    let text = try model.tokenizer.decode(start + model.generate(after: start, Generation(count: 60)))
    #expect(
      text.hasPrefix(
        "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball"
      ), "\(text)")
  }

  @Test("SmolLM2 knows where Paris is, and to whom John gave a drink")
  func smolLMKnows() throws {
    guard PretrainedModels.has("smollm2"), let path = PretrainedModels.path("smollm2") else { return }
    let model = try LanguageModel(path)
    func best(_ prompt: String) throws -> (text: String, probability: Double) {
      let tokens = try model.tokenizer.encode(prompt).map(\.id)
      let logits = try model.run([tokens]).output.select(at: tokens.count - 1)
      let id = try Int(logits.argmax().item())
      return (try model.tokenizer.text(of: id), try logits.softmax().select(at: id).item())
    }
    let capital = try best("The capital of France is")
    #expect(capital.text.contains("Paris") && abs(capital.probability - 0.77) < 0.01, "\(capital)")
    let drink = try best("When Mary and John went to the store, John gave a drink to")
    #expect(drink.text.contains("Mary") && abs(drink.probability - 0.92) < 0.01, "\(drink)")
  }

  @Test("MiniLM's sentences are as similar as its users know")
  func sentencesAreSimilar() throws {
    guard PretrainedModels.has("minilm"), let path = PretrainedModels.path("minilm") else { return }
    let model = try LanguageModel(path)
    let texts = try [
      "A man is eating food.", "A man is eating a piece of bread.", "A cheetah is running behind its prey.",
    ]
    .map { try model.tokenizer.encode($0).map(\.id) }
    let run = try model.run(texts)
    let means = try run.ranges.map { rows in
      let mean = try run.output.slice(rows).mean(axes: [0])
      return try mean / mean.norm()
    }
    // As transformers has it.
    #expect(try abs(means[0].dot(means[1]).item() - 0.7553) < 5e-4)
    #expect(try abs(means[0].dot(means[2]).item() - 0.1419) < 5e-4)
  }

  // MARK: - Small networks of TransformerLens

  private func network(_ name: String, _ settings: String = "{}") throws -> LanguageModel? {
    let path = PretrainedModels.networks + "/\(name).safetensors"
    guard FileManager.default.fileExists(atPath: path) else {
      print("Skipped: \(path) is not there.")
      return nil
    }
    let configuration = ConfigurationFile(
      file: "settings", values: try JSONDecoder().decode([String: JSONValue].self, from: Data(settings.utf8)))
    return try LanguageModel(
      transformerLens: SafetensorsStore(path), configuration: configuration, named: name, dtype: .float32)
  }

  @Test("The network of addition modulo 113 is right on all pairs")
  func additionIsRight() throws {
    guard let model = try network("mod_addition_113") else { return }
    let pairs = (0..<113 * 113).map { [$0 / 113, $0 % 113, 113] }
    let run = try model.run(pairs)
    let answers = try run.output.slice(axis: 1, 0..<113).argmax().array(of: Int64.self)
    let right = pairs.indices.count { Int(answers[3 * $0 + 2]) == (pairs[$0][0] + pairs[$0][1]) % 113 }
    #expect(right == 113 * 113)
  }

  @Test("The brackets classifier is right on the first 3000 strings")
  func bracketsAreRight() throws {
    guard let model = try network("brackets_3l", #"{"attention_dir": "bidirectional"}"#) else { return }
    let path = PretrainedModels.networks + "/brackets_data.json"
    let data = try JSONDecoder().decode([Example].self, from: Data(contentsOf: URL(filePath: path))).prefix(3000)
    // Without padding: start, brackets, end.
    let texts = data.map { [0] + $0.brackets.map { $0 == "(" ? 3 : 4 } + [2] }
    let run = try model.run(texts)
    let answers = try run.output.argmax().array(of: Int64.self)
    let right = zip(run.ranges, data).count { (answers[$0.lowerBound] == 1) == $1.isBalanced }
    #expect(right == 3000)
  }

  private struct Example: Decodable {
    var brackets: String
    var isBalanced: Bool

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      brackets = try container.decode(String.self)
      isBalanced = try container.decode(Bool.self)
    }
  }

  @Test("The network that sorts ten numbers is right on 99.8 % of tokens")
  func numbersAreSorted() throws {
    guard let model = try network("sorted_list_1l") else { return }
    var stream = RandomStream(seed: 2, "lists")
    // It was trained on numbers without repeats.
    let lists = (0..<500).map { _ in Array(stream.permutation(51).prefix(10)) }
    let texts = lists.map { $0 + [51] + $0.sorted() }
    let run = try model.run(texts)
    let answers = try run.output.argmax().array(of: Int64.self)
    var right = 0
    for (text, rows) in zip(texts, run.ranges) {
      right += (10..<20).count { Int(answers[rows.lowerBound + $0]) == text[$0 + 1] }
    }
    #expect(Double(right) / 5000 > 0.998, "\(right) of 5000")
  }

  @Test("The induction network repeats what came before, and nothing else")
  func inductionRepeats() throws {
    guard let model = try network("induction_2l_attn") else { return }
    var stream = RandomStream(seed: 3, "strings")
    let texts = (0..<64).map { _ in
      let string = stream.draw(words: 16).map { Int($0 % 128) }
      return string + string + string
    }
    let run = try model.run(texts)
    let answers = try run.output.argmax().array(of: Int64.self)
    func accuracy(_ places: Range<Int>) -> Double {
      let right = zip(texts, run.ranges).reduce(0) { sum, pair in
        sum + places.count { Int(answers[pair.1.lowerBound + $0]) == pair.0[$0 + 1] }
      }
      return Double(right) / Double(places.count * texts.count)
    }
    #expect(accuracy(32..<47) > 0.8, "\(accuracy(32..<47))")
    #expect(accuracy(0..<15) < 0.03)
  }
}
