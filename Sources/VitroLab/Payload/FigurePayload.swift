import Foundation

/// The numbers of a figure for the page's script: a line of JSON, then a line of base64 for each array.
///
/// Numbers are little endian, as float32 when that loses nothing, else as float64. Even steps are told by their start
/// and step. A number is never rounded.
struct FigurePayload {
  /// How the JSON refers to an array.
  struct Reference: Encodable {
    var count: Int
    var line: Int?
    var type: String?
    var start: Double?
    var step: Double?
  }

  /// More numbers than this do not go into a page.
  static let limit = 4_000_000

  private var lines: [String] = []
  private var json = "{}"

  /// The contents of the script element.
  var text: String { ([json] + lines).joined(separator: "\n") }

  /// Adds an array.
  ///
  /// - Complexity: O(values)
  mutating func add(_ values: [Double]) -> Reference {
    if let (start, step) = Self.progression(values) {
      return Reference(count: values.count, start: start, step: step)
    }
    let single = values.allSatisfy { Double(Float($0)) == $0 || $0.isNaN }
    let data =
      single
      ? values.map { Float($0).bitPattern.littleEndian }.withUnsafeBytes { Data($0) }
      : values.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }
    lines.append(data.base64EncodedString())
    return Reference(count: values.count, line: lines.count, type: single ? "f4" : "f8")
  }

  /// Sets what the script knows of the figure besides its numbers.
  mutating func describe(_ figure: some Encodable) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(figure) else { return }
    json = Self.harmless(String(decoding: data, as: UTF8.self))
  }

  /// JSON that ends no script element and breaks no line: what could is written as `\u003c`.
  private static func harmless(_ json: String) -> String {
    var result = ""
    for scalar in json.unicodeScalars {
      switch scalar.value {
      case 0x26, 0x3C, 0x3E, 0x7F...0x9F, 0x2028, 0x2029, 0xFFFE, 0xFFFF:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The start and step that give every value to the last bit, if there are such.
  static func progression(_ values: [Double]) -> (start: Double, step: Double)? {
    guard values.count > 2, let first = values.first, let last = values.last, first.isFinite, last.isFinite else {
      return nil
    }
    for step in [values[1] - first, (last - first) / Double(values.count - 1)] where step.isFinite {
      if values.indices.allSatisfy({ first + Double($0) * step == values[$0] }) { return (first, step) }
    }
    return nil
  }
}

extension Markup {
  /// The script element that holds a payload; `id` is that of the element whose drawings it belongs to.
  mutating func write(_ payload: FigurePayload, id: String) {
    element("script", ["type": "text/x-vitro-figure", "id": "\(id)-data"]) { $0.append(trusted: payload.text) }
  }
}
