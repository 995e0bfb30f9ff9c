internal import VitroLab

/// The flow picture: how the energy of each layer divides among simples.
enum EnergyFlow {
  /// More names than these have colours that cannot be told apart; the rest is one part.
  static let mostNames = 11

  /// One stack for each tap, from the input on; the simples with most energy anywhere, and the rest together.
  ///
  /// - Parameter shares: `[tap][simple]`.
  static func bars(taps: [String], names: [String], shares: [[Double]]) -> BarFigure {
    let largest = names.indices.map { simple in shares.map { $0[simple] }.max() ?? 0 }
    let order = names.indices.sorted { largest[$0] > largest[$1] }
    let shown = names.count <= mostNames + 1 ? Array(names.indices) : order.prefix(mostNames).sorted()
    return BarFigure(
      label: "layer", value: Axis("share of the energy", format: .percent(0)),
      bars: zip(taps, shares).map { tap, shares in
        var segments = shown.map { BarFigure.Segment(names[$0], shares[$0]) }
        let rest = shares.reduce(0, +) - shown.reduce(0) { $0 + shares[$1] }
        if shown.count < names.count { segments.append(.init("\(names.count - shown.count) others", rest)) }
        return BarFigure.Bar(tap, segments: segments)
      })
  }
}
