import Foundation
import Testing

@testable import VitroInformation

/// The search for the shift at which a distortion is what is wanted.
@Suite struct DistortionSearchTests {
  /// Looks at a curve until the search ends, and says what log D is then.
  private func end(_ search: DistortionSearch, _ curve: (Double) -> Double) -> (log: Double, looks: Int) {
    var search = search
    for look in 1...DistortionSearch.mostLooks {
      search.advance(ratio: curve(search.shift))
      if search.isDone { return (log(curve(search.shift)), look) }
    }
    return (log(curve(search.shift)), DistortionSearch.mostLooks)
  }

  @Test(arguments: [0.4, 0.9, 1.0, 1.1, 2.5])
  func aLinearFeatureIsMetInTwoLooks(start: Double) {
    let found = end(DistortionSearch(slope: 2)) { start * exp(2 * $0) }
    #expect(abs(found.log) < 1e-9 && found.looks <= 2)
  }

  /// D of one jump: the share of noise beyond a plane.
  @Test(arguments: [2.0, 4.0, .nan])
  func aJumpIsMetFromBothSides(slope: Double) {
    for plane in [1.0, 3] {
      let found = end(DistortionSearch(slope: slope)) { erfc(plane / exp($0) / 2.0.squareRoot()) / 0.2 }
      #expect(abs(found.log) < 0.15, "\(plane): \(found)")
    }
  }

  @Test func aDistortionThatIsAlwaysFarOffEndsAtTheFarthestShift() {
    var search = DistortionSearch(slope: 2)
    for _ in 0..<20 { search.advance(ratio: 1e-12) }
    #expect(search.isDone && search.shift == 3)
    var broken = DistortionSearch(slope: 2)
    broken.advance(ratio: .nan)
    #expect(broken.isDone && broken.shift == 0)
  }
}
