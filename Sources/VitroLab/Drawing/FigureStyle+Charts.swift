import Foundation

extension FigureStyle {
  /// What of a theme only charts need: the colour of a number on each band, and which of two pictures is shown.
  static func chartProperties(_ theme: Theme) -> [(String, String)] {
    let maps: [(String, ScalarField.ColorMap)] = [("nd", .diverging), ("nq", .sequential)]
    return maps.flatMap { prefix, map in
      colors(map, theme).enumerated().map { ("\(prefix)\($0)", textColor(on: $1)) }
    } + [("on-light", theme == .light ? "inline" : "none"), ("on-dark", theme == .dark ? "inline" : "none")]
  }

  /// Black or white, whichever stands out more; one of them always does at 4.58 : 1 or better.
  static func textColor(on hex: String) -> String {
    contrast(hex, "#000000") >= contrast(hex, "#ffffff") ? "#000" : "#fff"
  }

  /// The contrast of two colours by WCAG 2, from 1 to 21.
  static func contrast(_ a: String, _ b: String) -> Double {
    let (low, high) = (min(luminance(a), luminance(b)), max(luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)
  }

  private static func luminance(_ hex: String) -> Double {
    let number = Int(hex.dropFirst(), radix: 16) ?? 0
    let parts = [16, 8, 0].map { shift -> Double in
      let c = Double((number >> shift) & 255) / 255
      return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
  }

  /// How the parts of charts look.
  static let chartParts = """
    .fig .line.fine{stroke-width:1.2}.fig .on-light{display:var(--on-light)}.fig .on-dark{display:var(--on-dark)}.fig .pixels{image-rendering:pixelated}
    .fig .cells{shape-rendering:crispEdges}.fig .number{text-anchor:middle;font-size:11px;pointer-events:none}
    .fig .pad{fill:transparent;outline:none;touch-action:pan-y}.fig .border{fill:none;stroke:var(--rule)}
    .fig .pad:focus-visible{stroke:var(--link);stroke-width:2}
    .fig .pointer{fill:none;stroke:var(--ink);stroke-width:1.4;pointer-events:none}.fig .pointer.under{stroke:var(--paper);stroke-width:3.4}
    .fig .lasso{fill:var(--ink);fill-opacity:.08;stroke:var(--soft);stroke-width:1;pointer-events:none}
    .fig .dots{fill:none;stroke:var(--c);stroke-linecap:round}.fig .dots.rim{stroke:var(--soft)}
    .fig .cloud .mark{stroke-width:.5}.fig .bead{stroke:var(--soft);stroke-width:.8}.fig .bead.unknown{fill:var(--paper)}.fig .dots.unknown{stroke:var(--paper)}.fig .link{fill:none;stroke:var(--soft);stroke-width:1.2;stroke-opacity:.7}
    .fig .ray{fill:none;stroke:var(--c);stroke-width:1.6}.fig .tip-of-ray{fill:var(--c)}
    .fig .picture{fill:none;stroke:var(--rule);stroke-width:1}.fig .picture.framed{stroke:var(--c);stroke-width:2}
    \((0..<bands).map { ".fig .nd\($0){fill:var(--nd\($0))}.fig .nq\($0){fill:var(--nq\($0))}.dots.d\($0){stroke:var(--d\($0))}.dots.q\($0){stroke:var(--q\($0))}" }.joined())
    """
}
