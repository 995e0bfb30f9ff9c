import Testing
import Vitro

/// The samples of the documentation about exact numbers, boxes and readings.
@Suite struct ReadingExamples {
  @Test func fractionsAreExact() throws {
    // docs:rational
    let tenth = try Rational(parsing: "0.1")  // 1/10
    let float = Rational(exactly: 0.1)  // 3602879701896397/36028797018963968
    let isSame = tenth == float  // false
    // docs:end
    #expect(!isSame)
    #expect(float.map { Double($0) } == 0.1)
  }

  @Test func boxesAreText() throws {
    // docs:input-box
    let box = try InputBox("a=-50:50,b=-50:50")
    // docs:end
    #expect(box.description == "a=-50:50,b=-50:50")
  }

  @Test func networksAreRead() throws {
    let network = try Formula("min(a, b)").program().network(named: "min")
    // docs:network-reading
    let program = try ReLUProgram<Rational>(network, names: ["a", "b"])
    let reading = try NetworkReading(program, over: InputBox("a=-50:50,b=-50:50"), tolerance: Rational(1, over: 1000))
    print(reading.formula, reading.certificate.isCertified)  // min(a, b) true
    // docs:end
    #expect("\(reading.formula)" == "min(a, b)" && reading.certificate.isCertified)
  }
}
