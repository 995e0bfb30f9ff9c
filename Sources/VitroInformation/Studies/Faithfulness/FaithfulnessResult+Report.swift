internal import VitroCore
internal import VitroFitting
internal import VitroLab

extension FaithfulnessResult {
  func report() throws -> Report {
    var sections = [
      ReportSection("What taking words out does", id: "erasure", erasureBlocks),
      ReportSection("From layer to layer, and from weights to weights", id: "stability", stabilityBlocks),
      ReportSection("Agreement", id: "agreement", [.figure(agreementFigure)]),
      ReportSection("Claims", id: "claims", [.table(Claim.table(claims)), claimsNote]),
      ReportSection("All numbers", id: "numbers", [.table(table)]),
    ]
    if defined.contains(where: { $0.auc != nil }) {
      sections.insert(ReportSection("Against the truth", id: "truth", truthBlocks), at: 0)
    }
    let undefined = methods.filter { $0.reasonUndefined != nil }
    if !undefined.isEmpty {
      sections.append(
        ReportSection(
          "Not defined here", id: "undefined",
          [
            .table(
              Table(
                columns: [.init("method"), .init("why")],
                rows: undefined.map { [.text($0.title), .text($0.reasonUndefined ?? "")] }))
          ]))
    }
    if !size.reductions.isEmpty {
      sections.append(
        ReportSection(
          "Made smaller", id: "reductions",
          [
            .note(
              .caveat,
              RichText(
                "The network has more than \(NumberFormat.integer.text(Double(FaithfulnessSize.largest))) parameters, so that less is computed unless it is asked for: \(size.reductions.joined(separator: ", "))."
              ))
          ]))
    }
    return Report(
      id: "information-faithfulness", title: "How far to trust the methods", kicker: "Information",
      lede: lede, metrics: metrics, sections: sections)
  }

  private var others: [JudgedMethod] { defined.filter { $0.name != Self.controlName } }

  private var lede: RichText {
    let best = others.filter { $0.comprehensiveness != nil }.max {
      ($0.comprehensiveness?.value ?? 0) < ($1.comprehensiveness?.value ?? 0)
    }
    let first =
      best.map {
        "Of \(others.count) methods on **\(subject.name)**, taking out the words of **\($0.title)** changes \(targetName) most. "
      } ?? ""
    return RichText(first + weightsSentence)
  }

  /// What the claims about random weights come to together.
  private var weightsSentence: String {
    let verdicts = Dictionary(claims.map { ($0.id, $0.verdict) }) { $1 }
    func titles(_ verdict: Claim.Verdict?) -> [String] {
      others.filter { verdicts[Self.weightsClaim($0)] == verdict }.map(\.title)
    }
    let (unchanged, open) = (titles(.fails), titles(.undecided) + titles(nil))
    var sentences: [String] = []
    if !unchanged.isEmpty {
      sentences.append(
        "The maps of \(unchanged.joined(separator: ", ")) hardly change when the weights are dealt anew: they say little of this network."
      )
    }
    if !open.isEmpty {
      sentences.append(
        "Whether the maps of \(open.joined(separator: ", ")) change \(unchanged.isEmpty ? "when the weights are dealt anew " : "")is undecided."
      )
    }
    if sentences.isEmpty, !others.isEmpty { sentences.append("Every map changes when the weights are dealt anew.") }
    return sentences.joined(separator: " ")
  }

  private var claimsNote: ReportBlock {
    .note(
      .remark,
      RichText(
        "There are \(claims.count) claims. So that with 95 % none of them is called true or false by chance, the interval of each is Student's with a confidence of \(NumberFormat.percent(2).text(claimConfidence)) (Bonferroni's correction). Intervals elsewhere in the report are 95 % each."
      ))
  }

  private var metrics: [Metric] {
    var result: [Metric] = []
    if let accuracy = subject.accuracy {
      result.append(
        Metric(
          "accuracy", accuracy.value, format: .percent(1), interval: Interval(accuracy),
          explanation: subject.relevant == nil
            ? "Of the network, on the texts that methods are judged by; whether it learned from them is not known."
            : "Of the network, on texts it did not learn from."))
    }
    if let own = others.first(where: { $0.name == InformationMethod.name }) {
      if let auc = own.auc {
        result.append(
          Metric(
            "AUC of information", auc.value, format: .fixed(3), interval: Interval(auc),
            control: control?.auc.map { Metric.Control("random scores", $0.value, interval: Interval($0)) }))
      }
      if let value = own.comprehensiveness {
        result.append(
          Metric(
            "comprehensiveness of information", value.value, format: .fixed(3), interval: Interval(value),
            control: control?.comprehensiveness.map {
              Metric.Control("random scores", $0.value, interval: Interval($0))
            }))
      }
    }
    return result
  }

  // MARK: - Figures

  /// One bar for each method, the best first; the control is named and in its place.
  private func bars(
    _ title: String, _ label: String, caption: String, isHighBetter: Bool, _ pick: (JudgedMethod) -> Estimate?
  ) -> Figure {
    let found = defined.compactMap { method in pick(method).map { (method, $0) } }
      .sorted { isHighBetter ? $0.1.value > $1.1.value : $0.1.value < $1.1.value }
    return Figure(
      title, caption: RichText(caption), span: .half,
      .bars(
        BarFigure(
          label: "method", value: Axis(label, format: .significant(3)),
          bars: found.map {
            BarFigure.Bar(
              $0.title, $1.value, interval: Interval($1), isHighlighted: $0.name == InformationMethod.name)
          })))
  }

  private var truthBlocks: [ReportBlock] {
    [
      .figure(
        bars(
          "Finding the relevant words", "AUC",
          caption:
            "The chance that a relevant word scores above an irrelevant one; 0.5 is chance. Mean over texts with its 95 % interval.",
          isHighBetter: true, \.auc)),
      .figure(
        bars(
          "Divergence from the truth", "D_JS (nats)",
          caption:
            "Jensen–Shannon divergence of the scores' shares from equal shares of the relevant words; low is better.",
          isHighBetter: false, \.jensenShannon)),
    ]
  }

  private var erasureBlocks: [ReportBlock] {
    let unit = target == .answer ? "drop of the probability" : "distance"
    return [
      .figure(curves("Taking out", "the best words are taken out", \.deletion)),
      .figure(curves("Putting in", "only the best words are left", \.insertion)),
      .figure(
        bars(
          "Comprehensiveness", unit,
          caption: "What is lost when the best words are taken out, the mean over ten shares; high is better.",
          isHighBetter: true, \.comprehensiveness)),
      .figure(
        bars(
          "Sufficiency", unit, caption: "What is lost when only the best words are left; low is better.",
          isHighBetter: false, \.sufficiency)),
      .figure(
        bars(
          "Infidelity", "squared error",
          caption:
            "How far sums of scores are from what taking random sets of words out does to the score, each text's scores scaled best.",
          isHighBetter: false, \.infidelity)),
      .figure(
        bars(
          "Max-sensitivity", "relative change",
          caption: "The largest change of scores under steps of \(study.radius) of the words' spread.",
          isHighBetter: false,
          \.sensitivity)),
    ]
  }

  private func curves(_ title: String, _ what: String, _ pick: (JudgedMethod.MeanCurves) -> [Estimate]) -> Figure {
    Figure(
      title,
      caption: RichText(
        "What is there of \(targetName) when \(what); random scores are the control. Words become: \(settings.replacement.rawValue)."
      ), span: .half,
      .lines(
        LineFigure(
          x: Axis("share of words", format: .percent(0)),
          y: Axis(target == .answer ? "probability of the answer" : "closeness −D", format: .significant(3)),
          series: defined.compactMap { method in
            guard let values = method.curves.map(pick), values.count == ErasureCurves.shares.count else { return nil }
            let isControl = method.name == Self.controlName
            return LineSeries(
              method.title, role: isControl ? .control : .measured, x: ErasureCurves.shares, y: values.map(\.value),
              low: isControl || method.name == InformationMethod.name ? values.map(\.low) : [],
              high: isControl || method.name == InformationMethod.name ? values.map(\.high) : [])
          })))
  }

  private var stabilityBlocks: [ReportBlock] {
    let limit = NumberFormat.fixed(1).text(JudgedMethod.unchanged)
    return [
      .figure(
        bars(
          "Incoherency between layers", "total variation a step",
          caption:
            "How much scores change from a layer to the next after the best scaling; 0 is none, and mixed words come to \(mixed).",
          isHighBetter: false, \.coherency)),
      .figure(
        bars(
          "Random weights", "rank correlation",
          caption:
            "Of the maps before and after all weights are dealt anew, \(study.dealings) times; the mean over texts and dealings. A method whose interval is above \(limit) is marked: its map hardly depends on the network.",
          isHighBetter: false, \.random)),
    ]
  }

  private var mixed: String {
    let values = defined.compactMap(\.coherencyControl?.value)
    guard !values.isEmpty else { return "nothing" }
    return NumberFormat.fixed(2).text(values.reduce(0, +) / Double(values.count))
  }

  private var agreementFigure: Figure {
    let names = defined.map(\.title)
    return Figure(
      "Agreement of methods", caption: "Spearman's rank correlation of scores within a text, the mean over texts.",
      .heatMap(
        HeatMapFigure(
          rows: names.count, columns: names.count, values: agreement.flatMap(\.self), rowLabels: names,
          columnLabels: names,
          color: ColorScale("rank correlation", format: .fixed(2), map: .diverging, range: Interval(-1, 1)),
          showsNumbers: true)))
  }

  private var table: Table {
    let columns = ["auc", "comprehensiveness", "sufficiency", "infidelity", "sensitivity", "coherency", "random"]
    return Table(
      columns: [.init("method")] + columns.map { .init($0, .significant(3)) },
      rows: defined.map { method in
        let values = Dictionary(uniqueKeysWithValues: method.measures.map { ($0.name, $0.value) })
        return [.text(method.title)]
          + columns.map { name in
            if let value = values[name] ?? nil { .number(value.value, Interval(value)) } else { .missing() }
          }
      })
  }
}
