import Foundation

/// The colours and the style sheet that figures share with the page around them; it travels with an exported SVG.
///
/// Series colours follow Okabe and Ito's palette, which the common kinds of colour blindness tell apart, darkened on
/// paper and lightened on dark ground until every one stands out at 3 : 1; markers and dashes tell the series apart too.
enum FigureStyle {
  /// The number of series colours; more series begin again with another marker.
  static let seriesColors = 6
  /// The number of bands of a surface; odd, so that a diverging map has a middle.
  static let bands = 15

  enum Theme { case light, dark }

  /// The custom properties of a theme.
  static func properties(_ theme: Theme) -> String {
    let base: [(String, String)]
    switch theme {
    case .light:
      base = [
        ("paper", "#fffefb"), ("raised", "#f7f5ef"), ("ink", "#1f1d1a"), ("soft", "#5d5850"), ("rule", "#d9d4c8"),
        ("grid", "#ece8df"), ("accent", "#8a3324"), ("link", "#0b5a8c"), ("warn", "#96410b"),
      ]
    case .dark:
      base = [
        ("paper", "#171614"), ("raised", "#211f1c"), ("ink", "#ece7dd"), ("soft", "#aaa397"), ("rule", "#3d3a34"),
        ("grid", "#2a2824"), ("accent", "#e39a84"), ("link", "#8cc4ee"), ("warn", "#f0a96b"),
      ]
    }
    let all =
      base + seriesPalette(theme).enumerated().map { ("s\($0)", $1) } + bandProperties(theme) + chartProperties(theme)
    return all.map { "--\($0):\($1)" }.joined(separator: ";")
  }

  /// The style sheet: both themes, and how the parts of a figure look.
  static var sheet: String {
    let series = (0..<seriesColors).map { ".s\($0){--c:var(--s\($0))}" }.joined()
    return """
      :root{color-scheme:light;\(properties(.light))}
      @media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;\(properties(.dark))}}
      @media screen{:root[data-theme=dark]{color-scheme:dark;\(properties(.dark))}}
      \(parts)
      \(chartParts)
      \(TokenDrawing.style)\(GraphDrawing.style)\(SpaceDrawing.style)
      \(series)\(bandRules)

      """
  }

  private static let parts = """
    svg.fig{font:12px "Helvetica Neue",Helvetica,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif;fill:var(--ink);
    display:block;width:100%;height:auto;overflow:visible;font-variant-numeric:tabular-nums}
    .fig .ground{fill:none}.fig .grid{stroke:var(--grid);fill:none}.fig .axis{stroke:var(--soft);fill:none}
    .fig .tick{fill:var(--soft)}.fig .title{fill:var(--ink);font-size:12px}.fig .name{fill:var(--ink)}
    .fig .halo{paint-order:stroke;stroke:var(--paper);stroke-width:3.5px;stroke-linejoin:round}
    .fig .line{fill:none;stroke:var(--c);stroke-width:2.1;stroke-linejoin:round;stroke-linecap:round}
    .fig .mark{fill:var(--c);stroke:var(--paper);stroke-width:1.2}.fig .whisker{stroke:var(--c);stroke-width:1.2;fill:none}
    .fig .band{fill:var(--c);opacity:.16}
    .fig .control .line{stroke-width:1.6;stroke-dasharray:6 4}.fig .control .mark{fill:var(--paper);stroke:var(--c);stroke-width:1.6}
    .fig .baseline{--c:var(--soft)}.fig .baseline .line{stroke-width:1.4;stroke-dasharray:.1 4.2}
    .fig .reference{--c:var(--soft)}.fig .reference .line{stroke-width:1.1}
    .fig .reference .mark{fill:none;stroke:var(--c);stroke-width:1.4}
    .fig .level{stroke:var(--soft);stroke-width:1.1;stroke-dasharray:1.5 3.5;stroke-linecap:round;fill:none}
    .fig .off{display:none}.fig .key.off{display:inline;opacity:.35}
    .fig .slice{outline:none}.fig .slice .cursor{stroke:var(--soft);stroke-width:1;opacity:0}
    .fig .slice:hover .cursor,.fig .slice:focus-visible .cursor{opacity:.75}
    .fig .slice .reach,.fig .spot .reach{fill:transparent;stroke:none}
    .fig .under{fill:var(--paper)}.fig .over{fill:var(--c)}.fig .spot{outline:none}.fig .spot:focus-visible .reach,.fig .spot:hover .reach{stroke:var(--ink);stroke-width:1.2}
    .fig .key{outline-offset:3px}.fig .neutral{--c:var(--soft)}
    .fig .region{fill:none;stroke:var(--ink);stroke-width:.9;stroke-opacity:.55;stroke-linejoin:round}
    .fig .cell{stroke:var(--paper);stroke-width:.7;stroke-linejoin:round}
    .fig .region.tint{fill:var(--ink);fill-opacity:.06}.fig .hatching{stroke:var(--ink);stroke-width:.7;stroke-opacity:.28}
    .fig .contour{fill:none;stroke:var(--ink);stroke-width:1.1;stroke-dasharray:4 3}
    .fig .boundary{fill:none;stroke:var(--ink);stroke-width:2}.fig .guide{fill:none;stroke:var(--soft);stroke-dasharray:4 4}
    .fig .arrow{fill:none;stroke:var(--ink);stroke-width:1.6}.fig .head{fill:var(--ink)}
    .fig .toned .arrow{stroke:var(--c);stroke-width:2.2}.fig .toned .head{fill:var(--c)}.fig .toned .reach{fill:none;stroke:transparent;stroke-width:12;pointer-events:stroke}
    .fig .toned:hover .arrow,.fig .toned:focus-visible .arrow{stroke-width:3.4}.fig .spot.toned:hover .reach,.fig .spot.toned:focus-visible .reach{stroke:transparent;stroke-width:12}
    .fig .curve-under{fill:none;stroke:var(--paper);stroke-width:5;stroke-opacity:.7;stroke-linejoin:round}
    .fig .segment{stroke:var(--paper);stroke-width:.6;outline:none}.fig .segment:hover,.fig .segment:focus-visible{stroke:var(--ink);stroke-width:1.4}
    .fig .bar{fill:var(--soft);opacity:.55}.fig .bar.toned{fill:var(--c);opacity:1}.fig .bar.highlight{fill:var(--s0);opacity:1}.fig .ends{stroke:var(--ink);fill:none;stroke-width:1.2}
    """
}

/// A colour in Oklab (Ottosson 2020), where equal steps look equal.
struct OklabColor {
  var lightness: Double
  var a: Double
  var b: Double

  init(lightness: Double, a: Double, b: Double) {
    (self.lightness, self.a, self.b) = (lightness, a, b)
  }

  /// Reads `#rrggbb`; what cannot be read is black.
  init(hex: String) {
    let number = Int(hex.dropFirst(), radix: 16) ?? 0
    let linear = [16, 8, 0].map { shift -> Double in
      let c = Double((number >> shift) & 255) / 255
      return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4)
    }
    let (red, green, blue) = (linear[0], linear[1], linear[2])
    let l = cbrt(0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue)
    let m = cbrt(0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue)
    let s = cbrt(0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue)
    lightness = 0.210_454_255_3 * l + 0.793_617_785 * m - 0.004_072_046_8 * s
    a = 1.977_998_495_1 * l - 2.428_592_205 * m + 0.450_593_709_9 * s
    b = 0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766 * s
  }

  func mixed(with other: OklabColor, _ t: Double) -> OklabColor {
    OklabColor(
      lightness: lightness + t * (other.lightness - lightness), a: a + t * (other.a - a), b: b + t * (other.b - b))
  }

  var hex: String {
    let l = pow(lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b, 3)
    let m = pow(lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b, 3)
    let s = pow(lightness - 0.089_484_177_5 * a - 1.291_485_548 * b, 3)
    let linear = [
      4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
      -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
      -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s,
    ]
    let bytes = linear.map { c in
      let c = min(max(c, 0), 1)
      return Int(((c <= 0.003_130_8 ? 12.92 * c : 1.055 * pow(c, 1 / 2.4) - 0.055) * 255).rounded())
    }
    return String(format: "#%02x%02x%02x", bytes[0], bytes[1], bytes[2])
  }
}
