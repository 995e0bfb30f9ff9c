/// A long line thinned to what can be seen: of each column of pixels its first, lowest, highest and last point.
///
/// Drawn at this resolution the thinned line covers the pixels of the whole one, and no extreme is lost (M4; Jugel,
/// Jerzak, Hackenbroich and Markl 2014).
enum LineEnvelope {
  typealias Point = (x: Double, y: Double)

  /// Lines with no more points than this are drawn whole.
  static let limit = 2000

  /// The unbroken stretches of a line of `count` points, each where `place` says, if anywhere.
  ///
  /// A gap that is narrower than a column is not seen and not kept.
  ///
  /// - Complexity: O(count)
  static func runs(count: Int, place: (Int) -> Point?) -> [[Point]] {
    let isWhole = count <= limit
    var runs: [[Point]] = []
    var group = Group()
    var isBroken = true
    for index in 0..<count {
      guard let point = place(index) else {
        isBroken = true
        continue
      }
      let column = isWhole ? index : Int(point.x.rounded(.down))
      if group.count > 0, column == group.column, !isWhole {
        group.add(point)
      } else {
        if group.count > 0 { runs[runs.count - 1] += group.points }
        if runs.isEmpty || (isBroken && (isWhole || abs(column - group.column) > 1)) { runs.append([]) }
        group = Group(column: column)
        group.add(point)
      }
      isBroken = false
    }
    if group.count > 0 { runs[runs.count - 1] += group.points }
    return isWhole ? runs : runs.map(bounded)
  }

  /// The upper and lower edges of a band of `count` intervals, column by column; a stretch for each unbroken part.
  ///
  /// - Complexity: O(count)
  static func bands(count: Int, place: (Int) -> (x: Double, low: Double, high: Double)?) -> [[Point]] {
    let isWhole = count <= limit
    var bands: [[Point]] = []
    var (upper, lower): ([Point], [Point]) = ([], [])
    var column = Int.min
    var isBroken = false
    func finish() {
      if !upper.isEmpty { bands.append(upper + lower.reversed()) }
      (upper, lower) = ([], [])
    }
    for index in 0..<count {
      guard let (x, low, high) = place(index) else {
        isBroken = true
        continue
      }
      let next = isWhole ? index : Int(x.rounded(.down))
      if next == column, let top = upper.last, let bottom = lower.last {
        // Down the drawing numbers grow.
        upper[upper.count - 1].y = min(top.y, high)
        lower[lower.count - 1].y = max(bottom.y, low)
      } else {
        if isBroken, isWhole || next != column + 1 { finish() }
        upper.append((x, high))
        lower.append((x, low))
        column = next
      }
      isBroken = false
    }
    finish()
    return bands
  }

  /// A stretch that wanders to and fro and so fills many columns many times, thinned by its extremes along both axes.
  private static func bounded(_ points: [Point]) -> [Point] {
    let parts = 4000
    guard points.count > 6 * parts else { return points }
    return (0..<parts).flatMap { part -> [Point] in
      let slice = points[(part * points.count / parts)..<((part + 1) * points.count / parts)]
      var kept = Set([slice.startIndex, slice.endIndex - 1])
      if let least = slice.indices.min(by: { slice[$0].x < slice[$1].x }) { kept.insert(least) }
      if let greatest = slice.indices.max(by: { slice[$0].x < slice[$1].x }) { kept.insert(greatest) }
      if let least = slice.indices.min(by: { slice[$0].y < slice[$1].y }) { kept.insert(least) }
      if let greatest = slice.indices.max(by: { slice[$0].y < slice[$1].y }) { kept.insert(greatest) }
      return kept.sorted().map { slice[$0] }
    }
  }

  /// The points of one column.
  private struct Group {
    var column = 0
    var count = 0
    private var first: Point = (0, 0)
    private var last: Point = (0, 0)
    private var lowest: (index: Int, point: Point) = (0, (0, 0))
    private var highest: (index: Int, point: Point) = (0, (0, 0))

    init(column: Int = 0) { self.column = column }

    mutating func add(_ point: Point) {
      if count == 0 { (first, lowest, highest) = (point, (0, point), (0, point)) }
      if point.y > lowest.point.y { lowest = (count, point) }
      if point.y < highest.point.y { highest = (count, point) }
      last = point
      count += 1
    }

    var points: [Point] {
      if count <= 2 { return count == 1 ? [first] : [first, last] }
      let inner = lowest.index < highest.index ? [lowest, highest] : [highest, lowest]
      return [first] + inner.filter { $0.index > 0 && $0.index < count - 1 }.map(\.point) + [last]
    }
  }
}
