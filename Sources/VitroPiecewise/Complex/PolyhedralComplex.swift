internal import VitroCore

/// A box cut into the cells on which a piecewise-linear network is affine, exactly, with all their vertices, edges and faces.
///
/// A cell of dimension k has facets of dimension k − 1, which it shares with its neighbours. The cells of the box's own dimension are the linear
/// regions: on each, every unit is on or off throughout, and the outputs are affine functions of the inputs.
///
/// ```swift
/// var distance = ReLUProgram<Double>(inputs: ["a", "b"])
/// let difference = AffineForm<Double>(source: 0) - AffineForm(source: 1)
/// distance.outputs = [distance.addReLU(of: difference) + distance.addReLU(of: difference * -1)]
/// let complex = try PolyhedralComplex(distance, box: InputBox("a=-1:1,b=-1:1"))
/// print(complex.counts)  // [4, 5, 2]: |a − b| folds the square along its diagonal
/// ```
///
/// Method: the network's units cut one after the other, as in edge subdivision (Berzins, *Polyhedral complex extraction from ReLU networks using edge
/// subdivision*, 2023), carried on from edges to cells of all dimensions. In doubles a value counts as zero below 2⁻⁴⁰ of the size of its summands;
/// what comes out is a complex whatever rounding does. ``init(exactly:box:zeroSet:limit:)`` does the same in fractions.
public struct PolyhedralComplex: Sendable {
  /// The network.
  public let program: ReLUProgram<Double>
  /// The box, in the order of the network's inputs.
  public let box: InputBox
  /// Whether the cells are cut where outputs are zero, too.
  public let hasZeroSet: Bool

  /// How many cells of all dimensions there may be unless something else is asked for.
  public static let standardLimit = 4_000_000

  /// The coordinates of the vertices, `[vertices, inputs]`.
  let coordinates: [Double]
  /// The outputs at the vertices, `[vertices, outputs]`.
  let outputValues: [Double]
  /// The facets of the cells, by dimension.
  let incidence: [CellIncidence]
  /// Which units are on, and which outputs are positive where they cut: 64 to a word, `[words][cells]`.
  let patterns: [ContiguousArray<UInt64>]
  /// The place of each unit in the patterns, then that of each output that cuts.
  let places: [Int]
  /// What made each cell of one dimension less: a unit, after them an output, or −1 for the border.
  let origins: ContiguousArray<Int32>
  /// For each cell of one dimension less, the outputs that are zero on it.
  let zeroOutputs: ContiguousArray<UInt64>
  /// For each cell of the highest dimension, the outputs that are not zero on it.
  let nonzeroOutputs: ContiguousArray<UInt64>

  /// The number of inputs.
  public var dimension: Int { box.dimension }

  /// The number of cells of each dimension, from vertices upwards.
  public var counts: [Int] { incidence.map(\.count) }

  /// The number of cells of the highest dimension: the linear regions.
  public var cellCount: Int { incidence[dimension].count }

  /// `Σ (−1)ᵏ n_k`, which is 1, as for every box.
  public var eulerCharacteristic: Int {
    counts.enumerated().reduce(0) { $0 + ($1.offset.isMultiple(of: 2) ? $1.element : -$1.element) }
  }

  /// Cuts a box into the linear regions of a network, in doubles.
  ///
  /// - Parameters:
  ///   - program: The network.
  ///   - box: An interval for every input.
  ///   - zeroSet: Whether to cut also where outputs are zero, for ``decisionBoundary(of:)``.
  ///   - limit: How many cells of all dimensions there may be.
  /// - Throws: ``/VitroCore/VitroError``: `unsupported` when there are more inputs or cells than the limit allows, `argument` for a box that does not
  ///   fit, `numerical` for values too large for doubles.
  /// - Complexity: O(cells made · facets of a cell) and for each layer a product of a matrix of vertices by its weights: 100 + 100 units of two
  ///   inputs, 29,000 vertices, edges and cells, take milliseconds.
  public init(
    _ program: ReLUProgram<Double>, box: InputBox, zeroSet: Bool = false, limit: Int = standardLimit
  ) throws {
    try self.init(cutting: program, shown: program, box: box, zeroSet: zeroSet, limit: limit)
  }

  /// Cuts a box into the linear regions of a network, in exact fractions: for formulas, whose kinks meet in points and run along one another.
  ///
  /// - Parameters:
  ///   - program: The network.
  ///   - box: An interval for every input.
  ///   - zeroSet: Whether to cut also where outputs are zero.
  ///   - limit: How many cells of all dimensions there may be.
  /// - Throws: What ``init(_:box:zeroSet:limit:)`` throws.
  /// - Complexity: As in doubles, with arithmetic a few hundred times slower.
  public init(
    exactly program: ReLUProgram<Rational>, box: InputBox, zeroSet: Bool = false, limit: Int = standardLimit
  ) throws {
    try self.init(
      cutting: program, shown: program.converted(\.double), box: box, zeroSet: zeroSet, limit: limit)
  }

  private init<Scalar: SubdivisionScalar>(
    cutting program: ReLUProgram<Scalar>, shown: ReLUProgram<Double>, box: InputBox, zeroSet: Bool, limit: Int
  ) throws {
    let box = try box.named(program.inputs)
    try Self.check(box, limit: limit)
    guard !zeroSet || program.outputs.count <= 64 else {
      throw VitroError(
        .unsupported, Self.operation, "the zero sets of \(program.outputs.count) outputs, expected 64 or fewer",
        hint: "Cut without zero sets, or read one output at a time.")
    }
    var subdivision = CellSubdivision<Scalar>(
      lower: box.lower.map(Scalar.init(fraction:)), upper: box.upper.map(Scalar.init(fraction:)), limit: limit)
    let order = try subdivision.run(program, zeroSet: zeroSet)
    var places = Array(repeating: 0, count: order.count)
    for (place, number) in order where number < places.count { places[number] = place }
    let outputs = try subdivision.outputValues(of: program, haveCut: zeroSet)
    let (dimension, width) = (box.dimension, subdivision.table.width)
    let vertices = subdivision.cells[0].count
    self.program = shown
    self.box = box
    hasZeroSet = zeroSet
    coordinates = (0..<vertices * dimension).map {
      subdivision.table.values[$0 / dimension * width + $0 % dimension].double
    }
    outputValues = outputs.map(\.double)
    incidence = subdivision.cells.map(CellIncidence.init)
    patterns = subdivision.patterns
    self.places = places
    origins = subdivision.origins
    let (facets, cells) = (subdivision.cells[dimension - 1], subdivision.cells[dimension])
    zeroOutputs = ContiguousArray(facets.positive.indices.map { ~(facets.positive[$0] | facets.negative[$0]) })
    nonzeroOutputs = ContiguousArray(cells.positive.indices.map { cells.positive[$0] | cells.negative[$0] })
  }

  private static let operation = "cutting a box into linear regions"

  private static func check(_ box: InputBox, limit: Int) throws {
    guard box.dimension > 0 else {
      throw VitroError(.argument, operation, "the network has no inputs")
    }
    let faces = (0..<box.dimension).reduce(1.0) { product, _ in product * 3 }
    guard faces <= Double(limit) else {
      throw VitroError(
        .unsupported, operation,
        "a box of \(box.dimension) inputs has 3^\(box.dimension) faces before anything is cut, more than the \(limit) that are granted",
        hint: "Look at a plane or a line through it: sliced(through:).", details: ["inputs": "\(box.dimension)"])
    }
    for (index, name) in box.names.enumerated() where box.lower[index] >= box.upper[index] {
      throw VitroError(
        .argument, operation, "the interval of '\(name)' is empty: \(box.lower[index]) is not below \(box.upper[index])"
      )
    }
  }
}

/// The facets of all cells of one dimension.
struct CellIncidence: Sendable {
  /// Where each cell's facets begin; one more entry than cells.
  let starts: ContiguousArray<Int32>
  /// The facets.
  let items: ContiguousArray<Int32>

  /// The number of cells.
  var count: Int { starts.count - 1 }

  init(_ list: CellList) {
    starts = ContiguousArray(list.starts + [Int32(list.items.count)])
    items = list.items
  }

  /// The facets of a cell.
  subscript(cell: Int) -> ContiguousArray<Int32>.SubSequence { items[Int(starts[cell])..<Int(starts[cell + 1])] }
}
