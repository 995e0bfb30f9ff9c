import Testing
import VitroCircuits
import VitroCore
import VitroPiecewise

@Suite struct FormulaTextTests {
  @Test func printedFormulasReadBackAsTheSameFormulas() throws {
    var dice = Dice(1)
    for _ in 0..<4000 {
      let formula = RandomFormulas.formula(&dice, depth: 4)
      let text = "\(formula)"
      #expect(try Formula(text, inputs: formula.inputs) == formula, "\(text)")
    }
  }

  @Test(arguments: [
    ("min(a, max(b, 3)) + |a - b|", "min(a, max(b, 3)) + |a - b|"),
    ("(a)+(b)-((c))", "a + b - c"),
    ("a-(b-c)", "a - (b - c)"),
    ("2×a·3", "6*a"),
    ("-(a+b)*0.5", "-(a + b)/2"),
    ("a + a + 1 + 2", "2*a + 3"),
    ("||a|-b|", "||a| - b|"),
    ("a ≤ b within 1/2", "a <= b within 0.5"),
    ("not a < b and (c or a)", "not a < b and (c or a)"),
    ("(if a then b else c) + 1", "(if a then b else c) + 1"),
    ("min(a, min(b, c))", "min(a, b, c)"),
    ("xor(a, b)", "xor(a, b)"),
    ("parity(a, b, c)", "parity(a, b, c)"),
    ("interpolate(a, 0:0, 1:2, 3:-1/3)", "interpolate(a, 0:0, 1:2, 3:-1/3)"),
    ("let k = 3; k*a", "3*a"),
    ("let d = a\n  - b\nd", "let d = a; -b, d"),
    ("let d = (a\n - b)\n|d|", "let d = a - b; |d|"),
    ("a*2/3", "2/3*a"),
    ("1e-3*a", "0.001*a"),
    ("max(2, 3)*a", "3*a"),
  ])
  func formulasArePrintedPlainly(_ text: String, _ expected: String) throws {
    if text.contains("\n  - b\nd") {
      // A line that begins with a sign does not go on with a binding.
      #expect(throws: VitroError.self) { try Formula(text) }
    } else {
      #expect("\(try Formula(text))" == expected)
    }
  }

  @Test func formulasAreTypeset() throws {
    #expect(try Formula("min(a, b) - 2/3*|a - b|").latex == "\\min(a, b) - \\tfrac{2}{3} \\lvert a - b\\rvert")
    #expect(try Formula("x1 <= speed within 2").latex == "[x_{1} \\le \\mathit{speed}]_{2}")
    let cases = try Formula("let d = a - b; if d > 0 then relu(d) else -(a + b)").latex
    #expect(cases.hasPrefix("\\begin{aligned} d &= a - b \\\\ y &= \\begin{cases} \\operatorname{ReLU}(d)"))
    #expect(cases.contains("-(a + b) & \\text{otherwise}"))
  }

  @Test func complexityCountsOperationsAndDigits() throws {
    #expect(try Formula("a - relu(a - b)").complexity < Formula("0.5*a + 0.5*b - 0.5*|a - b|").complexity)
    #expect(try Formula("min(a, b)").complexity == 3)
    #expect(try Formula("2*a").complexity < Formula("2.125*a").complexity)
  }

  @Test(arguments: [
    ("", 0, "found the end"), ("a +", 3, "found the end"), ("min(a, b", 8, "')'"), ("a b", 2, "found 'b'"),
    ("mim(a, b)", 0, "no function"), ("x * y", 2, "vary"), ("3 / x", 2, "divisor"), ("x / 0", 2, "zero"),
    ("a < b < c", 6, "beside"), ("|a - b", 6, "'|'"), ("a $ b", 2, "no meaning"), ("a^2", 1, "no meaning"),
    ("clip(a, 3, 1)", 8, "above"), ("clip(a, 1)", 0, "three arguments"), ("odd(a, 25)", 7, "from 1 to 24"),
    ("interpolate(a, 0:0)", 0, "two points"), ("interpolate(a, 1:0, 1:2)", 20, "above"),
    ("a < b within 0", 13, "above 0"), ("if a then b", 11, "'else'"), ("1 + if a then b else c", 4, "inside"),
    ("1 + not a", 4, "inside"), ("let min = 3; a", 4, "function"), ("let d = 1; let d = 2; d", 15, "twice"),
    ("let d = d + 1; d", 4, "before it is bound"), ("a + b\n+ (c", 10, "')'"), ("2a", 1, "found 'a'"),
    ("a = b", 2, "found '='"), ("majority(a, b)", 0, "odd number"), ("1e999", 0, "no number"), ("()", 1, "found ')'"),
    ("min", 0, "no arguments"), ("a, ", 3, "found the end"), ("let", 3, "a name"), ("a and", 5, "found the end"),
    ("|", 1, "found the end"), ("let d = 1 d", 10, "';' or a new line"), ("a\u{0}", 1, "no meaning"),
  ])
  func errorsPointAtTheCharacter(_ text: String, _ position: Int, _ part: String) {
    do {
      let formula = try Formula(text)
      Issue.record("'\(text)' is read as \(formula)")
    } catch let error as VitroError {
      #expect(error.numbers["position"] == position, "\(text): \(error)")
      #expect(error.message.contains(part), "\(text): \(error)")
      #expect(error.code == .argument)
      let lines = (error.details["excerpt"] ?? "").split(separator: "\n")
      #expect(lines.last?.last == "^")
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test func errorsSuggestWhatMayBeMeant() {
    #expect(throws: VitroError.self) { try Formula("mim(a, b)") }
    func hint(_ text: String, _ inputs: [String]? = nil) -> String {
      do {
        _ = try Formula(text, inputs: inputs)
        return "no error"
      } catch let error as VitroError {
        return error.hint ?? ""
      } catch {
        return ""
      }
    }
    #expect(hint("mim(a, b)") == "Did you mean 'min'?")
    #expect(hint("speeed + 1", ["speed", "time"]) == "Did you mean 'speed'?")
    #expect(hint("a an b") == "Did you mean 'and'?")
    #expect(hint("2a") == "A product is written with '*': 2*a")
    #expect(hint("(a)(b)") == "A product is written with '*'.")
  }

  @Test func inputNamesAreChecked() {
    for names in [["a", "a"], [""], ["min"], ["let"], ["1a"], ["a b"], ["a,b"]] {
      #expect(throws: VitroError.self) { try Formula("1", inputs: names) }
    }
    #expect(throws: Never.self) { try Formula("größe + x_1", inputs: ["größe", "x_1"]) }
  }

  @Test func brokenTextsNeverCrash() {
    var dice = Dice(7)
    let words =
      [
        "let", "if", "then", "else", "and", "or", "not", "within", "min(", "odd(", "interpolate(", "|", "(", ")", ",",
        ";", ":", "=", "<", "==", "*", "/", "-", "+",
      ]
      + ["a", "b", "1", "0.5", "1e300", "24", "\n", "é", "😀", "\u{301}", "−", "x_9"]
    for round in 0..<10_000 {
      var text: String
      if round % 2 == 0 {
        text = (0..<Int.random(in: 0...30, using: &dice)).map { _ in words.randomElement(using: &dice) ?? "" }
          .joined(separator: " ")
      } else {
        var characters = Array("\(RandomFormulas.formula(&dice, depth: 3))")
        for _ in 0..<Int.random(in: 1...4, using: &dice) where !characters.isEmpty {
          let place = Int.random(in: 0..<characters.count, using: &dice)
          switch Int.random(in: 0..<3, using: &dice) {
          case 0: characters.remove(at: place)
          case 1: characters[place] = words.randomElement(using: &dice)?.first ?? "a"
          default: characters.insert(contentsOf: words.randomElement(using: &dice) ?? "", at: place)
          }
        }
        text = String(characters)
      }
      do {
        let formula = try Formula(text)
        _ = try? formula.values(at: formula.inputs.map { _ in Rational(1) })
        _ = try? formula.program()
      } catch let error as VitroError {
        #expect(error.numbers["position"] != nil, "\(text)")
      } catch {
        Issue.record("\(error)")
      }
    }
  }

  @Test func deepAndLongTextsAreRefusedOrRead() throws {
    let deep = 100_000
    for (open, close) in [("(", ")"), ("|", "|"), ("-", ""), ("not ", ""), ("relu(", ")"), ("if a then b else ", "")] {
      let text =
        String(repeating: open, count: deep / open.count) + "a" + String(repeating: close, count: deep / open.count)
      #expect(throws: VitroError.self) { try Formula(String(text.prefix(190_000))) }
    }
    let sum = Array(repeating: "a", count: 40_000).joined(separator: "+")
    #expect(try Formula(sum) == Formula("40000*a"))
    let wide = "min(" + (0..<20_000).map { "a+\($0)" }.joined(separator: ",") + ")"
    #expect(try Formula(wide).outputs.count == 1)
    #expect(throws: VitroError.self) { try Formula(String(repeating: "1e300*", count: 20_000) + "a") }
    #expect(throws: VitroError.self) { try Formula((0..<9000).map { "a/\(99_991 + 2 * $0)" }.joined(separator: "+")) }
    let doubling = "let t0 = a; " + (1...1000).map { "let t\($0) = t\($0 - 1) + relu(t\($0 - 1)); " }.joined() + "t1000"
    let formula = try Formula(doubling)
    #expect(try formula.values(at: [1])[0].bitWidth > 1000)
    #expect(try formula.program().units.count <= 1000)
    let growing = "let t0 = a; " + (1...2000).map { "let t\($0) = 1e300*t\($0 - 1); " }.joined() + "t2000"
    #expect(throws: VitroError.self) { try Formula(growing).program() }
    #expect(throws: VitroError.self) { try Formula(growing).values(at: [Rational(1)]) }
  }
}
