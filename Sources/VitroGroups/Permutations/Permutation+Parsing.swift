internal import VitroCore

extension Permutation {
  /// A permutation in cycle notation, counted from 1: `(1 2 3)(4 5)`, with spaces or commas.
  ///
  /// - Parameters:
  ///   - text: The cycles.
  ///   - degree: How many points there are; without it, up to the largest that is named.
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when the text is not cycles of points that occur once.
  public init(cycles text: String, degree: Int? = nil) throws {
    var cycles: [[Int]] = []
    var open: [Int]?
    var digits = ""
    func fail(_ reason: String) -> VitroError {
      VitroError(
        .argument, "a permutation", "\(reason) in '\(text.prefix(80))'",
        hint: "Cycles are written (1 2 3)(4 5), points counted from 1.")
    }
    func flush() throws {
      guard !digits.isEmpty else { return }
      guard let point = Int(digits), point >= 1, point <= Group.largestDegree else {
        throw fail("the point \(digits.prefix(20)) is not from 1 to \(Group.largestDegree)")
      }
      open?.append(point - 1)
      digits = ""
    }
    for character in text {
      switch character {
      case "(":
        guard open == nil else { throw fail("a cycle begins inside a cycle") }
        open = []
      case ")":
        try flush()
        guard let cycle = open else { throw fail("a cycle ends that did not begin") }
        cycles.append(cycle)
        open = nil
      case " ", ",", "\t", "\n": try flush()
      case "0"..."9" where character.isASCII:
        guard open != nil else { throw fail("a number stands outside of cycles") }
        digits.append(character)
      default: throw fail("'\(character)' is unexpected")
      }
    }
    guard open == nil else { throw fail("the last cycle does not end") }
    let largest = (cycles.joined().max() ?? -1) + 1
    let degree = degree ?? largest
    guard largest <= degree else { throw fail("the point \(largest) is beyond the \(degree) points") }
    var images = Array(0..<degree)
    var isNamed = [Bool](repeating: false, count: degree)
    for cycle in cycles {
      for (index, point) in cycle.enumerated() {
        guard !isNamed[point] else { throw fail("the point \(point + 1) occurs twice") }
        isNamed[point] = true
        images[point] = cycle[(index + 1) % cycle.count]
      }
    }
    self.init(unchecked: images)
  }
}
