internal import VitroCore

/// A box being cut, unit after unit, into the cells on which a program is affine.
///
/// Edge subdivision after Berzins (2023), carried on to all dimensions: a unit's signs at the vertices split edges, split edges split polygons, and so
/// on upwards. A cell that is split gets one new facet, the *seam* between its positive and its negative facets; the seam is a boundary modulo 2 by
/// construction, so whatever rounding does to signs, every complex that comes out is a complex, and its Euler characteristic is that of the box.
///
/// - Complexity: O(cells made · facets of a cell), and a matrix product for each stage; what a unit does not cross is not looked at.
struct CellSubdivision<Scalar: SubdivisionScalar> {
  /// The dimension of the box.
  let dimension: Int
  /// How many cells of all dimensions there may be.
  let limit: Int
  /// The cells by dimension; vertices have no facets.
  var cells: [CellList]
  /// The values at the vertices: coordinates, the sources that are read later, and the units that cut now.
  var table: VertexTable<Scalar>
  /// By 64 units, on which cells of the highest dimension each is on.
  var patterns: [ContiguousArray<UInt64>] = []
  /// What made each cell of one dimension less than the box: a unit, or −1 for the border of the box.
  var origins: ContiguousArray<Int32>
  /// The number of cells of all dimensions.
  var cellCount: Int
  /// Counts cuts, so that marks of earlier cuts are known as old.
  var cutNumber: Int32 = 0
  /// What counts as zero for each unit that cuts now.
  var tolerances: [Scalar] = []
  /// Room to work in.
  var seams: SeamFinder

  init(lower: [Scalar], upper: [Scalar], limit: Int) {
    dimension = lower.count
    self.limit = limit
    cells = CellList.cube(dimension)
    cellCount = cells.reduce(0) { $0 + $1.count }
    seams = SeamFinder()
    origins = ContiguousArray(repeating: -1, count: cells[dimension - 1].count)
    let corners = CellList.corners(dimension)
    table = VertexTable(
      values: corners.flatMap { corner in corner.indices.map { corner[$0] ? upper[$0] : lower[$0] } },
      width: dimension, columns: Dictionary(uniqueKeysWithValues: (0..<dimension).map { ($0, $0) }))
  }

  /// Cuts by the units of one stage, which are affine on the cells that there are.
  ///
  /// - Parameters:
  ///   - forms: What is inside the units.
  ///   - numbers: The units' sources, in the order of the forms.
  ///   - kept: The sources that later stages read.
  ///   - rectifies: Whether negative values become zero afterwards.
  mutating func cut(
    by forms: [AffineForm<Scalar>], numbers: [Int], keeping kept: (Int) -> Bool, rectifies: Bool
  ) throws {
    try evaluate(forms, numbers: numbers, keeping: kept)
    let first = table.width - forms.count
    for start in stride(from: 0, to: forms.count, by: 64) {
      let batch = start..<min(start + 64, forms.count)
      takeSigns(columns: first + batch.lowerBound..<first + batch.upperBound, tolerances: Array(tolerances[batch]))
      for index in batch {
        let origin = Int32(numbers[index] - dimension)
        try cut(bit: index - start, column: first + index, firstColumn: first + start, origin: origin)
      }
      if rectifies { rectify(columns: first + batch.lowerBound..<first + batch.upperBound) }
      patterns.append(cells[dimension].positive)
      for index in cells.indices { cells[index].compact() }
    }
  }

  /// Replaces the table by one of the sources that are kept and the new units.
  private mutating func evaluate(
    _ forms: [AffineForm<Scalar>], numbers: [Int], keeping kept: (Int) -> Bool
  ) throws {
    let extents = table.extents
    tolerances = forms.map { form in
      form.terms.reduce(form.constant.magnitudeValue) {
        $0 + $1.weight.magnitudeValue * extents[table.columns[$1.source] ?? 0]
      } * Scalar.zeroShare
    }
    guard tolerances.allSatisfy({ $0.double < 1e140 }) else {
      throw VitroError(
        .numerical, "cutting a box into linear regions", "values inside the units are too large for doubles",
        hint: "Take a smaller box.")
    }
    let oldColumns = table.columns.filter { $0.key < dimension || kept($0.key) }.sorted { $0.key < $1.key }
    let width = oldColumns.count + forms.count
    try checkTable(rows: table.count, width: width)
    let values = try Scalar.values(of: forms, at: table)
    var merged: [Scalar] = []
    // Room that is not used costs nothing; moving a table that has grown costs as much as filling it.
    merged.reserveCapacity(table.count * width + min(table.count * width * 5, 1 << 22))
    for row in 0..<table.count {
      for (_, column) in oldColumns { merged.append(table.values[row * table.width + column]) }
      merged.append(contentsOf: values[row * forms.count..<(row + 1) * forms.count])
    }
    var columns = Dictionary(uniqueKeysWithValues: oldColumns.enumerated().map { ($1.key, $0) })
    for (offset, number) in numbers.enumerated() { columns[number] = oldColumns.count + offset }
    table = VertexTable(values: merged, width: width, columns: columns)
  }

  private func checkTable(rows: Int, width: Int) throws {
    guard rows.multipliedReportingOverflow(by: width).partialValue <= Scalar.tableLimit else {
      throw VitroError(
        .unsupported, "cutting a box into linear regions",
        "\(rows) vertices with \(width) values each do not fit the memory that is granted",
        hint: "Take a slice or a smaller box.")
    }
  }

  /// Takes the signs of up to 64 units at the vertices, and what they cross.
  private mutating func takeSigns(columns: Range<Int>, tolerances: [Scalar]) {
    let width = table.width
    let below = tolerances.map { -$0 }
    table.values.withUnsafeMutableBufferPointer { values in
      for vertex in cells[0].positive.indices {
        var (up, down): (UInt64, UInt64) = (0, 0)
        let row = vertex * width + columns.lowerBound
        for bit in 0..<columns.count {
          let value = values[row + bit]
          if value > tolerances[bit] {
            up |= 1 << UInt64(bit)
          } else if value < below[bit] {
            down |= 1 << UInt64(bit)
          } else {
            values[row + bit] = 0
          }
        }
        cells[0].positive[vertex] = up
        cells[0].negative[vertex] = down
      }
    }
    for index in 1...dimension { cells[index].takeSides(from: cells[index - 1], bits: columns.count) }
  }

  /// Makes zero what is not positive, as the signs say.
  private mutating func rectify(columns: Range<Int>) {
    let width = table.width
    table.values.withUnsafeMutableBufferPointer { values in
      for vertex in cells[0].positive.indices {
        let up = cells[0].positive[vertex]
        for bit in 0..<columns.count where up >> UInt64(bit) & 1 == 0 {
          values[vertex * width + columns.lowerBound + bit] = 0
        }
      }
    }
  }
}

extension PiecewiseScalar {
  /// The size, in the number's own type.
  var magnitudeValue: Self { self < 0 ? -self : self }
}
