/// The cells of one dimension while a complex is being cut: each with its facets, and on which sides of up to 64 units it has vertices.
struct CellList: Sendable {
  /// Where each cell's facets begin in ``items``.
  private(set) var starts: ContiguousArray<Int32> = []
  /// How many facets each cell has.
  private(set) var lengths: ContiguousArray<Int32> = []
  /// The facets of all cells, with gaps where cells were cut.
  private(set) var items: ContiguousArray<Int32> = []
  /// By bit, whether the cell has vertices where a unit is positive.
  var positive: ContiguousArray<UInt64> = []
  /// By bit, whether the cell has vertices where a unit is negative.
  var negative: ContiguousArray<UInt64> = []
  /// The other half of each cell, of the last cut that went through it.
  var twins: ContiguousArray<Int32> = []
  /// Which cut that was.
  var twinCuts: ContiguousArray<Int32> = []
  /// For each bit the cells that its unit goes through; some may have been cut so that it no longer does.
  var crossed: [ContiguousArray<Int32>] = []

  /// The number of cells.
  var count: Int { positive.count }

  /// The facets of a cell.
  func facets(of cell: Int) -> Range<Int> {
    let start = Int(starts[cell])
    return start..<start + Int(lengths[cell])
  }

  /// Adds facets for a cell to come.
  ///
  /// - Returns: Where they stand.
  mutating func add(_ facets: ContiguousArray<Int32>) -> Range<Int> {
    items.append(contentsOf: facets)
    return items.count - facets.count..<items.count
  }

  /// Adds the facets of one side, and one more.
  mutating func add(
    _ facets: ContiguousArray<Int32>, where sides: ContiguousArray<Bool>, are side: Bool, and seam: Int32
  ) -> Range<Int> {
    let start = items.count
    for index in facets.indices where sides[index] == side { items.append(facets[index]) }
    items.append(seam)
    return start..<items.count
  }

  /// Adds the ends of an edge.
  mutating func add(edgeFrom start: Int, to end: Int) -> Range<Int> {
    items.append(Int32(start))
    items.append(Int32(end))
    return items.count - 2..<items.count
  }

  /// Adds a cell whose facets stand among the items.
  mutating func append(facets: Range<Int>, positive: UInt64, negative: UInt64) {
    starts.append(Int32(facets.lowerBound))
    lengths.append(Int32(facets.count))
    self.positive.append(positive)
    self.negative.append(negative)
    twins.append(0)
    twinCuts.append(0)
  }

  /// Gives a cell other facets, which stand among the items.
  mutating func replace(facets: Range<Int>, of cell: Int, positive: UInt64, negative: UInt64) {
    starts[cell] = Int32(facets.lowerBound)
    lengths[cell] = Int32(facets.count)
    self.positive[cell] = positive
    self.negative[cell] = negative
  }

  /// Notes a cell under each of some bits.
  mutating func note(_ cell: Int, crossing bits: UInt64) {
    var rest = bits
    while rest != 0 {
      crossed[rest.trailingZeroBitCount].append(Int32(cell))
      rest &= rest - 1
    }
  }

  /// Moves the facets together.
  mutating func compact() {
    guard items.count > lengths.reduce(0, { $0 + Int($1) }) else { return }
    var moved: ContiguousArray<Int32> = []
    moved.reserveCapacity(items.count)
    for cell in starts.indices {
      let range = facets(of: cell)
      starts[cell] = Int32(moved.count)
      moved.append(contentsOf: items[range])
    }
    items = moved
  }

  /// Takes the sides of every cell from its facets, and notes what each of `bits` units crosses.
  mutating func takeSides(from facets: CellList, bits: Int) {
    crossed = Array(repeating: [], count: bits)
    for cell in starts.indices {
      var (up, down): (UInt64, UInt64) = (0, 0)
      for index in self.facets(of: cell) {
        up |= facets.positive[Int(items[index])]
        down |= facets.negative[Int(items[index])]
      }
      positive[cell] = up
      negative[cell] = down
      note(cell, crossing: up & down)
    }
  }
}

extension CellList {
  /// The faces of the cube of a dimension, by their own dimension.
  ///
  /// A face is a word of d digits: 0 and 1 for the two sides of an axis, 2 for all of it; its dimension is the number of twos.
  static func cube(_ dimension: Int) -> [CellList] {
    var lists = Array(repeating: CellList(), count: dimension + 1)
    let powers = (0..<dimension).map { (0..<$0).reduce(1) { power, _ in power * 3 } }
    let count = (0..<dimension).reduce(1) { power, _ in power * 3 }
    var numbers: [Int32] = []
    numbers.reserveCapacity(count)
    for word in 0..<count {
      let free = (0..<dimension).filter { word / powers[$0] % 3 == 2 }
      let facets = free.flatMap { [numbers[word - 2 * powers[$0]], numbers[word - powers[$0]]] }
      numbers.append(Int32(lists[free.count].count))
      let places = lists[free.count].add(ContiguousArray(facets))
      lists[free.count].append(facets: places, positive: 0, negative: 0)
    }
    return lists
  }

  /// The corners of the cube in the order of ``cube(_:)``: on which side of each axis each lies.
  static func corners(_ dimension: Int) -> [[Bool]] {
    (0..<1 << dimension).map { word in (0..<dimension).map { word >> $0 & 1 == 1 } }
  }
}
