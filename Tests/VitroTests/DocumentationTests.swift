import Testing
import Vitro

@Test func versionIsANumber() { #expect(VitroVersion.current.contains(".")) }
