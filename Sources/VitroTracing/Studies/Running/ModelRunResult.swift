internal import VitroCore
internal import VitroLab
internal import VitroModels
internal import VitroNetworks

/// What came of running a model on a text.
struct ModelRunResult {
  /// The tokens that a model added to a text.
  struct Continuation: Codable, Sendable {
    /// The tokens.
    var tokens: [Int]
    /// −log p of each, in nats, whatever the temperature.
    var losses: [Double]
  }

  let words: ModelWords
  let text: String
  let tokens: [Tokenizer.Token]
  let answer: ModelAnswer
  var lens: LogitLens?
  var added: Continuation?
  var recorded: [String] = []

  init(words: ModelWords, text: String, tokens: [Tokenizer.Token], answer: ModelAnswer) {
    (self.words, self.text, self.tokens, self.answer) = (words, text, tokens, answer)
  }

  /// Whether outputs are tokens of the vocabulary.
  private var answersInTokens: Bool { answer.kind == .next || answer.kind == .masked }

  /// The name of an output that is no token: its class, where the network says it.
  private func output(_ id: Int) -> String {
    let classes = words.model.network.graph.metadata["classes"]?.split(separator: ",").map(String.init) ?? []
    return classes.indices.contains(id) ? classes[id] : "output \(id)"
  }

  func word(_ id: Int) -> String { answersInTokens ? words.word(id) : output(id) }
  func quoted(_ id: Int) -> String { answersInTokens ? words.quoted(id) : output(id) }
  func label(_ id: Int) -> String { answersInTokens ? words.label(id) : output(id) }

  private func fact(_ guesses: [LogitLens.Guess]) -> JSONValue {
    .array(guesses.map(fact))
  }

  private func fact(_ guess: LogitLens.Guess) -> JSONValue {
    ["token": .string(word(guess.id)), "id": .integer(guess.id), "probability": .number(guess.probability)]
  }

  func facts() throws -> [String: JSONValue] {
    var facts: [String: JSONValue] = ["model": .string(words.model.name), "answer": .string(answer.kind.rawValue)]
    facts["top"] = fact(answer.places.first?.guesses ?? [])
    facts["loss"] = .numbers(answer.losses)
    switch answer.kind {
    case .next, .outputs: break
    case .masked:
      facts["masks"] = .array(
        answer.places.map { ["position": .integer($0.position), "top": fact($0.guesses)] })
    case .hidden:
      facts["embedding"] = ["norm": .number(answer.pooledNorm), "width": .integer(try words.model.width)]
    }
    if let lens {
      facts["lens"] = .array(
        lens.taps.enumerated().map { layer, tap in
          let guesses = tokens.indices.map { position -> JSONValue in
            lens.top(1, layer: layer, position: position).first.map(fact) ?? .null
          }
          return ["tap": .string(tap), "guesses": .array(guesses)]
        })
    }
    if let added {
      facts["text"] = .string(try continuation(added))
      facts["generated"] = .array(added.tokens.map(JSONValue.integer))
    }
    if !recorded.isEmpty { facts["recorded"] = .array(recorded.map(JSONValue.string)) }
    return facts
  }

  func continuation(_ added: Continuation) throws -> String {
    try words.text(of: added.tokens, after: tokens.map(\.id))
  }
}
