internal import VitroCore

extension Lab {
  /// Finished runs side by side; a single sweep stands for its runs.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when a name is unknown, or a run is not finished.
  public func comparison(of names: [String]) throws -> Report {
    var runs = try names.map { try store.run($0) }
    if runs.count == 1 {
      let children = try store.runs(ofSweep: runs[0].id)
      if !children.isEmpty { runs = children }
    }
    guard runs.count >= 2 else {
      throw VitroError(
        .argument, "comparing runs", "found \(runs.count), expected two or more", hint: "'vitro runs list' shows them.")
    }
    return try RunComparison(runs, store: store).report(
      id: "comparison", title: "\(runs.count) runs side by side", kicker: "Comparison")
  }
}
