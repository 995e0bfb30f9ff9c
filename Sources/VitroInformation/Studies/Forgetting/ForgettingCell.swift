internal import VitroFitting
internal import VitroLab

/// One trained network: what it keeps, and how well methods find its words.
struct ForgettingCell: Codable, Sendable {
  var task: PlantedTask
  var reader: String
  var seed: UInt64
  var accuracy: Estimate
  /// The measured layers, the last being the answer.
  var layers: [String]
  /// For each layer and text the mean of what is kept of relevant words; nothing where there are none.
  var relevant: [[Double?]] = []
  /// The same of irrelevant words.
  var irrelevant: [[Double?]] = []
  /// For each layer and text whether the measure has converged.
  var isConverged: [[Bool]] = []
  /// How far results have converged, by layer.
  var convergence: [Convergence] = []
  var methods: [MethodTruth] = []

  var isSolved: Bool { accuracy.value >= PlantedNetwork.solved }

  /// The same without what has not converged; the measure's order of words is that of the last layer.
  var ofConverged: ForgettingCell {
    var result = self
    for (layer, isConverged) in isConverged.enumerated() {
      for text in isConverged.indices where !isConverged[text] {
        result.relevant[layer][text] = nil
        result.irrelevant[layer][text] = nil
        guard layer == layers.count - 1 else { continue }
        for method in methods.indices where methods[method].name == InformationMethod.name {
          result.methods[method].leaveOut(text)
        }
      }
    }
    return result
  }
}

/// How well a method finds the relevant words of each text.
struct MethodTruth: Codable, Sendable {
  var name: String
  var title: String
  var reasonUndefined: String?
  var auc: [Double?] = []
  var divergence: [Double?] = []
  var jensenShannon: [Double?] = []

  /// Says nothing of a text.
  mutating func leaveOut(_ text: Int) {
    auc[text] = nil
    divergence[text] = nil
    jensenShannon[text] = nil
  }
}

/// A network at a moment of its learning.
struct ForgettingMoment: Codable, Sendable {
  var epoch: Int
  var cell: ForgettingCell
}

/// The networks of one task and reader while they learn.
struct ForgettingCourse {
  let moments: [ForgettingMoment]

  var task: PlantedTask { moments[0].cell.task }
  var reader: String { moments[0].cell.reader }

  /// The moments of each network, in their order.
  private var networks: [[ForgettingMoment]] {
    Dictionary(grouping: moments, by: \.cell.seed).sorted { $0.key < $1.key }
      .map { $0.value.sorted { $0.epoch < $1.epoch } }
  }

  /// The passes after which any of them was looked at.
  var epochs: [Int] { Set(moments.map(\.epoch)).sorted() }

  /// All networks after so many passes; one that has stopped stays as it is.
  func networks(after epoch: Int) -> ForgettingNetworks {
    ForgettingNetworks(cells: networks.compactMap { own in own.last { $0.epoch <= epoch }?.cell })
  }

  /// What learning takes away of irrelevant words, text by text, from before the first pass to after the last; nothing unless all networks learn their task.
  var loss: Estimate? {
    let ends = networks.compactMap { own in
      own.count >= 2 ? (own[0].cell.ofConverged, own[own.count - 1].cell.ofConverged) : nil
    }
    guard !ends.isEmpty, ends.count == networks.count, ends.allSatisfy(\.1.isSolved) else { return nil }
    let losses = ends.map { first, last in
      zip(first.irrelevant[0], last.irrelevant[0]).compactMap { before, after in
        before.flatMap { before in after.map { before - $0 } }
      }
    }
    return ForgettingNetworks.mean(losses)
  }
}

/// The networks of one task and architecture, one for each seed.
struct ForgettingNetworks {
  /// What was measured, with what has not converged.
  let measured: [ForgettingCell]
  /// The same without it: what is said is of these.
  let cells: [ForgettingCell]

  init(cells: [ForgettingCell]) { (measured, self.cells) = (cells, cells.map(\.ofConverged)) }

  private init(rough cells: [ForgettingCell]) { (measured, self.cells) = (cells, cells) }

  /// As if everything had converged.
  var rough: ForgettingNetworks { ForgettingNetworks(rough: measured) }

  var task: PlantedTask { cells[0].task }
  var reader: String { cells[0].reader }
  var name: String { "\(task.title), \(reader)" }
  var id: String { "\(task.rawValue)-\(reader)" }
  var layers: [String] { cells[0].layers }
  var isSolved: Bool { cells.allSatisfy(\.isSolved) }
  /// The share of all results that have converged.
  var converged: Double { mean(\.share) }
  /// The passes that a result took, the mean.
  var passes: Double { mean(\.passes) }

  private func mean(_ number: (Convergence) -> Double) -> Double {
    let all = cells.flatMap(\.convergence)
    return all.reduce(0) { $0 + number($1) } / Double(max(all.count, 1))
  }

  /// A verdict on what the measure says of a layer, as far as results have converged for it, and what there is to say of that.
  func verdict(
    _ layer: Int, _ verdict: (ForgettingNetworks) -> Claim.Verdict?
  ) -> (verdict: Claim.Verdict, reservation: String)? {
    guard let own = verdict(self) else { return nil }
    let all = cells.map { $0.convergence[layer] }
    if let obstacle = Convergence.obstacle(all, isAlike: verdict(rough) == own) {
      return (.undecided, "; \(obstacle)")
    }
    return (own, Convergence.obstacle(all) == nil ? "" : "; \(Convergence.alike)")
  }

  /// The accuracy of one network with the exact interval, or the mean of several.
  var accuracy: Estimate { (try? .mean(of: cells.map(\.accuracy.value))) ?? cells[0].accuracy }

  /// What is kept at a layer, over texts that have words of both kinds.
  struct Kept {
    let relevant: Estimate
    let irrelevant: Estimate
    /// Relevant less irrelevant, text by text.
    let difference: Estimate
    /// Irrelevant less half of relevant, text by text: below 0 the layer forgets.
    let excess: Estimate
  }

  /// What is kept of relevant words and of irrelevant ones at a layer, of the texts in which the measure has converged.
  func kept(_ layer: Int, confidence: Double = 0.95) -> Kept? {
    func values(_ pick: (Double, Double) -> Double) -> Estimate? {
      estimate(confidence) { cell in
        zip(cell.relevant[layer], cell.irrelevant[layer]).compactMap { relevant, irrelevant in
          relevant.flatMap { relevant in irrelevant.map { pick(relevant, $0) } }
        }
      }
    }
    guard let relevant = values({ a, _ in a }), let irrelevant = values({ _, b in b }),
      let difference = values({ $0 - $1 }), let excess = values({ $1 - $0 / 2 })
    else { return nil }
    return Kept(relevant: relevant, irrelevant: irrelevant, difference: difference, excess: excess)
  }

  /// A method's numbers in each network; nothing where it is not defined.
  func method(_ name: String, _ pick: (MethodTruth) -> [Double?]) -> Estimate? {
    estimate { cell in cell.methods.first { $0.name == name }.map { pick($0).compactMap(\.self) } ?? [] }
  }

  /// The texts in which a method's divergence from the truth is infinite, for a relevant word has a share of 0, or the measure has not converged.
  func infiniteDivergences(_ name: String) -> Int {
    cells.reduce(0) { $0 + ($1.methods.first { $0.name == name }?.divergence.count { $0 == nil } ?? 0) }
  }

  /// The difference of two methods' areas, text by text.
  func difference(_ a: String, _ b: String, confidence: Double = 0.95) -> Estimate? {
    estimate(confidence) { cell in
      guard let a = cell.methods.first(where: { $0.name == a }), let b = cell.methods.first(where: { $0.name == b })
      else { return [] }
      return zip(a.auc, b.auc).compactMap { a, b in a.flatMap { a in b.map { a - $0 } } }
    }
  }

  /// The mean over texts with its interval; of several networks the mean of their means, with the interval over networks.
  private func estimate(_ confidence: Double = 0.95, _ values: (ForgettingCell) -> [Double]) -> Estimate? {
    Self.mean(cells.map(values), confidence: confidence)
  }

  /// The mean of numbers of each network's texts, with the interval over texts of one network, or over networks.
  static func mean(_ all: [[Double]], confidence: Double = 0.95) -> Estimate? {
    guard !all.isEmpty, all.allSatisfy({ !$0.isEmpty }) else { return nil }
    if all.count == 1 { return try? .mean(ofTexts: all[0], confidence: confidence) }
    return try? .mean(of: all.map { $0.reduce(0, +) / Double($0.count) }, confidence: confidence)
  }
}
