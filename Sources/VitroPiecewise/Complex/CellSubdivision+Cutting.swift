internal import VitroCore

extension CellSubdivision {
  /// Cuts every cell that a unit goes through, from the edges upwards.
  mutating func cut(bit: Int, column: Int, firstColumn: Int, origin: Int32) throws {
    cutNumber += 1
    for edge in cells[1].crossed[bit] where crosses(edge, 1, bit) {
      try checkBudget()
      cutEdge(Int(edge), bit: bit, column: column, firstColumn: firstColumn, origin: origin)
    }
    guard dimension > 1 else { return }
    for order in 2...dimension {
      for cell in cells[order].crossed[bit] where crosses(cell, order, bit) {
        try checkBudget()
        cutCell(Int(cell), of: order, bit: bit, origin: origin)
      }
    }
  }

  private func crosses(_ cell: Int32, _ order: Int, _ bit: Int) -> Bool {
    (cells[order].positive[Int(cell)] & cells[order].negative[Int(cell)]) >> UInt64(bit) & 1 == 1
  }

  private func checkBudget() throws {
    guard cellCount < limit, table.values.count < Scalar.tableLimit else {
      throw VitroError(
        .unsupported, "cutting a box into linear regions",
        "there are more than \(min(cellCount, limit)) cells, vertices and faces counted",
        hint: "Take a slice, a smaller box, or allow more.", details: ["limit": "\(limit)"])
    }
  }

  /// Puts a vertex where a unit vanishes on an edge.
  ///
  /// Signs that both ends agree on hold in between; those that they do not are taken from the value.
  private mutating func cutEdge(_ edge: Int, bit: Int, column: Int, firstColumn: Int, origin: Int32) {
    let own: UInt64 = 1 << UInt64(bit)
    let range = cells[1].facets(of: edge)
    var (high, low) = (Int(cells[1].items[range.lowerBound]), Int(cells[1].items[range.lowerBound + 1]))
    if cells[0].negative[high] & own != 0 { swap(&high, &low) }
    let (up, down) = (cells[1].positive[edge], cells[1].negative[edge])
    let vertex = cells[0].count
    var (vertexUp, vertexDown) = (up & ~down, down & ~up)
    interpolate(high, low, column: column)
    let row = vertex * table.width
    table.values[row + column] = 0
    var open = up & down & ~own
    while open != 0 {
      let other = open.trailingZeroBitCount
      let value = table.values[row + firstColumn + other]
      let tolerance = tolerances[firstColumn + other - (table.width - tolerances.count)]
      if value > tolerance {
        vertexUp |= 1 << UInt64(other)
      } else if value < -tolerance {
        vertexDown |= 1 << UInt64(other)
      } else {
        table.values[row + firstColumn + other] = 0
      }
      open &= open - 1
    }
    append(0..<0, of: 0, positive: vertexUp, negative: vertexDown, origin: origin)
    let cut = Sides(up: up, down: down, bit: bit)
    let upper = cut.child(above: true, cells[0].positive[high] | vertexUp, cells[0].negative[high] | vertexDown)
    let lower = cut.child(above: false, cells[0].positive[low] | vertexUp, cells[0].negative[low] | vertexDown)
    let above = cells[1].add(edgeFrom: high, to: vertex)
    let below = cells[1].add(edgeFrom: vertex, to: low)
    split(edge, of: 1, into: above, upper, and: below, lower, after: bit)
  }

  /// Adds the row of the vertex between two others where a column is zero.
  private mutating func interpolate(_ high: Int, _ low: Int, column: Int) {
    let width = table.width
    let (top, bottom) = (table.values[high * width + column], table.values[low * width + column])
    var share = top / (top - bottom)
    // Only values at the very limits of the number type come out of order.
    if !(share > 0 && share < 1) { share = 1 / 2 }
    let rest = 1 - share
    let (first, second) = (high * width, low * width)
    let row = table.values.count
    table.values.append(contentsOf: repeatElement(0, count: width))
    table.values.withUnsafeMutableBufferPointer { values in
      for index in 0..<width {
        values[row + index] = rest * values[first + index] + share * values[second + index]
      }
    }
  }

  /// Splits a cell along the seam between its positive and its negative facets.
  private mutating func cutCell(_ cell: Int, of order: Int, bit: Int, origin: Int32) {
    let own: UInt64 = 1 << UInt64(bit)
    seams.begin()
    for index in cells[order].facets(of: cell) {
      let facet = cells[order].items[index]
      if cells[order - 1].twinCuts[Int(facet)] == cutNumber {
        seams.add(facet, isAbove: true, isSure: true)
        seams.add(cells[order - 1].twins[Int(facet)], isAbove: false, isSure: true)
      } else if cells[order - 1].positive[Int(facet)] & own != 0 {
        seams.add(facet, isAbove: true, isSure: true)
      } else {
        seams.add(facet, isAbove: false, isSure: cells[order - 1].negative[Int(facet)] & own != 0)
      }
    }
    seams.find(facets: cells[order - 1], ridgeCount: cells[order - 2].count)
    let cut = Sides(up: cells[order].positive[cell], down: cells[order].negative[cell], bit: bit)
    var (up, down): (UInt64, UInt64) = (0, 0)
    for ridge in seams.seam {
      up |= cells[order - 2].positive[Int(ridge)]
      down |= cells[order - 2].negative[Int(ridge)]
    }
    let (seamUp, seamDown) = cut.seam(up, down)
    let seam = Int32(cells[order - 1].count)
    let ridges = cells[order - 1].add(seams.seam)
    append(ridges, of: order - 1, positive: seamUp, negative: seamDown, origin: origin)
    cells[order - 1].note(Int(seam), crossing: seamUp & seamDown & ~Sides.through(bit))

    let above = cells[order].add(seams.facets, where: seams.isAbove, are: true, and: seam)
    let below = cells[order].add(seams.facets, where: seams.isAbove, are: false, and: seam)
    let upper = sides(of: above, order)
    let lower = sides(of: below, order)
    split(
      cell, of: order, into: above, cut.child(above: true, upper.up, upper.down), and: below,
      cut.child(above: false, lower.up, lower.down), after: bit)
  }

  /// The sides of the facets that stand at some places.
  private func sides(of places: Range<Int>, _ order: Int) -> (up: UInt64, down: UInt64) {
    var (up, down): (UInt64, UInt64) = (0, 0)
    for place in places {
      let facet = Int(cells[order].items[place])
      up |= cells[order - 1].positive[facet]
      down |= cells[order - 1].negative[facet]
    }
    return (up, down)
  }

  /// Gives a cell its upper half's facets and appends the lower half as a new cell.
  private mutating func split(
    _ cell: Int, of order: Int, into upper: Range<Int>, _ upperSides: (up: UInt64, down: UInt64),
    and lower: Range<Int>, _ lowerSides: (up: UInt64, down: UInt64), after bit: Int
  ) {
    let twin = cells[order].count
    cells[order].replace(facets: upper, of: cell, positive: upperSides.up, negative: upperSides.down)
    append(
      lower, of: order, positive: lowerSides.up, negative: lowerSides.down,
      origin: order == dimension - 1 ? origins[cell] : -1)
    cells[order].twins[cell] = Int32(twin)
    cells[order].twinCuts[cell] = cutNumber
    cells[order].note(twin, crossing: lowerSides.up & lowerSides.down & ~Sides.through(bit))
    guard order == dimension else { return }
    for word in patterns.indices { patterns[word].append(patterns[word][cell]) }
  }

  private mutating func append(
    _ facets: Range<Int>, of order: Int, positive: UInt64, negative: UInt64, origin: Int32
  ) {
    cells[order].append(facets: facets, positive: positive, negative: negative)
    cellCount += 1
    if order == dimension - 1 { origins.append(origin) }
  }
}

/// The sides of a cell that a unit cuts, and what its parts inherit: for units that have cut, the cell's own side; for the others, that of their
/// vertices.
private struct Sides {
  let up: UInt64
  let down: UInt64
  let bit: Int

  /// The bits up to one, itself included.
  static func through(_ bit: Int) -> UInt64 { bit >= 63 ? .max : (1 << UInt64(bit + 1)) - 1 }

  /// What a half has, from the sides of its facets.
  func child(above: Bool, _ facetsUp: UInt64, _ facetsDown: UInt64) -> (up: UInt64, down: UInt64) {
    let own: UInt64 = 1 << UInt64(bit)
    let parts = seam(facetsUp, facetsDown)
    return (above ? parts.up | own : parts.up & ~own, above ? parts.down & ~own : parts.down | own)
  }

  /// What the new facet between the halves has, from the sides of its own facets.
  func seam(_ facetsUp: UInt64, _ facetsDown: UInt64) -> (up: UInt64, down: UInt64) {
    let done = Sides.through(bit)
    let own: UInt64 = 1 << UInt64(bit)
    return (
      ((up & done) | (facetsUp & ~done)) & ~own, ((down & done) | (facetsDown & ~done)) & ~own
    )
  }
}
