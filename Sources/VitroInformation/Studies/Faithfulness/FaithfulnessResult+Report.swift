internal import VitroCore
internal import VitroFitting
internal import VitroLab

extension FaithfulnessResult {
  func report() throws -> Report {
    var sections: [ReportSection] = []
    if defined.contains(where: { $0.auc != nil }) {
      sections.append(ReportSection("Against the truth", id: "truth", truthBlocks))
    }
    sections += [
      ReportSection("What taking words out does", id: "erasure", erasureBlocks),
      ReportSection("From layer to layer, and from weights to weights", id: "stability", stabilityBlocks),
      ReportSection("Agreement", id: "agreement", [.figure(agreementFigure)]),
      ReportSection("Claims", id: "claims", [.table(claimsTable), claimsNote]),
      ReportSection("All numbers", id: "numbers", tables.map { .table($0) }),
    ]
    let undefined = methods.filter { $0.reasonUndefined != nil }
    if !undefined.isEmpty {
      sections.append(
        ReportSection(
          "Not defined here", id: "undefined",
          [
            .table(
              Table(
                title: "Methods that say nothing of \(targetName)", columns: [.init("method"), .init("why")],
                rows: undefined.map { [.text($0.title), .text($0.reasonUndefined ?? "")] }))
          ]))
    }
    sections.append(ReportSection("How it was judged", id: "method", methodBlocks))
    return Report(
      id: "information-faithfulness", title: "How far to trust the methods", kicker: "Information · \(subject.name)",
      lede: lede, metrics: metrics, sections: sections)
  }

  private var methodBlocks: [ReportBlock] {
    var text =
      "Judged on \(subject.texts.count) texts; spreads are those over \(subject.reference.count) others. Information has \(size.samples) passes for each text and layer, infidelity \(study.infidelitySamples) random sets of words, max-sensitivity \(size.steps) steps; max-sensitivity and coherency are taken on at most \(size.repeated) texts; weights are dealt anew \(study.dealings) times."
    if subject.leftOut > 0 {
      text += " \(subject.leftOut) texts were left out: they have no words, or too many."
    }
    if let found = methods.first(where: { $0.name == InformationMethod.name }).flatMap(convergence) {
      let percent = NumberFormat.percent(0)
      text +=
        " Information came within \(percent.text(study.measure.tolerance)) of its optimum in \(percent.text(found.share)) of the texts (median residual \(NumberFormat.fixed(3).text(found.residual)))\(found.share < 1 ? "; more passes (--samples, --most-samples) bring it nearer" : "")."
    }
    guard !size.reductions.isEmpty else { return [.text(RichText(plain: text))] }
    let caveat =
      "The network has more than \(NumberFormat.integer.text(Double(FaithfulnessSize.largest))) parameters, so that less is computed unless it is asked for: \(size.reductions.joined(separator: ", "))."
    return [.text(RichText(plain: text)), .note(.caveat, RichText(plain: caveat))]
  }

  /// The methods without the control.
  var others: [JudgedMethod] { defined.filter { $0.name != Self.controlName } }

  /// What a method is called in figures and tables; random scores are the control.
  func title(_ method: JudgedMethod) -> String {
    method.name == Self.controlName ? "\(method.title) (control)" : method.title
  }

  /// What a drop can be: of a probability, or of a distance.
  var drops: ClosedRange<Double> { target == .answer ? -1...1 : -Double.infinity...Double.infinity }

  var dropFormat: NumberFormat { target == .answer ? .fixed(3) : .significant(3) }

  // MARK: - Lede

  private var lede: RichText {
    let goal = RichText(plain: targetName).source
    let verdicts = Dictionary(claims.map { ($0.id, $0.verdict) }) { $1 }
    func titles(_ claim: String, _ verdict: Claim.Verdict) -> [String] {
      others.filter { verdicts["\(claim)-\($0.name)"] == verdict }.map(\.title)
    }
    func count(_ titles: [String]) -> String {
      titles.isEmpty ? "none of \(others.count) methods" : "**\(titles.count) of \(others.count)** methods"
    }
    var sentences = [String]()
    if others.contains(where: { verdicts["truth-\($0.name)"] != nil }) {
      sentences.append("\(count(titles("truth", .holds))) find the relevant words better than chance.")
    }
    let missed = titles("comprehensive", .holds)
    if others.contains(where: { verdicts["comprehensive-\($0.name)"] != nil }) {
      let best = others.filter { missed.contains($0.title) }.max {
        ($0.comprehensiveness?.value ?? -.infinity) < ($1.comprehensiveness?.value ?? -.infinity)
      }
      let most = best.map { "\(missed.count == 1 ? ":" : ", most") those of **\($0.title)**" } ?? ""
      sentences.append("The words that \(count(missed)) put first matter more to \(goal) than random ones\(most).")
    }
    let (changed, unchanged) = (titles("weights", .holds), titles("weights", .fails))
    let open = titles("weights", .undecided).count
    if !unchanged.isEmpty {
      sentences.append(
        "What \(unchanged.listed) \(unchanged.count == 1 ? "says" : "say") hardly changes when the weights are dealt anew: it tells little of this network."
      )
    }
    if !changed.isEmpty || open > 0 {
      sentences.append(
        changed.isEmpty
          ? "Whether the maps of \(open) methods change with the weights is undecided."
          : "The maps of \(changed.count > 3 ? "\(changed.count) methods" : changed.listed) change with the weights\(open > 0 ? "; of \(open) that is undecided" : "")."
      )
    }
    return RichText("**\(RichText(plain: subject.name).source)**: \(sentences.joined(separator: " "))")
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
    guard let own = others.first(where: { $0.name == InformationMethod.name }) else { return result }
    if let auc = own.auc {
      result.append(
        Metric(
          "AUC of information", auc.value, format: .fixed(3), interval: Interval(auc, within: 0...1),
          explanation: "The chance that a relevant word scores above an irrelevant one.",
          control: control?.auc.map { Metric.Control("random scores", $0.value, interval: Interval($0, within: 0...1)) }
        ))
    }
    if let value = own.comprehensiveness {
      result.append(
        Metric(
          "comprehensiveness of information", value.value, format: dropFormat, interval: Interval(value, within: drops),
          explanation: "What is lost of \(RichText(plain: targetName).source) when its best words are taken out.",
          control: control?.comprehensiveness.map {
            Metric.Control("random scores", $0.value, interval: Interval($0, within: drops))
          }))
    }
    return result
  }
}
