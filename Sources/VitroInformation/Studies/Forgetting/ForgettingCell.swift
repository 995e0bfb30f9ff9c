internal import VitroFitting

/// One trained network: what it keeps, and how well methods find its words.
struct ForgettingCell: Codable, Sendable {
  var task: PlantedTask
  var reader: String
  var seed: UInt64
  var accuracy: Estimate
  /// The measured layers, the last being the answer.
  var layers: [String]
  /// For each layer and text the mean of what is kept of relevant words.
  var relevant: [[Double?]] = []
  /// The same of irrelevant words.
  var irrelevant: [[Double?]] = []
  /// The largest residual, and the share of results that converged.
  var residual = 0.0
  var converged = 0.0
  var methods: [MethodTruth] = []

  var isSolved: Bool { accuracy.value >= PlantedNetwork.solved }
}

/// How well a method finds the relevant words of each text.
struct MethodTruth: Codable, Sendable {
  var name: String
  var title: String
  var reasonUndefined: String?
  var auc: [Double?] = []
  var divergence: [Double?] = []
  var jensenShannon: [Double?] = []
}

/// A network at a moment of its learning.
struct ForgettingMoment: Codable, Sendable {
  var epoch: Int
  var cell: ForgettingCell
}

/// The networks of one task and architecture, one for each seed.
struct ForgettingNetworks {
  let cells: [ForgettingCell]

  var task: PlantedTask { cells[0].task }
  var reader: String { cells[0].reader }
  var name: String { "\(task.title), \(reader)" }
  var id: String { "\(task.rawValue)-\(reader)" }
  var layers: [String] { cells[0].layers }
  var isSolved: Bool { cells.allSatisfy(\.isSolved) }

  /// The accuracy of one network with the exact interval, or the mean of several.
  var accuracy: Estimate { (try? .mean(of: cells.map(\.accuracy.value))) ?? cells[0].accuracy }

  /// What is kept of relevant words, of irrelevant ones, and the difference, at a layer.
  func kept(_ layer: Int) -> (relevant: Estimate, irrelevant: Estimate, difference: Estimate)? {
    func values(_ pick: (Double, Double) -> Double) -> Estimate? {
      estimate { cell in
        zip(cell.relevant[layer], cell.irrelevant[layer]).compactMap { relevant, irrelevant in
          relevant.flatMap { relevant in irrelevant.map { pick(relevant, $0) } }
        }
      }
    }
    guard let relevant = values({ a, _ in a }), let irrelevant = values({ _, b in b }),
      let difference = values({ $0 - $1 })
    else { return nil }
    return (relevant, irrelevant, difference)
  }

  /// A method's numbers in each network; nothing where it is not defined.
  func method(_ name: String, _ pick: (MethodTruth) -> [Double?]) -> Estimate? {
    estimate { cell in cell.methods.first { $0.name == name }.map { pick($0).compactMap(\.self) } ?? [] }
  }

  /// The difference of two methods' areas, text by text.
  func difference(_ a: String, _ b: String) -> Estimate? {
    estimate { cell in
      guard let a = cell.methods.first(where: { $0.name == a }), let b = cell.methods.first(where: { $0.name == b })
      else { return [] }
      return zip(a.auc, b.auc).compactMap { a, b in a.flatMap { a in b.map { a - $0 } } }
    }
  }

  /// The mean over texts, with the interval of drawing texts anew; of several networks the mean of their means, with that of drawing networks.
  private func estimate(_ values: (ForgettingCell) -> [Double]) -> Estimate? {
    let all = cells.map(values)
    guard all.allSatisfy({ !$0.isEmpty }) else { return nil }
    if all.count == 1 { return try? .mean(ofTexts: all[0], seed: cells[0].seed) }
    return try? .mean(of: all.map { $0.reduce(0, +) / Double($0.count) })
  }
}
