public import VitroCore
internal import VitroLab
public import VitroNetworks
public import VitroPiecewise

extension GalleryCircuit {
  /// The circuit written as a chain of float32 layers.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the formula is none.
  public func written() throws -> (network: Network, certificate: Certificate) {
    let (formula, box) = (try formula, try box)
    let program = try formula.program(box: box)
    let network = try program.network(named: id, box: box, metadata: ["box": "\(box)", "formula": text])
    let certificate = try ReLUProgram(network, names: inputs).certify(
      equals: program, over: box, tolerance: Rational(1, over: 1_000_000))
    return (network, certificate)
  }

  /// Trains networks on the circuit's examples.
  func train(seeds: Int, steps: Int, seed: UInt64, observer: any Observer) throws -> TrainedInstances {
    let (points, formula, box) = (try points, try formula, try box)
    let targets = try points.map { try formula.values(at: $0, box: box).map { Double($0) } }
    let training = InstanceTraining(
      graph: architecture.graph(id, inputs: inputs.count, outputs: formula.outputs.count),
      inputs: points.map { $0.map { Double($0) } }, targets: targets, steps: steps, rate: rate, isCooling: true)
    return try training.train(seeds: seeds, seed: seed, observer: observer)
  }

  /// Writes, trains and reads the circuit.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `interrupted` when the observer asks to stop.
  public func entry(seeds: Int, steps: Int, seed: UInt64, observer: any Observer) throws -> GalleryEntry {
    func tell(_ what: String) { observer.update(ProgressUpdate("the gallery", completed: 0, detail: "\(id): \(what)")) }
    tell("writing")
    let box = try box
    let (network, certificate) = try written()
    let layout = try formula.program(box: box).layout(box: box)
    tell("reading the scrambled weights")
    let scrambled = try GalleryReader(network.scrambled(seed: seed), output: nil, over: box)
      .entry(tolerance: Rational(1, over: 1_000_000), observer: observer)
    tell("training")
    let trained = try train(seeds: seeds, steps: steps, seed: seed, observer: observer)
    let best = try trained.network.instance(trained.best)
    tell("reading the best network")
    let found = try read(best, error: trained.errors[trained.best], observer)
    let program = try ReLUProgram<Rational>(best, output: architecture.readable, names: inputs)
    let reference = try architecture.isSigmoid ? Formula(found.formula, inputs: inputs) : formula
    return GalleryEntry(
      id: id, formula: text,
      written: GalleryEntry.Written(
        units: layout.units, unitsWithSkips: try formula.program(box: box).units.count, depth: layout.depth,
        parameters: layout.parameters, isCertified: certificate.isCertified,
        statement: certificate.statement),
      trained: GalleryEntry.Trained(
        architecture: architecture.text(inputs: inputs.count, outputs: try formula.outputs.count),
        examples: try points.count, steps: steps, losses: trained.losses, errors: trained.errors,
        allowed: Double(allowed)),
      scrambled: scrambled, found: found,
      pictures: try pictures(program, beside: reference),
      drawing: GalleryDrawing(layout)?.block)
  }

  /// Reads the best trained network: finely if it is near enough to the circuit for that, else within what training is allowed.
  private func read(_ network: Network, error: Double, _ observer: any Observer) throws -> GalleryEntry.Read {
    let reader = try GalleryReader(network, output: architecture.readable, over: box)
    // A sigmoid's inside may have any size.
    let fine = reader.size / (architecture.isSigmoid ? 100 : 1000)
    if architecture.isSigmoid { return try reader.entry(tolerance: fine, observer: observer) }
    if error.isFinite, let near = Rational(exactly: error), 4 * near <= fine, fine < allowed {
      let reading = try reader.entry(tolerance: fine, observer: observer)
      if reading.isCertified { return reading }
    }
    return try reader.entry(tolerance: allowed, observer: observer)
  }

  private func pictures(_ program: ReLUProgram<Rational>, beside formula: Formula) throws -> [ReportBlock] {
    let box = try box
    let compiled = try formula.program(box: box)
    let pictures = FunctionPictures(program, box: box)
    let worst = try program.certify(
      equals: compiled, over: box, tolerance: allowed, budget: ProofBudget(regions: 20_000, boxes: 2000))
    return try pictures.comparison(with: compiled, formula: "\(formula)", worst: worst.worstPoint)
  }
}
