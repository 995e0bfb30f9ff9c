internal import VitroFitting
internal import VitroLab

extension FaithfulnessResult {
  /// What is claimed of every method alike, by the beginning of the claim's name.
  private static let questions: [(claim: String, number: String, column: String)] = [
    ("truth", "auc", "finds the relevant words better than chance: AUC above 0.5"),
    ("comprehensive", "gain", "its first words are missed more than random ones: gain above 0"),
    (
      "weights", "correlation",
      "its map changes with the weights: rank correlation below \(NumberFormat.fixed(1).text(JudgedMethod.unchanged))"
    ),
  ]

  /// One row for each method, with the verdict on each claim and its widened interval.
  var claimsTable: Table {
    let claims = Dictionary(claims.map { ($0.id, $0) }) { $1 }
    let asked = Self.questions.filter { question in others.contains { claims["\(question.claim)-\($0.name)"] != nil } }
    return Table(
      title: "What is claimed of each method", columns: [.init("method")] + asked.map { .init($0.column) },
      rows: others.map { method in
        [.text(method.title)]
          + asked.map { question in
            guard let claim = claims["\(question.claim)-\(method.name)"], let value = claim.numbers[question.number],
              let low = claim.numbers["low"], let high = claim.numbers["high"]
            else { return .missing("not known") }
            let range = question.claim == "truth" ? 0...1 : question.claim == "weights" ? -1...1 : drops
            let estimate = Estimate(value: value, low: low, high: high)
            return .text(
              "\(claim.verdict.rawValue): \(NumberFormat.fixed(3).text(value, Interval(estimate, within: range)))")
          }
      })
  }

  var claimsNote: ReportBlock {
    .note(
      .remark,
      RichText(
        "There are \(claims.count) claims. So that with 95 % none of them is called true or false by chance, the interval of each is Student's with a confidence of \(NumberFormat.percent(2).text(claimConfidence)) (Bonferroni's correction), cut to the values that its number can have. Intervals elsewhere in the report are 95 % each."
      ))
  }

  /// Every number with its interval, in two tables that a page has room for.
  var tables: [Table] {
    typealias Column = (
      name: String, format: NumberFormat, range: ClosedRange<Double>, value: (JudgedMethod) -> Estimate?
    )
    let (any, three) = (0...Double.infinity, NumberFormat.significant(3))
    let answers: [Column] = [
      ("AUC", .fixed(3), 0...1, \.auc), ("comprehensiveness", dropFormat, drops, \.comprehensiveness),
      ("sufficiency", dropFormat, drops, \.sufficiency), ("infidelity", three, any, \.infidelity),
    ]
    let steadiness: [Column] = [
      ("max-sensitivity", three, any, \.sensitivity), ("incoherency", three, any, \.coherency),
      ("random weights", .fixed(3), -1...1, \.random),
    ]
    return [
      (others.contains { $0.auc != nil } ? "Against the truth, and taking words out" : "Taking words out", answers),
      ("Steadiness", steadiness),
    ].compactMap { title, columns in
      let known = columns.filter { column in defined.contains { column.value($0) != nil } }
      guard !known.isEmpty else { return nil }
      return Table(
        title: title, columns: [.init("method")] + known.map { .init($0.name, $0.format) },
        rows: defined.map { method in
          [.text(self.title(method))]
            + known.map { column in
              column.value(method).map { .number($0.value, Interval($0, within: column.range)) } ?? .missing()
            }
        })
    }
  }
}
