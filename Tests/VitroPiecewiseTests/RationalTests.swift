import Testing
import VitroPiecewise

@Suite struct RationalTests {
  @Test func floatsAreExactFractions() {
    #expect(Rational(exactly: 0.5) == Rational(1, over: 2))
  }
}
