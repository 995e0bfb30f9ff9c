internal import VitroCore
internal import VitroFitting

/// Which probes are fitted, and how: what studies of any network have in common.
struct ProbeChoice: Sendable {
  var kinds: [ProbeKind]
  var standardizing: Bool
  var balanced: Bool
  var neurons: Int
  var hidden: Int
  /// Whether the online code length is measured too.
  var code: Bool

  static var kindNames: String { ProbeKind.allCases.map(\.rawValue).joined(separator: ", ") }

  /// How a probe of a kind is fitted.
  func settings(_ kind: ProbeKind, seed: UInt64) -> ProbeSettings {
    ProbeSettings(
      kind, standardizing: standardizing, classWeights: balanced ? .balanced : .uniform, neurons: neurons,
      hiddenUnits: hidden, seed: seed)
  }

  /// Refuses kinds, taps and divisions that make no sense.
  func check(for study: String, taps: [String], folds: Int, repeats: Int) throws {
    func refuse(_ field: String, _ message: String, hint: String? = nil) -> VitroError {
      VitroError(.argument, study, message, hint: hint, details: ["field": field])
    }
    guard !kinds.isEmpty else {
      throw refuse("probes", "no kind of probe is named", hint: "Kinds: \(Self.kindNames).")
    }
    if let twice = kinds.indices.first(where: { kinds[..<$0].contains(kinds[$0]) }) {
      throw refuse("probes", "'\(kinds[twice].rawValue)' is named twice")
    }
    if taps.contains("") { throw refuse("taps", "an empty name stands among the taps \(taps)") }
    if folds == 1 { throw refuse("folds", "1 fold leaves nothing to fit to, expected 0 or 2 and more") }
    if folds > 0, repeats > 1 {
      throw refuse("repeats", "--folds and --repeats both divide the examples: name one of them")
    }
    if code, !kinds.contains(where: \.givesProbabilities) {
      throw refuse(
        "code",
        "a code length needs probabilities, which \(kinds.map(\.rawValue).joined(separator: " and ")) do not give",
        hint:
          "Kinds that do: \(ProbeKind.allCases.filter(\.givesProbabilities).map(\.rawValue).joined(separator: ", ")).")
    }
  }
}
