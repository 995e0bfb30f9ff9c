internal import VitroCore
internal import VitroLab

/// What reports and scripts are told of the settings.
extension InformationSettings {
  /// The keys that scripts rely on.
  var facts: [String: JSONValue] {
    var facts: [String: JSONValue] = [
      "cap": .number(cap), "samples": .integer(samples), "mostSamples": .integer(mostSamples),
      "chains": .integer(chains), "tolerance": .number(tolerance), "seed": .string("\(seed)"),
    ]
    switch form {
    case .fixedDistortion(let delta): facts["distortion"] = .number(delta)
    case .penalty(let rate, let scale): (facts["rate"], facts["scale"]) = (.number(rate), .number(scale))
    }
    return facts
  }

  /// How a word's noise is found, as half a sentence.
  var words: String {
    let form =
      switch form {
      case .fixedDistortion(let delta): "the layer's mean squared change held at \(delta) of its variance"
      case .penalty(let rate, let scale):
        "the published objective (by this measure's own search), rate \(rate), scale \(NumberFormat.significant(3).text(scale))"
      }
    let most = max(samples, mostSamples)
    let passes = "\(chains) independent seeds within \(samples) passes for each text and layer"
    return
      "the largest noise with \(form); capped at \(cap) times the words' spread; \(passes)"
      + (most > samples ? ", and up to \(most) where those were not enough" : "")
  }
}
