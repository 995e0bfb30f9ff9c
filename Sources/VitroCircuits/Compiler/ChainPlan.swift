internal import VitroCore
internal import VitroPiecewise

/// Lays a program out as a chain: decides layer by layer which values are handed on.
struct ChainPlan {
  typealias Form = AffineForm<Rational>

  private let program: ReLUProgram<Rational>
  private let ranges: [HalfRange]
  /// The layer that makes each source: 0 the input, then by depth.
  private let made: [Int]
  /// The last layer that needs each source; the outputs are the layer after the last.
  private let lastUse: [Int]
  private let depth: Int
  /// Whether it is asked which values appear only together; with very many it is not worth the time.
  private let joinsValues: Bool

  init(_ program: ReLUProgram<Rational>, box: InputBox?) throws {
    self.program = program
    ranges = HalfRange.sources(of: program, in: box)
    let depths = program.depths
    depth = depths.max() ?? 0
    made = program.inputs.map { _ in 0 } + depths
    var lastUse = Array(repeating: 0, count: made.count)
    for (unit, depth) in zip(program.units, depths) {
      for term in unit.terms { lastUse[term.source] = max(lastUse[term.source], depth) }
    }
    for output in program.outputs { for term in output.terms { lastUse[term.source] = depth + 1 } }
    self.lastUse = lastUse
    let terms = (program.units + program.outputs).reduce(0) { $0 + $1.terms.count }
    joinsValues = terms * depth <= 20_000_000
  }

  func layout() throws -> NetworkLayout {
    var layout = NetworkLayout(inputs: program.inputs, layers: [])
    // What is known of the sources: at first each input by itself.
    var known = KnownForms(sources: program.inputs.indices.map { $0 })
    for layer in 1..<(depth + 1) {
      let units = program.units.indices.filter { made[program.inputs.count + $0] == layer }
      let carried = HandedOn(
        units: units.map { program.units[$0] }, needs: needs(after: layer), known: known, ranges: ranges)
      let rows = try (units.map { program.units[$0] } + carried.rows).map { try known.expressed($0) }
      layout.layers.append(.init(reads: [layer - 2], rows: rows, isActive: true))
      let width = units.count
      var next = KnownForms(sources: [])
      for (place, unit) in units.enumerated() {
        next.add(Form(source: program.inputs.count + unit), as: Form(source: place))
      }
      for (form, value) in carried.values {
        // Handed-on values are told by units of their own (numbered after the layer's) and by the layer's units.
        next.add(form, as: value.renumbered { $0 < 0 ? -1 - $0 : width + $0 })
      }
      known = next
      guard layout.parameters <= 100_000_000 else { break }
    }
    let rows = try layout.layers.count == depth ? program.outputs.map { try known.expressed($0) } : []
    layout.layers.append(.init(reads: [depth - 1], rows: rows, isActive: false))
    return layout
  }

  /// The parts, of sources made before a layer, of the forms that later layers and the outputs compute.
  private func needs(after layer: Int) -> [Form] {
    let sources = made.indices.filter { made[$0] < layer && lastUse[$0] > layer }
    guard joinsValues else { return sources.map { Form(source: $0) } }
    var forms: Set<Form> = []
    var ordered: [Form] = []
    let later = program.units.indices.filter { made[program.inputs.count + $0] > layer }
    for form in later.map({ program.units[$0] }) + program.outputs {
      let part = Form(terms: form.terms.filter { made[$0.source] < layer })
      guard let first = part.terms.first else { continue }
      let direction = part * first.weight.reciprocal
      if forms.insert(direction).inserted { ordered.append(direction) }
    }
    return ordered
  }
}

/// What a layer knows: forms of the sources, each as a form of the numbers that it reads.
struct KnownForms {
  typealias Form = AffineForm<Rational>
  /// By leading source; no leading source appears in another form.
  private var rows: [Int: (form: Form, value: Form)] = [:]
  /// The sources that appear and do not lead.
  private var followers: Set<Int> = []

  init(sources: [Int]) {
    for source in sources { rows[source] = (Form(source: source), Form(source: source)) }
  }

  /// Adds a form that is not a combination of the others.
  mutating func add(_ form: Form, as value: Form) {
    let (rest, restValue) = reduced(form, value)
    guard let leading = rest.terms.first else { return }
    let scale = leading.weight.reciprocal
    let row = (form: rest * scale, value: restValue * scale)
    followers.formUnion(row.form.terms.dropFirst().map(\.source))
    if followers.remove(leading.source) != nil {
      for (source, other) in rows where other.form[leading.source] != 0 {
        let weight = other.form[leading.source]
        rows[source] = (other.form - row.form * weight, other.value - row.value * weight)
      }
    }
    rows[leading.source] = row
  }

  /// A form less its combination of the known ones.
  private func reduced(_ form: Form, _ value: Form) -> (Form, Form) {
    var parts = [form]
    var values = [value]
    for term in form.terms {
      guard let row = rows[term.source] else { continue }
      parts.append(row.form * -term.weight)
      values.append(row.value * -term.weight)
    }
    return (UnitTable.sum(parts), UnitTable.sum(values))
  }

  func isKnown(_ form: Form) -> Bool { reduced(form, Form()).0.isConstant }

  /// The form over the numbers that are read.
  func expressed(_ form: Form) throws -> Form {
    let (rest, value) = reduced(form, Form())
    guard rest.isConstant else {
      throw VitroError(.failed, "laying out a chain", "a value is not handed on")
    }
    return Form(
      terms: value.terms.map { .init(source: $0.source, weight: -$0.weight) }, constant: rest.constant - value.constant)
  }
}
