internal import VitroCore
public import VitroNetworks

extension TextNetwork {
  /// What a reader of a text network must know of it beside its graph: it travels in the graph's metadata.
  public struct Layout: Sendable, Hashable {
    /// What it is: `vitro-lstm`, `vitro-decoder`, ….
    public var family: String
    /// The values with one row for each token, from the embedding on, layer by layer.
    public var residualTaps: [String]
    /// The length of a token's vector.
    public var width: Int
    /// The most tokens of a text.
    public var context: Int
    /// The number of tokens that the network knows.
    public var vocabulary: Int
    /// Whether a state depends on no token after its own.
    public var isCausal: Bool
    /// Whether it answers at each token with the scores of the next one.
    public var predictsNext: Bool

    init(
      family: String, residualTaps: [String], width: Int, context: Int, vocabulary: Int, isCausal: Bool,
      predictsNext: Bool
    ) {
      self.family = family
      self.vocabulary = vocabulary
      self.predictsNext = predictsNext
      self.residualTaps = residualTaps
      self.width = width
      self.context = context
      self.isCausal = isCausal
    }

    var metadata: [String: String] {
      [
        "family": family, "hiddenStates": residualTaps.joined(separator: ","), "width": "\(width)",
        "context": "\(context)", "vocabulary": "\(vocabulary)", "causal": "\(isCausal)",
        "predictsNext": "\(predictsNext)",
      ]
    }

    /// Whether a network says of itself that it is a text network made here.
    public static func describes(_ network: Network) -> Bool {
      network.graph.metadata["family"]?.hasPrefix("vitro-") ?? false
    }

    /// Reads and checks what a network says of itself.
    ///
    /// - Throws: ``/VitroCore/VitroError`` (`malformed`) when something is missing or contradicts the graph.
    public init(_ network: Network) throws {
      let metadata = network.graph.metadata
      func malformed(_ key: String, expected: String) -> VitroError {
        let found = metadata[key].map { "'\($0.prefix(80))'" } ?? "nothing"
        return VitroError(
          .malformed, "text network '\(network.graph.name)'", "metadata.\(key): found \(found), expected \(expected)",
          details: ["field": "metadata.\(key)", "found": found, "expected": expected])
      }
      func number(_ key: String) throws -> Int {
        guard let value = metadata[key].flatMap({ Int($0) }), (1...1 << 24).contains(value) else {
          throw malformed(key, expected: "a whole number of 1 or more")
        }
        return value
      }
      guard let family = metadata["family"] else { throw malformed("family", expected: "the kind of network") }
      let taps = (metadata["hiddenStates"] ?? "").split(separator: ",").map(String.init)
      let known = Set(network.tapNames)
      guard !taps.isEmpty, taps.allSatisfy(known.contains) else {
        throw malformed("hiddenStates", expected: "names of values of the network")
      }
      guard network.graph.inputs.count == 1, network.graph.inputs[0].shape == [-1] else {
        throw VitroError(
          .malformed, "text network '\(network.graph.name)'", "its input is not one list of tokens",
          details: ["field": "inputs", "expected": "one input [-1]"])
      }
      self.init(
        family: family, residualTaps: taps, width: try number("width"), context: try number("context"),
        vocabulary: try number("vocabulary"), isCausal: metadata["causal"] == "true",
        predictsNext: metadata["predictsNext"] == "true")
    }
  }
}
