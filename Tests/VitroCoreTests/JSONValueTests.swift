import Foundation
import Testing
import VitroCore

@Suite struct JSONValueTests {
  private func read(_ text: String) throws -> JSONValue {
    try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
  }

  @Test func everyKindOfValueIsRead() throws {
    let text =
      #"{"a": [1, -2.5, 1e3, true, false, null, "x", {}, []], "b": 9223372036854775807, "c": 9007199254740993}"#
    #expect(
      try read(text) == [
        "a": [1, -2.5, 1000, true, false, .null, "x", .object([:]), .array([])], "b": .integer(.max),
        "c": .integer(9_007_199_254_740_993),
      ])
  }

  @Test func whatIsWrittenIsReadBackTheSame() throws {
    let values: [JSONValue] = [
      .number(0.1 + 0.2), .number(.leastNonzeroMagnitude), .number(-1.7976931348623157e308), .integer(.min),
      "\u{1F}\"\\\n",
      ["a": ["b": [1.5]]],
    ]
    for value in values { #expect(try read("\(value)") == value) }
    #expect(try read("\(JSONValue.number(.nan))") == .null)
    #expect(try read("\(JSONValue.number(18_446_744_073_709_551_616))") == .number(18_446_744_073_709_551_616))
  }

  @Test func aNumberThatJSONCannotHoldIsRefused() {
    #expect(throws: DecodingError.self) { try read("1e999") }
  }
}
