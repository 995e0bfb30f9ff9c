import Testing

@testable import VitroCore

@Suite struct VitroErrorFilesTests {
  private func caught(_ error: VitroError) -> VitroError? {
    do {
      return try VitroError.blaming("config.json") { throw error }
    } catch {
      return error as? VitroError
    }
  }

  @Test func anErrorNamesTheFileThatItIsAbout() {
    let found = caught(VitroError(.argument, "attention", "3 heads do not divide 16"))
    #expect(found?.description == "reading config.json (attention): 3 heads do not divide 16")
    #expect(found?.details == ["file": "config.json", "found": "3 heads do not divide 16"])
  }

  @Test func whatNamesItsFileStaysAsItIs() {
    let own = VitroError.malformed(file: "weights", field: "size", found: "0", expected: "more")
    #expect(caught(own) == own)
    let stopped = VitroError(.interrupted, "reading", "stopped")
    #expect(caught(stopped) == stopped)
  }
}
