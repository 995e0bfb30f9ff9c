internal import VitroFitting
internal import VitroTensor

extension InterventionTap {
  /// Adds the direction of one class after the other, and one of another kind for each class beside it.
  func steering(_ rows: Tensor) throws -> ReadableAndUsed.Steering {
    let numbers = classNumbers
    let chosen = try steeredRecordings()
    let random = try randomRows(directions.classes.count, "random direction", 0)
    return ReadableAndUsed.Steering(
      strengths: study.strengths, classCount: numbers.count, probe: try curve(along: rows, numbers, chosen),
      random: try curve(along: random, numbers, chosen),
      shuffled: try directions.control.map {
        try curve(along: ProbeDirections.classRows(of: $0), numbers, chosen)
      })
  }

  /// Some examples, evenly spread, out of every batch.
  private func steeredRecordings() throws -> (recordings: [TapBranch.Recording], examples: [Int]) {
    let examples = DirectionInterventions.spread(study.mostSteered, of: right.count)
    var recordings: [TapBranch.Recording] = []
    var start = 0
    for recording in self.recordings {
      let rows = examples.filter { $0 >= start && $0 < start + recording.labels.count }.map { $0 - start }
      if !rows.isEmpty { recordings.append(try recording.rows(rows)) }
      start += recording.labels.count
    }
    return (recordings, examples)
  }

  /// The share of answers that are the class whose row is added, over the strengths, the mean over the classes.
  private func curve(
    along rows: Tensor, _ numbers: [Int], _ chosen: (recordings: [TapBranch.Recording], examples: [Int])
  ) throws -> [Estimate] {
    let lengths = try rows.norm(axes: [1]).doubles
    let units = try numbers.map { number in
      try rows.slice(number..<number + 1) / (lengths[number] > 0 ? lengths[number] : 1)
    }
    let deviations = try variances(along: .concatenate(units)).map { $0.squareRoot() }
    return try study.strengths.map { strength in
      var hits = [Double](repeating: 0, count: chosen.examples.count)
      for ((number, unit), deviation) in zip(zip(numbers, units), deviations) {
        let step = strength * deviation
        let steered: [Int]
        if step == 0 {
          steered = chosen.examples.map { answers[$0] }
        } else {
          steered = try answers(
            to: { value in
              let shift = try (unit * step).cast(to: value.dtype).reshaped([1] + value.shape.dropFirst())
              return try value + shift
            }, of: chosen.recordings)
        }
        for (example, answer) in steered.enumerated() where answer == directions.classes[number] { hits[example] += 1 }
      }
      return try PairedChange.mean(
        of: hits.map { $0 / Double(numbers.count) },
        groups: groups.map { groups in chosen.examples.map { groups[$0] } }, seed: seed)
    }
  }
}
