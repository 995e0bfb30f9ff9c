internal import VitroCore

extension Lab {
  /// Does one run for each point of a grid, and compares them.
  ///
  /// The store knows each point's run by its place, so that an interrupted sweep goes on where it was. A point that fails does not stop
  /// the others; it is done again when the sweep is resumed.
  func sweep(_ run: Run, _ grid: SweepGrid, _ observer: any Observer) throws -> Outcome {
    var finished: [RunRecord] = []
    var failures: [(point: String, error: any Error)] = []
    for (position, point) in grid.points.enumerated() {
      let words = grid.words(point)
      do {
        try run.checkpoint("sweep")
        let watcher = PointObserver(observer: observer, point: "\(position + 1)/\(grid.points.count) \(words)")
        finished.append(try self.point(point, at: position, of: run.id, watcher))
      } catch let error as VitroError where error.code == .interrupted {
        throw error
      } catch {
        failures.append((words, error))
      }
    }
    guard failures.isEmpty else {
      throw VitroError(
        .numerical, "sweep \(run.id)",
        "\(failures.count) of \(grid.points.count) runs failed; the first, \(failures[0].point): \(failures[0].error)",
        hint: "The others are kept; 'vitro runs resume \(run.id)' does the failed ones again.",
        details: ["failed": "\(failures.count)", "finished": "\(finished.count)"])
    }
    let comparison = try RunComparison(finished, store: store)
    return Outcome(
      report: try comparison.report(
        id: "sweep",
        title: "\(finished[0].configuration.experiment), over \(grid.axes.map(\.name).joined(separator: " and "))",
        kicker: "Sweep"),
      facts: [
        "runs": .array(
          try finished.map { record in
            .object([
              "run": .string(record.id), "facts": .object(try store.facts(of: record.id)),
              "fields": .object(
                Dictionary(grid.axes.map { ($0.name, record.configuration.value(of: $0.name)) }) { $1 }),
            ])
          })
      ])
  }

  /// The finished run of a point: one that is there already, one that goes on, or a new one.
  private func point(
    _ configuration: RunConfiguration, at position: Int, of sweep: String, _ observer: any Observer
  ) throws -> RunRecord {
    if let known = try store.run(ofSweep: sweep, at: position) {
      return known.state == .finished ? known : try resume(known.id, observer: observer)
    }
    let origin = RunStore.Origin(
      command: configuration.commandLine(in: registry), parent: sweep, position: position)
    return try begin(configuration, origin, observer)
  }
}

/// Shows a point of a sweep as one stage, whatever stages its run has; series belong to the point's own run.
private struct PointObserver: Observer {
  let observer: any Observer
  let point: String

  func update(_ progress: ProgressUpdate) {
    let detail = [progress.stage, progress.detail].compactMap(\.self).joined(separator: " · ")
    observer.update(
      ProgressUpdate(point, completed: progress.completed, of: progress.total, detail: detail))
  }

  var shouldStop: Bool { observer.shouldStop }
}
