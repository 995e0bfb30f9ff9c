import Foundation
import Testing

@testable import VitroLab

/// Reports that someone broke on purpose: whatever the JSON says, it is refused or shown, soon and without a crash.
@Suite struct MutatedReportTests {
  static let seeds = 8
  static let reportsForEachSeed = 300

  @Test(arguments: 0..<seeds) func brokenReportsAreRefusedOrShown(seed: Int) throws {
    var random = SplitMix(seed: UInt64(seed) &* 7919 &+ 3)
    var (opened, valid) = (0, 0)
    var template: Any = 0
    for number in 0..<Self.reportsForEachSeed {
      // A new whole one every so often, so that all lengths and kinds are met.
      if number % 40 == 0 { template = try Self.template(&random) }
      var object = template
      for _ in 0..<Int.random(in: 1...4, using: &random) { object = JSONMutation.mutated(object, &random) }
      let data = try JSONSerialization.data(withJSONObject: object, options: [.fragmentsAllowed])
      guard let report = try? Report(json: data) else { continue }
      opened += 1
      if (try? report.validate()) != nil { valid += 1 }
      let time = ContinuousClock().measure { Self.show(report, number, &random) }
      #expect(time < .seconds(20), "seed \(seed), report \(number)")
    }
    // Most of what is changed must get past the decoder, or this tests nothing.
    #expect(opened > Self.reportsForEachSeed / 3 && valid > 0, "\(opened) opened, \(valid) valid")
  }

  /// Renders the report, each in its turn by another renderer.
  private static func show(_ report: Report, _ number: Int, _ random: inout SplitMix) {
    switch number % 3 {
    case 0:
      let page = HTMLRenderer().render(report)
      #expect(page.hasSuffix("</html>\n") && page.utf8.count < 20_000_000)
    case 1:
      let style = TerminalStyle(
        width: Int.random(in: 40...120, using: &random), color: .allCases.randomElement(using: &random) ?? .none,
        charset: .allCases.randomElement(using: &random) ?? .ascii)
      TerminalPropertyTests.check(TerminalRenderer(style: style).render(report), style)
    default:
      for figure in report.figures { #expect(SVGRenderer(theme: .light).render(figure).hasSuffix("</svg>\n")) }
    }
  }

  private static func template(_ random: inout SplitMix) throws -> Any {
    let words = ["layer", "conv1.relu", "日本語", "**b**", "</script>", ""]
    var report = RandomReport.make(&random, words: words)
    // The blocks stand in random order; a few of them leave time for many reports.
    report.sections[0].blocks = Array(report.sections[0].blocks.prefix(4))
    return try JSONSerialization.jsonObject(with: report.json())
  }
}

/// Small changes to JSON that leave it JSON.
enum JSONMutation {
  /// The value with one part of it changed.
  static func mutated(_ value: Any, _ random: inout SplitMix) -> Any {
    // Deep parts are many; the walk goes down as often as it can.
    if let object = value as? [String: Any], !object.isEmpty, Int.random(in: 0..<40, using: &random) > 0 {
      var object = object
      guard let key = object.keys.sorted().randomElement(using: &random) else { return object }
      if Int.random(in: 0..<30, using: &random) == 0 {
        object[key] = nil
      } else if let old = object[key] {
        object[key] = mutated(old, &random)
      }
      return object
    }
    if let list = value as? [Any], !list.isEmpty, Int.random(in: 0..<6, using: &random) > 0 {
      var list = list
      let index = Int.random(in: 0..<list.count, using: &random)
      list[index] = mutated(list[index], &random)
      return list
    }
    return replaced(value, &random)
  }

  private static func replaced(_ value: Any, _ random: inout SplitMix) -> Any {
    switch value {
    case let list as [Any]:
      switch Int.random(in: 0..<6, using: &random) {
      case 0: return [Any]()
      case 1: return Array(list.dropLast())
      case 2: return Array(list.prefix(1))
      case 3: return list + list
      case 4: return list + list.prefix(1)
      default: return list.shuffled(using: &random)
      }
    case is String:
      return strings.randomElement(using: &random) ?? ""
    case let number as NSNumber where Int.random(in: 0..<8, using: &random) > 0:
      let others: [Any] = [number.doubleValue * -1, number.intValue &+ 1, number.intValue &- 1, number.intValue &* 2]
      return (numbers + others).randomElement(using: &random) ?? 0
    default:
      return ([NSNull(), true, false, [Any](), [String: Any](), "", 0] as [Any]).randomElement(using: &random) ?? 0
    }
  }

  private static var numbers: [Any] {
    [
      0, 1, -1, 2, 3, 1e308, -1e308, 1.797e308, Double.leastNonzeroMagnitude, -Double.leastNonzeroMagnitude, 1e-300,
      1e19, Int.max, Int.min, Int.max / 2, 4_294_967_296,
      2_147_483_648, 65_536, 4097, 1e15, 0.5, -0.0, NSNull(), NSNull(),
    ]
  }

  private static let strings = [
    "", " ", "\u{0}", "log", "linear", "full", "half", "lines", "scatter", "sequence", "diverging", "layered", "free",
    "control", "percent", "significant", "tint", "hatch", "</script><script>", "\u{202E}x", "\n\n", "👩‍👩‍👧‍👦",
    String(repeating: "wide ", count: 400), String(repeating: "猫", count: 900), "**", "[a](javascript:x)",
  ]
}
