import Foundation
import Testing
import VitroCore

@testable import VitroLab

@Suite struct FieldTests {
  @Test func theDefaultsAreThoseOfTheEmptyInitializer() throws {
    let described = Dictionary(uniqueKeysWithValues: DiceStudy.fieldDescriptions.map { ($0.name, $0.defaultValue) })
    #expect(
      described == [
        "count": 3, "weight": 0.5, "isLoaded": false, "shape": "cube", "faces": [1, 6], "table": .null, "limit": .null,
      ])
    #expect(DiceStudy.fieldDescriptions.map(\.flagName)[2] == "is-loaded")
  }

  @Test func valuesGoInAndComeOutTheSame() throws {
    let values: [String: JSONValue] = [
      "count": 7, "weight": 0.25, "isLoaded": true, "shape": "octahedron", "faces": [2], "table": "felt", "limit": 4,
    ]
    #expect(try DiceStudy(fieldValues: values).fieldValues == values)
  }

  @Test func aWholeNumberIsANumberButNotTheOtherWayRound() throws {
    #expect(try DiceStudy(fieldValues: ["weight": 1]).weight == 1)
    #expect(throws: VitroError.self) { try DiceStudy(fieldValues: ["count": 1.5]) }
  }

  @Test(
    arguments: [
      (["cuont": 3], "count"), (["count": 0], "from 1 to 100"), (["count": "many"], "a whole number"),
      (["weight": .number(.nan)], "from 0 to 1"), (["shape": "octaedron"], "octahedron"),
      (["faces": [1, 21]], "from 1 to 20"),
      (["faces": 3], "a list"), (["limit": 11], "from 0 to 10"), (["isLoaded": 1], "true or false"),
      (["isLoaded": true, "weight": 0], "isLoaded needs"),
    ] as [([String: JSONValue], String)])
  func whatAFieldDoesNotTakeIsRefusedByName(values: [String: JSONValue], words: String) {
    let error = #expect(throws: VitroError.self) { try DiceStudy(fieldValues: values) }
    #expect(error?.code == .argument)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test func wordsOfACommandLineBecomeValues() throws {
    #expect(try FieldKind.list(.integer()).value(ofText: "1, 2,3", field: "f") == [1, 2, 3])
    #expect(try FieldKind.optional(.integer()).value(ofText: "none", field: "f") == .null)
    #expect(try FieldKind.flag.value(ofText: "Yes", field: "f") == true)
    #expect(try FieldKind.number(0...2).value(ofText: "1e-3", field: "f") == 0.001)
    for (kind, text) in [(FieldKind.integer(), "1.5"), (.number(), "x"), (.flag, "maybe"), (.list(.integer()), "1,,2")]
    {
      #expect(throws: VitroError.self) { try kind.value(ofText: text, field: "f") }
    }
  }

  @Test func aFileThatIsNotThereIsRefusedWithTheNearestThatIs() throws {
    let place = try TemporaryLab()
    let file = place.directory.appending(path: "table.csv")
    try Data("x".utf8).write(to: file)
    let study = try DiceStudy(fieldValues: ["table": .string(place.directory.path + "/tabel.csv")])
    let error = #expect(throws: VitroError.self) { try study.checkFiles() }
    #expect(error?.code == .file && error?.hint == "Did you mean '\(file.path)'?")
    try DiceStudy(fieldValues: ["table": .string(file.path)]).checkFiles()
    try DiceStudy(fieldValues: ["table": "felt"]).checkFiles()
  }
}

@Suite struct RunConfigurationTests {
  private func read(_ text: String) throws -> RunConfiguration {
    try RunConfiguration(json: Data(text.utf8), file: "c.json")
  }

  @Test func aConfigurationComesBackAsItWasWritten() throws {
    let configuration = RunConfiguration(
      experiment: "dice", fields: ["count": 4, "faces": [1]], seed: .max, label: "mine", sweep: ["count": [1, 2]])
    #expect(try read("\(configuration.json)") == configuration)
    #expect(try read(#"{"experiment": "dice"}"#) == RunConfiguration(experiment: "dice"))
  }

  @Test(arguments: [
    ("", "document"), ("[]", "object"), ("{}", "experiment"), (#"{"experiment": 3}"#, "experiment"),
    (#"{"experiment": "dice", "feilds": {}}"#, "fields"), (#"{"experiment": "dice", "seed": -1}"#, "seed"),
    (#"{"experiment": "dice", "sweep": {"count": 3}}"#, "sweep.count"),
    (#"{"experiment": "dice", "sweep": {"count": []}}"#, "sweep.count"),
    (#"{"experiment": "dice", "fields": []}"#, "fields"), (#"{"experiment": "dice", "label": 1}"#, "label"),
    (String(repeating: "[", count: 100_000), "document"),
  ])
  func whatIsNoConfigurationIsRefusedByField(text: String, field: String) {
    let error = #expect(throws: VitroError.self) { try read(text) }
    #expect(error?.description.contains(field) == true, "\(error?.description ?? "")")
  }

  @Test func brokenConfigurationsNeverCrash() throws {
    let good = Array(
      #"{"experiment": "dice", "fields": {"count": 4, "shape": "cube"}, "seed": 1, "sweep": {"weight": [0.1, 0.2]}}"#
        .utf8)
    let lab = try TemporaryLab().lab
    var generator = SplitMix(seed: 7)
    var refused = 0
    for _ in 0..<3000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &generator) where bytes.count > 1 {
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: Int.random(in: 0..<bytes.count, using: &generator))
        default: bytes = Array(bytes.prefix(Int.random(in: 1...bytes.count, using: &generator)))
        }
      }
      do {
        try lab.check(RunConfiguration(json: Data(bytes), file: "c.json"))
      } catch {
        #expect(error is VitroError, "\(error)")
        refused += 1
      }
    }
    #expect(refused > 2000)
  }

  @Test func listsThatAreSweptAreKeptApartBySemicolons() {
    let configuration = RunConfiguration(experiment: "dice", sweep: ["faces": [[1], [2, 3]]])
    #expect(
      configuration.commandLine(in: ExperimentRegistry([DiceStudy.self])) == [
        "vitro", "dice", "--sweep", "faces=1;2,3",
      ])
  }

  @Test func theCommandLineOfAConfigurationNamesWhatIsNotDefault() {
    let registry = ExperimentRegistry([DiceStudy.self])
    let configuration = RunConfiguration(
      experiment: "dice", fields: ["count": 3, "isLoaded": true, "faces": [1, 2]], seed: 4,
      sweep: ["weight": [0.1, 0.2]])
    #expect(
      configuration.commandLine(in: registry) == [
        "vitro", "dice", "--is-loaded", "--faces", "1,2", "--seed", "4", "--sweep", "weight=0.1,0.2",
      ])
  }
}
