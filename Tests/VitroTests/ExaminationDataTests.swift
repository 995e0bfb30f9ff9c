import Foundation
import Testing
import Vitro

/// What `vitro examine --data` takes before anything is read.
@Suite struct ExaminationDataTests {
  private func check(_ data: String) throws {
    var examination = Examination()
    examination.network = "/"
    examination.data = data
    try examination.checkFiles()
  }

  @Test func namesOfDataPassAsTheyAre() throws {
    for data in ["digits", "fashion-mnist", "mnist:/", "/"] { try check(data) }
  }

  @Test func whatIsNotThereIsRefused() throws {
    let typo = #expect(throws: VitroError.self) { try check("fashion-mnits") }
    #expect(typo?.hint == "Did you mean 'fashion-mnist'?")
    let missing = #expect(throws: VitroError.self) { try check("mnist:/nowhere") }
    #expect(missing?.details["file"] == "/nowhere")
  }

  @Test func theDirectoryOfANamedFormIsKeptAbsolute() throws {
    struct Reader: Experiment {
      static let name = "reader"
      static let abstract = "Says where its data are."
      static let fields: [Field<Self>] = [Field("data", path: \.data, names: ["mnist:DIR"], help: "The data.")]
      var data = "mnist:."
      func run(_ run: Run) throws -> Outcome {
        Outcome(report: Report(id: "reader", title: "Reader", sections: []), facts: ["data": .string(data)])
      }
    }
    try withTemporaryFolder { folder in
      let lab = try Lab(
        store: RunStore(directory: URL(filePath: folder)), registry: ExperimentRegistry([Reader.self]))
      let kept = try lab.run(RunConfiguration(Reader()), observer: SilentObserver()).configuration.fields["data"]
      #expect(kept == .string("mnist:" + FileManager.default.currentDirectoryPath))
    }
  }
}
