import Foundation
import Testing
import VitroCore
import VitroTensor

@testable import VitroData

@Suite struct LabeledTextsTests {
  private func read(
    _ content: String, _ name: String = "texts.csv", columns: LabeledTexts.Columns = .init()
  ) throws -> LabeledTexts {
    let folder = FileManager.default.temporaryDirectory.appending(path: "vitro-texts-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: name)
    try Data(content.utf8).write(to: file)
    return try LabeledTexts(file.path, columns: columns)
  }

  @Test func aTableWithAHeaderGivesTextsLabelsAndGroups() throws {
    let content = """
      statement,label,city,country
      The city of Lodz is in Poland.,1,Lodz,Poland
      "The city of Lodz is in the Congo, Africa.",0,Lodz,Congo
      The city of Bonn is in Germany.,1,Bonn,Germany
      """
    let texts = try read(content, columns: .init(group: "city"))
    #expect(texts.texts[1] == "The city of Lodz is in the Congo, Africa.")
    #expect(texts.labels == [1, 0, 1] && texts.classNames == ["0", "1"])
    #expect(texts.groups == [0, 0, 1] && texts.groupNames == ["Lodz", "Bonn"])
    #expect(texts.columns == .init(text: "statement", label: "label", group: "city"))
    #expect(texts.classCounts == [1, 2] && texts.files.count == 1)
  }

  @Test func theDocumentedTableIsRead() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "vitro-cities-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data("statement,label,city\nLodz is in Poland.,1,Lodz\nLodz is in Peru.,0,Lodz\n".utf8)
      .write(to: URL(filePath: "\(folder)/cities.csv"))
    // docs:LabeledTexts
    let cities = try LabeledTexts(
      "\(folder)/cities.csv", columns: .init(text: "statement", label: "label", group: "city"))
    print(cities.texts[0], cities.classNames[cities.labels[0]])
    // docs:end
    #expect(cities.labels == [1, 0] && cities.groups == [0, 0])
  }

  @Test func columnsWithoutAHeaderAreFoundOut() throws {
    let texts = try read("a fine film\t1\nno fun\t0\na bore\t0\n", "films.tsv")
    #expect(texts.texts == ["a fine film", "no fun", "a bore"] && texts.labels == [1, 0, 0])
    let words = try read(
      "a fine film\tgood\nno fun\tbad\na bore\tbad\n", "films.tsv", columns: .init(text: "column1", label: "column2"))
    #expect(words.count == 3 && words.classNames == ["bad", "good"], "named columns say that there is no header")
  }

  @Test func linesThatBeginWithTheirLabelAreRead() throws {
    let texts = try read("0 no movement , no yuks .\n1 a stirring , funny film\n0 dull, long\n", "stsa.binary.test")
    #expect(texts.texts[1] == "a stirring , funny film" && texts.labels == [0, 1, 0])
    let fast = try read("__label__bad no fun\n__label__good fine\n\n__label__bad a bore\n", "fast.txt")
    #expect(fast.classNames == ["bad", "good"] && fast.labels == [0, 1, 0])
  }

  @Test func aTableWhoseTextsBeginWithNumbersIsATable() throws {
    let texts = try read(
      "12 angry men,good\n12 monkeys,bad\n7 samurai,good\n7 brides,bad\n", columns: .init(label: "column2"))
    #expect(texts.texts == ["12 angry men", "12 monkeys", "7 samurai", "7 brides"] && texts.labels == [1, 0, 1, 0])
  }

  @Test func copiesOfATextAreAGroup() throws {
    let texts = try read("text,label\na,1\nb,0\na,1\n")
    #expect(texts.groups == nil && texts.keepingCopiesTogether().groups == [0, 1, 0])
    #expect(try read("text,label\na,1\nb,0\n").keepingCopiesTogether().groups == nil)
  }

  @Test func aQuoteInATableWithTabsIsJustACharacter() throws {
    let texts = try read("\"a fine film\t1\nit is \"fun\"\t1\nno fun\t0\n", "films.tsv")
    #expect(texts.texts == ["\"a fine film", "it is \"fun\"", "no fun"])
    let quoted = try read("text\tlabel\n\"a fine\tfilm\"\t1\nno fun\t0\n", "films.tsv")
    #expect(quoted.texts == ["a fine\tfilm", "no fun"], "where quoting is what makes rows even, it is quoting")
  }

  @Test func classesThatAreNumbersStandInTheirOrder() throws {
    let texts = try read("text,label\na,10\nb,9\nc,10\nd,-1\n")
    #expect(texts.classNames == ["-1", "9", "10"] && texts.labels == [2, 1, 2, 0])
  }

  @Test func anUnknownColumnIsNamedWithTheNearest() throws {
    let error = #expect(throws: VitroError.self) {
      try read("statement,label,city\na,1,b\nc,0,d\n", columns: .init(group: "citty"))
    }
    #expect(try #require(error?.hint).contains("city"))
  }

  @Test(arguments: ["a,1\n,0\nb,1\n", "a,1\nb,\nc,0\n", "a,1\n  ,0\n"]) func aRowWithoutTextOrLabelIsNamed(
    rows: String
  ) throws {
    let error = #expect(throws: VitroError.self) { try read("text,label\n" + rows) }
    #expect(error?.code == .malformed && (error?.description.contains("line 3") ?? false))
  }

  @Test func aColumnOfIdentifiersIsNoLabel() throws {
    let rows = (0..<1200).map { "text \($0),id\($0)" }
    let error = #expect(throws: VitroError.self) { try read("text,id\n" + rows.joined(separator: "\n")) }
    #expect(error?.description.contains("too many for labels") ?? false)
  }

  @Test func oneColumnCannotBeTwoThings() {
    #expect(throws: VitroError.self) {
      try read("text,label\na,1\nb,0\n", columns: .init(text: "label", label: "label"))
    }
    #expect(throws: VitroError.self) { try read("text\na\nb\n") }
    #expect(throws: VitroError.self) { try read("") }
  }

  @Test func brokenTablesNeverCrash() throws {
    let seeds = [
      "text,label,group\n\"a, b\",1,x\nc,0,y\n", "0 no fun\n1 fine film\n0 long\n", "a\t1\nb\t0\n\"c\t1\n",
    ]
    for (number, seed) in seeds.enumerated() {
      var stream = RandomStream(seed: UInt64(number), "broken tables")
      for _ in 0..<150 {
        var bytes = Array(seed.utf8)
        for word in stream.draw(words: 3) {
          let place = Int(word >> 8) % bytes.count
          switch word % 3 {
          case 0: bytes[place] = UInt8(truncatingIfNeeded: word >> 16)
          case 1: bytes.remove(at: place)
          default: bytes.insert(bytes[Int(word >> 20) % bytes.count], at: place)
          }
        }
        let path = FileManager.default.temporaryDirectory.appending(path: "vitro-broken-\(UUID().uuidString)")
        try Data(bytes).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        do {
          let texts = try LabeledTexts(path.path)
          #expect(texts.texts.count == texts.labels.count)
        } catch is VitroError {}
      }
    }
  }
}
