/// Divides the facets of a cell into those above and those below a cut, and finds the seam: the ridges between them.
///
/// Every ridge of a cell lies between exactly two of its facets. Of a convex cell and an affine function both sides are in one piece; where rounding
/// says otherwise, all pieces but the largest of a side change over, so that the seam is one closed surface.
struct SeamFinder: Sendable {
  /// The facets of the cell, halves of cut facets counted one by one.
  private(set) var facets: ContiguousArray<Int32> = []
  /// Which of them are above.
  private(set) var isAbove: ContiguousArray<Bool> = []
  /// The ridges between above and below.
  private(set) var seam: ContiguousArray<Int32> = []
  private var isSure: ContiguousArray<Bool> = []
  private var pieces: ContiguousArray<Int32> = []
  private var owners: ContiguousArray<Int32> = []
  private var ownerMarks: ContiguousArray<Int32> = []
  private var mark: Int32 = 0

  /// Forgets the last cell.
  mutating func begin() {
    facets.removeAll(keepingCapacity: true)
    isAbove.removeAll(keepingCapacity: true)
    isSure.removeAll(keepingCapacity: true)
  }

  /// Adds a facet; one in which the function is zero everywhere is on no side for sure.
  mutating func add(_ facet: Int32, isAbove above: Bool, isSure sure: Bool) {
    facets.append(facet)
    isAbove.append(above)
    isSure.append(sure)
  }

  /// Finds the seam, and puts the sides right.
  mutating func find(facets list: CellList, ridgeCount: Int) {
    if owners.count < ridgeCount {
      let missing = max(ridgeCount - owners.count, owners.count)
      owners.append(contentsOf: repeatElement(0, count: missing))
      ownerMarks.append(contentsOf: repeatElement(0, count: missing))
    }
    if join(list) == 2 { return }
    changePieces(above: true)
    _ = join(list)
    changePieces(above: false)
    _ = join(list)
  }

  /// Joins facets of one side that share a ridge, collects the seam, and returns the number of pieces.
  private mutating func join(_ list: CellList) -> Int {
    mark += 1
    seam.removeAll(keepingCapacity: true)
    pieces.removeAll(keepingCapacity: true)
    for index in facets.indices { pieces.append(Int32(index)) }
    var count = facets.count
    for index in facets.indices {
      let above = isAbove[index]
      for item in list.facets(of: Int(facets[index])) {
        let ridge = Int(list.items[item])
        guard ownerMarks[ridge] == mark else {
          ownerMarks[ridge] = mark
          owners[ridge] = Int32(index)
          continue
        }
        let other = Int(owners[ridge])
        if isAbove[other] != above {
          seam.append(Int32(ridge))
        } else {
          let (first, second) = (root(other), root(index))
          if first != second {
            pieces[max(first, second)] = Int32(min(first, second))
            count -= 1
          }
        }
      }
    }
    return count
  }

  private mutating func root(_ index: Int) -> Int {
    var index = index
    while pieces[index] != index {
      pieces[index] = pieces[Int(pieces[index])]
      index = Int(pieces[index])
    }
    return index
  }

  /// Leaves on one side only the piece with the most facets that are there for sure.
  private mutating func changePieces(above: Bool) {
    var sizes = Array(repeating: 0, count: facets.count)
    for index in facets.indices where isAbove[index] == above && isSure[index] { sizes[root(index)] += 1 }
    let largest = sizes.indices.max { sizes[$0] < sizes[$1] || (sizes[$0] == sizes[$1] && $0 > $1) } ?? 0
    for index in facets.indices where isAbove[index] == above && root(index) != largest {
      isAbove[index] = !above
    }
  }
}
