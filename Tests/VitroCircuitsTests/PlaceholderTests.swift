import Testing
import VitroPiecewise

@testable import VitroCircuits

@Suite struct ReadingTrials {
  @Test func tries() throws {
    func read(_ text: String, _ box: InputBox) throws {
      let program = try Formula(text, inputs: box.names).program(box: box)
      let clock = ContinuousClock.now
      let reading = try NetworkReading(program, over: box, tolerance: 0)
      print(
        "READ", text, "->", reading.formula, reading.certificate.verdict, reading.certificate.bound, reading.source,
        reading.rounding.map { "\($0)" } ?? "-", ContinuousClock.now - clock)
    }
    let box = try InputBox("a=-50:50,b=-50:50")
    for text in [
      "min(a, max(b, 3)) + |a - b|", "a + clip(b - a, 0, 3)", "a < b", "if a < b then 3 else 5",
      "if a < 0 then a else 2*b", "(a < 3) and (b > 2)", "a == b", "interpolate(a, 0:0, 1:2, 3:1)",
      "max(a, b, 3) - min(a, 2*b)",
    ] { try read(text, box) }
    try read("odd(x, 4)", try InputBox("x=-5:20"))
    try read("odd(x, 8)", try InputBox("x=0:255"))
    try read("median(x, y, z)", try InputBox("x=0:1,y=0:1,z=0:1"))
    try read("majority(x, y, z)", try InputBox("x=0:1,y=0:1,z=0:1"))
    try read("xor(x, y)", try InputBox("x=0:1,y=0:1"))
    try read("parity(x, y, z)", try InputBox("x=0:1,y=0:1,z=0:1"))
  }
}
