import Foundation
import Testing
import VitroCore
import VitroFormats

@Suite struct CSVTests {
  private func table(_ text: String, _ options: CSVOptions = .detected) throws -> CSVTable {
    try CSVTable(bytes(Array(text.utf8)), options: options)
  }

  @Test func quotesLineBreaksAndEmptyLinesFollowTheStandard() throws {
    let read = try table("\u{feff}a,b\r\n\"x\r\ny\",\"say \"\"hi\"\"\"\r\n\r\n,z\"w\r")
    #expect(read.columns == ["a", "b"])
    #expect(read.rowCount == 2)
    #expect(try read.strings("a") == ["x\r\ny", ""])
    #expect(try read.strings("b") == ["say \"hi\"", "z\"w"])
    #expect(try read.row(1) == ["", "z\"w"])
  }

  @Test(arguments: [("a,b\n1,2\n", ","), ("a\tb\n1,5\t2\n", "\t"), ("a;b\n1,5;2\n", ";"), ("a\n1\n", ",")])
  func `the delimiter is detected`(text: String, delimiter: Character) throws {
    #expect(try table(text).delimiter == delimiter.asciiValue)
  }

  @Test func theHeaderIsDetectedOrNamed() throws {
    #expect(try table("x,y\n1,2\n").columns == ["x", "y"])
    #expect(try table("1,y\n1,2\n").columns == ["column1", "column2"])
    #expect(try table("1,y\n1,2\n", CSVOptions(header: .firstRow)).columns == ["1", "y"])
    #expect(try table("x,y\n1,2\n", CSVOptions(header: .none)).rowCount == 2)
    #expect(try table("1,2\n", CSVOptions(header: .named(["p", "q"]))).numbers("q") == [2])
    #expect(try table("x,x\n1,2\n", CSVOptions(header: .replaced(["p", "q"]))).numbers("q") == [2])
    #expect(try table("x,\n1,2\n").columns == ["x", "column2"])
    expectError(field: "header", found: "'x'", expected: "once") { _ = try table("x,x\n1,2\n") }
    expectError(field: "header", found: "2 columns", expected: "1") {
      _ = try table("1,2\n", CSVOptions(header: .named(["p"])))
    }
    #expect(try table("").columns == [])
  }

  @Test func faultsNameTheirLine() throws {
    expectError(field: "line 4", found: "1 field", expected: "2") { _ = try table("a,b\n\"1\n2\",3\n4\n") }
    expectError(field: "line 2", found: "not closed", expected: "closing") { _ = try table("a,b\n\"1,2\n3,4\n") }
    expectError(field: "line 2", found: "'x,2", expected: "delimiter") { _ = try table("a,b\n\"1\"x,2\n") }
    expectError(field: "line 3", found: "ff", expected: "UTF-8") {
      _ = try CSVTable(bytes(Array("a,b\n1,2\n3,".utf8) + [0xff]))
    }
    expectError(field: "encoding", found: "UTF-16") { _ = try CSVTable(bytes([0xff, 0xfe, 0x61, 0])) }
    let read = try table("a,b\n1,2\n\n\"3\n4\",five\n6,\n", CSVOptions(header: .firstRow))
    expectError(field: "line 5, column 'b'", found: "'five'", expected: "a number") { _ = try read.numbers("b") }
    expectError(field: "line 2, column 'b'", found: "'1.5'", expected: "whole") {
      _ = try table("a,b\n1,1.5\n").integers("b")
    }
    #expect(#expect(throws: VitroError.self) { try read.strings("bb") }?.hint == "Did you mean 'b'?")
  }

  @Test func missingNumbersAreWhatTheCallerSays() throws {
    let read = try table("a,b\n1,\n,2\n")
    #expect(try read.numbers("b", missing: -1) == [-1, 2])
    #expect(expectError(field: "line 2, column 'b'", found: "''") { _ = try read.numbers("b") }?.hint != nil)
    #expect(try read.matrix(missing: 0).numbers == [1, 0, 0, 2])
    #expect(try read.matrix(["b", "a", "b"], missing: 0).numbers == [0, 1, 0, 2, 0, 2])
  }

  @Test func numbersAreRoundedCorrectly() throws {
    let texts = [
      "0", "-0", "1.5", "+2", " 7 ", "1e3", "-2.5E-3", "123456789012345678", "0.1", "9007199254740993", "1e-320", ".5",
      "5.", "179769313486231570000000000000000000000e270", "2.2250738585072011e-308", "0.000000000000000000000001",
    ]
    let read = try table("n\n" + texts.joined(separator: "\n"))
    for (text, number) in zip(texts, try read.numbers("n")) {
      #expect(number.bitPattern == Double(text.trimmingPrefix(" ").prefix { $0 != " " })?.bitPattern, "\(text)")
    }
    #expect(try table("n\nnan\n").numbers("n")[0].isNaN)
    #expect(try table("n\n-inf\nInfinity\n").numbers("n") == [-.infinity, .infinity])
    for text in ["0x10", "1e", "--1", "1,5", "١", "nane", "-", ".", "e5"] {
      #expect(throws: VitroError.self) { try table("n;m\n\(text);x\n").numbers("n") }
    }
  }

  @Test func rowsBeyondTheFirstMarkAreFound() throws {
    let read = try table("n\n" + (0..<1000).map { "\($0)" }.joined(separator: "\n"))
    for row in [0, 63, 64, 65, 128, 999] { #expect(try read.row(row) == ["\(row)"]) }
    #expect(try read.integers("n") == Array(0..<1000))
  }

  @Test func whatIsWrittenComesBack() throws {
    let texts = ["plain", "a,b", "a;b\tc", "say \"hi\"", "two\nlines", "\r", " space ", "", "é日本", "\u{feff}x"]
    let numbers: [Double] = [0, -1.5, 0.1, 1e300, .infinity, -.infinity, .leastNonzeroMagnitude, 3, .nan, 1 / 3]
    try withTemporaryFolder { folder in
      for (name, delimiter) in [("a.csv", ","), ("b.tsv", "\t"), ("c.csv.gz", ";")] as [(String, Character)] {
        let path = "\(folder)/\(name)"
        try CSV.write(
          [("t\"", .strings(texts)), ("n", .numbers(numbers)), ("i", .integers(Array(0..<10)))],
          delimiter: delimiter.asciiValue ?? 0, to: path)
        let read = try CSVTable(path)
        #expect(read.columns == ["t\"", "n", "i"])
        #expect(try read.strings("t\"") == texts)
        #expect(try read.numbers("n").map(\.description) == numbers.map(\.description))
        #expect(try read.integers("i") == Array(0..<10))
      }
    }
    let single = try CSV.encode(header: ["only"], rows: [[""], ["x"]])
    #expect(try CSVTable(bytes(single)).strings("only") == ["", "x"])
    #expect(throws: VitroError.self) { try CSV.encode(header: ["a"], rows: [["1", "2"]]) }
  }

  @Test func quotesCanBeOrdinaryCharacters() throws {
    let read = try table("a\tb\n\"open\t1\n", CSVOptions(quote: nil))
    #expect(try read.strings("a") == ["\"open"])
  }

  @Test func fiftyMegabytesTakeLessThanASecond() throws {
    let line = Array("12.5,word,\"quoted, word\",-7\n".utf8)
    let text = Array("a,b,c,d\n".utf8) + (0..<200_000).flatMap { _ in line }
    let file = try bytes(text)
    // The thread's own time: other tests run beside this one.
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
    var best = Double.infinity
    for _ in 0..<5 {
      let start = now()
      #expect(try CSVTable(file).numbers("d").count == 200_000)
      best = min(best, now() - start)
    }
    // 5.4 MB, opened and then read once more for the column.
    #expect(best < Double(text.count) / 50e6, "\(Double(text.count) / best / 1e6) MB/s")
  }
}
