public import VitroLab
internal import VitroTensor

/// A task of texts whose relevant words are known, because the task says which they are.
///
/// A method that finds other words is wrong about a network that solves the task. In the tasks of words an irrelevant word may become any other word of the
/// vocabulary, and the label stays. That is why words which do not count stand behind a `stop`, and not between those that do: a word between them
/// must not be one that counts, which is something to know of it.
///
/// ```swift
/// let planted = PlantedTask.count.texts(100, seed: 0)
/// print(planted[0].words, planted[0].label, planted[0].isRelevant)
/// ```
public enum PlantedTask: String, Sendable, Hashable, Codable, CaseIterable, FieldValue {
  /// Whether the first word is an animal or a plant.
  case firstWord = "first-word"
  /// The same of a later word, the third unless another is asked for.
  case kthWord = "kth-word"
  /// Whether `up` or `down` occurs more often before the word `stop`: always once more than the other.
  ///
  /// Any one word of the more frequent kind decides: without it the answer would not stand. That those of the other kind count as relevant too is a convention: all of them
  /// must be read, but the answer stays without any one of them.
  case count
  /// Whether the brackets before the word `stop` are balanced.
  case brackets
  /// Whether digit m occurs more often than digit n, both asked for beside the text: the toy task of De Cao et al., *How do Decisions Emerge across Layers in
  /// Neural Models?* (2020).
  case digits

  /// What is asked, for a report.
  public var title: String {
    switch self {
    case .firstWord: "first word"
    case .kthWord: "k-th word"
    case .count: "count"
    case .brackets: "brackets"
    case .digits: "digits"
    }
  }

  /// The names of the classes.
  public var classes: [String] {
    switch self {
    case .firstWord, .kthWord: ["animal", "plant"]
    case .count: ["down", "up"]
    case .brackets: ["unbalanced", "balanced"]
    case .digits: ["not more", "more"]
    }
  }

  /// The words, by token; the first of the tasks with words stands before each text.
  public var vocabulary: [String] {
    switch self {
    case .digits: (0..<10).map(String.init)
    case .firstWord, .kthWord: [Self.beginning] + Self.animals + Self.plants
    case .count: [Self.beginning, "down", "up", "stop"] + Self.plants
    case .brackets: [Self.beginning, "(", ")", "stop"] + Self.plants
    }
  }

  /// What stands before each text: it marks a place, as `stop` does, and is neither relevant nor irrelevant.
  static let beginning = "[CLS]"
  private static let animals = ["cat", "dog", "fox", "owl", "elk", "ape", "hen", "cow"]
  private static let plants = ["oak", "elm", "ivy", "fir", "ash", "yew", "fig", "rye"]
  /// The numbers of words of a text, without the mark before it: few, for texts of one length run together.
  private static let lengths = [9, 12]

  /// Draws texts; the same seed and number give the same text.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - seed: What they are drawn from.
  ///   - position: Which word decides in the task ``kthWord``, counted from 1 to 9.
  public func texts(_ count: Int, seed: UInt64, position: Int = 3) -> [PlantedText] {
    (0..<count).map { number in
      var draw = Draw(RandomStream(seed: seed, "planted \(rawValue)", number))
      return switch self {
      case .firstWord: word(at: 1, &draw)
      case .kthWord: word(at: min(max(position, 1), Self.lengths[0]), &draw)
      case .count: counted(&draw)
      case .brackets: bracketed(&draw)
      case .digits: digits(&draw)
      }
    }
  }

  private func word(at place: Int, _ draw: inout Draw) -> PlantedText {
    let length = Self.lengths[draw.below(Self.lengths.count)]
    let tokens = [0] + (0..<length).map { _ in 1 + draw.below(Self.animals.count + Self.plants.count) }
    return PlantedText(
      tokens: tokens, words: tokens.map { vocabulary[$0] }, isRelevant: tokens.indices.map { $0 == place },
      isMark: tokens.indices.map { $0 == 0 }, label: tokens[place] > Self.animals.count ? 1 : 0)
  }

  /// Words that count, `stop`, and words that do not, among them such as would.
  private func stopped(_ marks: [Int], label: Int, _ draw: inout Draw) -> PlantedText {
    let length = Self.lengths[1]
    let rest = (0..<length - marks.count - 1).map { _ in
      draw.below(2) == 0 ? 1 + draw.below(2) : Self.stop + 1 + draw.below(Self.plants.count)
    }
    let tokens = [0] + marks + [Self.stop] + rest
    return PlantedText(
      tokens: tokens, words: tokens.map { vocabulary[$0] },
      isRelevant: tokens.indices.map { (1...marks.count).contains($0) },
      isMark: tokens.indices.map { $0 == 0 || $0 == marks.count + 1 }, label: label)
  }

  /// The token of `stop`, in the tasks that have it; those before it are the ones that count.
  static let stop = 3

  private func counted(_ draw: inout Draw) -> PlantedText {
    let (label, fewer) = (draw.below(2), 1 + draw.below(2))
    let marks = [Int](repeating: 1 + label, count: fewer + 1) + [Int](repeating: 2 - label, count: fewer)
    return stopped(draw.shuffled(marks), label: label, &draw)
  }

  private func bracketed(_ draw: inout Draw) -> PlantedText {
    let pairs = 2 + draw.below(2)
    func shuffled(_ draw: inout Draw) -> [Int] {
      draw.shuffled([Int](repeating: 1, count: pairs) + [Int](repeating: 2, count: pairs))
    }
    var marks = shuffled(&draw)
    let label = draw.below(2)
    // Half of the unbalanced ones have as many opening as closing brackets.
    let isFlipped = label == 0 && draw.below(2) == 0
    while Self.isBalanced(marks) != (label == 1 || isFlipped) { marks = shuffled(&draw) }
    if isFlipped {
      let place = draw.below(marks.count)
      marks[place] = 3 - marks[place]
    }
    return stopped(marks, label: label, &draw)
  }

  /// Whether brackets, 1 opening and 2 closing, are balanced.
  static func isBalanced(_ marks: [Int]) -> Bool {
    var depth = 0
    for mark in marks {
      depth += mark == 1 ? 1 : -1
      if depth < 0 { return false }
    }
    return depth == 0
  }

  /// One to ten digits, of which m and n come with probability ¼ each and the other eight share the rest.
  private func digits(_ draw: inout Draw) -> PlantedText {
    let query = Array(draw.shuffled(Array(0..<10)).prefix(2))
    let others = (0..<10).filter { !query.contains($0) }
    let tokens = (0..<1 + draw.below(10)).map { _ in
      let quarter = draw.below(4)
      return quarter < 2 ? query[quarter] : others[draw.below(others.count)]
    }
    let (more, less) = (tokens.count { $0 == query[0] }, tokens.count { $0 == query[1] })
    return PlantedText(
      tokens: tokens, words: tokens.map(String.init), isRelevant: tokens.map(query.contains),
      isMark: tokens.map { _ in false }, label: more > less ? 1 : 0, query: query)
  }
}

/// A text of a planted task, with its label and the truth about its words.
public struct PlantedText: Sendable, Hashable, Codable {
  /// The tokens.
  public var tokens: [Int]
  /// The same as words.
  public var words: [String]
  /// Whether each word decides the label.
  public var isRelevant: [Bool]
  /// Whether each token marks a place and is not judged.
  public var isMark: [Bool]
  /// The class.
  public var label: Int
  /// The digits m and n that are asked for beside the text, in the task that asks.
  public var query: [Int]?

  /// The truth as a distribution: uniform over the relevant words; nothing where there are none.
  public var distribution: [Double]? {
    let relevant = isRelevant.count { $0 }
    guard relevant > 0 else { return nil }
    return isRelevant.map { $0 ? 1 / Double(relevant) : 0 }
  }
}

/// Whole numbers from a stream.
private struct Draw {
  var stream: RandomStream

  init(_ stream: RandomStream) { self.stream = stream }

  mutating func below(_ count: Int) -> Int {
    Int(stream.draw(words: 1)[0].multipliedFullWidth(by: UInt32(count)).high)
  }

  mutating func shuffled(_ values: [Int]) -> [Int] { stream.permutation(values.count).map { values[$0] } }
}
