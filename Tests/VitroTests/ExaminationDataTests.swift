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
}
