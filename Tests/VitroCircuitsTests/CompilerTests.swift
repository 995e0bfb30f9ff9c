import Testing
import VitroCircuits
import VitroCore
import VitroPiecewise

@Suite struct CompilerTests {
  @Test func programsAreTheFormulasExactly() throws {
    var dice = Dice(2)
    for round in 0..<1500 {
      let formula = RandomFormulas.formula(&dice, depth: 3)
      let program = try formula.program()
      for point in RandomFormulas.points(8, inputs: 3, &dice) {
        #expect(try formula.values(at: point) == program(point), "\(round): \(formula) at \(point)")
      }
    }
  }

  @Test func insideABoxProgramsAreTheFormulasExactly() throws {
    var dice = Dice(3)
    let box = try InputBox("a=0:4,b=-2:3,c=-5:-1")
    for _ in 0..<600 {
      let formula = RandomFormulas.formula(&dice, depth: 3)
      let program = try formula.program(box: box)
      for _ in 0..<6 {
        let point = zip(box.lower, box.upper).map { low, high in
          low + (high - low) * Rational(Int.random(in: 0...8, using: &dice), over: 8)
        }
        #expect(try formula.values(at: point, box: box) == program(point), "\(formula) at \(point)")
      }
    }
  }

  @Test func doublesAgreeWithFractions() throws {
    var dice = Dice(4)
    for _ in 0..<500 {
      let formula = RandomFormulas.formula(&dice, depth: 3)
      for point in RandomFormulas.points(3, inputs: 3, &dice) {
        let exact = try formula.values(at: point).map { Double($0) }
        let rounded = try formula.values(at: point.map { Double($0) })
        for (exact, rounded) in zip(exact, rounded) {
          #expect(abs(exact - rounded) <= 1e-6 * max(1, abs(exact)), "\(formula) at \(point)")
        }
      }
    }
  }

  @Test(arguments: [
    ("min(a, b)", 1, 1), ("max(a, b)", 1, 1), ("min(a, b, c, d)", 3, 2), ("|x|", 1, 1), ("relu(x)", 1, 1),
    ("clip(x, -1, 1)", 2, 1), ("median(a, b, c)", 3, 2), ("a < b", 2, 1), ("a == b", 2, 2), ("p and q", 1, 1),
    ("p or q", 1, 1), ("xor(p, q)", 1, 1), ("majority(p, q, r)", 2, 1), ("odd(x, 5)", 5, 5), ("even(x, 24)", 24, 24),
    ("interpolate(x, 0:0, 1:2, 3:1, 5:3)", 2, 1), ("min(a, b) + max(a, b)", 0, 0), ("relu(2*x) + relu(3*x)", 1, 1),
    ("relu(a - b) + relu(b - a)", 1, 1), ("min(a, b), max(a, b)", 1, 1), ("relu(relu(x))", 1, 1), ("a + b", 0, 0),
    ("if a < b then c else d", 4, 2), ("if p then 3 else 5", 0, 0), ("relu(|x| + 1)", 1, 1), ("3", 0, 0),
  ])
  func programsHaveFewUnits(_ text: String, _ units: Int, _ depth: Int) throws {
    let program = try Formula(text).program()
    #expect(program.units.count == units, "\(text)")
    #expect(program.depth == depth, "\(text)")
  }

  @Test func aBoxLeavesOutDeadAndConstantlyActiveUnits() throws {
    let formula = try Formula("relu(x) + relu(x - 10) + max(x, y)")
    #expect(try formula.program(box: InputBox("x=0:5,y=6:9")).units.isEmpty)
    #expect(try formula.program().units.count == 3)
  }

  @Test func conditionsChooseExactly() throws {
    let formula = try Formula("if a < b then 2*a - 7 else c")
    var dice = Dice(5)
    for _ in 0..<200 {
      let point = (0..<3).map { _ in Rational(Int.random(in: -30...30, using: &dice)) }
      #expect(try formula.values(at: point) == [point[0] < point[1] ? 2 * point[0] - 7 : point[2]])
    }
  }

  @Test func wordsMeanWhatTheySay() throws {
    func value(_ text: String, _ point: Rational...) throws -> Rational {
      try Formula(text, inputs: Array(["a", "b", "c"].prefix(point.count))).values(at: point)[0]
    }
    for a in -3...3 {
      for b in -3...3 {
        let (x, y) = (Rational(a), Rational(b))
        #expect(try value("a < b", x, y) == (a < b ? 1 : 0))
        #expect(try value("a <= b", x, y) == (a <= b ? 1 : 0))
        #expect(try value("a > b", x, y) == (a > b ? 1 : 0))
        #expect(try value("a >= b", x, y) == (a >= b ? 1 : 0))
        #expect(try value("a == b", x, y) == (a == b ? 1 : 0))
        #expect(try value("a != b", x, y) == (a != b ? 1 : 0))
      }
    }
    for bits in 0..<8 {
      let (p, q, r) = (Rational(bits & 1), Rational(bits >> 1 & 1), Rational(bits >> 2))
      let count = bits.nonzeroBitCount
      #expect(try value("a and b and c", p, q, r) == (count == 3 ? 1 : 0))
      #expect(try value("a or b or c", p, q, r) == (count > 0 ? 1 : 0))
      #expect(try value("parity(a, b, c)", p, q, r) == (count % 2 == 1 ? 1 : 0))
      #expect(try value("majority(a, b, c)", p, q, r) == (count >= 2 ? 1 : 0))
    }
    for x in 0..<64 {
      #expect(try value("odd(a, 6)", Rational(x)) == Rational(x % 2))
      #expect(try value("even(a, 6)", Rational(x)) == Rational(1 - x % 2))
    }
    #expect(try value("interpolate(a, 0:0, 1:2, 3:1)", -1) == -2)
    #expect(try value("interpolate(a, 0:0, 1:2, 3:1)", 2) == Rational(3, over: 2))
    #expect(try value("interpolate(a, 0:0, 1:2, 3:1)", 5) == 0)
    #expect(try value("median(a, b, c)", 5, 1, 3) == 3)
    #expect(try value("clip(a, -1, 1)", 5) == 1)
  }

  @Test func unknownNamesAndMisshapenOperationsAreRefused() {
    let broken = [
      Formula(inputs: ["a"], outputs: [.variable("b")]), Formula(inputs: ["a"], outputs: [.min([])]),
      Formula(inputs: ["a"], outputs: [.odd(.variable("a"), bits: 99)]),
      Formula(inputs: ["a"], outputs: [.interpolate(.variable("a"), [])]),
      Formula(inputs: ["a"], outputs: [.comparison(.less, .variable("a"), .number(1), width: 0)]),
      Formula(inputs: ["a"], outputs: [.parity([])]),
    ]
    for formula in broken {
      #expect(throws: VitroError.self) { try formula.program() }
      #expect(throws: VitroError.self) { try formula.values(at: [Rational(1)]) }
      _ = "\(formula.simplified)" + formula.latex
    }
  }
}
